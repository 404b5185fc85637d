"""One comment of the queue: the text with its marks, what it answers, why it is here, what was decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.keeping import keeping_path
from dashboard.pages.moderation.address import PATH, Address
from dashboard.pages.moderation.marks import Reason, marked_text
from dashboard.security.access import may
from dashboard.text import one_line, shown
from threads.language import N_, _, counted, localised, moment, ngettext, number, percent, retold
from threads.moderation.decisions import REASONS, Decision, standing
from threads.moderation.precision import FEWEST
from threads.moderation.queue_filter import QueueFilter
from threads.moderation.rules import RULES, title_of
from threads.records import Flag
from threads.storage import AuthorComment, QueueItem

MODEL = N_("Likely offensive")  # what the model's reading is called beside the flags
SHOWN_DECISIONS = 5

_REASON_OF: Mapping[str, str] = {rule.name: rule.reason for rule in RULES}
_UNIT_OF: Mapping[str, str] = {rule.name: rule.limits[0].unit for rule in RULES if rule.limits}


def default_reason(item: QueueItem) -> str:
    """Return the reason of a rejection where none is chosen: that of the rule furthest over its limit.

    Empty where no rule flagged the comment: then the moderator says why.
    """
    order = sorted(item.flags, key=lambda flag: -(flag.value / flag.limit if flag.limit > 0 else flag.value))
    return next((_REASON_OF[flag.rule] for flag in order if flag.rule in _REASON_OF), "")


def reasons(items: Sequence[QueueItem]) -> list[list[Reason]]:
    """Return of each comment why it is here: its flags, and the model's reading where offence is likely."""
    found = [[_of_flag(flag, place) for place, flag in enumerate(item.flags, start=1)] for item in items]
    for item, why_here, spans in zip(items, found, ui.offensive_spans(_unflagged(items)), strict=True):
        if spans:
            why_here.append(_of_model(item, len(why_here) + 1, spans))
    return found


def _of_flag(flag: Flag, number: int) -> Reason:
    return Reason(
        number=number,
        name=flag.rule,
        title=_(title_of(flag.rule)),
        sentence=retold(flag.reason),
        measured=_measured(flag),
        spans=tuple((start, end) for start, end in flag.spans),
    )


def _unflagged(items: Sequence[QueueItem]) -> list[Mapping[str, Any]]:
    """Return text and scores of comments; none of those that the rule on offensive language flagged."""
    return [
        {} if any(flag.rule == "offensive" for flag in item.flags) else {"text": item.text, **item.scores}
        for item in items
    ]


def _of_model(item: QueueItem, number: int, spans: Sequence[tuple[int, int]]) -> Reason:
    words = item.scores.get("offensive_words")
    sentence = (
        _("Words that make it likely: {words}.", words=ui.words_with_kinds(words))
        if isinstance(words, str)
        else _("By its words.")
    )
    return Reason(
        number=number,
        name=MODEL,
        title=_(MODEL),
        sentence=_("{sentence} This is a model's reading; it flags nothing.", sentence=sentence),
        measured=_("Probability {offensive}.", offensive=percent(item.scores["offensive"])),
        spans=tuple(spans),
    )


def _measured(flag: Flag) -> str:
    """Return a flag's limit, and its value where the reason lacks it: "Severity 8, flagged from 2."."""
    unit = _UNIT_OF.get(flag.rule, "")
    share = unit.startswith(("probability", "share"))
    value, limit = (
        percent(found) if share else localised(f"{found:,.3g}") for found in (flag.value, flag.limit)
    )
    if f"{value}" in re.findall(r"[\d.,]*\d%?", flag.reason):
        return _("Flagged from {limit}.", limit=limit).replace(f" {limit}", f"\u00a0{limit}")
    return _(
        "{what} {value}, flagged from {limit}.",
        what=_("Severity") if unit == "severity" else _("Value"),
        value=value,
        limit=limit,
    )


def entry(item: QueueItem, place: int, *, blind: bool = False) -> Component:
    """Return the line of a comment in the list; a `blind` one does not say what was decided."""
    return html.Button(
        [
            html.Strong(rules_of(item)),
            html.Span(risk(item), className="risk", title=_("how many times the limit of a rule")),
            html.Span(one_line(item.text, 60), className="muted"),
        ],
        type="button",
        **ui.hyphenated(
            data_select=str(place), **({} if blind or item.state == "open" else {"data_was": item.state})
        ),
    )


def rules_of(item: QueueItem) -> str:
    """Return which rules flagged a comment."""
    return ", ".join(_(title_of(flag.rule)) for flag in item.flags) or _("No flag")


def risk(item: QueueItem) -> str:
    """Return how many times over a limit a comment is; empty where no rule flagged it."""
    return f"{number(item.risk, 1)} ×" if item.flags else ""


def article(item: QueueItem, place: int, found: Sequence[Reason], *, second: int | None = None) -> Component:
    """Return a comment, whole, in its conversation, marked for the reasons `found`.

    `second` is the decision that a second look is about.
    """
    return html.Article(
        [
            html.P(_where(item), className="meta"),
            _article_excerpt(item),
            answered(item),
            html.Div(marked_text(item.text, found), className="text large", dir="auto"),
            html.P(_who(item), className="scores"),
            html.P(_scores(item), className="scores"),
            html.Div(className="news"),  # the browser's: claims, colleagues, conflicts
        ],
        className="panel queue-item",
        tabIndex=-1,
        **ui.hyphenated(
            aria_label=_("Comment by {author_name}", author_name=one_line(ui.author_name(item.author), 60)),
            data_place=str(place),
            data_thread=item.thread_id,
            data_comment=item.comment_id,
            data_version=str(item.version),
            data_state=item.state,
            data_reason=default_reason(item),
            data_author=one_line(ui.author_name(item.author), 60),
            data_rules=f"{rules_of(item)} {risk(item)}".strip(),
            **({} if second is None else {"data_decision": str(second)}),
        ),
    )


def why(item: QueueItem, place: int, found: Sequence[Reason], right: Mapping[str, str]) -> Component:
    """Return why a comment is here, how often each rule was `right` so far, and what was decided on it."""
    return html.Section(
        [
            html.H2(_("Why it is here")),
            *(_reason(reason, right.get(reason.name, "")) for reason in found),
            None if found else ui.empty(_("No rule flagged it.")),
            _not_known(item, right),
            _decisions(item.decisions),
        ],
        className="panel queue-why",
        **ui.hyphenated(data_why=str(place)),
    )


def author_history(comments: Sequence[AuthorComment]) -> list[Component]:
    """Return an author's latest other comments with what became of them."""
    if not comments:
        return [ui.empty(_("Nothing else is known of this author."))]
    return [
        html.P(
            [
                html.Span(_(comment.state), className=f"decision {comment.state}"),
                f" {_('flagged')} " if comment.is_flagged else " ",
                html.A(
                    shown(one_line(comment.text, 160)),
                    href=ui.link_to(comment.comment_id, ui.thread_path(comment.thread_id)),
                ),
            ],
            className="past",
        )
        for comment in comments
    ]


def only(label: str, **restriction: Any) -> Component:
    """Return a link to all that a restriction leaves, decided or not."""
    search = Address(QueueFilter(view="all", **restriction)).search
    return html.A(label, href=PATH + search, className="only", **ui.hyphenated(data_reload=search))


def _where(item: QueueItem) -> list[Any]:
    position = _("comment {position}", position=number(item.position))
    return [
        html.A(
            shown(one_line(ui.title_of(item.title, None), 120)),
            href=ui.link_to(item.comment_id, ui.thread_path(item.thread_id)),
        ),
        f" · {position} · ",
        ui.time_label(item.published_at, item.published_at_precision, item.published_at_raw),
        " · ",
        only(_("this thread in the queue"), thread_id=item.thread_id),
    ]


def _article_excerpt(item: QueueItem) -> Component | None:
    if not item.article:
        return None
    return html.Details(
        [
            html.Summary(_("The article begins")),
            html.Div(shown(item.article + " …"), className="text", dir="auto"),
        ],
        className="excerpt",
    )


def answered(item: QueueItem) -> Component | None:
    """Return the beginning of what a comment answers, and by whom it is."""
    if item.parent_text is None:
        return None
    sure = (
        " " + _("(inferred {confidence})", confidence=ui.decimals(item.parent_confidence))
        if item.parent_source == "inferred"
        else ""
    )
    return html.Blockquote(
        [
            html.Strong(shown(one_line(ui.author_name(item.parent_author), 60))),
            f"{sure} ",
            *shown(one_line(item.parent_text, 400)),
        ],
        dir="auto",
    )


def _who(item: QueueItem) -> list[Any]:
    history = ngettext(
        "{number} comment, {rejected} rejected",
        "{number} comments, {rejected} rejected",
        item.author_comments,
        rejected=number(item.author_rejected),
    )
    return [
        html.Strong(shown(one_line(ui.author_name(item.author), 60))),
        html.Span(history),
        only(_("only this author"), author=item.author) if item.author else None,
        dcc.Link(_("erase…"), href=keeping_path(item.author, item.author_id))
        if may("keep") and (item.author or item.author_id)
        else None,
    ]


def _scores(item: QueueItem) -> list[Any]:
    row = item.scores
    words, offensive, featuring = (row.get(name) for name in ("words", "offensive", "featuring"))
    return [
        ui.sentiment_bar(row.get("sentiment"), row.get("sentiment_missing")),
        html.Span(counted(words, "word", "words")) if words is not None else None,
        ui.stance_label(row.get("stance"), row.get("stance_probability")),
        ui.relation_label(row),
        html.Span(_("offensive {offensive}", offensive=percent(offensive)))
        if offensive is not None
        else None,
        html.Span(_("spam {spam}", spam=ui.decimals(row["spam"]))) if row.get("spam") else None,
        html.Span(_("worth featuring {featuring}", featuring=ui.decimals(featuring)))
        if featuring is not None
        else None,
    ]


def _reason(reason: Reason, right: str) -> Component:
    return html.Div(
        [
            html.Strong(str(reason.number), className=f"number by-{reason.kind}"),
            html.Em(reason.title),
            html.Span([*shown(one_line(reason.sentence, 400)), html.Small(f" {reason.measured} {right}")]),
        ],
        className="why",
    )


def _not_known(item: QueueItem, right: Mapping[str, str]) -> Component | None:
    """Return, once for all its flags, that too few decisions say how often they are right."""
    rules = [title_of(flag.rule) for flag in item.flags if flag.rule not in right]
    if not rules:
        return None
    said = _(
        "How often they are right is not known yet: fewer than {fewest} decisions on {list}.",
        fewest=FEWEST,
        list=", ".join(_(rule) for rule in rules),
    )
    return html.P(said, className="note")


def _decisions(decisions: Sequence[Decision]) -> Component | None:
    if not decisions:
        return None
    stands, by_id = standing(decisions), {decision.id: decision for decision in decisions}
    lines = [
        html.Li(_decision(decision, by_id.get(decision.undoes or 0), stands=decision is stands))
        for decision in decisions[-SHOWN_DECISIONS:]
    ]
    earlier = len(decisions) - len(lines)
    return html.Div(
        [
            html.H3(_("Decisions so far")),
            html.P(_("{earlier} earlier", earlier=earlier), className="muted") if earlier else None,
            html.Ol(lines, className="past-decisions", start=str(earlier + 1)),
        ]
    )


def in_words(decision: Decision) -> str:
    """Return what was decided and, of a rejection, for which reason."""
    reason = f" ({_(REASONS.get(decision.reason, decision.reason))})" if decision.reason else ""
    return f"{_(decision.action.replace('_', ' '))}{reason}"


def _decision(decision: Decision, taken_back: Decision | None, *, stands: bool) -> list[Any]:
    """Return a decision in the history of a comment; of an undo, what it took back and whose that was."""
    of_whom = (
        _(" ({action} by {actor})", action=in_words(taken_back), actor=one_line(taken_back.actor, 60))
        if taken_back
        else ""
    )
    return [
        html.Strong(f"{in_words(decision)}{of_whom}"),
        html.Span(
            " "
            + _(
                "by {actor}, {decided_at} UTC",
                actor=one_line(decision.actor, 60),
                decided_at=moment(decision.decided_at),
            ),
            className="muted",
        ),
        *([" ", html.Q(shown(one_line(decision.note, 400)), dir="auto")] if decision.note else []),
        " ",
        _whole_batch(decision.batch) if stands and decision.batch else None,
    ]


def _whole_batch(batch: str) -> Component:
    return html.Button(
        _("Take its whole batch back"),
        type="button",
        className="link",
        **ui.hyphenated(data_undo_batch=batch),
    )
