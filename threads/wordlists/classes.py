"""What words do in a sentence that attacks, or does not: the reader of classes_en.txt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def word_classes() -> Mapping[str, frozenset[str]]:
    """Return for each listed English word the classes that it stands in."""
    listed = (resources.files("threads.wordlists") / "classes_en.txt").read_text(encoding="utf-8")
    found: dict[str, frozenset[str]] = {}
    for line in listed.splitlines():
        if line and not line.startswith("#"):
            name, words = line.split("\t")
            for word in words.split():
                found[word] = found.get(word, frozenset()) | {name}
    return found
