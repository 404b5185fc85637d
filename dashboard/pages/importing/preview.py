"""What the import page shows of a reading: what was understood and left out, and then what was stored."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.text import one_line, shown
from threads.language import _, counted, ngettext, number, retold
from threads.parse.reading import in_words
from threads.records import Comment, Discussion, Parsed, Report
from threads.storage import Added

PREVIEWED = 20
LEFT_OUT_SHOWN = 100


def preview_of(parsed: Parsed) -> Component:
    """Return what was understood, what was doubtful and what was left out."""
    report = parsed.report
    return ui.panel(
        _("What was understood"),
        html.P(
            _(
                "{comments} read, {kept} kept, {dropped} left out.",
                comments=counted(report.read, "comment", "comments"),
                kept=number(report.kept),
                dropped=number(report.dropped),
            ),
            className="count",
        ),
        html.P(_("Found: {listed}.", listed=in_words(report.found))) if report.found else None,
        *(_discussion(discussion) for discussion in parsed.discussions[:PREVIEWED] if report.kept),
        _more(len(parsed.discussions) - PREVIEWED, "discussions"),
        html.Ul([html.Li(one_line(retold(text), 400)) for text in report.warnings], className="warnings")
        if report.warnings
        else None,
        _how_to_say_the_text(report),
        html.Details(
            [
                html.Summary(_("Left out: {listed}", listed=one_line(in_words(report.left_out), 400))),
                html.Ul(
                    [
                        html.Li(one_line(f"{retold(item.place)}: {retold(item.reason)}", 300))
                        for item in report.skipped[:LEFT_OUT_SHOWN]
                    ]
                ),
                _more(report.dropped - LEFT_OUT_SHOWN, "places"),
            ],
            open=True,
        )
        if report.skipped
        else None,
    )


def _how_to_say_the_text(report: Report) -> Component | None:
    """Return what to do where no column of a table was taken for the text."""
    if not report.columns or any(column.field == "text" for column in report.columns):
        return None
    said = _(
        "Under “{columns}”, choose “{text}” for the column that has the comments, and preview again.",
        columns=_("What the columns are"),
        text=_("text"),
    )
    return html.P(said, className="said")


def stored(parsed: Parsed, added: Added) -> Component:
    """Return what was stored, with a link to each discussion."""
    return html.Section(
        [
            html.P(
                _("{comments} stored", comments=counted(added.comments, "comment", "comments"))
                + (_(", {known} were stored before", known=number(added.known)) if added.known else "")
                + (
                    _(", {times} corrected", times=counted(added.corrected, "time", "times"))
                    if added.corrected
                    else ""
                )
                + (
                    _("; {flagged} newly flagged for a moderator", flagged=number(added.flagged))
                    if added.flagged
                    else ""
                )
                + "."
            ),
            html.Ul(
                [
                    html.Li(
                        dcc.Link(
                            [_("Open"), " ", *shown(one_line(d.title or _("the thread"), 120))],
                            href=ui.thread_path(d.thread_id),
                        )
                    )
                    for d in parsed.discussions[:PREVIEWED]
                ]
            ),
            _more(len(parsed.discussions) - PREVIEWED, "discussions"),
        ],
        className="panel done",
    )


def _discussion(discussion: Discussion) -> Component:
    comments = discussion.comments
    names = {comment.comment_id: ui.author_name(comment.author) for comment in comments}
    more = len(comments) - PREVIEWED
    words = len((discussion.article_text or "").split())
    source_format = one_line(_(discussion.source_format), 40)
    return html.Div(
        [
            html.H3(shown(one_line(discussion.title, 160)) if discussion.title else _("No title found")),
            html.P(
                f"{source_format} · "
                + ngettext("article of {number} word", "article of {number} words", words)
                if words
                else _("{source_format} · no article text", source_format=source_format),
                className="meta",
            ),
            html.Div(
                html.Table(
                    [
                        html.Thead(
                            html.Tr(
                                [
                                    html.Th(name, scope="col")
                                    for name in (_("Author"), _("Time (UTC)"), _("Answers"), _("Text"))
                                ]
                            )
                        ),
                        html.Tbody([_row(comment, names) for comment in comments[:PREVIEWED]]),
                    ]
                ),
                className="scroll",
                tabIndex=0,
                role="region",
                **ui.hyphenated(aria_label=_("Comments found")),
            ),
            html.P(_("and {more} more", more=number(more)), className="muted") if more > 0 else None,
        ]
    )


def _row(comment: Comment, names: dict[str, str]) -> Component:
    inferred = " (inferred)" if comment.parent_source == "inferred" else ""
    answers = one_line(names.get(comment.parent_id, "?"), 40) + inferred if comment.parent_id else ""
    return html.Tr(
        [
            html.Td(shown(one_line(ui.author_name(comment.author), 60))),
            html.Td(
                ui.time_label(comment.published_at, comment.published_at_precision, comment.published_at_raw)
            ),
            html.Td(answers),
            html.Td(one_line(comment.text, 120)),
        ]
    )


def _more(count: int, what: str) -> Component | None:
    return (
        html.P(_("and {count} more {what}", count=number(count), what=what), className="muted")
        if count > 0
        else None
    )
