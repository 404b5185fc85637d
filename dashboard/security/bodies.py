"""What a browser sends to a callback, held to the callback's own declaration before Dash reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

# The values that these properties have in a browser; what others hold, their callbacks check.
_KINDS: Mapping[str, tuple[type, ...]] = {
    "n_clicks": (int,),
    "pathname": (str,),
    "search": (str,),
    "hash": (str,),
    "href": (str,),
    "filename": (str,),
    "contents": (str,),
    "checked": (bool,),
}


def callback_of(body: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> Callable[..., Any] | None:
    """Return the function that a request is meant for, or None where it names none that runs here."""
    name = body.get("output") if isinstance(body, dict) else None
    if not isinstance(name, str):
        return None
    function: Callable[..., Any] | None = callbacks.get(name, {}).get("callback")
    return function


def problem(body: Mapping[str, Any], callbacks: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return what is wrong with the body of a request to a callback that there is, or None.

    Dash takes from it which callback is meant and what its arguments are, and fails on one that does not fit.
    """
    callback = callbacks[body["output"]]
    if not _are_arguments(body, callback):
        return "Inputs and state are not those of the callback."
    if not callback.get("no_output") and not _are_outputs(body):
        return "Outputs are not those of the callback."
    if not _are_names(body.get("changedPropIds", [])):
        return "changedPropIds is a list of names."
    return None


def _are_arguments(body: Mapping[str, Any], callback: Mapping[str, Any]) -> bool:
    inputs, state = body.get("inputs", []), body.get("state", [])
    if not isinstance(inputs, list) or not isinstance(state, list):
        return False
    declared = [*callback["inputs"], *callback["state"]]
    return all(_fits(value, wanted) for value, wanted in zip_longest([*inputs, *state], declared))


def _fits(value: Any, wanted: Mapping[str, str] | None) -> bool:
    """Whether a value is of the property that is declared; a pattern's is a list of such values."""
    if wanted is None:
        return False
    if wanted["id"].startswith("{") and isinstance(value, list):
        return all(_fits(item, wanted) for item in value)
    if not isinstance(value, dict) or value.get("property") != wanted["property"]:
        return False
    if not _same_id(value.get("id"), wanted["id"]):
        return False
    held, kinds = value.get("value"), _KINDS.get(wanted["property"])
    return held is None or kinds is None or isinstance(held, kinds)


def _same_id(sent: Any, declared: str) -> bool:
    """Whether an id is the one declared; of a pattern's, the names in it are."""
    if not declared.startswith("{"):
        return bool(sent == declared)
    plain = isinstance(sent, dict) and all(isinstance(part, str | int | float) for part in sent.values())
    return plain and set(sent) == set(json.loads(declared))


def _are_outputs(body: Mapping[str, Any]) -> bool:
    """Whether the outputs are those that the callback's own name lists: "a.children" or "..a.x...b.y.."."""
    sent, name = body.get("outputs"), body["output"]
    declared = name.strip(".").split("...") if name.startswith("..") else [name]
    items = sent if isinstance(sent, list) else [sent]
    return len(items) == len(declared) and all(map(_is_output, items, declared))


def _is_output(sent: Any, declared: str) -> bool:
    identity, _, prop = declared.rpartition(".")
    if identity.startswith("{") and isinstance(sent, list):
        return all(_is_output(item, declared) for item in sent)
    if not isinstance(sent, dict) or not isinstance(sent.get("property"), str):
        return False
    # What follows "@" tells several callbacks of one output apart.
    same = sent["property"].partition("@")[0] == prop.partition("@")[0]
    return same and _same_id(sent.get("id"), identity)


def _are_names(sent: Any) -> bool:
    return isinstance(sent, list) and all(isinstance(name, str) and "." in name for name in sent)
