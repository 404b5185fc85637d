"""Decisions that a browser sends, and what it hears of colleagues. Nothing that is sent is trusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from dash import Dash
from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue

from dashboard.pages.base import Context
from dashboard.pages.moderation.address import Address
from dashboard.pages.moderation.item import in_words
from dashboard.security.access import may, needs, require
from threads.errors import InputError, StoreError
from threads.language import _, explained, moment, retold
from threads.moderation.decisions import AFTER, LONGEST_NOTE, ActionName, Decision, Outcome
from threads.moderation.queue_filter import View
from threads.storage import Action, Claim

MOST_ACTIONS = 100  # in one request
LONGEST_ID = 1_000  # characters of a key, thread or comment
MOST_CHANGES = 500


def add_routes(app: Dash, context: Context) -> None:
    """Add the two addresses: one that saves, and one that is asked all the time and saves nothing.

    They are apart because asking, which goes on while nobody is there, does not keep a session alive.
    """

    @app.server.post("/moderation/save")
    @needs("decide")
    def save() -> ResponseReturnValue:
        body = _body()
        _require_same(body)
        after, claims, batches = cursor(body), _claims(body), _batches(body)
        outcomes = perform(context, body.get("actions", []))
        claim(context, claims)
        undone = [_told(outcome) for batch in batches for outcome in undo_batch(context, batch)]
        return jsonify(outcomes=outcomes, undone=undone, **heard(context, after))

    @app.server.post("/moderation/poll")
    @needs("decide", poll=True)
    def poll() -> ResponseReturnValue:
        body = _body()
        search = body.get("search")
        with context.store.one_view():
            return jsonify(
                counts=counts(context, search),
                arrived=arrived(context, search, body.get("newest")),
                **heard(context, cursor(body)),
            )


def perform(context: Context, sent: Any) -> list[dict[str, Any]]:
    """Do what a browser asked for, in order, and return what became of each.

    What follows on an action that was not done was asked for on a state that never was, and is not done
    either: an undo would take back a colleague's decision.

    Raises
    ------
    InputError
        It is not a list of actions; then none is done.
    """
    asked = _list(sent, "actions", MOST_ACTIONS)
    checked = [(_action(place, item), _second(place, item)) for place, item in enumerate(asked)]
    stopped: dict[tuple[str, str], Outcome] = {}
    told = []
    for action, second in checked:
        comment = (action.thread_id, action.comment_id)
        if second is not None:
            told.append(_told(_opinion(context, action, second)))
            continue
        if comment in stopped:
            told.append(_told(replace(stopped[comment], key=action.key)))
            continue
        (outcome,) = context.store.decide([action])
        if outcome.status != "done":
            stopped[comment] = outcome
        told.append(_told(outcome))
    return told


def undo_batch(context: Context, batch: str) -> list[Outcome]:
    """Take back what is left of decisions that were made together."""
    actor = require("decide").name
    return context.store.undo_batch(batch, actor, undo_others=may("undo_others"))


def claim(context: Context, claims: Sequence[tuple[str, str, bool]]) -> None:
    """Claim or give up (True) comments as a browser asked; one that is gone is passed over."""
    actor = require("decide").name
    for thread_id, comment_id, release in claims:
        do = context.store.release if release else context.store.claim
        try:
            do(thread_id, comment_id, actor)
        except StoreError:
            continue


def counts(context: Context, search: Any) -> dict[View, int]:
    """Return how many comments each view has, or had lately, under a page's filters."""
    if not isinstance(search, str):
        raise InputError("not an address", source="search")
    return context.recent_counts(Address.read(search).chosen)


def arrived(context: Context, search: Any, newest: Any) -> int | None:
    """Return how many comments came into a page's view since it was drawn; None where it does not ask."""
    if not isinstance(newest, int) or isinstance(newest, bool) or not 0 <= newest < 2**63:
        return None
    chosen = Address.read(search).chosen
    return None if chosen.text else context.store.arrived(chosen, newest)


def cursor(body: Mapping[str, Any]) -> int:
    """Return the cursor that a browser was given before."""
    after = body.get("after")
    if not isinstance(after, int) or isinstance(after, bool) or not 0 <= after < 2**53:
        raise InputError("not a cursor", source="after")
    return after


def heard(context: Context, after: int) -> dict[str, Any]:
    """Return what happened after a cursor."""
    changes = context.store.changes(after, MOST_CHANGES)
    return {
        "changes": [_change(decision) for decision in _latest(changes.decisions)],
        "claims": [_claim(held) for held in changes.claims],
        "cursor": changes.cursor,
        "more": changes.more,
    }


def _latest(decisions: Iterable[Decision]) -> Iterable[Decision]:
    return {(decision.thread_id, decision.comment_id): decision for decision in decisions}.values()


def _change(decision: Decision) -> dict[str, Any]:
    return {
        "thread_id": decision.thread_id,
        "comment_id": decision.comment_id,
        "version": decision.version,
        "state": decision.after_state,
        "action": decision.action,
        "reason": decision.reason,
        "actor": decision.actor,
        "at": f"{decision.decided_at:%H:%M:%S} UTC",
    }


def _claim(held: Claim) -> dict[str, Any]:
    return {
        "thread_id": held.thread_id,
        "comment_id": held.comment_id,
        "actor": held.actor,
        "seconds": (held.until - datetime.now(UTC)).total_seconds(),
    }


def _told(outcome: Outcome) -> dict[str, Any]:
    taken = outcome.taken_back
    return {
        "key": outcome.key,
        "thread_id": outcome.thread_id,
        "comment_id": outcome.comment_id,
        "status": outcome.status,
        "state": outcome.state,
        "version": outcome.version,
        "message": _why_not(outcome),
        "taken_back": taken and {"action": taken.action, "actor": taken.actor},
    }


def _why_not(outcome: Outcome) -> str | None:
    """Return why an action was not done; a colleague's decision as the history beside the comment says it."""
    theirs = outcome.decision
    if outcome.status == "conflict" and theirs is not None:
        return _(
            "{actor} decided first: {action}, {decided_at} UTC",
            actor=theirs.actor,
            action=in_words(theirs),
            decided_at=moment(theirs.decided_at),
        )
    return outcome.message and retold(outcome.message)


def _opinion(context: Context, action: Action, decision: int) -> Outcome:
    """Put a second opinion on record: what `action` would have made of the comment of a decision."""
    state, message = AFTER.get(action.action), None
    try:
        if state is None:
            raise InputError(f"{action.action!r} is no opinion")
        share = context.settings.double_review_share
        context.store.second_opinions.give(decision, action.actor, state, share)
    except (InputError, StoreError) as error:
        message = explained(error)
    return Outcome(
        key=action.key,
        thread_id=action.thread_id,
        comment_id=action.comment_id,
        status="refused" if message else "done",
        state=state,
        version=None,
        message=message,
    )


def _require_same(body: Mapping[str, Any]) -> None:
    """Answer 409 where somebody else has signed in since: what one asked for is not put down as another's."""
    name = require("decide").name
    if body.get("user", name) != name:
        abort(409, _("Somebody else has signed in with this browser"))


def _body() -> Mapping[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InputError("not an object", source="body")
    return body


def _claims(body: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    return [
        (
            _text(item, "thread_id", "claims", place),
            _text(item, "comment_id", "claims", place),
            bool(item.get("release")),
        )
        for place, item in enumerate(_list(body.get("claims", []), "claims", MOST_ACTIONS))
    ]


def _batches(body: Mapping[str, Any]) -> list[str]:
    batches = body.get("batches", [])
    if not isinstance(batches, list) or len(batches) > MOST_ACTIONS:
        raise InputError(f"not a list of at most {MOST_ACTIONS} batches", source="batches")
    return [_text({"name": batch}, "name", "batches", place) for place, batch in enumerate(batches)]


def _list(sent: Any, name: str, most: int) -> Sequence[Mapping[str, Any]]:
    if not isinstance(sent, list) or len(sent) > most or not all(isinstance(item, dict) for item in sent):
        raise InputError(f"not a list of at most {most} objects", source=name)
    return sent


def _text(item: Mapping[str, Any], name: str, source: str, place: int, longest: int = LONGEST_ID) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise InputError(
            f"{name} is not a text of 1 to {longest} characters", source=source, place=str(place)
        )
    return value


def _second(place: int, item: Mapping[str, Any]) -> int | None:
    """Return the decision that a second opinion is about; None: it is a decision of its own."""
    decision = item.get("second")
    if decision is not None and (not isinstance(decision, int) or not 0 <= decision < 2**31):
        raise InputError("second is not a decision", source="actions", place=str(place))
    return decision


def _action(place: int, item: Mapping[str, Any]) -> Action:
    def text(name: str) -> str:
        return _text(item, name, "actions", place)

    def given(name: str) -> str | None:
        return None if item.get(name) is None else _text(item, name, "actions", place, LONGEST_NOTE)

    version = item.get("expected_version")
    if not isinstance(version, int) or isinstance(version, bool) or not 0 <= version < 2**31:
        raise InputError("expected_version is not a version", source="actions", place=str(place))
    return Action(
        key=text("key"),
        thread_id=text("thread_id"),
        comment_id=text("comment_id"),
        action=cast("ActionName", text("action")),  # the store refuses what is none
        expected_version=version,
        reason=given("reason"),
        note=given("note"),
        batch=given("batch"),
        actor=require("decide").name,
        undo_others=may("undo_others"),
    )
