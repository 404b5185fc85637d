"""Personal API tokens: what a program shows instead of signing in. The store keeps their hashes alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, Engine, and_, bindparam, select

from threads.errors import AccountError
from threads.language import _
from threads.moderation.roles import ROLES, SCOPES, USUAL_SCOPES, Role, Scope
from threads.storage import tables
from threads.storage.accounts import Account
from threads.storage.audit import record
from threads.storage.engine import asking, reading, writing

PREFIX = "btl_"  # so that tools which look for leaked secrets find ours
LONGEST_NAME = 80  # characters
MOST_DAYS = 365
_USED_EVERY = timedelta(minutes=1)  # so that not every request writes
_t, _u = tables.tokens.c, tables.users.c


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is in use; `role` is the most that it may do, `scopes` what of that."""

    id: int
    name: str
    role: Role
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who shows a token: its owner's name, the role that both have, and what the token is for."""

    token: int
    name: str
    role: Role
    scopes: frozenset[Scope]


class Tokens:
    """The tokens in a store."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def create(
        self,
        account: Account,
        name: str,
        role: Role,
        days: int,
        scopes: Collection[Scope] = USUAL_SCOPES,
    ) -> str:
        """Return the secret of a new token of an account, which its owner alone knows.

        Raises
        ------
        AccountError
            The name is missing or too long, the role is more than the owner's, a scope is not known or none
            is given, or it would hold too long.
        """
        if not name.strip() or len(name) > LONGEST_NAME:
            raise AccountError(_("a token has a name of at most 80 characters"), source="token")
        if role not in ROLES or ROLES.index(role) > ROLES.index(account.role):
            raise AccountError(_("a token may do no more than its owner"), source="token")
        if not scopes or not set(scopes) <= set(SCOPES):
            raise AccountError(
                _("a token is for something"),
                source="token",
                remedy=_("Give some of {list}", list=", ".join(SCOPES)),
            )
        if not 1 <= days <= MOST_DAYS:
            raise AccountError(_("a token holds for 1 to {days} days", days=MOST_DAYS), source="token")
        secret = PREFIX + secrets.token_urlsafe(32)
        with writing(self._engine) as connection:
            now = self._clock()
            values = {"user_id": account.id, "name": name.strip(), "role": role, "hash": _hash(secret)}
            values |= {"created_at": now, "expires_at": now + timedelta(days=days)}
            values["scopes"] = " ".join(scope for scope in SCOPES if scope in scopes)
            made = connection.scalar(tables.tokens.insert().values(**values).returning(_t.id))
            told = {"token": made, "role": role, "scopes": values["scopes"]}
            record(connection, "token_created", account.name, told, now)
        return secret

    def all(self, account: Account) -> list[Token]:
        """Return the tokens of an account that may be used, the newest first."""
        columns = (_t.id, _t.name, _t.role, _t.scopes, _t.created_at, _t.expires_at, _t.used_at)
        query = select(*columns).where(_t.user_id == account.id, _in_use(self._clock()))
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(_t.id.desc())).mappings().all()
        return [Token(**{**row, "scopes": _scopes(row["scopes"])}) for row in found]

    def bearer_of(self, secret: str) -> Bearer | None:
        """Return who shows a token, with the role that it gives; None: there is no such token."""
        now = self._clock()
        with asking(self._engine) as connection:
            row = connection.execute(_BEARER, {"hash": _hash(secret), "now": now}).one_or_none()
        if row is None:
            return None
        if row.used_at is None or now - row.used_at >= _USED_EVERY:
            with writing(self._engine) as connection:
                connection.execute(tables.tokens.update().where(_t.id == row.id).values(used_at=now))
        role = min(row.owner_role, row.role, key=ROLES.index)
        return Bearer(row.id, row.name, role, frozenset(_scopes(row.scopes)))

    def revoke(self, account: Account, token_id: int) -> None:
        """Let a token of an account no longer be used; changes nothing where it has none of this id."""
        with writing(self._engine) as connection:
            now = self._clock()
            ours = (_t.id == token_id) & (_t.user_id == account.id) & _t.revoked_at.is_(None)
            if connection.execute(tables.tokens.update().where(ours).values(revoked_at=now)).rowcount:
                record(connection, "token_revoked", account.name, {"token": token_id}, now)


def _scopes(stored: str) -> tuple[Scope, ...]:
    named = stored.split()
    return tuple(scope for scope in SCOPES if scope in named)


def _in_use(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(_t.revoked_at.is_(None), _t.expires_at > now)


# Made once: every request of a program asks it.
_BEARER: Final = (
    select(_t.id, _t.role, _t.scopes, _t.used_at, _u.name, _u.role.label("owner_role"))
    .join_from(tables.tokens, tables.users)
    .where(
        _t.hash == bindparam("hash"), _u.disabled.is_(False), _in_use(bindparam("now", type_=tables.UtcTime))
    )
)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
