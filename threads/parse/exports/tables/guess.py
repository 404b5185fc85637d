"""What the columns of a table probably mean, by names and by what stands in them, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from threads.language import N_
from threads.parse.exports.tables.mapping import Field, Markup
from threads.parse.exports.tables.names import NAMES, OF_POSTS, is_best_as, is_private, place, plain
from threads.parse.exports.tables.references import is_top, kind_of_parents, plain_id
from threads.parse.exports.tables.times import is_day, is_epoch, is_span, is_time

_ENOUGH = 5  # rows from which values say something of their own
_MOST = 0.8
_TIMES_LOOKED_AT = 60
_LONGEST_TIME = 40  # characters
_LONGEST_STATUS = 20
_INDEX_NAMES = frozenset(("", "index", "unnamed 0", "unnamed 0 1", "row", "row id", "no", "nr", "#", "x"))
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_WHOLE = re.compile(r"[+-]?\d[\d,]*(?:\.0+)?|\d+(?:[.,]\d+)? ?[KkMm万]")  # 1.2K, as pages show it
_COUNTED = re.compile(r"\d{1,11}(?:\.0+)?")
_YES_OR_NO = frozenset(("0", "1", "0.0", "1.0", "true", "false", "yes", "no"))
_ID = re.compile(r"[\w:/.@#?&=+-]{1,200}")
_OPAQUE = re.compile(r"\d{4,}(?:\.0)?|[0-9a-f]{16,}|[0-9a-f-]{36}|UC[\w-]{22}|t2_\w+|user\d+", re.IGNORECASE)
_FULL_NAME = re.compile(r"t[1-6]_\w+")  # as Reddit calls ids
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_TAG = re.compile(r"<(?:br|p|a|i|b|em|strong|span|div|blockquote|ul|li|img)\b[^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|apos|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
_NO_SPACES = re.compile("[\u0e00-\u0fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NAME = re.compile(r"[^\W\d_][\w .'’-]{1,40}")
_POSTS = ("post id", "postid")
_HOUR = re.compile(
    r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)? ?(?:[ap]\.?m\.?|Uhr|h|Z|[A-Z]{3,4}|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_OF_THREADS = "thread."  # what objects of JSON say of that which comments stand under
_FIELDS_OF_THREADS = frozenset(("thread", "title", "url", "article"))
_ROOTS = ("root id", "rootid")  # of a discussion, or the first comment of an exchange
_WEAK_PARENTS = ("rid", "references")
_BESIDE = ("title", "post title", "headline")
_LEVELS = frozenset(NAMES["depth"]) - {"is reply", "reply"}
_FEW_JUMPS = 20  # one in so many rows may stand below one that was deleted
_COUNTS = ("comments", "post comments", "comentarios", "comentários", "kommentarer", "yorumlar")  # or texts
STORIES = N_("rows have a title and an address each and no text: they are stories, not comments")


@dataclass(frozen=True, slots=True)
class Guessed:
    """A column taken for a field: its place from 0, why, and how sure that is (0 to 1)."""

    field: Field
    place: int
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Guess:
    """What was guessed; `refused` has columns whose name says what their values do not, with why."""

    columns: tuple[Guessed, ...] = ()
    refused: dict[int, str] = field(default_factory=dict)

    def places(self, name: Field) -> tuple[int, ...]:
        """Return where the field's columns stand."""
        return tuple(guessed.place for guessed in self.columns if guessed.field == name)


def guess(header: Sequence[str], rows: Sequence[Sequence[str]], *, is_named: bool = True) -> Guess:
    """Return what the columns of a table mean.

    Parameters
    ----------
    header
        The names of the columns; made up ones where `is_named` is false.
    rows
        The first rows, as many as there is patience for; without any, names alone decide.
    """
    repeated = len(rows) - len(set(map(tuple, rows)))
    columns = [_Column(name, at, rows, is_named=is_named) for at, name in enumerate(header)]
    return _Guessing(columns, repeated).done()


def column_name(header: Sequence[str], at: int) -> str:
    """Return what a mapping calls the column at a place: its name, or its number where that says more."""
    name = header[at]
    return name if name.strip() and header.index(name) == at else str(at + 1)


def markup_of(texts: Sequence[str]) -> Markup:
    """Return how texts are written, by what a part of them shows."""
    few = max(1, len(texts) // 50)
    if sum(bool(_TAG.search(text)) for text in texts) >= few:
        return "html"
    return "entities" if sum(bool(_ENTITY.search(text)) for text in texts) >= few else "plain"


class _Column:
    """A column's name and first values, and what can be said of them."""

    def __init__(self, name: str, at: int, rows: Sequence[Sequence[str]], *, is_named: bool) -> None:
        self.name, self.at, self.is_named = name, at, is_named
        self.plain = plain(name)
        self.values = [row[at].strip() if at < len(row) else "" for row in rows]
        self.filled = [value for value in self.values if value and not is_nothing(value)]

    def known(self, name: str) -> int | None:
        """Return the rank of the column's name for a field; of user.id the whole counts, not its end."""
        if not self.is_named or (self.is_of_thread and name not in _FIELDS_OF_THREADS):
            return None
        return place(name, self.name) if is_best_as(name, self.name) else None

    def share(self, of: Callable[[str], object]) -> float:
        """Return the share of filled cells of which something is true; 0 without any."""
        return sum(bool(of(value)) for value in self.filled) / len(self.filled) if self.filled else 0.0

    @property
    def is_of_ids(self) -> bool:
        """Whether its name says that it holds ids, which may look like seconds since 1970."""
        fields = ("id", "thread", "parent", "author_id")
        return self.plain.endswith("id") or any(self.known(field) is not None for field in fields)

    @cached_property
    def filled_share(self) -> float:
        return len(self.filled) / len(self.values) if self.values else 1.0

    @cached_property
    def different(self) -> float:
        return len(set(self.filled)) / len(self.filled) if self.filled else 0.0

    @cached_property
    def times(self) -> float:
        some = self.filled[:_TIMES_LOOKED_AT]
        return sum(map(is_time, some)) / len(some) if some else 0.0

    @cached_property
    def spans(self) -> float:
        some = self.filled[:_TIMES_LOOKED_AT]
        return sum(map(is_span, some)) / len(some) if some else 0.0

    @cached_property
    def epochs(self) -> float:
        return self.share(is_epoch)

    @cached_property
    def numbers(self) -> float:
        return self.share(_NUMBER.fullmatch)

    @cached_property
    def wholes(self) -> float:
        return self.share(_WHOLE.fullmatch)

    @cached_property
    def length(self) -> float:
        return sum(map(len, self.filled)) / len(self.filled) if self.filled else 0.0

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(plain_id(value) for value in self.filled)

    @property
    def is_shared(self) -> bool:
        """Whether rows have the same: a title is then that of what they stand under."""
        return self.different <= 0.9 and len(self.filled) > 1

    @property
    def is_of_thread(self) -> bool:
        """Whether it is said of what the comment stands under."""
        return self.is_named and self.name.startswith(_OF_THREADS)

    @cached_property
    def is_index(self) -> bool:
        """Whether it only counts the rows."""
        if self.plain not in _INDEX_NAMES:
            return False
        numbers = [int(float(v)) for v in self.filled if _COUNTED.fullmatch(v)]
        return len(numbers) == len(self.filled) and all(a < b for a, b in pairwise(numbers))

    @property
    def is_sampled(self) -> bool:
        return len(self.values) >= _ENOUGH

    @property
    def is_text(self) -> bool:
        """Whether it reads like sentences: spaces, or letters of scripts that need none."""
        wordy = self.share(lambda value: " " in value or _NO_SPACES.search(value))
        dated = self.length <= _LONGEST_TIME and self.times >= 0.5
        return wordy >= 0.5 and self.numbers < 0.2 and not dated


def is_nothing(value: str) -> bool:
    """Return whether a cell is one of the ways in which programs write that there is nothing."""
    return value.lower() in {"nan", "none", "null", "<na>"}


class _Guessing:
    """The fields found so far; each step takes columns that no step before it took."""

    def __init__(self, columns: list[_Column], repeated: int) -> None:
        self._repeated = repeated  # rows that came before, cell by cell
        self._free = [c for c in columns if not c.is_index and not (c.is_named and is_private(c.name))]
        self._rows = len(columns[0].values) if columns else 0
        self._found: dict[Field, list[tuple[_Column, str, float]]] = {}
        self._refused: dict[int, str] = {c.at: "counts the rows" for c in columns if c.is_index}
        self._refused |= {
            c.at: "addresses of people are not taken" for c in columns if c.is_named and is_private(c.name)
        }

    def done(self) -> Guess:
        self._text()
        if "text" in self._found:
            self._time()
            self._time_of_day()
            self._take("id", self._no_id)
            self._thread()
            self._author()
            self._parent()
            self._id_by_values()
            self._title()
            self._take("article", self._no_text)
            self._take("url", self._no_address)
            self._take("edited", self._no_time)
            self._take("likes", self._no_count)
            self._take("status", self._no_status)
        columns = tuple(
            Guessed(name, column.at, reason, confidence)
            for name, several in self._found.items()
            for column, reason, confidence in several
        )
        return Guess(columns, self._refused)

    # --- taking ---

    def _take(self, name: Field, problem: Callable[[_Column], str]) -> bool:
        """Take the best known column of a field whose values do not speak against it."""
        named = sorted((not c.filled, k, c.at, c) for c in self._free if (k := c.known(name)) is not None)
        for *_, column in named:
            wrong = problem(column) if column.values else ""
            if wrong:
                self._refused[column.at] = _says_otherwise(name, wrong)
                continue
            reason = N_("its name and its values") if column.is_sampled else N_("its name")
            self._add(name, column, reason, 0.95 if column.is_sampled else 0.8)
            return True
        return False

    def _add(self, name: Field, column: _Column, reason: str, confidence: float) -> None:
        self._found.setdefault(name, []).append((column, reason, confidence))
        self._free.remove(column)
        self._refused.pop(column.at, None)

    def _column(self, name: Field) -> _Column | None:
        return self._found[name][0][0] if name in self._found else None

    @property
    def _of_comments(self) -> list[_Column]:
        return [c for c in self._free if not c.is_of_thread]

    # --- the fields ---

    def _text(self) -> None:
        if not self._take("text", self._no_text):
            self._leave_stories()
            self._text_by_values() or self._take_titles_as_text()
        text = self._column("text")
        if text is None:
            return
        named = [c for c in self._free if c.known("headline") is not None and not self._no_text(c)]
        for column in [c for c in named if c.plain not in _BESIDE or not c.is_shared]:
            self._found["text"].insert(0, (column, "stands above the text", 0.8))
            self._free.remove(column)

    def _leave_stories(self) -> None:
        """Refuse titles as texts where each row has an address of its own, as lists of stories have."""
        addresses = [c for c in self._of_comments if c.known("url") is not None and c.different > 0.9]
        if any(c.share(_ADDRESS.fullmatch) * c.filled_share >= _MOST for c in addresses):
            self._refused |= {c.at: STORIES for c in self._free if c.plain in _BESIDE}

    def _text_by_values(self) -> bool:
        able = [
            c
            for c in self._of_comments
            if self._refused.get(c.at) != STORIES
            and c.is_sampled
            and c.is_text
            and c.length >= 15
            and c.different > 0.3
        ]
        able += [c for c in self._free if not c.is_named and len(c.values) < _ENOUGH and c.is_text]
        if not able:
            return False
        self._add("text", max(able, key=lambda c: c.length * c.filled_share), N_("longest texts"), 0.6)
        return True

    def _take_titles_as_text(self) -> bool:
        able = [c for c in self._free if c.plain in _BESIDE and self._refused.get(c.at) != STORIES]
        titles = [c for c in able if not self._no_text(c)]
        if titles:
            self._add("text", titles[0], N_("the only text"), 0.5)
        return bool(titles)

    def _time(self) -> None:
        if self._take("time", self._no_fixed_time) or self._take("time", self._no_time):
            return
        able = [c for c in self._of_comments if 6 <= c.length <= _LONGEST_TIME and c.filled_share >= 0.5]
        able = [c for c in able if c.share(_DIGIT.search) > 0.9 and c.times >= 0.9]
        able = [c for c in able if c.epochs < 0.5 or not c.is_of_ids]
        # Of a few rows all must be times, and written ones: ids may look like numbers since 1970.
        able = [c for c in able if c.is_sampled or (c.times == 1 and c.filled_share == 1 and not c.epochs)]
        written = [c for c in able if c.epochs < 0.5]
        if written or (able and not any(c.known("id") is not None for c in able)):
            self._add("time", (written or able)[0], N_("its values are times"), 0.6)

    def _time_of_day(self) -> None:
        """Take the column of the time of day where another has only days, as in "Date" and "Time"."""
        day = self._column("time")
        if day is None or day.share(is_day) < _MOST:
            return
        able = [
            c for c in self._of_comments if c.known("time") is not None and c.share(_HOUR.fullmatch) >= _MOST
        ]
        if able:
            self._add("time", able[0], N_("the time of day, beside a column of days"), 0.9)

    def _thread(self) -> None:
        text, own = self._column("text"), self._column("id")
        of_posts = text is not None and text.plain in OF_POSTS
        named = sorted((k, c.at, c) for c in self._free if (k := c.known("thread")) is not None)
        if own is None and (own := self._id_of_posts([c for *_, c in named], of_posts=of_posts)) is not None:
            self._add("id", own, N_("its name, and each row has another"), 0.7)
        for _, _, column in named:
            if column is own:
                continue
            if column.plain in _ROOTS and own is not None and not own.ids.isdisjoint(column.ids):
                continue
            is_id = column.is_of_thread or column.share(_ID.fullmatch) >= _MOST
            if column.values and (column.filled_share < 0.5 or not is_id):
                continue
            if of_posts and column.is_sampled and column.different == 1.0 and column.filled_share == 1.0:
                continue
            shared = column.different < 1 and column.values
            reason = N_("its name, and rows share its values") if shared else N_("its name")
            self._add("thread", column, reason, 0.95 if column.is_sampled else 0.8)
            return
        self._thread_by_values()

    @staticmethod
    def _id_of_posts(named: Sequence[_Column], *, of_posts: bool) -> _Column | None:
        """Return the rows' own ids among columns named as those of threads are: a forum's rows are posts."""
        whole = [c for c in named if c.filled_share == 1.0 and (c.different == 1.0 or not c.values)]
        posts = [c for c in whole if c.plain in _POSTS and len(named) > 1]
        if posts:
            return posts[0]
        return next((c for c in whole if c.is_sampled or of_posts), None)

    def _thread_by_values(self) -> None:
        for column in self._free:
            able = column.is_sampled and column.filled_share >= 0.9 and 0 < column.different <= 0.5
            several = len(set(column.filled)) > 1
            if able and several and column.known("author_id") is None and column.known("parent") is None:
                address = column.share(_ADDRESS.fullmatch) > 0.9
                opaque = not column.is_named and column.length >= 6 and column.share(_OPAQUE.fullmatch) > 0.9
                if (address and column.known("url") is not None) or opaque:
                    self._add("thread", column, N_("rows share its values"), 0.5)
                    return

    def _author(self) -> None:
        self._take("author_id", self._no_id_of_author)
        named = [
            (c.filled_share <= 0.5, k, c.at, c) for c in self._free if (k := c.known("author")) is not None
        ]
        for *_, column in sorted(named):
            if column.values and (wrong := self._no_name(column)):
                self._refused[column.at] = _says_otherwise("author", wrong)
                continue
            if column.is_sampled and max(column.numbers, column.share(_OPAQUE.fullmatch)) > 0.9:
                if "author_id" not in self._found:
                    self._add("author_id", column, N_("its name says author, its values are ids"), 0.8)
                continue
            self._add("author", column, N_("its name"), 0.95 if column.is_sampled else 0.8)
            return
        self._author_by_values()

    def _author_by_values(self) -> None:
        able = [
            c
            for c in self._free
            if not c.is_named and c.is_sampled and 2 < c.length < 30 and c.share(_NAME.fullmatch) > 0.8
        ]
        able = [c for c in able if c.different > 0.2 and c.filled_share > 0.5]
        if able:
            self._add("author", able[0], N_("short, with letters, like names"), 0.4)

    def _parent(self) -> None:
        own = self._column("id")
        if own is None:
            for column in [c for c in self._free if c.known("parent") is not None]:
                self._refused[column.at] = N_("its name says parent, but no column has the ids of comments")
            self._take("depth", self._no_level)
            return
        self._id_that_parents_name(own)
        if self._take("parent", self._no_parent):
            return
        for column in self._free:
            pointing = [value for value in column.filled if not is_top(value)]
            hits = sum(plain_id(value) in own.ids for value in pointing)
            if len(pointing) >= _ENOUGH and hits >= 0.5 * len(pointing) and column.length >= 3:
                self._add("parent", column, N_("its values are ids of other rows"), 0.7)
                return
        if kind_of_parents(own.values, None) == "id":
            self._take("depth", self._no_depth)

    def _id_that_parents_name(self, own: _Column) -> None:
        """Take another column for the id where parents are named by that: an address, not a number."""
        for parent in [c for c in self._free if c.known("parent") is not None]:
            pointing = [plain_id(value) for value in parent.filled if not is_top(value)]
            if not pointing or any(value in own.ids for value in pointing):
                continue
            for column in [c for c in self._free if c is not parent and c.known("id") is not None]:
                if self._no_id(column) or sum(value in column.ids for value in pointing) * 2 < len(pointing):
                    continue
                self._found.pop("id")
                self._free.append(own)
                self._add("id", column, N_("parents are named by it"), 0.9)
                return

    def _id_by_values(self) -> None:
        if "id" in self._found:
            return
        for column in self._free:
            full = column.is_sampled and column.filled_share >= 0.9
            if full and not self._no_id(column) and column.share(_OPAQUE.fullmatch) > 0.9:
                self._add("id", column, N_("each row has another"), 0.5)
                return

    def _title(self) -> None:
        """Take a title for that of the thread where rows share it, else as the first line of the text."""
        for column in sorted(
            (c for c in self._free if c.known("title") is not None), key=lambda c: (c.known("title"), c.at)
        ):
            if column.values and self._no_text(column):
                continue
            text = self._column("text")
            of_posts = text is not None and text.plain in OF_POSTS
            own = not column.is_shared
            if not column.is_sampled:
                own = own and (of_posts or "thread" not in self._found)
            if column.plain in _BESIDE and own and (of_posts or "thread" not in self._found):
                self._found["text"].insert(0, (column, "stands above the text", 0.7))
                self._free.remove(column)
                return
            self._add("title", column, N_("its name"), 0.9)
            return

    # --- what speaks against ---

    @staticmethod
    def _no_text(column: _Column) -> str:
        if not column.filled and column.values:
            return "it is empty"
        if column.is_sampled and column.numbers > _MOST:
            return N_("its values are numbers")
        if column.is_named and column.plain in _COUNTS and column.numbers == 1:
            return N_("its values are numbers")
        dated = column.is_sampled and column.length <= _LONGEST_TIME and column.times > _MOST
        return N_("its values are times") if dated else ""

    @staticmethod
    def _no_time(column: _Column) -> str:
        if not column.filled and column.values:
            return "it is empty"
        return "" if column.times >= _MOST else N_("its values are no times")

    def _no_fixed_time(self, column: _Column) -> str:
        """Refuse "2 years ago" where another column may have the day."""
        return self._no_time(column) or (N_("its values are spans") if column.spans >= _MOST else "")

    def _no_id(self, column: _Column) -> str:
        if column.filled_share < 0.5:
            return N_("most rows have none")
        if column.share(_ID.fullmatch) < 0.9:
            return N_("its values are no ids")
        if column.plain == "name" and column.share(_FULL_NAME.fullmatch) < 0.9:
            return N_("its values are no ids")  # of all names of ids this one is a person's elsewhere
        # A row that stands twice says nothing against ids: it is left out as a duplicate.
        own = len(column.filled) - self._repeated
        return N_("rows share its values") if column.is_sampled and len(column.ids) < 0.9 * own else ""

    @staticmethod
    def _no_id_of_author(column: _Column) -> str:
        if not column.filled and column.values:
            return "it is empty"
        return "" if column.share(_ID.fullmatch) >= _MOST else N_("its values are no ids")

    @staticmethod
    def _no_name(column: _Column) -> str:
        if not column.filled and column.values:
            return "it is empty"
        if column.share(lambda value: value[:3] in {"t1_", "t3_"}) > 0.5:
            return N_("its values are ids of comments")
        return N_("its values are texts") if column.length > 60 else ""

    @staticmethod
    def _no_count(column: _Column) -> str:
        if not column.filled and column.values:
            return "it is empty"
        return "" if column.wholes >= _MOST else N_("its values are no whole numbers")

    def _no_depth(self, column: _Column) -> str:
        if column.share(lambda v: v.lower() in _YES_OR_NO) == 1.0:
            return ""
        return self._no_count(column) or self._no_tree(column)

    def _no_level(self, column: _Column) -> str:
        """Refuse what alone would say who answers whom, where rows have no ids, and is no level of a tree."""
        if column.plain not in _LEVELS:
            return N_("no column has the ids of comments")
        return self._no_count(column) or self._no_tree(column)

    def _no_tree(self, column: _Column) -> str:
        """Refuse levels of which many are higher by more than one than that above them in the thread."""
        thread = self._column("thread")
        of = thread.values if thread is not None else [""] * len(column.values)
        levels = [
            (of_row, int(float(value)))
            for of_row, value in zip(of, column.values, strict=True)
            if _COUNTED.fullmatch(value)
        ]
        lowest = min((level for _, level in levels), default=0)
        above: dict[str, int] = {}
        jumps = 0
        for of_row, level in levels:
            jumps += level > above.get(of_row, lowest - 1) + 1
            above[of_row] = level
        return N_("rows are not in the order of a tree by it") if jumps * _FEW_JUMPS > len(levels) else ""

    @staticmethod
    def _no_status(column: _Column) -> str:
        if column.length > _LONGEST_STATUS or column.times >= 0.5:
            return N_("its values are no words for a status")
        return ""

    def _no_address(self, column: _Column) -> str:
        """Refuse the address of the comment itself: one of what it stands under is shared."""
        if column.share(lambda value: _ADDRESS.match(value) or value.startswith("/")) < _MOST:
            return N_("its values are no addresses")
        thread = self._column("thread")
        if thread is None:
            return N_("each row has another") if column.different > 0.9 else ""
        pairs = {(a, b) for a, b in zip(thread.values, column.values, strict=True) if a and b}
        several = len(pairs) - len({a for a, _ in pairs})
        return "one thread has several" if several > len(pairs) // 10 else ""

    def _no_parent(self, column: _Column) -> str:
        pointing = [value for value in column.filled if not is_top(value)]
        own, author = self._column("id"), self._column("author_id") or self._column("author")
        is_list = all(value[:1] == "[" and "{" not in value for value in pointing)
        if pointing and not is_list and column.share(_ID.fullmatch) * 2 < 1:
            return N_("its values are no ids")
        if column.plain in _WEAK_PARENTS and own is not None and pointing and not is_list:
            is_known = any(plain_id(value) in own.ids for value in pointing)
            return "" if is_known else N_("no row has such an id")
        if own is None or sum(plain_id(value) in own.ids for value in pointing) * 20 > len(pointing):
            return ""
        thread = self._column("thread")
        pointing = [v for v in pointing if thread is None or plain_id(v) not in thread.ids]
        for column_of, problem in (
            (self._column("author_id"), N_("its values are ids of authors")),
            (self._column("author"), N_("its values are names of authors")),
        ):
            if column_of is not None and pointing:
                hits = sum(plain_id(value) in column_of.ids for value in pointing)
                if hits * 2 > len(pointing):
                    return problem
        if author is not None and pointing and sum(" " in value for value in pointing) * 2 > len(pointing):
            return N_("its values are no ids")
        return ""


def _says_otherwise(name: Field, problem: str) -> str:
    """Return why a column is not the field that its name says."""
    return N_("its name says {field}, but {problem}").format(field=name.replace("_", " "), problem=problem)
