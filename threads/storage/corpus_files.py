"""Discussions as a corpus of ConvoKit, which its versions 2.5 to 5 load: `Corpus(filename=FOLDER)`.

The format: https://convokit.cornell.edu/documentation/data_format.html. The article is the first utterance
of its conversation, as submissions are in ConvoKit's corpora of Reddit: each conversation is one tree. Its
`meta` has `is_article` and what is known of the discussion; that of a comment has its record and its scores,
a missing value left out. Every file is ASCII, so that it is read the same whatever the machine's encoding.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from threads.errors import InputError, StoreError
from threads.parse.exports.convokit import ARTICLE
from threads.records import Discussion
from threads.storage.files import whole_file
from threads.storage.json_files import about
from threads.storage.parts import Part, rows_of, whole_threads

UTTERANCES = "utterances.jsonl"
FILES = (UTTERANCES, "speakers.json", "conversations.json", "corpus.json", "index.json")
NOBODY = "(no name)"  # the speaker of what is unsigned
ARTICLE_SPEAKER = "(article)"

_as_json = json.JSONEncoder(separators=(",", ":")).encode


def write_corpus(parts: Iterable[Part], folder: Path, *, version: str, beside: tuple[str, ...] = ()) -> None:
    """Write a corpus into `folder`, which is made where it does not exist; all files appear, or none.

    The rows of a discussion must follow each other; the longest discussion, and what is known of people and
    discussions, are in memory at a time. An earlier corpus there is replaced.

    Parameters
    ----------
    parts
        What is written.
    folder
        Holds nothing else than a corpus, and files called as in `beside`.
    version
        This program's, which is written into corpus.json.

    Raises
    ------
    InputError
        A discussion comes twice: utterances have one id each.
    StoreError
        The folder holds other files, or cannot be written.
    """
    _require_ours(folder, {*FILES, *beside})
    corpus = _Corpus()
    with ExitStack() as stack:
        files = {name: stack.enter_context(whole_file(folder / name)) for name in FILES}
        corpus.write_utterances(parts, files[UTTERANCES])
        _write(files["speakers.json"], {key: _entry(meta) for key, meta in corpus.speakers.items()})
        _write(files["conversations.json"], {key: _entry(meta) for key, meta in corpus.conversations.items()})
        _write(files["corpus.json"], {"made_by": f"below-the-line {version}"})
        _write(files["index.json"], corpus.index())


def _require_ours(folder: Path, names: set[str]) -> None:
    try:
        folder.mkdir(exist_ok=True)
        others = sorted(path.name for path in folder.iterdir() if path.name not in names)
    except OSError as error:
        raise StoreError(
            f"the folder cannot be written ({error.strerror or error})",
            source=str(folder),
            remedy="Check the path and its permissions",
        ) from error
    if others:
        raise StoreError(
            f"the folder holds other files, such as {others[0]}",
            source=str(folder),
            remedy="Name a new folder for the corpus",
        )


@dataclass(slots=True)
class _Corpus:
    """What is gathered while utterances are written."""

    speakers: dict[str, dict[str, Any]] = field(default_factory=dict)
    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    of_utterances: dict[str, type] = field(default_factory=dict)  # fields of their meta

    def write_utterances(self, parts: Iterable[Part], file: TextIO) -> None:
        for frame, discussions in whole_threads(parts):
            for rows in _threads(rows_of(frame)):
                discussion = discussions[rows[0]["thread_id"]]
                file.writelines(_as_json(utterance) + "\n" for utterance in self._thread(discussion, rows))

    def _thread(self, discussion: Discussion, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        root = _escaped(discussion.thread_id)
        if root in self.conversations:
            raise InputError(
                f"the discussion {discussion.thread_id} comes twice",
                remedy="Give one capture of it, or import both and export the store",
            )
        known = _present(about(discussion))
        self.conversations[root] = known
        yield self._article(root, discussion, known)
        answered = _answers(rows)
        for row in rows:
            parent = answered[row["comment_id"]]
            yield {
                "id": f"{root}:{row['comment_id']}",
                "conversation_id": root,
                "text": row["text"],
                "speaker": self._speaker(row),
                "meta": self._meta({name: value for name, value in row.items() if name != "text"}),
                "reply-to": root if parent is None else f"{root}:{parent}",
                "timestamp": _seconds(row["published_at"]),
                "vectors": [],
            }

    def _article(self, root: str, discussion: Discussion, known: Mapping[str, Any]) -> dict[str, Any]:
        self.speakers.setdefault(ARTICLE_SPEAKER, {})
        return {
            "id": root,
            "conversation_id": root,
            "text": discussion.article_text or discussion.title or "",
            "speaker": ARTICLE_SPEAKER,
            "meta": self._meta({ARTICLE: True, **known}),
            "reply-to": None,
            "timestamp": _seconds(known.get("published_at")),
            "vectors": [],
        }

    def _speaker(self, row: Mapping[str, Any]) -> str:
        key: str = row["author_id"] or row["author"] or NOBODY
        self.speakers.setdefault(key, _present({name: row[name] for name in ("author", "author_id")}))
        return key

    def _meta(self, values: Mapping[str, Any]) -> dict[str, Any]:
        present = _present(values)
        for name, value in present.items():
            self.of_utterances.setdefault(name, type(value))
        return present

    def index(self) -> dict[str, Any]:
        return {
            "utterances-index": {name: [str(kind)] for name, kind in self.of_utterances.items()},
            "speakers-index": _index(self.speakers.values()),
            "conversations-index": _index(self.conversations.values()),
            "overall-index": {"made_by": [str(str)]},
            "version": 1,
            "vectors": [],
        }


def _threads(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    thread: list[dict[str, Any]] = []
    for row in rows:
        if thread and thread[-1]["thread_id"] != row["thread_id"]:
            yield thread
            thread = []
        thread.append(row)
    if thread:
        yield thread


def _answers(rows: list[dict[str, Any]]) -> dict[str, str | None]:
    """Return whom each comment answers in the tree: a comment of the thread, never itself, in no circle."""
    parents = {row["comment_id"]: row["parent_id"] for row in rows}
    answered: dict[str, str | None] = {}
    for key in parents:
        path: dict[str, None] = {}
        here: str | None = key
        while here is not None and here in parents and here not in answered:
            if here in path:  # a circle: the comment at which it is found answers the article
                answered[here] = None
                break
            path[here] = None
            here = parents[here]
        for name in path:
            parent = parents[name]
            answered.setdefault(name, parent if parent in parents else None)
    return answered


def _escaped(thread_id: str) -> str:
    """Return an id without a colon, so that a comment's id, which follows one, can be told from it."""
    return thread_id.replace("%", "%25").replace(":", "%3A")


def _seconds(time: str | None) -> int | float | None:
    """Return a time as seconds since 1970, which is what ConvoKit orders utterances by."""
    if time is None:
        return None
    seconds = datetime.fromisoformat(time).timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _index(metas: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    return {name: [str(type(value))] for meta in metas for name, value in meta.items()}


def _entry(meta: dict[str, Any]) -> dict[str, Any]:
    return {"meta": meta, "vectors": []}


def _write(file: TextIO, value: dict[str, Any]) -> None:
    file.write(_as_json(value) + "\n")
