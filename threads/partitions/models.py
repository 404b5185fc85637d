"""What each worker of a cluster loads once: the scores with their models. It needs Dask."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from distributed import Client, WorkerPlugin, get_worker

from threads.errors import ModelError
from threads.models import FOLDER, MANIFEST, read_manifest
from threads.scores import score
from threads.scores.base import Score
from threads.scores.chosen import scores_for
from threads.settings import SETTINGS, Settings

_NAME: Final = "below-the-line-models"


def ship(client: Client, settings: Settings) -> None:
    """Let every worker load the models that `settings` name, now or when it joins; own files go with it.

    Raises
    ------
    ModelError
        A worker has other models than this machine.
    """
    client.register_plugin(Models(settings), name=_NAME)


def loaded() -> tuple[Score, ...]:
    """Return the scores that this worker has loaded."""
    found: tuple[Score, ...] = get_worker().plugins[_NAME].scores
    return found


class Models(WorkerPlugin):  # type: ignore[misc]
    """Loads the models on a worker; `scores` are there then."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._installed = read_manifest(FOLDER / MANIFEST)
        named = {s.name: Path(getattr(settings, s.name)) for s in SETTINGS if s.name.endswith("_model")}
        self._files = {name: (path.name, path.read_bytes()) for name, path in named.items() if path.is_file()}
        self.scores: tuple[Score, ...] = ()

    def setup(self, worker: Any) -> None:
        """Load them, and what they load at their first use."""
        if read_manifest(FOLDER / MANIFEST) != self._installed:
            raise ModelError(
                "it has other models than this machine",
                source=str(worker.address),
                remedy="Install the same release of below-the-line on every worker",
            )
        own = Path(tempfile.mkdtemp(dir=worker.local_directory))
        for name, content in self._files.values():
            (own / name).write_bytes(content)
        here = {setting: str(own / name) for setting, (name, _) in self._files.items()}
        self.scores = scores_for(self._settings.replace(**here))
        score(["What is loaded at the first use is loaded now."], self.scores)
