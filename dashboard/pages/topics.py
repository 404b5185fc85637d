"""What a discussion is about: topics, where they stand, whether it drifts, words that set groups apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pandas as pd
from dash import dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.background import Work, waiting
from dashboard.elements import html
from dashboard.figures import words_of_groups
from dashboard.pages.base import Menu
from dashboard.pages.discussion import DiscussionPage, Reading
from dashboard.tables import Shown, compound, percent, table
from dashboard.text import one_line, shown
from dashboard.topic_filter import known_topics, topics_in
from threads.dynamics.drift import drift
from threads.dynamics.topics import MOST_COMMENTS, Topics, among, subthreads
from threads.dynamics.words_apart import WordsApart, words_apart
from threads.language import N_, _, counted, number

SUBTHREADS_SHOWN: Final = 12
QUOTED: Final = 240  # characters of a comment that stands for a topic


class TopicsPage(DiscussionPage):
    """The topics of one discussion."""

    path = "/topics"
    title = N_("Topics")
    menu: Menu | None = "discussions"

    def content(self, reading: Reading) -> list[Component]:
        """Return everything below the page's head."""
        frame = reading.chosen
        if frame.empty:
            return [ui.empty(_("No comment passes the filters."))]
        whole = _whole(reading)
        if isinstance(whole, Work):
            return [ui.panel(_("Topics"), waiting(whole))]
        found = among(whole, frame)
        drifts = [drift(frame, article) for article in dict.fromkeys((reading.discussion.article_text, None))]
        said = [one.sentence() for one in drifts if one.z is not None]
        if not found.reason:  # which the panel tells
            said.insert(0, found.sentence())
        told = [part for sentence in said for part in (*shown(sentence.text), " ")]
        return [
            *([html.P(told, className="said")] if told else []),
            html.Div(
                [
                    html.Div([_topics(reading, found), _apart(frame)]),
                    html.Div([_subthreads(reading, found), _drifts([one.sentence().text for one in drifts])]),
                ],
                className="columns",
            ),
        ]


def _whole(reading: Reading) -> Topics | Work:
    """Return the topics of the whole discussion, or the work that finds them, where they take long."""
    known = known_topics(reading.frame)
    if known is not None or len(reading.frame) <= MOST_COMMENTS:
        return known or topics_in(reading.frame)
    key = reading.context.key("topics", reading.discussion.thread_id, reading.stamp)
    work = reading.context.background.ask(key, partial(topics_in, reading.frame))
    return work.result if work.state == "done" else work


def _topics(reading: Reading, found: Topics) -> Component:
    if found.reason:
        return ui.panel(_("Topics"), ui.empty(found.reason))
    texts = _texts(reading)
    columns = [
        Shown("words", _("Words that tell it"), str, cell=lambda row: _searched(reading, row["words"])),
        Shown("comments", _("Comments"), cell=lambda row: _of_topic(reading, found, row)),
        Shown("share", _("Share"), percent, _("Of the comments with a topic")),
        Shown("people", _("People")),
        Shown("sentiment", _("Mean sentiment"), compound),
    ]
    note = _(
        "Topics are of the whole discussion; comments that lie between them have none. A number leads to "
        "the comments of a topic, a word to those that hold it."
    )
    if found.stability is not None:
        agreed = _("Runs agree on {share} of a topic's first words.", share=percent(found.stability))
        note = f"{agreed} {note}"
    return ui.panel(
        _("Topics"),
        table(found.rows, columns, _("Topics")),
        html.H3(_("Comments that stand for each")),
        html.Ul(
            [_example(reading, row, texts) for row in found.examples.to_dict("records")], className="examples"
        ),
        note=note,
    )


def _of_topic(reading: Reading, found: Topics, row: Any) -> Component:
    """Return how many comments a topic has, which leads to them."""
    name = found.names[row["topic"] - 1]
    return dcc.Link(
        number(row["comments"]),
        href=ui.thread_path(reading.discussion.thread_id) + reading.filters.of_topic(name).query(),
        title=_("The comments of this topic"),
    )


def _searched(reading: Reading, words: str) -> list[Any]:
    """Return a topic's words, each a link to the comments that hold it."""
    path = ui.thread_path(reading.discussion.thread_id)
    parts: list[Any] = []
    for word in words.split(", "):
        parts += [dcc.Link(shown(word), href=path + reading.filters.with_text(word).query()), ", "]
    return parts[:-1]


def _example(reading: Reading, row: Any, texts: Callable[[str], str]) -> Component:
    return html.Li(
        [
            html.Span(f"{row['topic']}. ", className="muted"),
            html.Q(shown(one_line(texts(row["comment_id"]), QUOTED)), dir="auto"),
            " ",
            dcc.Link(
                shown(one_line(ui.author_name(row["author"]), 40)),
                href=_comment(reading, row["comment_id"]),
            ),
        ]
    )


def _texts(reading: Reading) -> Callable[[str], str]:
    texts = reading.chosen.set_index("comment_id")["text"]
    return lambda comment_id: str(texts.get(comment_id, ""))


def _comment(reading: Reading, comment_id: str) -> str:
    """Return the address of a comment in the conversation."""
    return ui.thread_path(reading.discussion.thread_id) + ui.link_to(comment_id)


def _apart(frame: pd.DataFrame) -> Component:
    """Return the words that set the sides apart, or, where sides are too few, the halves of the talk."""
    sides = frame["stance"].where(frame["stance"].isin(("supportive", "critical")))
    found, title = words_apart(frame, sides), _("Words that set the sides apart")
    if found.reason:
        found = words_apart(frame, _halves(frame))
        title = _("Words that set the halves of the talk apart")
    if found.rows.empty:
        return ui.panel(title, ui.empty(found.sentence().text))
    return ui.panel(
        title,
        ui.chart(
            words_of_groups(found.rows),
            title,
            said=found.sentence(),
            table=found.rows,
            name="words-apart",
            id="apart-figure",
        ),
        note=_how(found),
    )


def _how(found: WordsApart) -> str:
    return _(
        "The longer the bar, the surer (z of the log-odds with a prior). Of {tried} words compared, "
        "those are shown of which at most 5 in 100 are there by chance.",
        tried=number(found.tried),
    )


def _halves(frame: pd.DataFrame) -> pd.Series[str]:
    """Return the half of the talk that each comment is in, by time where all have one, else by order."""
    times = frame["published_at"]
    order = times.rank(method="first") if times.notna().all() else frame["position"].rank(method="first")
    late = order > len(frame) / 2
    return pd.Series(
        late.map({True: _("second half"), False: _("first half")}), index=frame.index, dtype="str"
    )


def _subthreads(reading: Reading, found: Topics) -> Component:
    rows = subthreads(reading.chosen, found.of_each)
    if rows.empty:
        return ui.panel(_("Sub-threads"), ui.empty(_("No comment has four others below it.")))
    texts = _texts(reading)
    items = [
        html.Li(
            [
                dcc.Link(
                    shown(one_line(texts(row["comment_id"]), 90)) or _("(no text)"),
                    href=_comment(reading, row["comment_id"]),
                ),
                html.Span(
                    f" {counted(row['comments'], 'comment', 'comments')}{_about(row)}", className="muted"
                ),
            ]
        )
        for row in rows.head(SUBTHREADS_SHOWN).to_dict("records")
    ]
    more = len(rows) - len(items)
    return ui.panel(
        _("Sub-threads"),
        html.Ul(items, className="examples"),
        html.P(_("and {more} more", more=number(more)), className="muted") if more > 0 else None,
        note=_("The longest first; what hangs on one answer to the article."),
    )


def _about(row: Any) -> str:
    return (
        ""
        if pd.isna(row["topic"])
        else _(", {share} of them on topic {topic}", share=percent(row["share"]), topic=row["topic"])
    )


def _drifts(said: list[str]) -> Component:
    return ui.panel(
        _("Does it drift?"),
        html.Ul([html.Li(shown(text)) for text in dict.fromkeys(said)], className="examples"),
        note=_("Compared with the same comments in shuffled order."),
    )
