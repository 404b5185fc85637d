"""Signing in and staying signed in. The store knows sessions by their hash alone: a copy of it opens none."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, select

from threads import passwords
from threads.errors import AccountError
from threads.language import _
from threads.moderation.roles import Role
from threads.storage import tables
from threads.storage.accounts import (
    ACCOUNT_COLUMNS,
    Account,
    account_of,
    add_account,
    change_password,
    change_role,
    changing,
    failed_account,
    fit_name,
    forget_failures,
    hash_of,
)
from threads.storage.audit import record
from threads.storage.engine import asking, reading, writing

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
WINDOW = timedelta(minutes=15)
FAILURES_OF_ACCOUNT = 5  # within WINDOW
FAILURES_OF_ADDRESS = 20
UNKNOWN = "unknown"  # the actor of a failed sign-in under a name that is no account's
_SEEN_EVERY = timedelta(minutes=1)  # so that not every request writes
_s, _u, _f = tables.sessions.c, tables.users.c, tables.failed_sign_ins.c
# Made once: to put a query together takes as long as to ask it, and this one is asked by every request.
_OPEN = (
    select(*ACCOUNT_COLUMNS, _s.id.label("session"), _s.created_at.label("began_at"), _s.seen_at)
    .join_from(tables.users, tables.sessions)
    .where(
        _s.revoked_at.is_(None),
        _s.created_at > bindparam("begun_after"),
        _s.seen_at > bindparam("seen_after"),
    )
)
_OF_SECRET = _OPEN.where(_s.id == bindparam("hash"), _u.disabled.is_(False))


class TooManyFailuresError(AccountError):
    """Too many sign-ins have failed at one account or from one address."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in; `id` names it, and does not open it."""

    id: str
    account: Account
    created_at: datetime
    seen_at: datetime


class Sessions:
    """The sign-ins to a store, and the sessions that follow from them.

    A session ends after 30 minutes without use, after 12 hours, at signing out, and with its account's
    password, role or admission. Whoever fails 5 times in 15 minutes at one account, or 20 times from one
    address, waits; the count is in the store, so that it holds over any number of workers.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Return the secret of a new session of an account, for its cookie.

        The answer and the time that it takes do not tell whether there is such an account.

        Raises
        ------
        AccountError
            Name and password do not belong together; TooManyFailuresError where too many have failed.
        """
        with self._proven(name, password, address) as (connection, account):
            return _new_session(connection, account, self._clock())

    def sign_in_elsewhere(self, subject: str, name: str, role: Role | None) -> str:
        """Return the secret of a new session for whom an OpenID Connect provider vouches.

        Parameters
        ----------
        subject
            Who it is: issuer and subject.
        name
            What their account is called if they have none yet.
        role
            What the provider says that they may do; None where it says nothing. A new account is a viewer's
            then. The last admin stays one.

        Raises
        ------
        AccountError
            The account is disabled, or the name is another account's, or no account can be called so.
        """
        with changing(self._engine) as connection:
            now = self._clock()
            row = connection.execute(select(*ACCOUNT_COLUMNS).where(_u.subject == subject)).one_or_none()
            if row is None:
                account = _admitted(connection, subject, fit_name(name), role or "viewer", now)
            else:
                account = account_of(row)
                if account.disabled:
                    raise AccountError(
                        _("this account is disabled"), source=account.name, remedy=_("Ask an admin")
                    )
                if role is not None and role != account.role and not _is_last_admin(connection, account):
                    change_role(connection, account, role, now, account.name)
                    account = replace(account, role=role)
            return _new_session(connection, account, now)

    def of(self, secret: str) -> Session | None:
        """Return the session that a secret opens; None: there is none, or it has ended."""
        with asking(self._engine) as connection:
            row = connection.execute(
                _OF_SECRET, {**_open_at(self._clock()), "hash": _hash(secret)}
            ).one_or_none()
        return None if row is None else _session(row)

    def use(self, session: Session) -> None:
        """Let a session count as used now, to the minute."""
        now = self._clock()
        if now - session.seen_at >= _SEEN_EVERY:
            with writing(self._engine) as connection:
                connection.execute(tables.sessions.update().where(_s.id == session.id).values(seen_at=now))

    def all(self, account: Account) -> list[Session]:
        """Return the open sessions of an account, the latest begun first."""
        wanted = _OPEN.where(_s.user_id == account.id).order_by(_s.created_at.desc(), _s.id)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted, _open_at(self._clock())).all()
        return [_session(row) for row in rows]

    def end(self, session_id: str, account: Account, event: str = "sign_out") -> None:
        """End a session of an account; changes nothing where it has none of this id, or it has ended."""
        with writing(self._engine) as connection:
            now = self._clock()
            ours = (_s.id == session_id) & (_s.user_id == account.id) & _s.revoked_at.is_(None)
            if connection.execute(tables.sessions.update().where(ours).values(revoked_at=now)).rowcount:
                record(connection, event, account.name, {}, now)

    def change_password(self, account: Account, password: str, new: str, address: str) -> str:
        """Give an account a new password, end its sessions, and return the secret of a new one.

        Raises
        ------
        AccountError
            `password` is not the account's, there were too many failures, or the new one is refused.
        """
        kept = hash_of(new, account.name)
        with self._proven(account.name, password, address) as (connection, proven):
            now = self._clock()
            change_password(connection, proven, kept, now, proven.name)
            return _new_session(connection, proven, now)

    @contextmanager
    def _proven(self, name: str, password: str, address: str) -> Iterator[tuple[Connection, Account]]:
        """Yield the account whose name and password these are, in a transaction that may go on from there."""
        name = name.strip().lower()
        by_name = select(*ACCOUNT_COLUMNS).where(_u.name == name)
        self._count_attempt(name, address)
        with reading(self._engine) as connection:
            row = connection.execute(by_name).one_or_none()
        right = passwords.matches(row.password if row else None, password)
        with changing(self._engine) as connection:
            # Once more, as it may have changed while the password was compared.
            again = connection.execute(by_name).one_or_none()
            if right and row and again and not again.disabled and again.password == row.password:
                forget_failures(connection, name)
                _renew_hash(connection, again.id, again.password, password)
                yield connection, account_of(again)
                return
            record(connection, "sign_in_failed", again.name if again else UNKNOWN, {}, self._clock())
        raise AccountError(_("name or password is wrong"), source="sign-in")

    def _count_attempt(self, name: str, address: str) -> None:
        """Count an attempt as failed before it is tried: many at once are no way around the limits."""
        account, network = failed_account(name), network_of(address)
        with changing(self._engine) as connection:
            now = self._clock()
            connection.execute(tables.failed_sign_ins.delete().where(_f.at <= now - WINDOW))
            if (
                _count(connection, _f.account == account) >= FAILURES_OF_ACCOUNT
                or _count(connection, _f.address == network) >= FAILURES_OF_ADDRESS
            ):
                raise TooManyFailuresError(
                    _("too many sign-ins have failed"), source="sign-in", remedy=_("Try again in 15 minutes")
                )
            values = {"account": account, "address": network, "at": now}
            connection.execute(tables.failed_sign_ins.insert().values(**values))


def network_of(address: str) -> str:
    """Return what counts as one address: of IPv6 the first 64 bits, of which one person has all the rest."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "none"
    if parsed.version == 4 or parsed.ipv4_mapped:
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _admitted(connection: Connection, subject: str, name: str, role: Role, now: datetime) -> Account:
    if connection.scalar(select(_u.id).where(_u.name == name)) is not None:
        raise AccountError(
            _("the name is another account's here"), source=name, remedy=_("Ask an admin of this dashboard")
        )
    return add_account(connection, name, role, now, name, subject=subject)


def _is_last_admin(connection: Connection, account: Account) -> bool:
    others = select(_u.id).where(_u.role == "admin", _u.disabled.is_(False), _u.id != account.id).limit(1)
    return account.role == "admin" and connection.scalar(others) is None


def _new_session(connection: Connection, account: Account, now: datetime) -> str:
    over = (_s.user_id == account.id) & (_s.created_at <= now - LONGEST)
    connection.execute(tables.sessions.delete().where(over))
    secret = secrets.token_urlsafe(32)
    values = {"id": _hash(secret), "user_id": account.id, "created_at": now, "seen_at": now}
    connection.execute(tables.sessions.insert().values(**values))
    record(connection, "sign_in", account.name, {"role": account.role}, now)
    return secret


def _renew_hash(connection: Connection, account_id: int, kept: str, password: str) -> None:
    if passwords.is_outdated(kept):
        renewed = passwords.hashed(password)
        connection.execute(tables.users.update().where(_u.id == account_id).values(password=renewed))


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(tables.failed_sign_ins).where(which)
    return connection.scalar(query) or 0


def _open_at(now: datetime) -> dict[str, datetime]:
    """Return the values of _OPEN for a moment."""
    return {"begun_after": now - LONGEST, "seen_after": now - IDLE}


def _session(row: Any) -> Session:
    return Session(row.session, account_of(row), row.began_at, row.seen_at)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
