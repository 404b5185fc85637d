"""Mailboxes (mbox), as archives of mailing lists give them: each mail a comment, each subject a discussion.

The mailbox is cut into mails here and not by `mailbox`, which stops at a byte that is not ASCII in a line
that begins a mail, and takes any line that begins with "From " for one. Discussions are put together as in
https://www.jwz.org/doc/threading.html: by what a mail refers to, then by its subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from functools import partial
from typing import BinaryIO

from threads.language import N_
from threads.parse.exports.base import Export
from threads.parse.exports.found import NO_MOMENT, Found, FoundComment, FoundThread, Moment, Note
from threads.parse.exports.mail_parts import author, body, headers, shown
from threads.parse.exports.moments import written
from threads.parse.formats import Options
from threads.parse.identity import stable_id
from threads.parse.source import Source
from threads.parse.wording import counted
from threads.records import Skipped

_SEPARATOR = re.compile(rb"From .{0,300}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.{0,40}?\d:\d\d")
_HEADER = re.compile(rb"[A-Za-z][!-9;-~]*[ \t]?:|>From ")
_BEGIN = re.compile(rb"\s*" + _SEPARATOR.pattern + rb"[^\n]*\n(?:" + _HEADER.pattern + rb")")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_ID = re.compile(r"<([^<>\s]+)>")
_ANSWER = re.compile(r"(?:(?:re|aw|antw|sv|vs|r|odp|fwd?|wg|tr|rv)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_LIST = re.compile(r"\[[^\]]{1,60}\]\s*")
_LONGEST_LINE = 1_000_000  # bytes
LONGEST_MAIL = 25_000_000  # bytes; nearly all of a longer one is what is attached
_MOST_REFERENCES = 100
_FIRST_YEAR = 1970


class Mbox(Export):
    """Mails one after the other, each after a line that begins with "From "."""

    name = "mbox"
    help = "A mailbox (mbox), such as a mailing list's archive: mails with whom they answer."

    def sniff(self, source: Source) -> bool:
        """Return whether it begins with a line that begins a mail, and a header."""
        return bool(_BEGIN.match(source.start))

    def found(self, source: Source, options: Options) -> Iterator[Found]:
        """Yield the mails in their order; no address is kept, and ids of mails only as digests."""
        reader = MailReader(options)
        with source.open() as stream:
            for number, (raw, is_whole) in enumerate(_mails(stream), start=1):
                reader.cut += not is_whole
                try:
                    yield from reader.mail(raw, f"mail {number:,}")
                except RecursionError:
                    yield Skipped(f"mail {number:,}", N_("its parts are nested too deeply"))
        yield from reader.notes()


def _mails(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Yield each mail without the line that begins it, and whether that is all of it."""
    lines: list[bytes] = []
    size, waiting = 0, b""
    for line in iter(partial(stream.readline, _LONGEST_LINE), b""):
        if waiting and _HEADER.match(line):
            if size:
                yield b"".join(lines), size <= LONGEST_MAIL
            lines, size = [], 0
        elif waiting:
            lines.append(waiting)
        waiting = line if _SEPARATOR.match(line) else b""
        if not waiting and (size or not line.isspace()):
            size += len(line)
            if size <= LONGEST_MAIL:
                lines.append(line)
    if size:
        yield b"".join(lines), size <= LONGEST_MAIL


@dataclass(slots=True)
class _Threads:
    """Which discussion a mail belongs to: that of a mail it refers to, or else of an equal subject."""

    by_id: dict[str, str] = field(default_factory=dict)
    by_subject: dict[str, str] = field(default_factory=dict)

    def of(self, own: list[str], named: list[str], subject: str, place: str) -> FoundThread:
        title = _ANSWER.sub("", subject, count=1) if _ANSWER.match(subject) else subject
        plain = _plain(subject)
        known = (self.by_id.get(one) for one in (*own, *reversed(named)))
        key = next((one for one in known if one is not None), None) or self.by_subject.get(plain)
        if key is None:
            key = (*named, *own, plain or place)[0]
        for one in (*own, *named):
            self.by_id.setdefault(one, key)
        if plain:
            self.by_subject.setdefault(plain, key)
        return FoundThread(key=key, title=title or None)


@dataclass(slots=True)
class MailReader:
    """Mails one after the other, with what must be told of all of them."""

    options: Options
    cut: int = 0
    attached: int = 0
    repeated: int = 0
    said: dict[str, int] = field(default_factory=dict)
    threads: _Threads = field(default_factory=_Threads)

    def mail(self, raw: bytes, place: str) -> Iterator[Found]:
        """Yield the discussion of a mail, and what it says."""
        mail = message_from_bytes(_QUOTED_FROM.sub(rb"\1", raw))
        head = headers(mail)
        text, attached = body(mail)
        self.attached += attached
        own = _ids(head.get("message-id", ""))[:1]
        answered = _ids(head.get("in-reply-to", ""))[:1]
        named = [*_ids(head.get("references", ""))[-_MOST_REFERENCES:], *answered]
        subject = shown(head.get("subject", ""))
        sent = _moment(head.get("date", ""), self.options)
        own_id = self.own_id(own, f"{sent.raw}\n{text}")
        about = self.threads.of([own_id] if own_id else [], named, subject, place)
        yield about
        yield FoundComment(
            place=place,
            text=text,
            thread=about.key,
            id=own_id,
            parent=named[-1] if named else None,
            author=author(head.get("from", "")),
            time=sent,
        )

    def own_id(self, own: list[str], said: str) -> str | None:
        """Return the id of a mail; None where it has none, or another mail has it."""
        if not own:
            return None
        if self.said.setdefault(own[0], hash(said)) != hash(said):
            self.repeated += 1
            return None
        return own[0]

    def notes(self) -> Iterator[Note]:
        """Yield what the reader of the report should know."""
        if self.repeated:
            yield Note(
                N_("Message-ID of another in {mails}: kept with own ids").format(
                    mails=counted(self.repeated, "mail", "mails")
                )
            )
        if self.attached:
            yield Note(
                N_("{attachments} left out").format(
                    attachments=counted(self.attached, "attachment", "attachments")
                )
            )
        if self.cut:
            yield Note(
                N_("{mails} cut after {bytes} bytes").format(
                    mails=counted(self.cut, "mail", "mails"), bytes=f"{LONGEST_MAIL:,}"
                )
            )


def _plain(subject: str) -> str:
    """Return a subject without marks of answers and of lists."""
    rest, before = subject.strip(), None
    while rest != before:
        before = rest
        rest = rest[match.end() :] if (match := _ANSWER.match(rest) or _LIST.match(rest)) else rest
    return " ".join(rest.casefold().split())


def _ids(value: str) -> list[str]:
    """Return digests of the ids of mails in a header: the ids themselves look like addresses."""
    return [stable_id("mail", one) for one in _ID.findall(value)]


def _moment(value: str, options: Options) -> Moment:
    raw = " ".join(shown(value).split())
    if not raw:
        return NO_MOMENT
    try:
        at = parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError, OverflowError):
        return written(raw, options)
    if at.year < _FIRST_YEAR:
        return Moment(None, raw, "none", "none")
    if at.tzinfo is not None:
        return Moment(at, raw, "second", "given")
    if "-0000" in raw:  # UTC, and the sender's own zone is not told (RFC 5322)
        return Moment(at.replace(tzinfo=UTC), raw, "second", "given")
    zone = options.timezone
    return Moment(at.replace(tzinfo=zone or UTC), raw, "second", "given" if zone else "assumed")
