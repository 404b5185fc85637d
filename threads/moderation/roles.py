"""Who may do what. A role may do all that the role before it may; a token's scopes narrow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Role = Literal["viewer", "moderator", "admin"]
Permission = Literal[
    "view",  # charts, pseudonymised comments and their export
    "see_people",  # names and raw text
    "import",
    "decide",  # and undo one's own decision
    "export_people",  # names and raw text as a file; put on record
    "undo_others",
    "edit_rules",  # limits and lists of the rules that flag
    "deliver",  # send decisions to the platform
    "manage_users",
    "keep",  # retention, erasure
    "train",  # models
    "read_audit",
]

# What a token lets a program do, within its role.
Scope = Literal[
    "read",  # what is stored, and its exports
    "score",  # texts that are sent, and say what they ought to score
    "write",  # bring discussions and comments
    "decide",  # see the queue, decide and undo
]

ROLES: tuple[Role, ...] = get_args(Role)
SCOPES: tuple[Scope, ...] = get_args(Scope)
USUAL_SCOPES: tuple[Scope, ...] = ("read", "score")
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

_ADDED: Mapping[Role, frozenset[Permission]] = {
    "viewer": frozenset({"view"}),
    "moderator": frozenset({"see_people", "import", "decide", "export_people"}),
    "admin": frozenset(
        {"undo_others", "edit_rules", "deliver", "manage_users", "keep", "train", "read_audit"}
    ),
}


def allowed(role: Role | None, permission: Permission) -> bool:
    """Return whether `role` may do something; None is somebody who has not signed in, and may do nothing."""
    if role is None:
        return False
    return any(permission in _ADDED[lesser] for lesser in ROLES[: ROLES.index(role) + 1])
