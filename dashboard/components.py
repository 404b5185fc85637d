"""Pieces that several pages share; each is a function from values to a component."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, cast
from urllib.parse import quote, urlencode

import numpy as np
import pandas as pd
from dash import dcc
from dash.development.base_component import Component

from dashboard.codes import why_no_sentiment
from dashboard.elements import Static, html, static
from dashboard.figures import STANCES, Figure
from dashboard.filters import Filters
from dashboard.languages import of_plotly
from dashboard.text import marked, one_line, shown
from threads.dynamics.sentences import Sentence
from threads.language import N_, _, counted, day, language, moment, ngettext, number, signed
from threads.language import decimals as between_0_and_1
from threads.scores.offensive import Offensive
from threads.scores.offensive_model import LIKELY
from threads.scores.sentiment import SentenceScore, explain
from threads.scores.text import without_quotes

STANCE_SIGNS = {"supportive": "●", "critical": "■", "neutral": "◆", "unclear": "○"}
RELATIONS = {
    "agrees": N_("agrees (tentative)"),  # the weakest of the four, as its card says
    "disagrees": N_("disagrees"),
    "asks": N_("asks"),
    "comments": N_("only comments"),  # a verb: beside numbers "comments .93" reads as a count
}
OFFENSIVE = Offensive()  # keeps its model, once it is needed
INDENT_LEVELS = 8
NUMBERS_SHOWN = 500
LONG_CHARACTERS = 1_800
SENTENCES_EXPLAINED, WORDS_EXPLAINED = 12, 8
GRAPH_CONFIG: Any = {"displayModeBar": False, "displaylogo": False, "responsive": True}


def clear_button() -> dict[str, str]:
    """Return the properties of a control's button that clears it; dmc gives it no name."""
    return {"aria-label": _("Clear")}


def hyphenated(**attributes: Any) -> dict[str, Any]:
    """Return attributes under their HTML names: aria_label as aria-label."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}


def panel(title: str, *children: Any, note: Any = None, **attributes: Any) -> Component:
    """Return a titled section; `note` says how to read it."""
    return html.Section(
        [html.H2(title), html.P(note, className="note") if note else None, *children],
        className="panel",
        **attributes,
    )


def facts(values: Iterable[tuple[Any, Any]]) -> Component:
    """Return a row of key figures: (figure, what it is)."""
    return static(
        html.Dl(
            [html.Div([html.Dt(label), html.Dd(figure)]) for figure, label in values],
            className="facts",
        )
    )


def empty(reason: Any) -> Component:
    """Return the reason why there is nothing to show."""
    return html.P(reason, className="empty")


def problem(message: str) -> Component:
    """Return an error as it is shown in the page."""
    return html.P(one_line(message, 600), className="problem", role="alert")


def take_away() -> Component:
    """Return links to every decision and to flagged comments, for who may see people."""
    links = [
        html.A(f"{label}, {kind.upper()}", href=f"/export/{what}.{kind}", download="", className="button")
        for what, label in (("decisions", _("Every decision")), ("flagged", _("Flagged comments")))
        for kind in ("csv", "json")
    ]
    return panel(_("To take away"), html.Div(links, className="keys"), note=_("With names; put on record."))


def graph(figure: Figure, label: str, **attributes: Any) -> Component:
    """Return a figure with an explicit height, without which it collapses on a phone, and a spoken label."""
    return html.Div(
        dcc.Graph(
            figure=figure,
            config=cast("Any", {**GRAPH_CONFIG, **of_plotly(language())}),
            style={"height": f"{figure['layout']['height']}px"},
            **attributes,
        ),
        role="img",
        **hyphenated(aria_label=label),
    )


def chart(
    figure: Figure,
    label: str,
    *,
    table: pd.DataFrame,
    name: str,
    said: Sentence | None = None,
    **attributes: Any,
) -> Component:
    """Return a figure with what is seen in it, its numbers, and the ways to take both away.

    Parameters
    ----------
    label
        What a screen reader says of the figure.
    table
        The numbers that are drawn; of very many, the first NUMBERS_SHOWN go into the page and its file.
    name
        What the files are called.
    said
        A sentence on what is seen, above the figure.
    """
    formats = (("png", "PNG"), ("svg", "SVG"), ("csv", "CSV"))
    buttons = [
        html.Button(
            text,
            className="link",
            type="button",
            **hyphenated(
                data_take=kind, data_name=name, aria_label=_("{text} of: {label}", text=text, label=label)
            ),
        )
        for kind, text in formats
    ]
    return html.Div(
        [
            html.P(shown(said.text), className="seen") if said is not None else None,
            graph(figure, label, **attributes),
            html.Details(
                [html.Summary(_("Numbers"))], className="numbers", **hyphenated(data_numbers=numbers(table))
            ),
            static(html.Div(buttons, className="take")),
        ],
        className="chart",
    )


def numbers(table: pd.DataFrame) -> str:
    """Return a frame as JSON, from which the browser makes a table when it is asked for: assets/charts.js.

    The first NUMBERS_SHOWN rows, and how many there are; texts are cut at 80 characters, times are ISO 8601
    in UTC, what is missing is null.
    """
    columns = [_plain(column) for _name, column in table.head(NUMBERS_SHOWN).items()]
    return json.dumps(
        {
            "columns": [_(str(column).replace("_", " ")) for column in table.columns],
            "rows": list(zip(*columns, strict=True)),
            "total": len(table),
        }
    )


def _plain(column: pd.Series[Any]) -> list[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        seconds = pd.DatetimeIndex(column).as_unit("s").asi8.view("datetime64[s]")
        return [None if text == "NaT" else f"{text}Z" for text in np.datetime_as_string(seconds)]
    return [_plain_value(value) for value in column.tolist()]


def _plain_value(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value, 80)
    if pd.isna(value):
        return None
    return round(value, 4) if isinstance(value, float) else int(value)


def shares(rows: Sequence[tuple[str, float, str]]) -> Component:
    """Return horizontal bars: (name, share of the longest bar 0…1, what to print)."""
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(shown(one_line(name, 40)), className="share-name", title=one_line(name, 200)),
                    html.Span(html.I(style={"width": f"{100 * share:.1f}%"}), className="share-bar"),
                    html.Span(text, className="share-text"),
                ]
            )
            for name, share, text in rows
        ],
        className="shares",
    )


def sides(judged: int, supportive: int, critical: int) -> tuple[str, str]:
    """Return the key figure of stance: how many of those that were judged lean which way."""
    if not judged:
        return "–", _("no stance: it takes an English text and a title")
    return f"{number(supportive)} : {number(critical)}", _("lean supportive : critical")


def pager(page: int, last: int, filters: Filters, target: str, *, below: bool = True) -> Component:
    """Return the way to the first, the last and the neighbouring pages, and to one whose number is typed.

    `target` is the element that they lead to, `below` whether this stands under it, rather than on top.
    """

    def link(number: int, label: str) -> Component:
        return dcc.Link(label, href=(filters.on_page(number).query() or "?") + f"#{target}")

    return html.Nav(
        [
            link(1, _("« first")) if page > 2 else None,
            link(page - 1, _("← earlier")) if page > 1 else None,
            _page_choice(page, last, target),
            link(page + 1, _("later →")) if page < last else None,
            link(last, _("last »")) if page < last - 1 else None,
        ],
        className="pager" if below else "pager above",
        **hyphenated(aria_label=_("Pages of the list") if below else _("Pages of the list, above")),
    )


def _page_choice(page: int, last: int, target: str) -> Component:
    """Return the number of the page, to be typed over; assets/thread.js goes there."""
    before, after = _("page {page} of {last}", page="|", last=number(last)).split("|")
    field = {
        **{"type": "number", "name": "page", "min": 1, "max": last, "required": True},
        **{"key": page, "defaultValue": page},  # a field of its own for each page, whatever was typed
    }
    return Static(
        [
            "Form",
            {"className": "page-choice", "data-target": target},
            ["Label", {}, before, ["Input", field], after],
            ["Button", {"className": "link"}, _("Go")],
        ]
    )


def stance_label(stance: Any, probability: Any) -> Component | None:
    """Return a stance with its sign and, where it leans, its probability."""
    if pd.isna(stance):
        return None
    text = (
        _("stance unclear")
        if stance == "unclear"
        else _("leans {stance} {probability}", stance=_(stance), probability=decimals(probability))
    )
    if stance == "neutral":
        text = _("neutral {probability}", probability=decimals(probability))
    return html.Span(
        [html.I(STANCE_SIGNS.get(stance, "○"), **hyphenated(aria_hidden="true")), " ", text],
        className=f"stance {stance}",
    )


def stance_strip(counts: Mapping[str, int]) -> Component:
    """Return the shares of the stances as one strip and as words."""
    total = max(1, sum(counts.values()))
    present = [stance for stance in STANCES if counts.get(stance)]
    return html.Div(
        [
            html.Div(
                [
                    html.I(
                        className=f"strip {stance}", style={"width": f"{100 * counts[stance] / total:.2f}%"}
                    )
                    for stance in present
                ],
                className="strips",
                **hyphenated(aria_hidden="true"),
            ),
            html.P(
                [
                    html.Span(f"{STANCE_SIGNS[s]} {number(counts[s])} {_(s)}", className=f"stance {s}")
                    for s in present
                ],
                className="scores",
            ),
        ]
    )


def sentiment_bar(value: Any, missing: Any = None) -> Component:
    """Return sentiment as a small bar from the middle and a number, or why there is none."""
    if pd.isna(value):
        reason = f": {one_line(why_no_sentiment(missing), 120)}" if isinstance(missing, str) else ""
        return html.Span(_("no sentiment{reason}", reason=reason), className="muted")
    left, width = (50 + 50 * min(value, 0), 50 * abs(value))
    return html.Span(
        [
            html.Span(
                html.I(style={"left": f"{left:.1f}%", "width": f"{width:.1f}%"}),
                className="bar",
                **hyphenated(aria_hidden="true"),
            ),
            _("sentiment {value}", value=signed(value)),
        ]
    )


def sentiment_reasons(text: str) -> Component | None:
    """Return the sentences that have a sentiment, folded: the score of each and the words that carried it."""
    carrying = [sentence for sentence in explain(without_quotes(text)) if sentence.words]
    if not carrying:
        return None
    more = len(carrying) - SENTENCES_EXPLAINED
    return html.Details(
        [
            html.Summary(_("Words behind the sentiment")),
            html.Ul([_sentence_reasons(sentence) for sentence in carrying[:SENTENCES_EXPLAINED]]),
            html.P(
                _("and {more_sentences}", more_sentences=counted(more, "more sentence", "more sentences")),
                className="muted",
            )
            if more > 0
            else None,
        ],
        className="reasons",
    )


def _sentence_reasons(sentence: SentenceScore) -> Component:
    words = [f"{one_line(word.text, 30)} {signed(word.valence, 1)}" for word in sentence.words]
    more = len(words) - WORDS_EXPLAINED
    if more > 0:
        words[WORDS_EXPLAINED:] = [_("{more} more", more=number(more))]
    return html.Li(
        [
            html.Strong(signed(sentence.compound)),
            html.Q(one_line(sentence.text, 90), dir="auto"),
            html.Span(", ".join(words), className="muted"),
        ]
    )


def comment_text(text: str, spans: Sequence[tuple[int, int]] = ()) -> Component:
    """Return a comment whole with `spans` marked; a very long one folded after its first part."""
    if not text:
        return html.P(_("No text is kept."), className="muted")
    if len(text) <= LONG_CHARACTERS:
        return html.Div(marked(text, list(spans)), className="text", dir="auto")
    cut = text.rfind(" ", 0, LONG_CHARACTERS // 2) + 1 or LONG_CHARACTERS // 2
    rest = [(max(0, start - cut), end - cut) for start, end in spans]
    return html.Div(
        [
            html.Div(marked(text[:cut], list(spans)), className="text", dir="auto"),
            html.Details(
                [
                    html.Summary(_("the other {count} characters", count=number(len(text) - cut))),
                    html.Div(marked(text[cut:], rest), className="text", dir="auto"),
                ]
            ),
        ]
    )


def comment(
    row: Mapping[Any, Any],
    parent: Mapping[Any, Any] | None,
    *,
    parent_link: str,
    level: int,
    quoted: bool,
    offensive: Sequence[tuple[int, int]],
    more: Component | None = None,
) -> Component:
    """Return one comment of the conversation with its scores beside it, and `more` under them.

    `parent` is the comment answered; `quoted` shows its beginning, for where it does not stand right above.
    `offensive` are the words to mark, see `offensive_spans`.
    """
    return html.Article(
        [
            html.Header(
                [
                    html.Strong(shown(author_name(row["author"]))),
                    time_label(row["published_at"], row["published_at_precision"], row["published_at_raw"]),
                    reply_label(row, parent, parent_link),
                    decision_label(row.get("state")),
                ]
            ),
            html.Blockquote(one_line(parent["text"], 120)) if parent is not None and quoted else None,
            comment_text(row["text"], offensive),
            html.P(
                [
                    sentiment_bar(row["sentiment"], row.get("sentiment_missing")),
                    html.Span(counted(row["words"], "word", "words")) if pd.notna(row["words"]) else None,
                    stance_label(row["stance"], row["stance_probability"]),
                    relation_label(row),
                    offensive_label(row),
                ],
                className="scores",
            ),
            sentiment_reasons(row["text"]) if pd.notna(row["sentiment"]) else None,
            more,
        ],
        id=anchor(row["comment_id"]),
        className=f"comment level-{min(level, INDENT_LEVELS)}",
    )


def reply_label(row: Mapping[Any, Any], parent: Mapping[Any, Any] | None, link: str) -> Component | None:
    """Return whom a comment answers, and how sure that is."""
    if parent is None:
        return None
    inferred = row["parent_source"] == "inferred"
    sure = (
        " " + _("· inferred {parent_confidence}", parent_confidence=decimals(row["parent_confidence"]))
        if inferred
        else ""
    )
    return html.A(
        [
            _(
                "answers {author_name}{sure}",
                author_name=one_line(author_name(parent["author"]), 40),
                sure=sure,
            )
        ],
        href=link,
        className="reply inferred" if inferred else "reply",
    )


def relation_label(row: Mapping[Any, Any]) -> Component | None:
    """Return how a comment relates to the one it answers; nothing where that is unclear."""
    relation = row.get("reply_relation")
    if pd.isna(relation) or relation not in RELATIONS:
        return None
    said = f"{_(RELATIONS[relation])} {decimals(row['reply_relation_probability'])}"
    return html.Span(said, className="relation")


def offensive_label(row: Mapping[Any, Any]) -> Component | None:
    """Return the probability of offensive language, where it is likely, and the words that carry it."""
    if not _likely_offensive(row):
        return None
    words = row.get("offensive_words")
    carried = f": {words_with_kinds(words)}" if isinstance(words, str) else ""
    return html.Span(
        _("offensive language {offensive}{carried}", offensive=decimals(row["offensive"]), carried=carried),
        className="offensive",
    )


def words_with_kinds(words: str) -> str:
    """Return the words that carry offensive language, each with its kind, such as "idiot (insult)"."""
    return re.sub(r"\(([a-z ]+)\)", lambda kind: f"({_(kind[1])})", one_line(words, 120))


def offensive_spans(rows: Sequence[Mapping[Any, Any]]) -> list[list[tuple[int, int]]]:
    """Return of each row where the words stand that make offence likely; quoted lines are not judged."""
    likely = [place for place, row in enumerate(rows) if _likely_offensive(row)]
    spans: list[list[tuple[int, int]]] = [[] for _row in rows]
    texts = [rows[place]["text"] for place in likely]
    for place, text, found in zip(likely, texts, OFFENSIVE.marked_in(texts), strict=True):
        spans[place] = [(span.start, span.end) for span in found if not _in_quotation(text, span.start)]
    return spans


def _in_quotation(text: str, place: int) -> bool:
    return text[text.rfind("\n", 0, place) + 1 : place + 1].lstrip(" ").startswith(">")


def _likely_offensive(row: Mapping[Any, Any]) -> bool:
    value = row.get("offensive")
    return pd.notna(value) and value >= LIKELY


def decision_label(state: Any) -> Component | None:
    """Return the moderators' decision, where there is one."""
    if state not in {"approved", "rejected"}:
        return None
    return html.Span(_(state), className=f"decision {state}")


def time_label(time: Any, precision: Any, raw: Any) -> Component:
    """Return a time as it is known: to the minute, the day, about, or not at all; as found in a tooltip."""
    if pd.isna(time):
        return html.Span(_("no time") if pd.isna(raw) else one_line(str(raw), 40), className="time")
    time = time.astimezone(UTC)
    text = day(time) if precision == "day" else moment(time)
    return html.Time(
        _("about {text}", text=text) if precision == "relative" else text,
        dateTime=time.isoformat(),
        className="time",
        title=_("as found: {raw}", raw=one_line(str(raw), 80)),
    )


def author_name(author: Any) -> str:
    """Return the name of an author, or what stands for none."""
    return author if isinstance(author, str) and author else _("(no name)")


def title_of(title: Any, first_at: Any) -> str:
    """Return a discussion's title, or what stands for none."""
    if isinstance(title, str) and title:
        return title
    return _("A thread without a title") + ("" if pd.isna(first_at) else f", {day(first_at)}")


def dated_title(row: Mapping[Any, Any]) -> str:
    """Return a discussion's title with the day it began, as several may have the same title."""
    title = one_line(title_of(row["title"], row["first_at"]), 140)
    is_dated = pd.isna(row["title"]) or not row["title"] or pd.isna(row["first_at"])
    # On one line once more: who searches for "3. Juni" types no blank that keeps a line together.
    return title if is_dated else one_line(f"{title}, {day(row['first_at'])}", 200)


def anchor(comment_id: str) -> str:
    """Return the id of a comment's element on its page."""
    return f"comment-{comment_id}"


def people(count: int) -> str:
    """Return how many people with a name wrote something; a table may name nobody."""
    return counted(count, "person", "people") if count else _("people without a name")


def comments_by(comments: int, authors: int) -> str:
    """Return how many comments how many people wrote."""
    return ngettext(
        "{number} comment by {people}", "{number} comments by {people}", comments, people=people(authors)
    )


def fragment(comment_id: str) -> str:
    """Return the end of an address that goes to a comment's element on its page."""
    return f"#{quote(anchor(comment_id), safe='')}"


def thread_path(thread_id: str, page: str = "/thread") -> str:
    """Return the address of a page about a discussion, whatever characters its id has."""
    return f"{page}/{quote(thread_id, safe='')}"


def to_import() -> Component:
    """Return the way to the page that takes files in."""
    return dcc.Link(_("Import a discussion"), href="/import")


def link_to(comment_id: str, path: str = "") -> str:
    """Return the address of a comment on a thread's page, on whichever page of the conversation it stands."""
    return f"{path}?{urlencode({'at': comment_id})}{fragment(comment_id)}"


def decimals(value: Any) -> str:
    """Return a probability as .64; nothing where it is missing."""
    return "" if pd.isna(value) else between_0_and_1(value)


def period(first: Any, last: Any) -> str:
    """Return a stretch of time in a few words."""
    if pd.isna(first):
        return _("no times")
    if first.date() == last.date():
        return _("{first} to {last}", first=moment(first), last=f"{last:%H:%M}")
    return _("{first} to {last}", first=moment(first), last=moment(last))
