"""Times of day: "20:41", "8.41 Uhr", "20h41", "午後8時41分"; their zones, and what joins them to a date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from threads.parse.calendar_words import Phrases, day_halves
from threads.parse.times.stamp import Found
from threads.parse.times.window import Window
from threads.parse.times.words import JOINING_WORDS

# A year may touch the time that follows it ("20194:14 pm", "28.09.1912:44"): the time says where it ends.
TIME_AHEAD = r"(?=[0-9]{1,2}[:h][0-9][0-9])"

_CLOCK = re.compile(
    r"([0-9]{1,2})(?:"
    r"\s?:\s?([0-9]{2})(?:\s?:\s?([0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"|\s?(?:h|uhr|時|时|시|點|点)(?:\s?([0-9]{1,2})(?![0-9])\s?(?:[分분]|m(?:in|n)?(?![^\W\d_]))?(?:\s?([0-9]{1,2})\s?[秒초s])?"
    r"|(?![^\W\d_])))(?!:[0-9])"
)
_COMPACT_CLOCK = re.compile(r"t([0-9]{2})([0-9]{2})([0-9]{2})?(?:[.,][0-9]{1,9})?(?![0-9])")
_DOTTED_CLOCK = re.compile(r"([0-9]{1,2})\.([0-9]{2})(?:\.([0-9]{2}))?(?![0-9])")
_BARE_HOUR = re.compile(r"([0-9]{1,2})(?=\s?(?:[ap]\.?\s?m\b|uhr\b|o'clock\b|uur\b))")
_ONLY_HOUR = re.compile(r"([0-9]{1,2})(?=\s*$)")
_HALF = re.compile(r"\s{0,2}([apAP])(\.?\s?)([mM])\.?")
_HALF_BEFORE = re.compile(r"([ap])\.?m\.? ?(?=[0-9]{1,2}[:시])")
_AFTER_CLOCK = re.compile(r"\s?(?:o'clock|uhr|uur|hrs?|hs|hod|น|h|u|ч)\b\.?")
_PUNCTUATION = re.compile(r"\.?[\s,;@|•·–—\-/()\[\]~:»›→]{0,8}")
_JOINTS: Phrases[bool] = Phrases(dict.fromkeys(JOINING_WORDS, True))
_RANGE = re.compile(r"-[0-9]{1,2}:")
_OFFSET = re.compile(r"\s?\(?(UTC|GMT)?\s?([+\-−])([0-9]{1,2})(?::?([0134][05]))?(?![0-9])\)?")
_HOURS_EAST = re.compile(r"\+[0-9]{2}(?![0-9])")
_ZONE_IN_WORDS = re.compile(r"\s?\([^\W\d_][^\W\d_ .-]{0,14}(?:[ .-]{1,2}[^\W\d_]{1,14}){0,4}\)")
_ZONE = re.compile(r"\s?\(?(Z|[A-Z]{2,5})\)?(?![^\W_])")

_OFFSETS: Mapping[str, int] = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("CET", "MEZ", "BST", "WEST"), 60),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST"), 120),
    **dict.fromkeys(("EEST", "MSK"), 180),
    **dict.fromkeys(("JST", "KST"), 540),
    **{"EST": -300, "EDT": -240, "CST": -360, "CDT": -300},
    **{"MST": -420, "MDT": -360, "PST": -480, "PDT": -420},
    **{"AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780},
    **{"WIB": 420, "WITA": 480, "WIT": 540, "HKT": 480, "BRT": -180},
}
_ZONES: Mapping[str, str] = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}


def clock_after(window: Window, start: int, *, alone: bool = False) -> Found | None:
    """Read a time of day that follows a date, with what joins them: ", ", " AT ", " um ", "T" or nothing.

    With `alone` an hour may stand without minutes behind such a word ("yesterday at 5").
    """
    compact = _COMPACT_CLOCK.match(window.folded, start)
    if compact is not None:
        return _timed(window, start + 1, compact.end(), (int(compact[1]), int(compact[2]), compact[3]), None)
    position, has_word = past_joint(window, start)
    found = clock(window, position, dotted=has_word)
    if found is None and alone and has_word:
        hour = _ONLY_HOUR.match(window.folded, position)
        found = _timed(window, position, hour.end(), (int(hour[1]), 0, None), None) if hour else None
    if found is None:
        return None
    around = window.folded[start:position].rstrip()[-1:] + window.folded[found.end : found.end + 1]
    return Found(found.end + 1, found.fields) if around in ("()", "[]") else found


def past_joint(window: Window, start: int) -> tuple[int, bool]:
    """Return where the joint between date and time ends, and whether it has a word such as "at"."""
    position, has_word = _past_punctuation(window, start), False
    for _ in range(2):  # "г. в"
        word = _JOINTS.match(window.folded, position)
        if word is None or window.text.startswith("AM", position):
            break
        end = word[1] + window.folded.startswith(".", word[1])  # "2024 г. 20:41"
        position, has_word = _past_punctuation(window, end), True
    return position, has_word


def _past_punctuation(window: Window, start: int) -> int:
    match = _PUNCTUATION.match(window.folded, start)
    return match.end() if match else start


def clock(window: Window, start: int, *, dotted: bool) -> Found | None:
    """Read the time of day at `start`; with `dotted` also 21.11, which is a number elsewhere."""
    position, half = _half_before(window, start)
    folded = window.folded
    match = _CLOCK.match(folded, position)
    if match is not None:
        minute, second = match[2] or match[4] or 0, match[3] or match[5]
    else:
        match = _BARE_HOUR.match(folded, position)
        if match is None:
            match = _dotted(window, position, asked=dotted)
        if match is None:
            return None
        minute, second = (match[2], match[3]) if match.re is _DOTTED_CLOCK else (0, None)
    return _timed(window, position, match.end(), (int(match[1]), int(minute), second), half)


def _timed(
    window: Window, start: int, end: int, numbers: tuple[int, int, str | None], half: str | None
) -> Found | None:
    hour, minute, second = numbers
    if half is None:
        end, half = _half_after(window, end)
    if hour > 23 or minute > 59 or (second is not None and int(second) > 60):
        return None
    word = _AFTER_CLOCK.match(window.folded, end)
    end = word.end() if word else end
    fields: dict[str, Any] = {"hour": _hour(hour, half), "minute": minute, "half": half}
    if second is not None:
        fields["second"] = min(int(second), 59)  # a leap second is shown as :60
    if second is None and _RANGE.match(window.folded, end) and window.folded[start - 1 : start] != "t":
        return Found(end, fields)  # "6:00-8:00" is no zone
    end, zone = _zone(window, end)
    return Found(end, {**fields, **zone})


def _dotted(window: Window, position: int, *, asked: bool) -> re.Match[str] | None:
    """Match 21.11, a time only behind "um", with seconds, before "Uhr" or "pm", or at the end of all."""
    match = _DOTTED_CLOCK.match(window.folded, position)
    if match is None or asked or match[3] or not window.folded[match.end() :].strip():
        return match
    ahead = _AFTER_CLOCK.match(window.folded, match.end()) or _half_after(window, match.end())[1]
    return match if ahead else None


def _hour(hour: int, half: str | None) -> int:
    if half == "pm" and hour < 12:
        return hour + 12
    return 0 if half == "am" and hour == 12 else hour


@cache
def _halves() -> Phrases[str]:
    return Phrases(dict(day_halves()))


def half_at(window: Window, start: int) -> tuple[str, int] | None:
    """Return the word for before or after noon that stands at `start`, with its end."""
    return _halves().match(window.folded, start)


def _half_before(window: Window, start: int) -> tuple[int, str | None]:
    shown = _HALF_BEFORE.match(window.folded, start)
    if shown is not None:
        return shown.end(), f"{shown[1]}m"
    found = half_at(window, start)
    if found is None:
        return start, None
    end = found[1] + window.folded.startswith(" ", found[1])
    return (end, found[0]) if window.folded[end : end + 1].isdecimal() else (start, None)


def _half_after(window: Window, start: int) -> tuple[int, str | None]:
    match = _HALF.match(window.text, start)
    if match is not None and not _runs_on(match[1] + match[3], window.text[match.end() : match.end() + 2]):
        return match.end(), f"{match[1].lower()}m"
    found = half_at(window, start + window.folded.startswith(" ", start))
    return (found[1], found[0]) if found else (start, None)


def _runs_on(half: str, after: str) -> bool:
    """Return whether "am" or "pm" is the beginning of a word: "8:41 Among"; "8:41 pmThe" is not."""
    if not after[:1].isalpha():
        return False
    if half.islower() or not half.isupper():
        return not after[0].isupper()
    # "8:41 AMERICA" is a word, "8:41 PMREPLY" are two.
    return not after[0].isupper() or (half == "AM" and after[1:2].isupper())


def _zone(window: Window, start: int) -> tuple[int, dict[str, Any]]:
    text = window.text
    shift = _OFFSET.match(text, start)
    if shift is not None and int(shift[3]) <= 14 and (shift[4] or shift[1] or _HOURS_EAST.match(text, start)):
        minutes = int(shift[3]) * 60 + int(shift[4] or 0)
        named = _ZONE_IN_WORDS.match(text, shift.end())  # "+0200 (CEST)"
        end = named.end() if named else shift.end()
        return end, {"offset": minutes if shift[2] == "+" else -minutes}
    name = _ZONE.match(text, start)
    if name is not None and name[1] in _OFFSETS:
        return name.end(), {"offset": _OFFSETS[name[1]]}
    if name is not None and name[1] in _ZONES:
        return name.end(), {"zone": _ZONES[name[1]]}
    return start, {}
