"""The main job in one place: read a source, score its comments, flag what needs a human."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import pandas as pd

from threads.erasing import without_erased
from threads.errors import ConflictError, SettingError
from threads.frames import comments_frame
from threads.keys import read_key
from threads.moderation.flagging import AMONG_OTHERS, BY_THEMSELVES, CommentKey, flag, together
from threads.moderation.rule_book import RuleBook
from threads.parse import parse
from threads.parse.formats import Options, options
from threads.parse.reading import Reading, batches
from threads.parse.source import Source
from threads.records import Discussion, Flag, Parsed, Report
from threads.scores import score
from threads.scores.chosen import scores_for
from threads.scores.text import own_text
from threads.settings import Settings
from threads.storage import Added, Held, Store, merged, numbered
from threads.workers import Workers

T = TypeVar("T")
COMMENTS_AT_ONCE = 5_000  # a part of a large input: some seconds of scoring
ATTEMPTS = 10  # each failed one means that another import of the same discussion came through


@dataclass(frozen=True, slots=True)
class Analysis:
    """A parsed source with everything worked out from it.

    `scores` has one row a comment, in the order and with the index of `comments_frame(parsed.discussions)`;
    `flags` is keyed by (thread_id, comment_id).
    """

    parsed: Parsed
    scores: pd.DataFrame
    flags: Mapping[CommentKey, list[Flag]]

    @property
    def frame(self) -> pd.DataFrame:
        """Records and scores side by side, one row a comment."""
        return pd.concat([comments_frame(self.parsed.discussions), self.scores], axis="columns")


@dataclass(frozen=True, slots=True)
class Judged:
    """What discussions have by themselves: scores, and flags of the rules BY_THEMSELVES by `book`."""

    scores: pd.DataFrame
    flags: Mapping[CommentKey, list[Flag]]
    book: RuleBook


Scored = Callable[[Parsed, Settings], pd.DataFrame]
Judge = Callable[[Parsed, Settings, RuleBook], Judged]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought, and the analysis of the whole discussions as they are stored now."""

    added: Added
    analysis: Analysis


def read(
    source: str | Path,
    *,
    timezone: str | None = None,
    captured_at: datetime | None = None,
    format_name: str | None = None,
    settings: Settings | None = None,
) -> list[Discussion]:
    """Return the discussions in a file.

    Parameters
    ----------
    source
        Path of a file in one of the FORMATS.
    timezone
        IANA name of the zone of times that carry none, such as "Europe/Berlin"; UTC is assumed without it.
    captured_at
        When the page was saved (aware): relative times are counted from it.
    format_name
        Name of the format, where it should not be recognised by content.

    Raises
    ------
    InputError
        The file cannot be read; the message names it, the place and the remedy.
    """
    chosen = options(timezone, captured_at)
    return list(_parse_file(source, chosen, format_name, settings or Settings.from_environment()).discussions)


def analyse(
    source: str | Path,
    *,
    target: str | None = None,
    stance_model: str | Path | None = None,
    timezone: str | None = None,
    captured_at: datetime | None = None,
    format_name: str | None = None,
) -> pd.DataFrame:
    """Return records and scores of a file's comments, one row a comment; parameters as in `read`.

    `target` is what stance is taken toward; each discussion's own title where not given. `stance_model` is
    what judges it, in the place of the setting stance_model: a file that `btl topic fit` made, which knows
    its target, or another choice of `threads.scores.chosen`. An empty target is a SettingError.
    """
    require_target(target)
    settings = Settings.from_environment()
    if stance_model is not None:
        settings = settings.replace(stance_model=str(stance_model))
    parsed = _parse_file(source, options(timezone, captured_at), format_name, settings)
    return scored_frame(parsed.discussions, settings, target=target)


def _parse_file(source: str | Path, chosen: Options, format_name: str | None, settings: Settings) -> Parsed:
    return parse(Source.from_path(source, settings), chosen, format_name, settings=settings)


def scored_frame(
    discussions: tuple[Discussion, ...], settings: Settings, *, target: str | None = None
) -> pd.DataFrame:
    """Return records and scores of discussions side by side, one row a comment."""
    records = comments_frame(discussions)
    return pd.concat([records, _scores_of(records, discussions, settings, target)], axis="columns")


def scored_parts(
    parts: Iterable[tuple[Discussion, ...]],
    settings: Settings,
    *,
    target: str | None = None,
    workers: Workers | None = None,
) -> Iterator[tuple[tuple[Discussion, ...], pd.DataFrame]]:
    """Yield parts of an input that hold comments, in their order, with what `scored_frame` makes of them."""
    waiting: deque[tuple[Discussion, ...]] = deque()

    def with_comments() -> Iterator[tuple[Discussion, ...]]:
        for part in parts:
            if any(d.comments for d in part):
                waiting.append(part)
                yield part

    work = partial(scored_frame, settings=settings, target=target)
    for frame in (workers or Workers()).in_order(work, with_comments()):
        yield waiting.popleft(), frame


def _scores_of(
    records: pd.DataFrame, discussions: tuple[Discussion, ...], settings: Settings, target: str | None
) -> pd.DataFrame:
    return score(with_context(records, discussions, target), scores_for(settings))


def score_parsed(parsed: Parsed, settings: Settings, *, target: str | None = None) -> pd.DataFrame:
    """Score what a parse found: one row a comment; `settings` name the models."""
    return _scores_of(comments_frame(parsed.discussions), parsed.discussions, settings, target)


def judge_parsed(
    parsed: Parsed, settings: Settings, book: RuleBook, *, scored: Scored = score_parsed
) -> Judged:
    """Score what a parse found, and flag it by what stands in its discussions; `scored` scores it."""
    scores = scored(parsed, settings)
    frame = pd.concat([comments_frame(parsed.discussions), scores], axis="columns")
    characters = settings.max_comment_characters
    return Judged(scores, flag(frame, book, characters=characters, only=BY_THEMSELVES), book)


def analyse_parsed(parsed: Parsed, settings: Settings, *, target: str | None = None) -> Analysis:
    """Score what a parse found, and flag it by the book that `settings` give."""
    judged = judge_parsed(
        parsed, settings, RuleBook.from_settings(settings), scored=partial(score_parsed, target=target)
    )
    return _among_others(parsed, settings, judged, comments_frame(parsed.discussions), None)


def _among_others(
    parsed: Parsed, settings: Settings, judged: Judged, records: pd.DataFrame, stored: pd.DataFrame | None
) -> Analysis:
    """Add the flags that comments get beside each other, and beside what is stored of other discussions."""
    characters = settings.max_comment_characters
    flags = flag(records, judged.book, stored=stored, characters=characters, only=AMONG_OTHERS)
    return Analysis(parsed, judged.scores, together(judged.flags, flags))


def import_parsed(
    store: Store, parsed: Parsed, settings: Settings, *, judge: Judge = judge_parsed
) -> Imported:
    """Merge what a parse found with what is stored of it, analyse the whole and store it.

    `judge` scores it and flags it by itself: here, or with scores of another process
    (`threads.scored_isolated`). Flags are by the store's rule book, and count what is stored besides.

    All of it is stored or nothing. The work is done before the write lock is taken; when another import of
    the same discussion comes first, it is done again on what that one stored.

    Raises
    ------
    InputError
        No discussion has a comment.
    ConflictError
        Other imports of the same discussion came first, ten times in a row.
    StoreError
        The database refuses.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _import_once(store, parsed, settings, judge)
        except ConflictError:
            continue
    return _import_once(store, parsed, settings, judge)


def import_reading(
    store: Store,
    found: Reading,
    settings: Settings,
    *,
    comments_at_once: int = COMMENTS_AT_ONCE,
    told: Callable[[Added], object] = lambda _: None,
    workers: Workers | None = None,
) -> Added:
    """Import an input of any size in parts of whole discussions, each stored by itself; return the sum.

    When it is interrupted, whole discussions are stored, and a second run goes on: a discussion that is
    stored as it would be found again is neither scored nor stored again. An input of one part is imported
    as by `import_parsed`.

    Parameters
    ----------
    comments_at_once
        Comments from which a part is full.
    told
        Told of each part once it is stored.
    workers
        Judge parts that come while one is stored; all is done in this process without them.

    Raises
    ------
    InputError, ConflictError, StoreError
        As `import_parsed`; what was stored before stays.
    """
    total = Added(0, 0, 0)
    parts = _parts(store, found, comments_at_once)
    try:
        for news, known, judge in _judged_ahead(parts, settings, store.rule_books.current(settings), workers):
            added = Added(0, 0, known)
            if news.discussions:
                added += import_parsed(store, news, settings, judge=judge).added
            total += added
            told(added)
    finally:
        store.rest()
    return total


def _parts(store: Store, found: Reading, comments_at_once: int) -> Iterator[tuple[Parsed, int]]:
    """Yield what there is to store of each part of an input, and how many comments are stored just so."""
    for number, (part, is_last) in enumerate(
        _and_last(batches(found.discussions, comments_at_once)), start=1
    ):
        report = found.report() if is_last else Report(source=part[0].source)
        news, known = part, 0
        if number > 1 or not is_last:
            note = f"part {number:,} of a large input"
            kept = sum(len(d.comments) for d in part)
            report = replace(report, kept=kept, warnings=(note, *report.warnings))
            news, known = _news(store, part)
        yield Parsed(discussions=news, report=report), known


def _judged_ahead(
    parts: Iterable[tuple[Parsed, int]], settings: Settings, book: RuleBook, workers: Workers | None
) -> Iterator[tuple[Parsed, int, Judge]]:
    """Yield the parts, each with how its comments get scores and flags: by the workers, where these knew it.

    What is stored of a discussion is not known to them: where it makes another one of what was found, it is
    judged here.
    """
    if workers is None or workers.count == 1:
        yield from ((news, known, judge_parsed) for news, known in parts)
        return
    waiting: deque[tuple[Parsed, int, Parsed]] = deque()

    def new() -> Iterator[Parsed]:
        for news, known in parts:
            whole = replace(news, discussions=_merged_all(Held({}, {}), news.discussions))
            waiting.append((news, known, whole))
            yield whole

    for judged in workers.in_order(partial(_judged_if_any, settings=settings, book=book), new()):
        news, known, whole = waiting.popleft()
        yield news, known, partial(_judged_before, whole=whole, judged=judged)


def _judged_if_any(parsed: Parsed, settings: Settings, book: RuleBook) -> Judged | None:
    return judge_parsed(parsed, settings, book) if any(d.comments for d in parsed.discussions) else None


def _judged_before(
    parsed: Parsed, settings: Settings, book: RuleBook, *, whole: Parsed, judged: Judged | None
) -> Judged:
    """Return what is known of what was judged before, and judge anything else, or by another book."""
    if judged is None or parsed.discussions != whole.discussions:
        return judge_parsed(parsed, settings, book)
    if judged.book != book:
        return judge_parsed(parsed, settings, book, scored=lambda *_: judged.scores)
    return judged


def _and_last(items: Iterable[T]) -> Iterator[tuple[T, bool]]:
    """Yield each item, and whether it is the last."""
    rest = iter(items)
    for item in islice(rest, 1):
        before = item
        for after in rest:
            yield before, False
            before = after
        yield before, True


def _news(store: Store, part: tuple[Discussion, ...]) -> tuple[tuple[Discussion, ...], int]:
    """Return the discussions that are not stored just so, and how many comments the others have."""
    held = store.held(d.thread_id for d in part).discussions
    news = tuple(
        d for d in part if d.thread_id not in held or merged(held[d.thread_id], d) != held[d.thread_id]
    )
    return news, sum(len(d.comments) for d in part) - sum(len(d.comments) for d in news)


def _import_once(store: Store, parsed: Parsed, settings: Settings, judge: Judge) -> Imported:
    # What is held is read first: an erasure after it is a conflict, one before it is seen here.
    held = store.held({d.thread_id: None for d in parsed.discussions if d.comments})
    if erased := store.keeping.erased(lambda: read_key(settings.key_file, make=False)):
        parsed = without_erased(parsed, erased)
        held = held.only({d.thread_id for d in parsed.discussions if d.comments})
    whole = replace(parsed, discussions=_merged_all(held, parsed.discussions))
    book = store.rule_books.latest()
    judged = judge(whole, settings, store.rule_books.current(settings))
    records = comments_frame(whole.discussions)
    analysis = _among_others(whole, settings, judged, records, store.rule_books.nearby(records))
    added = store.add(whole, analysis.scores, analysis.flags, held=held)
    if store.rule_books.latest() != book:  # somebody has put other rules into force meanwhile
        store.rule_books.reflag(settings, threads=[d.thread_id for d in whole.discussions])
    captured = sum(len(d.comments) for d in parsed.discussions)
    return Imported(replace(added, known=captured - added.comments), analysis)


def _merged_all(held: Held, found: tuple[Discussion, ...]) -> tuple[Discussion, ...]:
    """Return each discussion once, merged with what is held of it; empty ones last and as they are."""
    whole: dict[str, Discussion] = {}
    for new in (d for d in found if d.comments):
        before = whole.get(new.thread_id) or held.discussions.get(new.thread_id)
        whole[new.thread_id] = numbered(new) if before is None else merged(before, new)
    return (*whole.values(), *(d for d in found if not d.comments))


def with_context(
    records: pd.DataFrame, discussions: tuple[Discussion, ...], target: str | None = None
) -> pd.DataFrame:
    """Return what scores read: texts without quotations, with parent_text, target, article and language."""
    titles = {d.thread_id: target or d.title for d in discussions}
    languages = {d.thread_id: d.language for d in discussions}
    articles = {d.thread_id: f"{d.title or ''}\n{d.article_text}" for d in discussions if d.article_text}
    keys = list(zip(records["thread_id"], records["comment_id"], strict=True))
    answered = list(zip(records["thread_id"], records["parent_id"], strict=True))
    whole = dict(zip(keys, records["text"], strict=True))
    said = list(map(own_text, records["text"], records["status"], map(whole.get, answered)))
    texts = dict(zip(keys, said, strict=True))
    parents = [texts.get(key) for key in answered]
    return records.assign(
        text=pd.Series(said, index=records.index, dtype="str"),
        parent_text=pd.Series(parents, index=records.index, dtype="str"),
        target=records["thread_id"].map(titles).astype("str"),
        article=records["thread_id"].map(articles).astype("str"),
        language=records["thread_id"].map(languages).astype("str"),
    )


def require_target(target: str | None) -> None:
    """Raise SettingError for a target that is given and blank: the title would silently stand for it."""
    if target is not None and not target.strip():
        raise SettingError(
            "the target is empty",
            source="--target",
            remedy="Say what the stance is toward, or leave it out: then it is the article's title",
        )
