"""Saved web pages, of sites that are known and of sites never seen: from markup to comments.

The page becomes flat lists (`tree`), its lines and times are read once (`marks`), what repeats around times
and names gives items (`items`), their fields are chosen together (`fields`, `authors`, `bodies`), and the
best section wins (`choice`); platforms that are known help with data (`platforms`). `nesting` says who
answers whom.
"""

from threads.parse.page.saved_page import SavedPage

__all__ = ["SavedPage"]
