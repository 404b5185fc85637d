"""Saved web pages: from markup to comments."""
