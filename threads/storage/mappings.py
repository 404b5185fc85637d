"""Mappings of tables that were saved under a name: files of TOML in a folder, for people to change."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from threads.errors import SettingError, StoreError
from threads.language import _
from threads.parse.exports.tables.mapping import Mapping, from_pairs, from_text, to_text
from threads.parse.exports.tables.presets import PRESETS
from threads.storage.files import whole_file

_NAME = re.compile(r"[^\W_][\w .-]{0,59}")
_ENDING = ".toml"
_LARGEST = 100_000  # bytes


class SavedMappings:
    """The mappings in a folder, and the presets; the folder is made with the first that is saved."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    def names(self) -> list[str]:
        """Return the names of all that are saved, in their order."""
        return sorted(path.stem for path in self._folder.glob(f"*{_ENDING}") if _NAME.fullmatch(path.stem))

    def get(self, name: str) -> Mapping:
        """Return a mapping by its name: one that was saved, or else a preset.

        Raises
        ------
        SettingError
            There is none of that name, or its file is no mapping.
        """
        path = self._path(name)
        if path is not None and path.is_file():
            return _read(path, name)
        preset = next((item.mapping for item in PRESETS if item.mapping.name == name), None)
        if preset is None:
            known = ", ".join([*self.names(), *(item.mapping.name for item in PRESETS)])
            raise SettingError(
                _("no mapping is called {name}", name=repr(name[:60])),
                remedy=_("Known are {list}", list=known),
            )
        return preset

    def save(self, name: str, mapping: Mapping) -> Path:
        """Keep a mapping under a name, in the place of an older one of that name; return its file.

        Raises
        ------
        SettingError
            The name cannot be one of a file, or is that of a preset.
        StoreError
            The file cannot be written.
        """
        path = self._path(name)
        if path is None:
            raise SettingError(
                _("{name} is no name for a mapping", name=repr(name[:60])),
                remedy=_("A name has up to 60 letters, digits, spaces, dots and hyphens"),
            )
        if any(item.mapping.name == name for item in PRESETS):
            raise SettingError(
                _("{name} is the name of a preset", name=repr(name)), remedy=_("Choose another name")
            )
        text = to_text(mapping)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                _("the folder cannot be made ({reason})", reason=error.strerror or error),
                source=str(self._folder),
                remedy=_(
                    "Check its place, or name another with the variable {variable}",
                    variable="BTL_MAPPING_FOLDER",
                ),
            ) from None
        with whole_file(path) as file:
            file.write(text)
        return path

    def named(self, value: str) -> Mapping:
        """Return what `--mapping` names: a saved mapping or preset, a file, or pairs of field=column.

        Raises
        ------
        SettingError
            It is none of them; says what is known.
        """
        if "=" in value:
            return from_pairs(value)
        path = Path(value)
        if path.suffix in (_ENDING, ".json"):
            return _read(path, path.stem)
        return self.get(value)

    def _path(self, name: str) -> Path | None:
        return self._folder / f"{name}{_ENDING}" if _NAME.fullmatch(name) and ".." not in name else None


def _read(path: Path, name: str) -> Mapping:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise SettingError(
            _("the mapping cannot be read ({reason})", reason=getattr(error, "strerror", None) or error),
            source=str(path),
            remedy=_("Check the file"),
        ) from None
    return replace(from_text(text, str(path), name=name), name=name)
