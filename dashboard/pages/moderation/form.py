"""The bar under a comment: a button for each decision with its key, the reason of a rejection, a note."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.pages.moderation.keys import key_label
from threads.language import N_, _
from threads.moderation.decisions import AFTER, LONGEST_NOTE, REASONS

DECISIONS = (
    ("approve", N_("Approve")),
    ("reject", N_("Reject")),
    ("hold", N_("Hold")),
    ("escalate", N_("Escalate")),
    ("feature", N_("Feature")),
    ("not_offensive", N_("Not offensive")),
)


def bar(*, second: bool) -> Component:
    """Return the bar; a second look has no way back and nothing to claim."""
    others = [] if second else [("undo", N_("Undo")), ("claim", N_("Claim")), ("mark", N_("Mark"))]
    steps = [("previous", N_("Previous")), ("next", N_("Next"))]
    return html.Div(
        [
            html.Div([_decide(action, label) for action, label in DECISIONS], className="keys"),
            None
            if second
            else html.Div(
                [
                    reason_choice("queue-reason", _("Reason of a rejection"), "reason"),
                    note_box("queue-note", _("Note to the decision"), "note"),
                ],
                className="reason-and-note",
            ),
            html.Div(
                [
                    *(_button(action, label, "key small") for action, label in [*others, *steps]),
                    _button("help", N_("Keys"), "key small"),
                ],
                className="keys",
            ),
        ],
        id="queue-form",
        className="panel queue-bar",
        role="group",
        **ui.hyphenated(aria_label=_("Decide")),
    )


def reason_choice(name: str, label: str, action: str | None = None) -> Component:
    """Return the choice of reasons, numbered as the digits that reject for them, and at first none."""
    options = [
        html.Option(_("choose one"), value=""),
        *(
            html.Option(f"{place % 10} {_(said)}", value=code, **ui.hyphenated(data_said=_(said)))
            for place, (code, said) in enumerate(REASONS.items(), start=1)
        ),
    ]
    return html.Label([html.Span([label, *_key(action)]), html.Select(options, id=name)])


def note_box(name: str, label: str, action: str | None = None) -> Component:
    """Return the box for a note."""
    return html.Label(
        [html.Span([label, *_key(action)]), html.Textarea(id=name, rows="1", maxLength=str(LONGEST_NOTE))]
    )


def _key(action: str | None) -> list[Component | str]:
    return [" ", key_label(action)] if action else []


def _decide(action: str, label: str) -> Component:
    return _button(action, label, f"key {action}", data_state=AFTER[action])


def _button(action: str, label: str, style: str, **attributes: str) -> Component:
    return html.Button(
        [_(label), key_label(action)],
        type="button",
        className=style,
        **ui.hyphenated(data_action=action, **attributes),
    )
