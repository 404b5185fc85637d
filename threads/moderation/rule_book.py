"""All that a moderator lead sets of the rules, as one value: switches, limits and lists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from threads.errors import SettingError
from threads.language import N_, _
from threads.language import number as written_number
from threads.moderation.rules import RULES, Limit, Rule, Values
from threads.settings import Settings

MOST_ENTRIES: Final = 5_000  # of one list
LONGEST_ENTRY: Final = 100  # characters

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The values of every rule, by its name; make one with `from_settings` or `from_json`."""

    rules: Mapping[str, Values]

    @classmethod
    def from_settings(cls, settings: Settings | None = None) -> RuleBook:
        """Return the book of defaults, some of which settings give.

        Raises
        ------
        SettingError
            A setting is out of the range of its limit.
        """
        given = Settings.from_environment() if settings is None else settings
        return cls(
            {
                rule.name: Values(
                    limits={limit.name: _default(rule, limit, given) for limit in rule.limits},
                    lists={item.name: () for item in rule.lists},
                )
                for rule in RULES
            }
        )

    @classmethod
    def from_json(cls, value: object, defaults: RuleBook) -> RuleBook:
        """Return the book that `as_json` wrote; `defaults` has what is missing, such as rules newer than it.

        Raises
        ------
        SettingError
            Something in it is no rule, limit or list, or is out of range; the message names it.
        """
        rules = dict(defaults.rules)
        for name, values in _object(value, "the rules").items():
            rule = _known(name, {rule.name: rule for rule in RULES}, "rule", "the rules")
            rules[rule.name] = _values(rule, values, rules[rule.name])
        return cls(rules)

    def as_json(self) -> dict[str, Any]:
        """Return the book as JSON: {rule: {on, limits: {name: number}, lists: {name: [entry]}}}."""
        return {
            name: {
                "on": values.on,
                "limits": dict(values.limits),
                "lists": {name: list(entries) for name, entries in values.lists.items()},
            }
            for name, values in self.rules.items()
        }

    def changed(
        self,
        rule: str,
        *,
        on: bool | None = None,
        limits: Mapping[str, int | float] | None = None,
        lists: Mapping[str, list[str] | tuple[str, ...]] | None = None,
    ) -> RuleBook:
        """Return a book with other values of one rule; errors as in `from_json`."""
        given: dict[str, Any] = {
            "limits": dict(limits or {}),
            "lists": {k: [*v] for k, v in (lists or {}).items()},
        }
        if on is not None:
            given["on"] = on
        return RuleBook.from_json({rule: given}, self)

    def differences(self, before: RuleBook) -> dict[str, Any]:
        """Return what differs from another book, as JSON: {rule: {on, limits: {name: [before, now]}, lists}}.

        Of a list, {"added": […], "removed": […]}.
        """
        found: dict[str, Any] = {}
        for name, now in self.rules.items():
            old = before.rules[name]
            changes: dict[str, Any] = {}
            if now.on != old.on:
                changes["on"] = [old.on, now.on]
            if limits := {k: [old.limits[k], v] for k, v in now.limits.items() if v != old.limits[k]}:
                changes["limits"] = limits
            if lists := {k: _moved(old.lists[k], v) for k, v in now.lists.items() if v != old.lists[k]}:
                changes["lists"] = lists
            if changes:
                found[name] = changes
        return found


def _default(rule: Rule, limit: Limit, settings: Settings) -> int | float:
    if limit.setting is None:
        return limit.default
    try:
        return _number(rule, limit, getattr(settings, limit.setting))
    except SettingError as error:
        variable = f"BTL_{limit.setting.upper()}"
        raise SettingError(error.problem, source=variable, remedy=error.remedy) from None


def _values(rule: Rule, given: object, before: Values) -> Values:
    known = _object(given, rule.name)
    for name in known:
        _known(name, {"on": 0, "limits": 0, "lists": 0}, "part of a rule", rule.name)
    on = known.get("on", before.on)
    if not isinstance(on, bool):
        raise SettingError(
            _("{value} is no switch", value=f"{on!r:.40}"),
            source=rule.name,
            place="on",
            remedy=_("Give true or false"),
        )
    limits, lists = dict(before.limits), dict(before.lists)
    for name, number in _object(known.get("limits", {}), rule.name).items():
        limit = _known(name, {limit.name: limit for limit in rule.limits}, "limit", rule.name)
        limits[name] = _number(rule, limit, number)
    for name, entries in _object(known.get("lists", {}), rule.name).items():
        _known(name, {item.name: item for item in rule.lists}, "list", rule.name)
        lists[name] = _entries(rule, name, entries)
    return replace(before, on=on, limits=limits, lists=lists)


def _number(rule: Rule, limit: Limit, number: object) -> int | float:
    whole = isinstance(limit.default, int)
    good = (
        isinstance(number, int | float)
        and not isinstance(number, bool)
        and math.isfinite(number)
        and limit.least <= number <= limit.most
        and (not whole or number == int(number))
    )
    if not good:
        raise SettingError(
            _("{value} is out of range", value=f"{number!r:.40}"),
            source=rule.name,
            place=limit.name,
            remedy=_remedy(limit, whole=whole),
        )
    assert isinstance(number, int | float)  # noqa: S101 - for the type checker
    return int(number) if whole else float(number)


def _remedy(limit: Limit, *, whole: bool) -> str:
    least, most, unit = f"{limit.least:g}", f"{limit.most:g}", _(limit.unit)
    if limit.most == math.inf:
        said = (
            N_("Give a whole number from {least} on ({unit})")
            if whole
            else N_("Give a number from {least} on ({unit})")
        )
    else:
        said = (
            N_("Give a whole number from {least} to {most} ({unit})")
            if whole
            else N_("Give a number from {least} to {most} ({unit})")
        )
    return _(said, least=least, most=most, unit=unit)


def _entries(rule: Rule, name: str, entries: object) -> tuple[str, ...]:
    """Return the entries of a list: trimmed, each once, in order of the alphabet."""
    if not isinstance(entries, list | tuple) or not all(isinstance(entry, str) for entry in entries):
        raise SettingError(
            _("it is no list of words"), source=rule.name, place=name, remedy=_("Give a word a line")
        )
    found = sorted({" ".join(entry.split()) for entry in entries} - {""}, key=lambda e: (e.casefold(), e))
    if len(found) > MOST_ENTRIES:
        raise SettingError(
            _("it has {count} entries", count=written_number(len(found))),
            source=rule.name,
            place=name,
            remedy=_("Keep to {most}", most=written_number(MOST_ENTRIES)),
        )
    for entry in found:
        if len(entry) > LONGEST_ENTRY or not any(map(str.isalnum, entry)):
            raise SettingError(
                _("{word} is no word", word=repr(entry[:40])),
                source=rule.name,
                place=name,
                remedy=_(
                    "Give words of at most {most} characters with a letter or a digit", most=LONGEST_ENTRY
                ),
            )
    return tuple(found)


def _object(value: object, source: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise SettingError(
            "it is no object of JSON", source=source, remedy="Write it as `btl rules --json` does"
        )
    return value


def _known(name: str, known: Mapping[str, T], kind: str, source: str) -> T:
    if name not in known:
        raise SettingError(
            f"no {kind} is called {name[:40]!r}", source=source, remedy=f"Known: {', '.join(known) or 'none'}"
        )
    return known[name]


def _moved(before: tuple[str, ...], now: tuple[str, ...]) -> dict[str, list[str]]:
    return {"added": sorted(set(now) - set(before)), "removed": sorted(set(before) - set(now))}
