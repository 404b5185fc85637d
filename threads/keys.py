"""The secret key: a file outside of the database, so that a copy of the database tells nobody's name.

The file holds 32 random bytes as 64 hexadecimal digits. Whatever needs a secret derives its own from it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from itertools import pairwise
from pathlib import Path

from threads.errors import SettingError

KEY_BYTES = 32
_FEWEST_DIFFERENT = 12  # of 32 random bytes, fewer differ less than once in 10 to the 20
_MAKE_ANEW = "Name another file with the variable BTL_KEY_FILE; one that does not exist is made"


def read_key(path: str | Path, *, make: bool = True) -> bytes:
    """Return the key in a file; where there is no file, make it with a new key that only its owner reads.

    Any number of processes may do this at once: all get the same key.

    Parameters
    ----------
    path
        The file, such as the setting `key_file`.
    make
        False refuses a file that is not there, where a new key would not fit what an older one made.

    Raises
    ------
    SettingError
        The file cannot be read or made, may be read by others, or holds no key that can be kept secret.
    """
    path = Path(path)
    if make and not path.exists():
        _make(path)
    try:
        with path.open("rb") as file:
            if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise SettingError(
                    "others may read the key",
                    source=str(path),
                    remedy=f"Let its owner alone read it: chmod 600 {path}",
                )
            content = file.read(4096)
    except OSError as error:
        raise SettingError(
            f"the key cannot be read ({error.strerror or error})",
            source=str(path),
            remedy="Put the file back where it was, or name it with the variable BTL_KEY_FILE",
        ) from error
    return _checked(content, path)


def derived(key: bytes, purpose: str) -> bytes:
    """Return the 32 bytes that `key` gives for a purpose; they tell nothing of it, nor of other purposes.

    HKDF's expansion (RFC 5869) for one block, which needs no more of a key that is random already.
    """
    return hmac.digest(key, purpose.encode() + b"\x01", hashlib.sha256)


def fingerprint(key: bytes) -> str:
    """Return 16 hexadecimal digits that tell one key from another, and nothing else of it."""
    return derived(key, "fingerprint").hex()[:16]


def _make(path: Path) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")  # with mode 0600
        unfinished = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f"{secrets.token_hex(KEY_BYTES)}\n")
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(unfinished)  # whole, and only where no other process was first
        finally:
            unfinished.unlink()
    except FileExistsError:
        return
    except OSError as error:
        raise SettingError(
            f"the key cannot be made ({error.strerror or error})",
            source=str(path),
            remedy="Check the folder and its permissions, or name another with the variable BTL_KEY_FILE",
        ) from error


def _checked(content: bytes, path: Path) -> bytes:
    try:
        key = bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        raise SettingError(
            "this is not a key: it is not made of hexadecimal digits", source=str(path), remedy=_MAKE_ANEW
        ) from None
    if len(key) < KEY_BYTES:
        raise SettingError(
            f"the key has {len(key)} bytes, and {KEY_BYTES} are needed", source=str(path), remedy=_MAKE_ANEW
        )
    if len(set(key)) < _FEWEST_DIFFERENT or _counts(key):
        raise SettingError("the key can be guessed: it is not random", source=str(path), remedy=_MAKE_ANEW)
    return key


def _counts(key: bytes) -> bool:
    """Return whether each byte follows from the one before, as in the keys of examples: 00 01 02 …."""
    return len({(after - before) % 256 for before, after in pairwise(key)}) == 1
