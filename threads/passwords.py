"""Passwords: which are good enough, and how they are kept (Argon2id, RFC 9106)."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12  # characters
LONGEST = 1_000
_JUDGED = 72  # characters; zxcvbn's time grows fast with length, and it takes no more
_FEWEST = 3  # of zxcvbn's scores 0 to 4: at least 10**8 guesses
_PRODUCT = ("below the line", "belowtheline", "btl")
_hasher = PasswordHasher()


def problem(password: str, name: str = "") -> str | None:
    """Return why a password is refused for the account called `name`, or None.

    Common passwords, words, names, dates, rows of keys and repeats, alone or in a row, are found by zxcvbn
    (Wheeler 2016), which estimates how many guesses one would take.
    """
    if len(password) < SHORTEST:
        return f"a password has at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"a password has at most {LONGEST:,} characters"
    judged = _judged(password, name)
    if judged["score"] >= _FEWEST:
        return None
    why = judged["feedback"]["warning"].rstrip(".")
    return (
        f"this password is too easy to guess{f' ({why})' if why else ''}: take four or more words at random"
    )


def hashed(password: str) -> str:
    """Return what is kept of a password: its Argon2id hash, with salt and parameters. Takes about 0.1 s."""
    return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Return whether a password is the one whose hash is kept. Where none is, it takes the same time."""
    try:
        right = _hasher.verify(kept if kept is not None else _nobodys(), password[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return right and kept is not None


def is_outdated(kept: str) -> bool:
    """Return whether a hash was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(kept)


def warm() -> None:
    """Make what the first `matches` would have to make, so that it takes no longer than others."""
    _nobodys()


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_hex())


def _judged(password: str, name: str) -> dict[str, Any]:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take 0.3 s to load

    judged: dict[str, Any] = zxcvbn(password[:_JUDGED], user_inputs=[*_PRODUCT, *([name] if name else [])])
    return judged
