"""Texts that break careless code."""

HOSTILE = {
    "lone surrogates": "\ud800 no \udfff",
    "NUL": "yes\0no",
    "bidi overrides": "\u202eno\u202c \u2066yes\u2069",
    "emoji": "😀" * 30_000,
    "a megabyte without a blank": "a" * 1_000_000,
    "apostrophes": "a'" * 32_000,
    "negations": "not " * 16_000,
    "question marks": "?" * 65_535,
    "mentions": "@" * 65_535,
    "links": "www." * 16_000,
    "quotes": "\n>" * 32_000,
    "combining marks": "e\u0301\u0316" * 21_000,
    "nothing but blanks": " " * 65_535,
}
