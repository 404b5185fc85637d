"""A discussion as one HTML file in the reader's language: to read, print and keep, without server or script.

Everything that a commenter wrote is escaped where it is put in; nothing in the file leads anywhere by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.components import INDENT_LEVELS, author_name, period, title_of
from dashboard.conversation import Turn, conversation
from dashboard.figures import ACCENT, MARKS, NO_STANCE, STANCES
from dashboard.text import one_line, visible
from threads.dynamics.key_figures import KeyFigures, key_figures
from threads.dynamics.participation import participation
from threads.dynamics.people import people
from threads.dynamics.replies import shape
from threads.dynamics.summary import what_happened
from threads.dynamics.timeline import Timeline, timeline
from threads.dynamics.trend import Smooth, smooth
from threads.language import _, counted, decimals, language, moment, noun, number, percent, signed
from threads.records import Discussion

WIDTH, HEIGHT, BARS = 760, 220, 110  # of the pictures, in pixels
LEFT, RIGHT, EDGE = 64, 10, 12
LEGEND, LETTER = 22, 6.5  # how high the row is that says what is what, and how wide a letter
MOST_POINTS: Final = 4_000
PEOPLE_SHOWN: Final = 30
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
STYLE: Final = """
body { max-width: 780px; margin: 2rem auto; padding: 0 1rem; color: #1d1b18; background: #fffefb;
  font: 16px/1.55 Georgia, "Times New Roman", serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font: 600 1rem/1.3 "Helvetica Neue", Arial, sans-serif; margin: 2rem 0 .4rem; }
.meta, .note, th, td, dt, figcaption, .scores { color: #625c52;
  font: 13px/1.45 "Helvetica Neue", Arial, sans-serif; }
dl { display: grid; grid-template-columns: repeat(5, 1fr); gap: 1rem; padding: .7rem;
  border: 1px solid #e4ded2; }
dl div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
dd { margin: 0; font-weight: 600; font-size: 1.25rem; }
.said { border-left: 3px solid #0b6866; padding-left: .8rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 3px 8px; border-bottom: 1px solid #e4ded2; overflow-wrap: anywhere; }
figure { margin: 0; } svg { max-width: 100%; height: auto; }
article { border-top: 1px solid #e4ded2; padding: .6rem 0; break-inside: avoid; }
article p { margin: .2rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.who { font-weight: 600; } .answers { color: #625c52; }
@media (max-width: 560px) { dl { grid-template-columns: 1fr 1fr; } }
@media print { body { margin: 0; max-width: none; } }
"""
_TREND_LINE: Final = f'fill="none" stroke="{ACCENT}" stroke-width="2.5"'
_BAND_FILL: Final = f'fill="{ACCENT}" fill-opacity=".16"'
_TREND: Final = f'<path d="M0,6h12" {_TREND_LINE}/>'
_BAND: Final = f'<rect width="12" height="12" {_BAND_FILL}/>'
_FILLS: Final = {
    "supportive": f'fill="{STANCES["supportive"][0]}"',
    "critical": 'fill="url(#critical)"',
    "neutral": 'fill="url(#neutral)"',
    "unclear": 'fill="#857d70" fill-opacity=".22" stroke="#857d70" stroke-width=".8"',
    NO_STANCE: 'fill="none" stroke="#857d70" stroke-width=".8"',
}
_PATTERN: Final = (
    '<pattern id="{stance}" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="{colour}"/>{over}</pattern>'
)
_PATTERNS: Final = "".join(
    _PATTERN.format(stance=stance, colour=STANCES[stance][0], over=over)
    for stance, over in (
        ("critical", '<path d="M-1,1l2,-2M0,6l6,-6M5,7l2,-2" stroke="#fff" stroke-opacity=".7"/>'),
        ("neutral", '<circle cx="3" cy="3" r="1" fill="#fff" fill-opacity=".75"/>'),
    )
)


def discussion_html(
    discussion: Discussion, frame: pd.DataFrame, chosen: pd.DataFrame, choice: str = ""
) -> str:
    """Return a discussion as one HTML document.

    Parameters
    ----------
    discussion
        What it is about.
    frame, chosen
        All its comments, and those to be shown, with records and scores.
    choice
        What was chosen, in words; empty for everything.
    """
    title = title_of(discussion.title, frame["published_at"].min())
    parts = [
        f"<h1>{_text(title)}</h1>",
        f'<p class="meta">{_text(_meta(discussion, chosen))}</p>',
        _note(_("Only: {choice}", choice=choice), "meta") if choice else "",
    ]
    if chosen.empty:
        parts.append(_note(_("No comment passes the filters."), "said"))
    else:
        parts += [_facts(key_figures(chosen)), _said(chosen), *_pictures(chosen), _people(chosen)]
        parts += [_heading(_("The conversation")), *map(_turn, conversation(frame, chosen))]
    note = _(
        "Times in UTC. Sentiment is VADER's, of English comments; what the scores mean and how far to trust "
        "them: btl guide."
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{_text(one_line(title, 200))}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + f"\n{_note(note)}\n</body></html>\n"
    )


def _note(text: str, kind: str = "note") -> str:
    return f'<p class="{kind}">{_text(text)}</p>'


def _heading(text: str) -> str:
    return f"<h2>{_text(text)}</h2>"


def _meta(discussion: Discussion, chosen: pd.DataFrame) -> str:
    parts = [
        counted(len(chosen), "comment", "comments"),
        period(chosen["published_at"].min(), chosen["published_at"].max()),
        discussion.url or "",
    ]
    return " · ".join(part for part in parts if part)


def _facts(figures: KeyFigures) -> str:
    sentiment = "–" if figures.mean_sentiment is None else signed(figures.mean_sentiment)
    if figures.sentiment_low is not None and figures.sentiment_high is not None:
        sentiment += f" ({signed(figures.sentiment_low)} … {signed(figures.sentiment_high)})"
    replies = figures.replies_given + figures.replies_inferred
    values = [
        (number(figures.comments), noun(figures.comments, "comment", "comments")),
        (
            number(figures.effective_people, 1),
            _("as if so many spoke equally, of {people}", people=number(figures.people)),
        ),
        (sentiment, _("mean sentiment")),
        (
            number(replies),
            _(
                "replies, {replies_inferred} of them inferred",
                replies_inferred=number(figures.replies_inferred),
            ),
        ),
        (f"{number(figures.supportive)} : {number(figures.critical)}", _("lean supportive : critical")),
    ]
    cells = "".join(f"<div><dt>{_text(label)}</dt><dd>{_text(value)}</dd></div>" for value, label in values)
    return f"<dl>{cells}</dl>"


def _said(chosen: pd.DataFrame) -> str:
    sentences = [*what_happened(chosen), participation(chosen).sentence(), shape(chosen).sentence()]
    return f'<p class="said">{_text(" ".join(sentence.text for sentence in sentences))}</p>'


def _pictures(chosen: pd.DataFrame) -> Iterable[str]:
    placed = chosen.dropna(subset=["published_at", "sentiment"])
    bins = timeline(chosen)
    if placed.empty or len(bins.rows) < 2:
        reason = _("No picture over time: it takes comments with times and sentiment in two stretches.")
        yield _note(reason)
        return
    start, end = _milliseconds(bins.rows["start"].iloc[0]), _milliseconds(bins.rows["end"].iloc[-1])
    line = smooth(chosen)
    yield _heading(_("Sentiment over time"))
    marks = [(_mark(stance, 6, 6), _(stance)) for stance in _stances(placed)]
    trend = [] if line.curve is None else [(_TREND, _("trend")), (_BAND, _("95% band"))]
    legend = _legend([*marks, *trend])
    yield _figure(legend, _sentiment(placed, line.curve, start, end), HEIGHT, line.sentence().text, bins)
    yield _heading(_("Comments and stance"))
    legend = _legend([(_bar(stance, 0, 1, 12, 10), _(stance)) for stance in _stances(chosen)])
    yield _figure(legend, _PATTERNS + _bars(bins, start, end), BARS, bins.sentence().text, bins)


def _stances(frame: pd.DataFrame) -> list[str]:
    """Return the stances that are drawn of a frame, in their order."""
    there = set(frame["stance"].fillna(NO_STANCE))
    return [stance for stance in MARKS if stance in there]


def _legend(signs: Iterable[tuple[str, str]]) -> str:
    """Return a row of signs, of 12 by 12 pixels each, and what they stand for."""
    parts, x = [], 0.0
    for sign, word in signs:
        parts.append(
            f'<g transform="translate({x:.1f},0)">{sign}<text x="18" y="10">{_text(word)}</text></g>'
        )
        x += 18 + LETTER * len(word) + 16
    return "".join(parts)


def _figure(legend: str, marks: str, height: int, caption: str, bins: Timeline) -> str:
    first, last = bins.rows["start"].iloc[0], bins.rows["end"].iloc[-1]
    axis = (
        f'<text x="{LEFT}" y="{height + 14}">{_text(moment(first))}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{height + 14}" text-anchor="end">{_text(moment(last))}</text>'
    )
    return (
        f'<figure><svg viewBox="0 {-LEGEND} {WIDTH} {LEGEND + height + 20}" role="img" '
        f'aria-label="{_text(caption)}" font-family="Helvetica Neue, Arial, sans-serif" font-size="11" '
        f'fill="#625c52"><g transform="translate(0,{-LEGEND})">{legend}</g>{marks}{axis}</svg>'
        f"<figcaption>{_text(caption)}</figcaption></figure>"
    )


def _sentiment(placed: pd.DataFrame, curve: Smooth | None, start: float, end: float) -> str:
    rows = placed.iloc[np.linspace(0, len(placed) - 1, min(len(placed), MOST_POINTS)).astype(int)]
    x = [_across(_milliseconds(time), start, end) for time in rows["published_at"]]
    y = [_down(value) for value in rows["sentiment"]]
    lines = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_down(v):.1f}" y2="{_down(v):.1f}" stroke="#e4ded2"/>'
        f'<text x="{LEFT - 6}" y="{_down(v) + 4:.1f}" text-anchor="end">{_text(word)}</text>'
        for v, word in ((1, _("positive")), (0, _("neutral")), (-1, _("negative")))
    )
    marks = "".join(
        _mark(stance if isinstance(stance, str) and stance in STANCES else NO_STANCE, px, py)
        for stance, px, py in zip(rows["stance"], x, y, strict=True)
    )
    if curve is None:
        return lines + marks
    along = [_across(_milliseconds(time), start, end) for time in curve.time]
    around = [*_points(along, curve.high), *reversed(_points(along, curve.low))]
    band = f'<polygon points="{" ".join(around)}" {_BAND_FILL}/>'
    return f'{lines}{band}{marks}<polyline points="{" ".join(_points(along, curve.value))}" {_TREND_LINE}/>'


def _points(along: Iterable[float], values: Iterable[float]) -> list[str]:
    return [f"{x:.1f},{_down(value):.1f}" for x, value in zip(along, values, strict=True)]


def _mark(stance: str, x: float, y: float) -> str:
    """Return a mark whose form says the stance too."""
    colour = MARKS[stance][0]
    if stance == "critical":
        return (
            f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}" fill-opacity=".8"/>'
        )
    if stance == "neutral":
        corners = f"M{x:.1f},{y - 5:.1f}l5,5l-5,5l-5,-5z"
        return f'<path d="{corners}" fill="{colour}" fill-opacity=".8"/>'
    if stance in ("unclear", NO_STANCE):
        dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1" fill="{colour}"/>' if stance == NO_STANCE else ""
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="none" stroke="{colour}"/>{dot}'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}" fill-opacity=".8"/>'


def _bars(bins: Timeline, start: float, end: float) -> str:
    most = max(1, int(bins.rows["comments"].max()))
    parts = [f'<text x="{LEFT - 6}" y="{EDGE + 4}" text-anchor="end">{number(most)}</text>']
    for row in bins.rows.to_dict("records"):
        left, right = (_across(_milliseconds(row[name]), start, end) for name in ("start", "end"))
        known = {stance: int(row[stance]) for stance in STANCES}
        counts = {**known, NO_STANCE: int(row["comments"]) - sum(known.values())}
        bottom = float(BARS)
        for stance, count in counts.items():
            size = count / most * (BARS - EDGE)
            bottom -= size
            if count:
                said = _text(f"{number(count)} {_(stance)}")
                parts.append(_bar(stance, left, bottom, max(1, right - left - 1), size, said))
    return "".join(parts)


def _bar(stance: str, x: float, y: float, width: float, height: float, said: str = "") -> str:
    """Return a bar whose pattern says the stance too, as on the page."""
    title = f"<title>{said}</title>" if said else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {_FILLS[stance]}>'
        f"{title}</rect>"
    )


def _people(chosen: pd.DataFrame) -> str:
    table = people(chosen)
    rows = "".join(
        f"<tr><td>{_text(author_name(row['author']))}</td><td>{number(row['comments'])}</td>"
        f"<td>{percent(row['word_share'])}</td>"
        f"<td>{'–' if pd.isna(row['mean_sentiment']) else signed(row['mean_sentiment'])}</td></tr>"
        for row in table.head(PEOPLE_SHOWN).to_dict("records")
    )
    more = len(table) - PEOPLE_SHOWN
    names = (_("Name"), _("Comments"), _("Share of words"), _("Mean sentiment"))
    head = "".join(f"<th>{_text(name)}</th>" for name in names)
    rest = _note(_("and {more} more", more=number(more))) if more > 0 else ""
    shown = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return _heading(_("Who talks")) + shown + rest


def _turn(turn: Turn) -> str:
    row: Any = turn.row
    time = _("no time") if pd.isna(row["published_at"]) else moment(row["published_at"])
    answers = ""
    if turn.parent is not None and not turn.follows_parent:
        whom = _("answers {author_name}{sure}", author_name=author_name(turn.parent["author"]), sure="")
        answers = f' <span class="answers">{_text(whom)}</span>'
    if row["parent_source"] == "inferred" and not pd.isna(row["parent_confidence"]):
        sure = _("· inferred {parent_confidence}", parent_confidence=decimals(row["parent_confidence"]))
        answers += f' <span class="answers">{_text(sure)}</span>'
    scores = (
        _("no sentiment{reason}", reason="")
        if pd.isna(row["sentiment"])
        else _("sentiment {value}", value=signed(row["sentiment"]))
    )
    if isinstance(row["stance"], str):
        scores += _(", stance {stance}", stance=_(row["stance"]))
    indent = 1.4 * min(turn.level, INDENT_LEVELS)
    return (
        f'<article style="margin-left: {indent:.1f}rem"><p class="scores"><span class="who">'
        f"{_text(author_name(row['author']))}</span> {_text(time)}{answers}</p>"
        f'<p dir="auto">{_text(row["text"])}</p><p class="scores">{_text(scores)}</p></article>'
    )


def _across(milliseconds: float, start: float, end: float) -> float:
    return LEFT + (milliseconds - start) / max(end - start, 1) * (WIDTH - LEFT - RIGHT)


def _down(sentiment: float) -> float:
    return EDGE + (1 - float(sentiment)) / 2 * (HEIGHT - 2 * EDGE)


def _milliseconds(time: Any) -> float:
    return float(pd.Timestamp(time).timestamp() * 1000)


def _text(text: str) -> str:
    """Return a text as it stands in markup, hidden characters visible."""
    return escape(visible(text), quote=True)
