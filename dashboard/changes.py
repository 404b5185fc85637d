"""Where a discussion turned and how fast it went, as panels; `link` makes a comment's address of its id."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.discussion import Reading
from dashboard.text import one_line, shown
from threads.dynamics.bursts import Bursts, bursts
from threads.dynamics.derailment import Watch, early_signs
from threads.dynamics.half_life import HalfLife, half_life
from threads.dynamics.sentences import Sentence, figure
from threads.dynamics.steps import Told, unwatched
from threads.dynamics.turning_points import Turn, TurningPoint, TurningPoints, error_rate, turning_points
from threads.language import _, chance, number

Link = Callable[[str], str]

AT_ONCE: Final = 20_000
"""Comments up to which turning points and pace are told without being asked for."""
TURNS_SHOWN: Final = 9


def strongest(found: TurningPoints) -> tuple[TurningPoint, ...]:
    """Return the turning points that are shown, by time: the TURNS_SHOWN strongest."""
    strengths = sorted((abs(point.turns[0].strength) for point in found.points), reverse=True)
    least = strengths[TURNS_SHOWN - 1] if len(strengths) > TURNS_SHOWN else 0.0
    return tuple(point for point in found.points if abs(point.turns[0].strength) >= least)[:TURNS_SHOWN]


def what_changed(frame: pd.DataFrame, found: TurningPoints, link: Link) -> list[Component | None]:
    """Return the turning points of `frame` as sentences, or that there are none, and how sure that is."""
    points = strongest(found)
    names = dict(zip(frame["comment_id"], frame["author"], strict=True)) if points else {}
    turns = html.Ol([html.Li(_turning_point(point, names, link)) for point in points], className="turns")
    more = len(found.points) - len(points)
    return [
        turns if points else html.P(linked(found.sentence(), link), className="seen"),
        html.P(_("and {more} weaker", more=number(more)), className="muted") if more else None,
        html.P(_how_sure(len(frame), found), className="note") if found.looked_at else None,
        _not_looked_at(found),
    ]


@dataclass(frozen=True, slots=True)
class Changes:
    """Where a discussion turned, how interest faded, what came in bursts, and the signs at its beginning."""

    turns: TurningPoints
    half_life: HalfLife
    bursts: Bursts
    signs: Watch


def changes_of(reading: Reading, told: Told = unwatched) -> Changes:
    """Work out all of it, which takes seconds for very many comments; `told` may stop it (`Stopped`)."""
    turns = turning_points(reading.chosen, told=told)
    return Changes(turns, _half_life(reading), bursts(reading.chosen), early_signs(reading.frame))


def key_of(reading: Reading) -> Hashable:
    """Return the key under which `changes_of` is worked out in the background."""
    asked = reading.filters.on_page(1).query()
    return reading.context.key("changes", reading.discussion.thread_id, reading.stamp, asked)


def pace(found: Changes, link: Link) -> list[Component]:
    """Return how interest faded, what came in bursts, and the counted signs in the first comments of all."""
    return [
        html.P(linked(found.half_life.sentence(), link), className="seen"),
        html.P(linked(found.bursts.sentence(), link), className="seen"),
        html.H3(_("How it began")),
        html.P(linked(found.signs.sentence(), link), className="seen"),
        html.P(_(found.signs.caution), className="note"),
    ]


def on_request(comments: int) -> list[Component]:
    """Return what asks for the turning points and the pace of a discussion too long to tell them at once."""
    return [
        html.P(
            [
                html.Button(
                    _("Look for turning points"), id="changed-look", type="button", className="button"
                ),
                " ",
                html.Span(
                    _("Among {comments} comments this takes some seconds.", comments=number(comments)),
                    className="muted",
                ),
            ]
        )
    ]


def linked(sentence: Sentence, link: Link) -> list[Any]:
    """Return a sentence with links to the comments that it speaks of."""
    parts: list[Any] = []
    for part in sentence.parts:
        words = shown(part.text)
        parts += words if part.comment_id is None else [html.A(words, href=link(part.comment_id))]
    return parts


def _half_life(reading: Reading) -> HalfLife:
    """Return the half-life; of a stretch of time, what came before and after it is not on it either."""
    whole = reading.filters.since is None and reading.filters.until is None
    discussion = reading.discussion
    return half_life(
        reading.chosen,
        since=discussion.published_at if whole else None,
        until=discussion.captured_at if whole else None,
    )


def _turning_point(point: TurningPoint, names: dict[str, Any], link: Link) -> list[Component]:
    return [
        html.P(linked(point.sentence(), link), className="seen"),
        html.P("; ".join(_sure(turn) for turn in point.turns), className="note"),
        html.P([_("Around it:"), " ", *_around(point, names, link)], className="note"),
    ]


def _sure(turn: Turn) -> str:
    apart = figure(abs(turn.strength), 1)
    return _(
        "{measure}: {apart} standard deviations apart, p {p} (adjusted)",
        measure=_(turn.measure),
        apart=apart,
        p=chance(turn.p),
    )


def _around(point: TurningPoint, names: dict[str, Any], link: Link) -> list[Any]:
    parts: list[Any] = []
    for comment_id in point.around:
        between = " │ " if comment_id == point.first.comment_id else " · "
        parts += [between] if parts else []
        name = one_line(ui.author_name(names.get(comment_id)), 40)
        parts.append(html.A(shown(name), href=link(comment_id)))
    return parts


def _how_sure(comments: int, found: TurningPoints) -> str:
    rate = error_rate(comments)
    little = "" if found.points or not rate.misses_most else " " + _("That none is told means little here.")
    return rate.sentence().text + little


def _not_looked_at(found: TurningPoints) -> Component | None:
    """Return the measures that were not looked at, with the reason of each."""
    if not found.looked_at or not found.missing:
        return None
    reasons = [html.Li(f"{_(name)}: {_(reason)}") for name, reason in found.missing.items()]
    return html.Details(
        [
            html.Summary(_("Not looked at: {list}", list=", ".join(_(name) for name in found.missing))),
            html.Ul(reasons),
        ]
    )
