"""What other rules would have flagged, and how much of it was right, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.ranges import range_bar
from dashboard.text import one_line, shown
from threads.language import _, counted, number, retold
from threads.moderation.precision import Share
from threads.moderation.report import share_words
from threads.storage.rule_books import Effect, Example, Preview, RulePreview

SHOWN = 160  # characters of an example


def sentence(preview: Preview) -> Component:
    """Return how many comments the candidate flags on the whole, beside how many are flagged now."""
    days = _("the last {days}", days=counted(preview.days, "day", "days"))
    if not preview.comments:
        return html.P(_("No comment was published or imported in {days}.", days=days), className="said")
    values = {
        "comments": counted(preview.all_comments, "comment", "comments"),
        "days": days,
        "now": number(preview.now.flagged),
        "then": number(preview.then.flagged),
    }
    if preview.comments == preview.all_comments:
        said = _(
            "Of {comments} published or imported in {days}, {now} flagged by the rules in force, "
            "{then} by these; rule by rule below.",
            **values,
        )
    else:
        said = _(
            "Of the newest {newest} of {comments} published or imported in {days}, "
            "{now} flagged by the rules in force, {then} by these; rule by rule below.",
            newest=number(preview.comments),
            **values,
        )
    return html.P(said, className="said")


def summary(preview: Preview) -> Component | None:
    """Return how right the candidate is on the whole."""
    if not preview.comments:
        return None
    return _bars(preview.now, preview.then, max(preview.now.flagged, preview.then.flagged))


def of_rule(preview: RulePreview) -> Component:
    """Return what a rule flags now and then, how right that is, and examples of what differs."""
    most = max(preview.now.flagged, preview.then.flagged)
    if not most:
        return html.P(_("Flags nothing of these days, now or then."), className="muted")
    return html.Div(
        [
            _bars(preview.now, preview.then, most),
            _examples(_("newly flagged"), preview.newly, preview.newly_flagged),
            _examples(_("no longer flagged"), preview.no_longer, preview.no_longer_flagged),
        ]
    )


def _bars(now: Effect, then: Effect, most: int) -> Component:
    return html.Dl(
        [_bar("in-force", _("in force"), now, most), _bar("these", _("these"), then, most)],
        className="effects",
    )


def _bar(kind: str, name: str, effect: Effect, most: int) -> Component:
    share = effect.precision
    return html.Div(
        [
            html.Dt(name),
            html.Dd(
                [
                    html.Span(
                        html.I(style={"width": f"{100 * effect.flagged / max(1, most):.1f}%"}),
                        className="share-bar",
                        **ui.hyphenated(aria_hidden="true"),
                    ),
                    html.Span(
                        _("{flagged} flagged", flagged=number(effect.flagged)), className="effect-count"
                    ),
                    range_bar(share) if share.n else html.Div(),
                    html.Span(_right(share), className="range-words"),
                ]
            ),
        ],
        className=kind,
    )


def _right(share: Share) -> str:
    return _("right: {share_words}", share_words=share_words(share)) if share.n else _("none of them decided")


def _examples(what: str, count: int, examples: Sequence[Example]) -> Component | None:
    if not count:
        return None
    more = count - len(examples)
    return html.Details(
        [
            html.Summary(f"{number(count)} {what}"),
            html.Ul([_example(example) for example in examples]),
            html.P(
                _("and {more_comments}", more_comments=counted(more, "more comment", "more comments")),
                className="muted",
            )
            if more > 0
            else None,
        ],
        className="examples",
    )


def _example(example: Example) -> Component:
    return html.Li(
        [
            dcc.Link(
                shown(one_line(example.text, SHOWN) or _("(no text)")),
                href=ui.link_to(example.comment_id, ui.thread_path(example.thread_id)),
            ),
            html.Span(
                " " + _("{reason} Now {state}.", reason=retold(example.flag.reason), state=_(example.state)),
                className="muted",
            ),
        ]
    )
