"""Who may use the dashboard: accounts, their roles and passwords. Every change is put on record."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, exists, func, select

from threads import passwords
from threads.errors import AccountError
from threads.language import _
from threads.moderation.roles import ROLES, Role
from threads.storage import tables
from threads.storage.audit import record
from threads.storage.engine import lock_for_accounts, reading, writing

LOCAL = "local"  # the actor of what is done at the machine itself
RESERVED = frozenset({LOCAL, "anonymous", "unknown"})
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_u, _s = tables.users.c, tables.sessions.c
ACCOUNT_COLUMNS = (_u.id, _u.name, _u.role, _u.disabled, _u.password, _u.subject, _u.created_at)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. `subject` is who they are at an OpenID Connect provider, if they use one."""

    id: int
    name: str
    role: Role
    disabled: bool
    has_password: bool
    subject: str | None
    created_at: datetime


class Accounts:
    """The accounts in a store.

    Names are lower-case ASCII letters, digits and . _ - @ +, so that no two look alike. The first account is
    an admin, and one admin stays: nobody could let the others in again. Accounts are never deleted, for what
    they did is on record under their names; they are disabled.

    `actor` is who makes a change; LOCAL is somebody at the machine itself.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock
        self._known_to_exist = False

    def exist(self) -> bool:
        """Return whether there is any account, so that signing in is needed."""
        if not self._known_to_exist:  # accounts never go again
            with reading(self._engine) as connection:
                self._known_to_exist = bool(connection.scalar(select(exists().where(_u.id > 0))))
        return self._known_to_exist

    def has_admin(self) -> bool:
        """Return whether there is an admin who may sign in."""
        with reading(self._engine) as connection:
            return _admins(connection) > 0

    def all(self) -> list[Account]:
        """Return every account by name, disabled ones too."""
        with reading(self._engine) as connection:
            return [account_of(row) for row in connection.execute(select(*ACCOUNT_COLUMNS).order_by(_u.name))]

    def find(self, name: str) -> Account:
        """Return the account called `name`.

        Raises
        ------
        AccountError
            There is none.
        """
        with reading(self._engine) as connection:
            return found(connection, name)

    def create(self, name: str, role: str, password: str | None, *, actor: str) -> Account:
        """Make an account; without a password it signs in elsewhere only.

        Raises
        ------
        AccountError
            The name is taken or unfit, there is no such role, the password is refused, or the first account
            is no admin.
        """
        name = fit_name(name)
        kept = None if password is None else hash_of(password, name)
        _fit_role(role)
        with changing(self._engine) as connection:
            if connection.scalar(select(func.count()).select_from(tables.users)) == 0 and role != "admin":
                raise AccountError(
                    _("the first account is an admin, who can make others"),
                    source=name,
                    remedy=f"btl user add {name} --role admin",
                )
            if connection.scalar(select(_u.id).where(_u.name == name)) is not None:
                raise AccountError(_("there is an account of this name already"), source=name)
            return add_account(connection, name, role, self._clock(), actor, password=kept)

    def set_role(self, name: str, role: str, *, actor: str) -> None:
        """Give an account another role, and end its sessions.

        Raises
        ------
        AccountError
            There is no such account or role, or no admin would be left.
        """
        _fit_role(role)
        with changing(self._engine) as connection:
            change_role(connection, found(connection, name), role, self._clock(), actor)

    def set_disabled(self, name: str, disabled: bool, *, actor: str) -> None:
        """Let an account not sign in any more, and end its sessions and tokens; or let it in again.

        Raises
        ------
        AccountError
            There is no such account, or no admin would be left.
        """
        with changing(self._engine) as connection:
            account, now = found(connection, name), self._clock()
            if account.disabled == disabled:
                return
            _change(connection, account, disabled=disabled)
            end_sessions(connection, account.id, now)
            event = "account_disabled" if disabled else "account_enabled"
            record(connection, event, actor, {"account": account.name}, now)

    def set_password(self, name: str, password: str, *, actor: str) -> None:
        """Give an account another password, end its sessions, and forget its failed sign-ins.

        Raises
        ------
        AccountError
            There is no such account, or the password is refused.
        """
        kept = hash_of(password, name)
        with changing(self._engine) as connection:
            change_password(connection, found(connection, name), kept, self._clock(), actor)

    def preferences(self, name: str) -> dict[str, Any]:
        """Return what a user has chosen for themselves, such as keys; {} where there is no account."""
        with reading(self._engine) as connection:
            return dict(connection.scalar(select(_u.preferences).where(_u.name == name)) or {})

    def set_preferences(self, name: str, values: Mapping[str, Any]) -> None:
        """Keep what a user has chosen for themselves; changes nothing where there is no account."""
        with writing(self._engine) as connection:
            connection.execute(tables.users.update().where(_u.name == name).values(preferences=dict(values)))

    def put_on_record(self, event: str, actor: str, details: Mapping[str, Any]) -> None:
        """Append an event that changes nothing in the store, such as an export of names."""
        with writing(self._engine) as connection:
            record(connection, event, actor, details, self._clock())


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """One transaction that changes accounts or counts failed sign-ins; others of its kind wait."""
    with writing(engine) as connection:
        lock_for_accounts(connection)
        yield connection


def account_of(row: Any) -> Account:
    """Return the account in a row that has ACCOUNT_COLUMNS."""
    return Account(
        id=row.id,
        name=row.name,
        role=row.role,
        disabled=row.disabled,
        has_password=row.password is not None,
        subject=row.subject,
        created_at=row.created_at,
    )


def add_account(
    connection: Connection,
    name: str,
    role: str,
    now: datetime,
    actor: str,
    *,
    password: str | None = None,
    subject: str | None = None,
) -> Account:
    """Store a new account, whose name is free; `password` is its hash."""
    values = {"name": name, "role": role, "password": password, "subject": subject, "created_at": now}
    connection.execute(tables.users.insert().values(**values, disabled=False, preferences={}))
    record(connection, "account_created", actor, {"account": name, "role": role}, now)
    return found(connection, name)


def change_role(connection: Connection, account: Account, role: str, now: datetime, actor: str) -> None:
    """Give an account another role and end its sessions; AccountError where no admin would be left."""
    if account.role == role:
        return
    _change(connection, account, role=role)
    end_sessions(connection, account.id, now)
    details = {"account": account.name, "before": account.role, "role": role}
    record(connection, "role_changed", actor, details, now)


def change_password(
    connection: Connection, account: Account, password: str, now: datetime, actor: str
) -> None:
    """Give an account another password (its hash), end its sessions, and forget its failed sign-ins."""
    connection.execute(tables.users.update().where(_u.id == account.id).values(password=password))
    end_sessions(connection, account.id, now)
    forget_failures(connection, account.name)
    record(connection, "password_changed", actor, {"account": account.name}, now)


def found(connection: Connection, name: str) -> Account:
    """Return the account of a name; AccountError where there is none."""
    row = connection.execute(select(*ACCOUNT_COLUMNS).where(_u.name == name)).one_or_none()
    if row is None:
        raise AccountError(_("there is no such account"), source=name, remedy=_("See `btl user list`"))
    return account_of(row)


def end_sessions(connection: Connection, account_id: int, now: datetime) -> None:
    """End every session of an account."""
    connection.execute(
        tables.sessions.update()
        .where(_s.user_id == account_id, _s.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def failed_account(name: str) -> str:
    """Return what failed sign-ins keep of a name: people type passwords there by mistake."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def forget_failures(connection: Connection, name: str) -> None:
    """Let the failed sign-ins of an account no longer count."""
    failures = tables.failed_sign_ins
    connection.execute(failures.delete().where(failures.c.account == failed_account(name)))


def hash_of(password: str, name: str) -> str:
    """Return the hash to keep of a new password; AccountError where the password is refused."""
    reason = passwords.problem(password, name)
    if reason is not None:
        raise AccountError(reason, source="password")
    return passwords.hashed(password)


def fit_name(name: str) -> str:
    """Return a name as accounts bear it, in lower case; AccountError where it cannot be one."""
    name = name.strip().lower()
    if not _NAME.fullmatch(name) or name in RESERVED:
        raise AccountError(
            _("this cannot be the name of an account"),
            source=repr(name[:80]),
            remedy=_("Take a to z, digits and . _ - @ +, at most 64 of them"),
        )
    return name


def _change(connection: Connection, account: Account, **values: Any) -> None:
    connection.execute(tables.users.update().where(_u.id == account.id).values(**values))
    if _admins(connection) == 0:
        raise AccountError(
            _("this is the last admin, and nobody could let the others in again"),
            source=account.name,
            remedy=_("Make somebody else an admin first"),
        )


def _admins(connection: Connection) -> int:
    query = select(func.count()).select_from(tables.users).where(_u.role == "admin", _u.disabled.is_(False))
    return connection.scalar(query) or 0


def _fit_role(role: str) -> None:
    if role not in ROLES:
        raise AccountError(
            _("there is no role {role}", role=repr(role)),
            remedy=_("Take one of {list}", list=", ".join(ROLES)),
        )
