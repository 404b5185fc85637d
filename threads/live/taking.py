"""Taking in changes of comments: each is scored, flagged and stored before it is answered.

What it costs does not grow with the discussion: read are the comment, what it answers and what answers it.
What needs the whole discussion (shares and novelty within the thread, pile-ons, repeats, campaigns) is
`threads.live.settling`'s, some seconds later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from threads.analysis import with_context
from threads.erasing import Erased
from threads.errors import ConflictError
from threads.frames import comments_frame
from threads.keys import read_key
from threads.live.changes import Change, Outcome, Taken, Version, resolved
from threads.moderation.decisions import DECIDED
from threads.moderation.flagging import flag
from threads.moderation.rule_book import RuleBook
from threads.parse.language import detect
from threads.records import Comment, Discussion, Flag
from threads.scores import WITHIN_THREAD, score
from threads.scores.chosen import scores_for
from threads.settings import Settings
from threads.storage import Store
from threads.storage.intake import ALONE, Around, Batch, Scores, Stored, Written

CommentKey = tuple[str, str]

ATTEMPTS: Final = 10  # each failed one means that somebody else changed one of the comments, or the rules
_SEEN_BY_SCORES: Final = ("text", "parent_id")
_SEEN_BY_RULES: Final = (*_SEEN_BY_SCORES, "status")


def take(store: Store, changes: Sequence[Change], settings: Settings) -> list[Taken]:
    """Store changes of comments, all or none of them, and return what became of each, in their order.

    When it returns they are on disk, scored and flagged, and seen by every page. Changes may come in any
    order, and again: see `threads.live.changes`. Of many at once each costs less.

    Parameters
    ----------
    changes
        Of any comments, of any discussions; discussions that are not stored are made.
    settings
        Name the models, and how much of a text rules read.

    Raises
    ------
    InputError
        An id cannot be stored: it is too long, or no whole text.
    ConflictError
        Others changed the same comments at the same moment, ten times in a row.
    StoreError
        The database refuses; nothing is stored.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _take_once(store, changes, settings)
        except ConflictError:
            continue
    return _take_once(store, changes, settings)


def warm(settings: Settings) -> None:
    """Load what judging the first comment would load: models and lists of words take a second or two."""
    comments = tuple(
        Comment(
            thread_id="t",
            comment_id=str(number),
            position=number,
            parent_id="1" if number > 1 else None,
            text="No, you idiot: it costs far too much, as http://a.example says. Why was nobody asked?",
            source_format="btl-json",
        )
        for number in (1, 2)
    )
    about = Discussion(
        thread_id="t", source="warm", source_format="btl-json", title="A tunnel", comments=comments
    )
    records = comments_frame((about,))
    scores = score(with_context(records, (about,)), scores_for(settings))
    flag(pd.concat([records, scores], axis="columns"), RuleBook.from_settings(settings), only=ALONE)


@dataclass(frozen=True, slots=True)
class _Now:
    """A comment as it is once all changes are known, and as it was stored before."""

    version: Version
    before: Stored | None

    @property
    def comment(self) -> Comment:
        return self.version.comment

    @property
    def is_same(self) -> bool:
        before = self.before
        return before is not None and self.version == Version(
            before.comment, before.changed_at, before.deleted_at
        )

    def differs(self, names: Iterable[str]) -> bool:
        """Return whether one of these fields is not as it was stored."""
        before = self.before
        return before is None or any(
            getattr(before.comment, name) != getattr(self.comment, name) for name in names
        )


def _take_once(store: Store, changes: Sequence[Change], settings: Settings) -> list[Taken]:
    erased = store.keeping.erased(lambda: read_key(settings.key_file, make=False))
    asked = [_asked(change) for change in changes]
    around = store.intake.around(asked)
    now = _now(changes, around, erased)
    written = {key: one for key, one in now.items() if not one.is_same}
    flags: Mapping[CommentKey, list[Flag]] = {}
    if written:
        discussions = _discussions(changes, around, written)
        book = (
            RuleBook.from_settings(settings)
            if around.book is None
            else store.rule_books.saved(around.book, settings)
        )
        scores, flags = _judged(discussions, written, around, book, settings)
        store.intake.add(
            Batch(
                discussions=[about for about, _ in discussions.values()],
                comments=[_written(key, one, flags) for key, one in written.items()],
                scores=scores,
                around=around,
                asked=asked,
            )
        )
    return [_taken(change, now, flags) for change in changes]


def _asked(change: Change) -> Comment:
    if change.comment is not None:
        return change.comment
    thread_id, comment_id = change.key
    return Comment(
        thread_id=thread_id,
        comment_id=comment_id,
        position=0,
        text="",
        source_format=change.about.source_format,
    )


def _now(changes: Sequence[Change], around: Around, erased: Erased | None) -> dict[CommentKey, _Now]:
    """Return the comments that changes are about, as they are then; those erased or emptied are left out."""
    found: dict[CommentKey, _Now] = {}
    for change in changes:
        key, before = change.key, around.comments.get(change.key)
        if before is not None and before.is_empty:
            continue
        version = found[key].version if key in found else _version(before)
        is_decided = before is not None and before.state in DECIDED
        version = resolved(version, change, decided=is_decided)
        place = 0 if before is None else before.comment.position
        version = version._replace(comment=replace(version.comment, position=place))
        if erased is not None and erased.cover(*key, version.comment.author, version.comment.author_id):
            found.pop(key, None)
            continue
        found[key] = _Now(version, before)
    return found


def _version(stored: Stored | None) -> Version | None:
    return None if stored is None else Version(stored.comment, stored.changed_at, stored.deleted_at)


def _discussions(
    changes: Sequence[Change], around: Around, written: Mapping[CommentKey, _Now]
) -> dict[str, tuple[Discussion, Discussion]]:
    """Return each discussion that is written to: as it is to be stored, and as scores see it.

    Its language is stored once it is settled; until then it is told by the comments at hand.
    """
    found: dict[str, tuple[Discussion, Discussion]] = {}
    for thread_id in {key[0]: None for key in written}:
        about = around.discussions.get(thread_id)
        for change in changes:
            if change.about.thread_id == thread_id:
                about = replace(change.about, comments=()) if about is None else _filled(about, change.about)
        if about is None:  # pragma: no cover - what is written comes from a change
            continue
        texts = [one.comment.text for key, one in written.items() if key[0] == thread_id]
        texts += [stored.comment.text for key, stored in around.comments.items() if key[0] == thread_id]
        found[thread_id] = about, replace(about, language=about.language or detect(texts))
    return found


def _filled(known: Discussion, told: Discussion) -> Discussion:
    names = ("title", "url", "article_text", "published_at", "language", "captured_at")
    return replace(known, **{n: getattr(told, n) for n in names if getattr(known, n) is None})


def _judged(
    discussions: Mapping[str, tuple[Discussion, Discussion]],
    written: Mapping[CommentKey, _Now],
    around: Around,
    book: RuleBook,
    settings: Settings,
) -> tuple[Scores, dict[CommentKey, list[Flag]]]:
    """Return the scores of what reads otherwise now, and the flags of the rules ALONE."""
    again = {key for key, one in written.items() if one.differs(_SEEN_BY_SCORES)}
    for key in again.copy():
        again.update((key[0], answer) for answer in around.answers.get(key, ()))
    judged = {key for key, one in written.items() if one.differs(_SEEN_BY_RULES)}
    comments: dict[str, dict[str, Comment]] = {}
    for (thread_id, comment_id), stored in around.comments.items():
        comments.setdefault(thread_id, {})[comment_id] = stored.comment
    for (thread_id, comment_id), one in written.items():
        comments.setdefault(thread_id, {})[comment_id] = one.comment
    whole = tuple(
        replace(seen, comments=tuple(comments[thread_id].values()))
        for thread_id, (_, seen) in discussions.items()
    )
    records = comments_frame(whole)
    keys = list(zip(records["thread_id"], records["comment_id"], strict=True))
    chosen = [place for place, key in enumerate(keys) if key in again or key in judged]
    if not chosen:
        return Scores((), {}), {}
    scores = score(with_context(records, whole).iloc[chosen], scores_for(settings))
    scores = scores[[name for name in scores.columns if name not in WITHIN_THREAD]]
    found = Scores.of([keys[place] for place in chosen], scores)
    frame = pd.concat([records.iloc[chosen], scores], axis="columns")
    frame = frame.iloc[[number for number, place in enumerate(chosen) if keys[place] in judged]]
    return found, flag(frame, book, characters=settings.max_comment_characters, only=ALONE)


def _written(key: CommentKey, one: _Now, flags: Mapping[CommentKey, list[Flag]]) -> Written:
    return Written(
        comment=one.comment,
        changed_at=one.version.changed_at,
        deleted_at=one.version.deleted_at,
        before=one.before,
        flags=flags.get(key, []) if one.differs(_SEEN_BY_RULES) else None,
    )


def _taken(change: Change, now: Mapping[CommentKey, _Now], flags: Mapping[CommentKey, list[Flag]]) -> Taken:
    one = now.get(change.key)
    if one is None:
        return Taken(*change.key, "erased")
    outcome: Outcome = "same" if one.is_same else "new" if one.before is None else "changed"
    return Taken(*change.key, outcome, tuple(flags.get(change.key, ())))
