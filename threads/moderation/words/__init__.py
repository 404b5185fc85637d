"""Lists of words that offend: one file a language, and the reader of such files."""
