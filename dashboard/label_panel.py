"""The panel where comments are labelled for a topic of one's own, and its callbacks."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import dash_mantine_components as dmc
import pandas as pd
from dash import Dash, Input, Output, State, ctx, dcc, no_update
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.labelling import Job, Labelling
from dashboard.pages.base import Context
from dashboard.pages.moderation.item import answered
from dashboard.security.access import may, needs, require
from dashboard.text import one_line, shown
from threads.errors import ThreadsError
from threads.language import N_, _, explained, number, percent
from threads.scores.own_topic.fitting import Accuracy
from threads.scores.own_topic.labelled import FEWEST
from threads.scores.own_topic.model import FEWEST_SAID
from threads.storage import QueueItem
from threads.storage.labels import SKIPPED

LONGEST_TARGET: Final = 200
POLL: Final = 1_000  # milliseconds
ANSWERS: Final = {
    "supportive": ("1", N_("supports")),
    "critical": ("2", N_("opposes")),
    "neutral": ("3", N_("neither")),
    SKIPPED: ("s", N_("skip")),
}
_SHOWN: Final = (
    ("label-now", "children"),
    ("label-comment", "data"),
    ("label-progress", "children"),
    ("label-applied", "children"),
    ("label-poll", "disabled"),
    ("label-cancel", "disabled"),
    ("label-sure", "hidden"),
)
_IDS: Final = {f"label-{answer}": answer for answer in ANSWERS}


def label_panel(context: Context, thread_id: str, title: str) -> Component | None:
    """Return the panel for who may decide; what it shows is filled in by its callback."""
    if not may("decide"):
        return None
    target = context.store.labels.target_of(thread_id) or one_line(title, LONGEST_TARGET)
    buttons = [_button(f"label-{answer}", key, _(text)) for answer, (key, text) in ANSWERS.items()]
    return ui.panel(
        _("Label comments for a topic of your own"),
        dcc.Store(id="label-thread", data=thread_id),
        dcc.Store(id="label-comment"),
        dcc.Interval(id="label-poll", interval=POLL),
        dmc.TextInput(
            id="label-target", label=_("Stance toward what?"), value=target, debounce=True, size="xs"
        ),
        html.Div(id="label-now", role="status"),
        html.Div([*buttons, _button("label-undo", "u", _("undo"))], className="buttons"),
        html.Div(id="label-progress"),
        html.Div(
            [
                html.Button(_("Apply to this discussion"), id="label-apply", className="button primary"),
                html.Button(_("Apply all the same"), id="label-sure", className="button", hidden=True),
                html.Button(_("Back to the built-in"), id="label-back", className="button"),
                html.Button(_("Cancel"), id="label-cancel", className="button", disabled=True),
            ],
            className="buttons",
            hidden=not may("train"),
        ),
        html.Div(id="label-applied", role="status"),
        note=_(
            "Say what each comment is for or against, not whether you agree. The ones that teach most come "
            "first. What is labelled is kept."
        ),
        id="labelling",
    )


def _button(name: str, key: str, text: str) -> Component:
    return html.Button(
        [html.Kbd(key), f" {text}"],
        id=name,
        type="button",
        className="button",
        **ui.hyphenated(data_label_key=key, aria_keyshortcuts=key),
    )


def register_labelling(app: Dash, context: Context) -> None:
    """Add the callbacks: labels and what comes next; applying, with its progress."""
    labelling = Labelling(context)
    _register_answers(app, context, labelling)
    _register_telling(app, context, labelling)
    _register_applying(app, context, labelling)


def _register_answers(app: Dash, context: Context, labelling: Labelling) -> None:
    labels = context.store.labels

    @app.callback(
        *(Output(*output) for output in _SHOWN),
        *(Input(name, "n_clicks") for name in _IDS),
        Input("label-undo", "n_clicks"),
        Input("label-target", "value"),
        State("label-comment", "data"),
        State("label-thread", "data"),
        running=[(Output(name, "disabled"), True, False) for name in (*_IDS, "label-undo")],
    )
    @needs("decide")
    def answer(*values: Any) -> tuple[Any, ...]:
        target, comment_id, thread_id = _target(values[-3]), values[-2], str(values[-1])
        actor, trigger, wanted = require("decide").name, ctx.triggered_id, None
        if not target:
            return _nothing_but(_("Say in words what the stance is toward."))
        labelling.forget(thread_id)
        try:
            if trigger in _IDS and isinstance(comment_id, str):
                labels.give(thread_id, comment_id, target, _IDS[trigger], actor)
            elif trigger == "label-undo":
                wanted = labels.take_back(thread_id, target, actor)
            return _state(context, labelling, thread_id, target, wanted)
        except ThreadsError as error:
            return _nothing_but(explained(error))


def _nothing_but(problem: str) -> tuple[Any, ...]:
    return ui.problem(problem), None, None, None, True, True, True


def _register_telling(app: Dash, context: Context, labelling: Labelling) -> None:
    @app.callback(
        *(Output(*output, allow_duplicate=True) for output in _SHOWN),
        Input("label-poll", "n_intervals"),
        State("label-target", "value"),
        State("label-comment", "data"),
        State("label-thread", "data"),
        prevent_initial_call=True,
    )
    @needs("decide", poll=True)
    def told(_ticks: Any, target: Any, comment_id: Any, thread_id: Any) -> tuple[Any, ...]:
        wanted = comment_id if isinstance(comment_id, str) else None
        try:
            now, *others = _state(context, labelling, str(thread_id), _target(target), wanted)
        except ThreadsError as error:
            return _nothing_but(explained(error))
        # What is shown stays: somebody may have answered meanwhile.
        return (no_update, no_update, *others[1:]) if wanted else (now, *others)


def _register_applying(app: Dash, context: Context, labelling: Labelling) -> None:
    @app.callback(
        Output("label-poll", "disabled", allow_duplicate=True),
        Output("label-applied", "children", allow_duplicate=True),
        Output("label-sure", "hidden", allow_duplicate=True),
        Input("label-apply", "n_clicks"),
        Input("label-sure", "n_clicks"),
        Input("label-back", "n_clicks"),
        Input("label-cancel", "n_clicks"),
        State("label-target", "value"),
        State("label-thread", "data"),
        prevent_initial_call=True,
    )
    @needs("train")
    def apply(
        _apply: Any, _sure: Any, _back: Any, _cancel: Any, target: Any, thread_id: Any
    ) -> tuple[bool, Component | None, bool]:
        actor, thread_id = require("train").name, str(thread_id)
        context.store.discussion(thread_id)
        if ctx.triggered_id == "label-cancel":
            if (job := labelling.jobs.get(thread_id)) is not None:
                job.stop.set()
        elif ctx.triggered_id in ("label-apply", "label-sure"):
            labelling.begin(thread_id, _target(target), actor, sure=ctx.triggered_id == "label-sure")
        elif ctx.triggered_id == "label-back":
            labelling.begin(thread_id, None, actor)
        # What was told of an earlier run goes at once, so that this one is seen to run.
        return False, html.P(_("At work …"), className="muted"), True


def _target(value: Any) -> str:
    return " ".join(value[:LONGEST_TARGET].split()) if isinstance(value, str) else ""


def _state(
    context: Context, labelling: Labelling, thread_id: str, target: str, wanted: str | None
) -> tuple[Any, ...]:
    """Return what the panel shows, and whether it need not ask again; `wanted` is the comment to show."""
    given = context.store.labels.given(thread_id, target)
    now, comment_id = _next(context, labelling, thread_id, target, given, wanted)
    growth = labelling.growth(thread_id, target, tuple(given["comment_id"] + " " + given["label"]))
    job = labelling.jobs.get(thread_id)
    idle = job is None or bool(job.ended)
    settled = now is not None and growth is not None and idle
    waits = html.P(_("Choosing what to label …"), className="muted")
    progress = _progress(given, growth, thread_id, target)
    asked = job is not None and job.ended == "asked"
    return now or waits, comment_id, progress, _applied(job, thread_id), settled, idle, not asked


def _next(
    context: Context,
    labelling: Labelling,
    thread_id: str,
    target: str,
    given: pd.DataFrame,
    wanted: str | None,
) -> tuple[Component | None, str | None]:
    """Return the comment to label, or that none is left, and its id; None and None while it is chosen."""
    if wanted is None:
        queue = labelling.to_label(thread_id, target, len(given))
        if queue is None:
            return None, None
        done = set(given["comment_id"])
        wanted = next((comment_id for comment_id in queue if comment_id not in done), None)
        if wanted is None:
            return ui.empty(
                _("Nothing is left to label: every comment that teaches something has one.")
            ), None
    item = context.store.queue_item(thread_id, wanted)
    return _to_judge(item), wanted


def _to_judge(item: QueueItem) -> Component:
    """Return a comment with who wrote it, when, and in answer to what: without which thanks mean nothing."""
    return html.Div(
        [
            html.P(
                [
                    html.Strong(shown(one_line(ui.author_name(item.author), 60))),
                    " ",
                    ui.time_label(item.published_at, item.published_at_precision, item.published_at_raw),
                ],
                className="meta",
            ),
            answered(item),
            ui.comment_text(item.text),
        ]
    )


def _progress(
    given: pd.DataFrame, growth: list[Accuracy] | None, thread_id: str, target: str
) -> list[Component]:
    counts = {answer: int((given["label"] == answer).sum()) for answer in ANSWERS}
    given_words = ((counts[answer], text) for answer, (_key, text) in ANSWERS.items() if counts[answer])
    told = ", ".join(f"{number(count)} {_(text)}" for count, text in given_words)
    parts: list[Component] = [html.P(_("Labelled: {value}.", value=told or _("none yet")), className="said")]
    if growth is None:
        parts.append(html.P(_("Measuring how good it is …"), className="muted"))
    elif not growth:
        need = _("A model asks for {fewest} labels, two kinds of them, and three of each.", fewest=FEWEST)
        parts.append(html.P(need, className="muted"))
    else:
        parts += [html.P(_how_good(growth[-1]), className="seen"), _grown(growth)]
    if len(given) and may("export_people"):
        query = urlencode({"thread": thread_id, "target": target}, errors="replace")
        download = html.A(_("Download the labels"), href=f"/export/labels.csv?{query}", download="")
        parts.append(html.P([download, " ", _("for btl topic fit")], className="muted"))
    return parts


def _how_good(last: Accuracy) -> str:
    sure = "" if last.low > last.usual else " " + _("That is not surely better: label more.")
    return _(
        "On labelled comments it had not seen it is right {value} of the time ({low} to {high}); "
        "always saying the commonest label would be right {usual} of it.{sure}",
        value=percent(last.value),
        low=percent(last.low),
        high=percent(last.high),
        usual=percent(last.usual),
        sure=sure,
    )


def _grown(growth: list[Accuracy]) -> Component:
    """Return the accuracy after so many labels as ranges, with its numbers."""
    rows = [
        html.Tr(
            [
                html.Th(number(point.labels), scope="row"),
                html.Td(
                    html.Div(
                        [
                            html.I(
                                style={
                                    "left": f"{100 * point.low:.1f}%",
                                    "width": f"{100 * (point.high - point.low):.1f}%",
                                }
                            ),
                            html.B(style={"left": f"{100 * point.value:.1f}%"}),
                        ],
                        className="range",
                        **ui.hyphenated(aria_hidden="true"),
                    )
                ),
                html.Td(
                    _(
                        "{value} ({low} to {high})",
                        value=percent(point.value),
                        low=percent(point.low),
                        high=percent(point.high),
                    )
                ),
            ]
        )
        for point in growth
    ]
    head = [html.Th(name, scope="col") for name in (_("Labels"), _("0 to 100%"), _("Right, cross-validated"))]
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="curve"),
        className="scroll",
        tabIndex=0,
        role="region",
        **ui.hyphenated(aria_label=_("Accuracy as labels were given")),
    )


def _applied(job: Job | None, thread_id: str) -> Component | None:
    if job is None:
        return None
    if job.ended == "applied":
        again = html.A(_("Show it"), href=ui.thread_path(thread_id, "/stance"))
        at = "" if job.at is None else f"{job.at:%H:%M:%S}"
        return html.P([_("Judged anew at {time} UTC.", time=at), " ", again], className="said")
    if job.ended == "asked":
        return ui.problem(_(job.doubt, fewest=FEWEST_SAID))
    if job.ended == "cancelled":
        return html.P(_("Cancelled: nothing was changed."), className="muted")
    if job.ended:
        return ui.problem(explained(job.ended) if isinstance(job.ended, ThreadsError) else _(job.ended))
    said = (
        _("Judged {done} of {of} comments …", done=number(job.done), of=number(job.of))
        if job.of
        else _("Learning …")
    )
    return html.P(shown(said), className="muted")
