"""Lists of words, one file a language, and finding listed words however they are written."""
