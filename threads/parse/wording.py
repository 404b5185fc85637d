"""How reports say how many there are of what, and where, in English: `threads.language.retold` knows it."""

from typing import Final

from threads.language import N_

TOLD_IN_PARTS: Final = (N_("{first}; {next}"), N_("{place}: {note}"))
"""How what is said is put together."""
REASONS: Final = (
    N_("a service message"),
    N_("duplicate"),
    N_("no comment"),
    N_("no sound JSON"),
    N_("no status"),
    N_("no utterance"),
    N_("the excerpt of a pingback"),
    N_("the same comment stands at line {number}"),
)
"""What is before the colon of why something was left out, by which it is counted."""
PLACES: Final = (
    N_("byte {number}"),
    N_("comment {number}"),
    N_("comment {token}"),
    N_("comment {number} of discussion {discussion}"),
    N_("entry {number}"),
    N_("hit {number}"),
    N_("item {number}"),
    N_("item {number} of line {line}"),
    N_("line {number}"),
    N_("mail {number}"),
    N_("message {number}"),
    N_("post {number}"),
    N_("post {token}"),
    N_("record {number}"),
    N_("row {number}"),
    N_("status {number}"),
    N_("thread {number}"),
    N_("tweet {number}"),
)
"""How places in an input are called: where each of a million has one, it is not put together by `format`."""


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun: "1 line", "2,000 lines"."""
    return f"{count:,} {one if count == 1 else many}"
