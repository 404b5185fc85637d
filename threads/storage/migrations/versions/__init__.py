"""The changes, oldest first by their numbers; a change that has been released is never edited."""
