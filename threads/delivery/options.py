"""Options of a target: as the file has them, checked; secrets are only named there, and read when needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from threads.errors import SettingError

MASK = "****"


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a platform. One that is `secret` is given as NAME_env or NAME_file.

    `default` is a text, a flag, a whole number or a list of texts, as the value is; None: it must be given.
    """

    name: str
    help: str
    default: str | bool | int | tuple[str, ...] | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is kept; the value is never part of a message, a log or a representation."""

    variable: str | None
    path: Path | None
    place: str

    def read(self) -> str:
        """Return the secret.

        Raises
        ------
        SettingError
            The variable is not set, the file cannot be read, or it is empty.
        """
        value = (self._from_file() if self.path else os.environ.get(self.variable or "", "")).strip()
        if not value:
            where = f"the file {self.path}" if self.path else f"the variable {self.variable}"
            raise SettingError(f"{where} holds no secret", source=self.place, remedy="Set it, then try again")
        return value

    def _from_file(self) -> str:
        try:
            return Path(self.path or "").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise SettingError(f"the file {self.path} cannot be read ({reason})", source=self.place) from None


class Options:
    """The options of one target, with what every platform needs: a clock and a limit on time.

    Parameters
    ----------
    values
        As in the file, without what is common to all targets.
    known
        The options of the platform.
    folder
        Where the file is: paths in it begin there.
    place
        What messages name: the file and the target.
    seconds
        Longest that telling the platform may take.
    clock
        Gives the present moment, aware.

    Raises
    ------
    SettingError
        An option is unknown, missing or of another kind; or a secret is given in the file itself.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        known: tuple[Option, ...],
        *,
        folder: Path,
        place: str,
        seconds: float,
        clock: Callable[[], datetime],
    ) -> None:
        self.place, self.seconds, self.clock = place, seconds, clock
        self._folder = folder
        self._values: dict[str, Any] = {}
        left = dict(values)
        for option in known:
            self._values[option.name] = (
                self._secret(option, left) if option.secret else self._plain(option, left)
            )
        if left:
            names = [name for option in known for name in _names(option)]
            raise SettingError(
                f"there is no option called {next(iter(left))}",
                source=place,
                remedy=f"Known here: {', '.join(names)}",
            )

    def text(self, name: str) -> str:
        """Return an option that is a text."""
        return str(self._values[name])

    def flag(self, name: str) -> bool:
        """Return an option that is true or false."""
        return bool(self._values[name])

    def number(self, name: str) -> int:
        """Return an option that is a whole number."""
        return int(self._values[name])

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an option that is a list of texts."""
        return tuple(self._values[name])

    def path(self, name: str) -> Path:
        """Return an option that is a path."""
        return self._folder / self.text(name)

    def secret(self, name: str) -> Secret | None:
        """Return where a secret is kept, None where an optional one is not given."""
        found: Secret | None = self._values[name]
        return found

    def required_secret(self, name: str) -> Secret:
        """Return where a secret that has no default is kept."""
        found: Secret = self._values[name]
        return found

    def _plain(self, option: Option, left: dict[str, Any]) -> Any:
        value = left.pop(option.name, option.default)
        if value is None:
            raise SettingError(f"{option.name} is missing", source=self.place, remedy=option.help)
        if isinstance(value, list):
            value = tuple(value)
        kind = type(option.default) if option.default is not None else str
        mixed = isinstance(value, tuple) and not all(isinstance(one, str) for one in value)
        if not isinstance(value, kind) or mixed:
            raise SettingError(f"{option.name} is not {_KINDS[kind]}", source=self.place, remedy=option.help)
        return value

    def _secret(self, option: Option, left: dict[str, Any]) -> Secret | None:
        variable, path = left.pop(f"{option.name}_env", None), left.pop(f"{option.name}_file", None)
        if option.name in left:
            raise SettingError(
                f"{option.name} is a secret and may not stand in the file",
                source=self.place,
                remedy=f"Name an environment variable with {option.name}_env, or a file with "
                f"{option.name}_file",
            )
        if variable is None and path is None:
            if option.default is not None:
                return None
            raise SettingError(
                f"{option.name}_env or {option.name}_file is missing", source=self.place, remedy=option.help
            )
        if not isinstance(variable or "", str) or not isinstance(path or "", str) or (variable and path):
            raise SettingError(
                f"{option.name} needs one name: of a variable or of a file",
                source=self.place,
                remedy=option.help,
            )
        return Secret(variable, self._folder / path if path else None, self.place)


_KINDS = {str: "a text", bool: "true or false", int: "a whole number", tuple: "a list of texts"}


def _names(option: Option) -> list[str]:
    return [f"{option.name}_env", f"{option.name}_file"] if option.secret else [option.name]
