"""Where comments may begin in pasted text: lines with a timestamp, and the names around them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Literal

from threads.parse.calendar_words import DAY_WORDS, fold, fold_word, weekdays
from threads.parse.line_templates import outline, without_common_lead, without_common_tail
from threads.parse.page_words import (
    byline_lead,
    comments_heading,
    has_button,
    is_button_line,
    is_footer,
    is_mark_line,
    words,
)
from threads.parse.timestamps import (
    LONGEST_HEADER,
    Stamp,
    find_short_span,
    find_timestamp,
    search_timestamp,
    shape,
)

Place = Literal["own", "lead", "inline", "named"]

LONGEST_NAME = 50
_MOST_NAME_WORDS = 6
_LOOK_UP = 6  # lines of a header that stand above its timestamp
_LOOK_UP_BLANK = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line with a timestamp that may head a comment.

    `place` is "own" (the timestamp is all the line says), "lead" (text follows it), "inline" (a name stands
    before it) or "named" (a name stands after it). `before` and `after` are the rest of the line.
    """

    line: int
    stamp: Stamp
    place: Place
    before: str
    after: str

    @property
    def kind(self) -> str:
        """The outline of its timestamp, equal for those that one template made."""
        return "relative" if self.stamp.is_relative else stamp_kind(self.stamp.raw)


@dataclass(frozen=True, slots=True)
class Header:
    """The beginning of a comment: lines `first` to `last`, who and when, and text on the last line.

    `reply_to` is the name that the header says it answers; `has_verb` whether it says "says" or the like.
    `stamp` is None where the page shows no time.
    """

    first: int
    last: int
    stamp: Stamp | None
    author: str | None
    rest: str = ""
    reply_to: str | None = None
    has_verb: bool = False


_VERB = re.compile(
    r"\s*\b(?:says?|said|writes|wrote|commented|replied|answered|posted|sagte?|schreibt|schrieb|meint|a dit"
    r"|a répondu|dit|a écrit|écrit|dice|dijo|escribió|escribe|ha scritto|scrive|ha detto|disse|escreveu|diz"
    r"|zegt|schreef|schrijft|pisze|napisał(?:\(?a\)?)?|mówi|пишет|написал\(?а?\)?|говорит|より|说道?|說道?"
    r"|님의 말|dedi ki|diyor ki|يقول)(?:\s+(?:on|am|le|el|il|op|em|dnia|at|um|à|a))?"
    r"\s*(?:[:：…]|\.{2,3})?\s*$",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:\s+(?:on|am|le|el|il|op|em|dnia|at|um|à|the))?[\s:：|•·,;–—\-(\[~>]*$", re.IGNORECASE)
_BADGE = re.compile(
    r"(?<=\S)[\s(]+(?:post author|article author|author|autor|autore|auteur(?: de l['’]article)?"
    r"|beitragsautor|投稿作成者|文章作者|moderator)\)?$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^[\s•·|\-–—*#>»:]*(?:\[[–+\-−]\]\s*)?(?:(?:(?:\d+ points? )?"
    r"(?:post|posted|written|submitted|sent|comment|commented|geschrieben|kommentar|beitrag|verfasst|gepostet|publié|posté|écrit|rédigé|soumis|publicado|escrito|enviado|scritto"
    r"|inviato|inserito|geplaatst|ingezonden|napisane|dodane)\s*"
    r"(?:by|von|par|por|da|di|door|przez):?\s+|(?:by|von|par|por|door|przez)\s+(?=\S)"
    r"|from:?\s+|author:\s*|autor:\s*|@(?=\w))?)",
    re.IGNORECASE,
)
# Names begin with these, too: Di Fox, Da Costa. Alone, "di" and "da" are far more often a name than "by".
_NAME_PARTICLES = frozenset(("di", "da", "von", "door", "par", "por", "by"))
# A short word such as "an" or "a" means a reply only behind its verb: it is an everyday word elsewhere.
_REPLIES_TO = re.compile(
    r"^(?P<author>.{1,50}?)\s*(?:\b(?:replies to|replied to|replying to|in reply to|responds to"
    r"|responded to|responding to|answers to|antwortet(?: auf| an)?|antwortete(?: auf)?"
    r"|(?:als )?antwort (?:auf|an)"
    r"|répond à|a répondu à|en réponse à"
    r"|responde a|respondió a|en respuesta a|risponde a|in risposta a|em resposta a|antwoordt(?: op)?"
    r"|in antwoord op|odpowiada|отвечает|ответил|回复|回覆)(?!\w)|[→↪➜▶►⤷↳])\s*@?(?P<target>.{1,60})$",
    re.IGNORECASE,
)
_NUMBERED_TARGET = re.compile(
    r"(?:#|nr|no|comment|kommentar|beitrag|post)\b.{0,40}|#?\s?\d.{0,40}", re.IGNORECASE
)
_OWN_LEADS = words("on am le el il op em dnia at posted date datum time the den vom kommentiert commented")
_AFTER_MARKS = re.compile(r"[\s\])}>»|•·:：.,;–—\-*]*")
_AFTER_NOTE = re.compile(
    r"[\s(|•·,\-–—]*(?:\#\s?[\d.]+|no\.?\s?\d+|permalink|link|thread starter"
    r"|edited|bearbeitet|modifié|editado|report|reply|melden"
    r"|antworten|uhr|\d{1,4}|[|•·])?[\s)\]:|•·.…]*",
    re.IGNORECASE,
)
_NAMED_AFTER = re.compile(
    r"^[\s|•·,–—\-]*(?:(?:by|von|par|por|da|di|door|przez)\s+(?P<by>.{1,50}?)|(?P<said>[^:]{1,50}?)\s*):?\s*$"
)
_BY_AFTER = re.compile(r"[\s|•·,–—\-]{0,5}(?:by|von|par|por)\s")
_AVATAR = re.compile(
    r"avatar|profile (?:picture|photo|image)|profilbild|photo de profil|'s (?:photo|picture)"
)
_INITIALS = re.compile(r"(?:(?:[^\W\d_]|ph|jr|sr|st)\.)+", re.IGNORECASE)
_ORDINAL = re.compile(r"(?:comment|kommentar|commentaire|beitrag|post|nr\.?|no\.?)?\s?#\s?\d{1,6}\.?")
_NUMBERED = re.compile(r"#\s?\d{1,6}(?:\.\d{1,6}){0,5}(?=\W|$)")
_LABEL = re.compile(r"[^\W\d_][\w ]{0,19}:\s")
_WORDS = re.compile(r"\S+")
_OTHER_DATE = re.compile(
    r"(?:\bjoin(?:ed| date)|\bregist\w*|\bmember since|\bmitglied seit|\bdabei seit|\binscri\w*"
    r"|\bmembre depuis|\bmiembro desde"
    r"|\biscritto\w*|\blid sinds|\bdołączył\w*|\bедит\w*|\blast (?:edited|activity|visit)\b.*"
    r"|\bedited(?: by \S+)?(?: (?:on|at))?|\b(?:zuletzt )?(?:bearbeitet|geändert)\b.*|\bmodifi\w+"
    r"|\bregistriert\w*|\bangemeldet)\s*(?:seit|le|am|on|il|el|:)?\s*:?\s*$"
)
_MARKS = " |•·,:–—-\u00a0"
_MOST_SHORT = 0.6
_MOST_REPEATED = 0.8
_PHRASE = 4  # words; a name with a number, such as "Guest 12", has fewer
_GLUED = re.compile(r"(?<=\w)(?=[A-Z][a-zé]{2,8}\.? \d)|(?<=[^\W\d_])(?=\d{1,4}[./ -])")
_DIGIT = re.compile(r"\d")


def is_name(text: str, *, said: bool = False) -> bool:
    """Return whether `text` can be a displayed name; with `said` ("… says:") nearly everything can."""
    text = text.strip()
    if not text or len(text) > LONGEST_NAME or not any(c.isalnum() for c in text):
        return False
    if said:
        return byline_lead(text) in (None, *_NAME_PARTICLES) or byline_lead(text) != fold(text)
    parts = _WORDS.findall(text)
    if len(parts) > _MOST_NAME_WORDS or "://" in text or text[0] in '"“„«([{':
        return False
    if _ends_like_text(text, parts) or all(not c.isalpha() for c in text):
        return False
    if (
        byline_lead(text) not in (None, *_NAME_PARTICLES)
        or is_button_line(text)
        or is_footer(text)
        or comments_heading(text)[0]
    ):
        return False
    return not _is_sentence_case(parts) and find_timestamp(text) is None


def _ends_like_text(text: str, parts: Sequence[str]) -> bool:
    if text[-1] in '!?…,;:)"”“»' and not (text[-1] == ")" and len(parts) > 1):
        return True
    return text[-1] == "." and _INITIALS.fullmatch(parts[-1]) is None


def _is_sentence_case(parts: Sequence[str]) -> bool:
    """Return whether most of many words are in lower case, as in a phrase and not in a name."""
    lower = sum(w[0].islower() for w in parts)
    return len(parts) >= 3 and lower > len(parts) / 2


def split_name(text: str) -> tuple[str, str | None, bool]:
    """Return the name in a header, the name it replies to, and whether a verb such as "says" stood there."""
    text = _LEAD.sub("", text, count=1)
    verb = _VERB.search(text) if len(text) <= LONGEST_HEADER else None
    if verb is not None and verb.start() > 0:
        text = text[: verb.start()]
    text = _BADGE.sub("", _TAIL.sub("", text).strip(" \t\u00a0,;:|·•"))
    reply = _REPLIES_TO.match(text)
    if reply is None:
        return text, None, verb is not None
    author, target = reply["author"].strip(" ,"), reply["target"].strip(" :,").removesuffix(" says")
    if not is_name(author) or not (is_name(target) or _NUMBERED_TARGET.fullmatch(target)):
        return text, None, verb is not None  # a sentence that speaks of replying
    return author, target, True


class Page:
    """The lines of a pasted text, and what can be known of them before a layout is chosen."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Every line with a timestamp in the place of a header, in page order."""
        found = (_sighting(i, line) for i, line in enumerate(self.lines))
        posted = [s for s in found if s is not None and not self._is_of_person(s)]
        sightings = _without_template(self.lines, posted)
        named = _named_behind(sightings)
        candidates = (_candidate(s, named=s.kind in named) for s in sightings)
        return [c for c in candidates if c is not None]

    def _is_of_person(self, sighting: _Sighting) -> bool:
        """Return whether a date says when somebody joined or a text was edited, not when it was posted."""
        before = sighting.before
        if not before.strip() and sighting.line:
            before = self.lines[sighting.line - 1][-LONGEST_NAME:]
        return _OTHER_DATE.search(fold(before[-LONGEST_NAME:])) is not None

    @cached_property
    def furniture(self) -> frozenset[str]:
        """Outlines of lines that stand as often as timestamps: buttons in languages that no list has."""
        alone = Counter((c.stamp.is_relative, c.stamp.has_time) for c in self.candidates)
        least = max(3, _MOST_REPEATED * max(alone.values(), default=0))
        short = [line.strip() for line in self.lines if line.strip() and len(line) <= LONGEST_HEADER]
        same = Counter(short)
        alike = Counter(outline(line) for line in short if has_button(line) or len(line.split()) >= _PHRASE)
        said = {line for line, count in (same + alike).items() if count >= least}
        return frozenset(line for line in said if any(c.isalpha() for c in line))

    def is_furniture(self, line: str) -> bool:
        """Return whether a line is blank, or what the page writes around each comment."""
        if not line.strip() or is_mark_line(line) or is_button_line(line):
            return True
        return len(line) <= LONGEST_HEADER and self._is_repeated(line.strip())

    def _is_repeated(self, line: str) -> bool:
        return line in self.furniture or outline(line) in self.furniture

    @cached_property
    def template(self) -> frozenset[str]:
        """Outlines of the lines that every header has ("Reply #20", "Party: …"), which are no names."""
        seen: defaultdict[str, set[str]] = defaultdict(set)
        for line in self.lines:
            if line.strip() and len(line) <= LONGEST_NAME * 2:
                seen[_outline(line)].add(line)
        counts = Counter(
            _outline(line) for line in self.lines if line.strip() and len(line) <= LONGEST_NAME * 2
        )
        least = max(3, sum(c.place in ("own", "lead") for c in self.candidates) // 2)
        return frozenset(
            outline
            for outline, count in counts.items()
            if count >= least
            and (outline.endswith(": …") or (_is_count(outline) and len(seen[outline]) >= least))
        )

    def above(self, candidate: Candidate) -> Header | None:
        """Return the header whose name stands above its timestamp."""
        place = self._name_above(candidate.line, skip_template=True)
        if place is None and (self.template or self.furniture):
            place = self._name_above(candidate.line, skip_template=False)
        if place is None:
            return None
        author, reply_to, has_verb = split_name(self.lines[place])
        return Header(
            self._extended(place, author),
            candidate.line,
            candidate.stamp,
            author,
            candidate.after if candidate.place == "lead" else "",
            reply_to,
            has_verb,
        )

    def _name_above(self, start: int, *, skip_template: bool) -> int | None:
        looked = 0
        strange = 1 if skip_template else 0  # a motto may stand between a name and the template's lines
        for i in range(start - 1, max(-1, start - 1 - _LOOK_UP - _LOOK_UP_BLANK), -1):
            line = self.lines[i].strip()
            if not line:
                continue
            looked += 1
            if looked > _LOOK_UP or len(line) > LONGEST_HEADER:
                return None
            name, _, has_verb = split_name(line)
            repeated = self._is_repeated(line) and (skip_template or has_button(line))
            template = repeated or (skip_template and _outline(line) in self.template)
            if not template and is_name(name, said=has_verb) and not _is_decoration(line):
                return i
            if not template and not _is_decoration(line):
                strange -= 1
                if strange < 0 or looked == 1 or len(line) > LONGEST_NAME:
                    return None
        return None

    def top(self, candidate: Candidate) -> Header | None:
        """Return the header whose name is the highest of the short lines above its timestamp.

        They reach up to the buttons of the comment above, or where there are none, to a blank line.
        """
        best = tight = None
        is_tight = True
        for i in range(candidate.line - 1, max(-1, candidate.line - 1 - _LOOK_UP - _LOOK_UP_BLANK), -1):
            line = self.lines[i].strip()
            is_badge = bool(line) and self._is_repeated(line)
            if _is_decoration(line) or _is_short_count(line) or (is_badge and best is not None):
                tight = best
                break
            if is_badge:
                continue
            if len(line) > LONGEST_HEADER:
                break
            is_tight = is_tight and bool(line)
            if self._may_be_top(line):
                best = i
                tight = i if is_tight else tight
            elif best is not None and line and _outline(line) not in self.template:
                tight = best
                break
        if tight is None:
            return None
        author, reply_to, has_verb = split_name(self.lines[tight])
        rest = candidate.after if candidate.place == "lead" else ""
        return Header(tight, candidate.line, candidate.stamp, author, rest, reply_to, has_verb)

    def _may_be_top(self, line: str) -> bool:
        if not line or len(line) > LONGEST_NAME or _outline(line) in self.template:
            return False
        name, _, has_verb = split_name(line)
        return is_name(name, said=has_verb)

    def _extended(self, place: int, author: str) -> int:
        """Return the first line of a header: "#3", a name shown twice or an avatar may begin it."""
        first, name = place, fold(author)
        for i in range(place - 1, max(-1, place - 4), -1):
            line = fold(self.lines[i].strip())
            if not line:
                continue
            is_number = len(line) <= LONGEST_NAME and _ORDINAL.fullmatch(line) is not None
            if line != name and not is_number and not (len(line) <= 80 and _AVATAR.search(line)):
                break
            first = i
        return first

    def below(self, candidate: Candidate) -> Header | None:
        """Return the header whose name stands on the line after its timestamp."""
        if candidate.place != "own":
            return None
        for i in range(candidate.line + 1, min(len(self.lines), candidate.line + 4 + _LOOK_UP)):
            line = self.lines[i].strip()
            if line and not _is_decoration(line) and not self._is_repeated(line):
                name, reply_to, has_verb = split_name(line)
                if not is_name(name, said=has_verb):
                    return None
                return Header(candidate.line, i, candidate.stamp, name, "", reply_to, has_verb)
        return None

    def inline(self, candidate: Candidate, *, trusted: bool = False) -> Header | None:
        """Return the header that is one line: a name and a timestamp, in either order.

        With `trusted` nearly everything can be the name: others of the same form have been names.
        """
        if candidate.place == "inline":
            name, reply_to, has_verb = split_name(candidate.before)
            rest = candidate.after
        elif candidate.place == "named":
            match = _NAMED_AFTER.match(candidate.after)
            name, reply_to, has_verb = split_name((match["by"] or match["said"]) if match else "")
            rest = ""
        else:
            return None
        if trusted and not is_name(name, said=has_verb):
            name = (candidate.before or candidate.after).strip(" \t\u00a0|•·,:–—-")
        if not is_name(name, said=has_verb or trusted):
            return None
        first = self._extended(candidate.line, name)
        return Header(first, candidate.line, candidate.stamp, name, rest, reply_to, has_verb)

    def is_plain_name(self, line: str, *, said: bool = False) -> bool:
        """Return whether a whole line is a name, or with `said` a name and a verb, and no template."""
        if len(line) > LONGEST_HEADER or _is_decoration(line) or _outline(line) in self.template:
            return False
        name, _, has_verb = split_name(line)
        return is_name(name, said=has_verb) and (has_verb or not said)


def _is_decoration(line: str) -> bool:
    return (
        is_mark_line(line) or is_button_line(line) or (len(line) <= 80 and bool(_AVATAR.search(fold(line))))
    )


def _is_short_count(line: str) -> bool:
    """Return whether a line is a count of reactions, such as "x2" or "+3"."""
    return len(line) <= 5 and any(c.isdigit() for c in line) and sum(c.isalpha() for c in line) <= 1


def _is_count(outline: str) -> bool:
    """Return whether a line counts something ("12 Fans", "Reply #20"); "Guest 12" may well be a name."""
    return outline.startswith("0 ") or "#" in outline


def _outline(line: str) -> str:
    line = line.strip()
    label = _LABEL.match(line)
    return f"{label[0].strip()} …" if label else re.sub(r"\d+", "0", line)


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A timestamp in a line, and what stands on either side of it; `kind` is the outline of the timestamp."""

    line: int
    stamp: Stamp
    before: str
    after: str

    @property
    def kind(self) -> str:
        return "relative" if self.stamp.is_relative else stamp_kind(self.stamp.raw)


@cache
def _varying() -> re.Pattern[str]:
    return re.compile(rf"\b(?:am|pm|a|p|{'|'.join(sorted(map(re.escape, weekdays())))})\b")


def stamp_kind(raw: str) -> str:
    """Return the outline of a timestamp, the same for every weekday and for am and pm."""
    return _varying().sub(lambda word: "Day" if fold_word(word[0]) in weekdays() else "am", shape(raw))


def _sighting(number: int, line: str) -> _Sighting | None:
    stripped = line.lstrip()
    if not stripped or not _can_hold_timestamp(stripped):
        return None
    stamp = find_timestamp(line)
    if stamp is None:
        stamp = search_timestamp(line) or find_short_span(line) or _glued_timestamp(line)
    return None if stamp is None else _Sighting(number, stamp, line[: stamp.start], line[stamp.end :])


def _glued_timestamp(line: str) -> Stamp | None:
    """Return the whole timestamp that ends a line and touches the name before it: "AnnMay 3, 2012 8 pm"."""
    if len(line) > LONGEST_HEADER:
        return None
    for match in _GLUED.finditer(line):
        stamp = find_timestamp(line, match.start())
        if stamp is not None and stamp.start == match.start() and not stamp.is_weak:
            whole = stamp.has_time or stamp.is_relative
            return stamp if whole and not line[stamp.end :].strip(" |•·") else None
    return None


def _without_template(lines: Sequence[str], sightings: Sequence[_Sighting]) -> list[_Sighting]:
    """Return `sightings` without the words that the page writes around all timestamps of one kind."""
    kinds: defaultdict[str, list[int]] = defaultdict(list)
    for i, sighting in enumerate(sightings):
        if len(lines[sighting.line]) <= LONGEST_HEADER:
            kinds[sighting.kind].append(i)
    cut = list(sightings)
    for members in kinds.values():
        if len(members) < 2:
            continue
        befores = _own_words([sightings[i].before for i in members])
        afters = _behind([sightings[i].after for i in members])
        for i, before, after in zip(members, befores, afters, strict=True):
            cut[i] = replace(cut[i], before=before, after=after)
    return cut


def _own_words(befores: Sequence[str]) -> list[str]:
    """Return what stands before timestamps without the page's words; bylines and names are left whole."""
    kept = []
    for before, lead in zip(befores, without_common_lead(befores), strict=True):
        gone = before[: len(before) - len(lead)]
        kept.append(before if byline_lead(gone) is not None or _is_one_name(before, lead) else lead)
    found = []
    for before, rest in zip(kept, without_common_tail(kept), strict=True):
        found.append(before if _is_one_name(before, rest) else rest)
    return found


def _is_one_name(before: str, rest: str) -> bool:
    """Return whether what all lines share is a name: one person may have written every comment."""
    return not rest.strip() and len(before.split()) <= 3 and "#" not in before and is_name(before)


def _behind(afters: Sequence[str]) -> list[str]:
    """Return what stands behind timestamps without the page's words, where it is no text."""
    if any(len(a) > LONGEST_NAME or a[:1].isalnum() or a.lstrip()[:1] in (":", ")", "]") for a in afters):
        return list(afters)
    rests = without_common_tail(without_common_lead(afters))
    short = sum(not rest.strip(_MARKS) or is_name(rest.strip(_MARKS)) for rest in rests)
    return rests if short >= _MOST_SHORT * len(rests) else list(afters)


def _named_behind(sightings: Sequence[_Sighting]) -> frozenset[str]:
    """Return the kinds of timestamps that names stand behind, on the same line: "12 May 2014 | Ann"."""
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for sighting in sightings:
        if not sighting.before.strip():
            kinds[sighting.kind].append(sighting.after.strip(_MARKS))
    return frozenset(
        kind
        for kind, rests in kinds.items()
        if len(rests) >= 2
        and len(set(rests)) >= max(2, 0.3 * len(rests))
        and sum(is_name(rest) for rest in rests) >= 0.6 * len(rests)
    )


def _candidate(sighting: _Sighting, *, named: bool) -> Candidate | None:
    stamp, before, after = sighting.stamp, sighting.before, sighting.after
    place = _place(stamp, before.strip(), after)
    if named and not before.strip() and is_name(after.strip(_MARKS), said=True):
        place = "named"
    return None if place is None else Candidate(sighting.line, stamp, place, before, _rest(place, after))


def _can_hold_timestamp(line: str) -> bool:
    head = line[:LONGEST_HEADER]
    if _DIGIT.search(head):
        return True
    return len(line) <= LONGEST_NAME * 2 and _HINT.search(fold(line)) is not None


_HINT = re.compile("|".join(map(re.escape, ("ago", "now", "قبل", *DAY_WORDS))))


def _rest(place: Place, after: str) -> str:
    if place == "inline":
        marks = _AFTER_MARKS.match(after)
        return after[marks.end() :] if marks else after
    return after


def _place(stamp: Stamp, before: str, after: str) -> Place | None:
    silent_after = len(after) <= LONGEST_NAME and _AFTER_NOTE.fullmatch(after) is not None
    lead = fold(_NUMBERED.sub("", before).strip(" :|•·,–—-\u00a0"))
    if not lead or lead in _OWN_LEADS:
        return "own" if silent_after else _place_before_text(stamp, after)
    if lead == byline_lead(before) and lead not in _NAME_PARTICLES and len(after) <= LONGEST_NAME:
        return "own"
    if stamp.is_weak and not silent_after:
        return None
    return "inline" if silent_after or _opens_text(before, after) else None


def _place_before_text(stamp: Stamp, after: str) -> Place | None:
    """Return the place of a timestamp that begins its line, where more than a note follows it."""
    short = len(after) <= LONGEST_NAME + 10
    if short and after.rstrip().endswith(":") and _NAMED_AFTER.match(after):
        return "named"
    if stamp.is_weak:
        return None
    return "named" if _BY_AFTER.match(after) else "lead"


def _opens_text(before: str, after: str) -> bool:
    """Return whether text may follow a name and timestamp on one line: "Ann (2 hours ago): text"."""
    return len(before) <= 2 * LONGEST_NAME and (
        after.lstrip()[:1] in (":", ")", "]") or bool(_VERB.search(before))
    )
