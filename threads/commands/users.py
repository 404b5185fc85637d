"""`btl user`: who may sign in to the dashboard, and what they may do there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from threads.commands.results import table
from threads.moderation.roles import ROLES, SCOPES, USUAL_SCOPES
from threads.settings import Settings

if TYPE_CHECKING:
    from threads.storage import Store

_db = click.option(
    "--db", metavar="URL", help="Database; BTL_DATABASE or below-the-line.sqlite where not given."
)
_role = click.Choice(ROLES)


@click.group()
def user() -> None:
    """Say who may sign in to the dashboard, and what they may do there.

    Passwords are asked for, or read from the first line of standard input.
    """


@user.command()
@click.argument("name")
@click.option("--role", type=_role, default="viewer", show_default=True, help="What they may do.")
@_db
def add(name: str, role: str, db: str | None) -> None:
    """Make an account. The first one is an admin's; from then on everybody signs in."""
    with _store(db, must_exist=False) as store:
        account = store.accounts.create(name, role, _password(), actor="local")
    click.echo(f"{account.name} may sign in as {account.role}", err=True)


@user.command("list")
@_db
def list_(db: str | None) -> None:
    """List the accounts: name, role, how they sign in."""
    with _store(db) as store:
        accounts = store.accounts.all()
    ways = {True: "password", False: "identity provider"}
    table(
        (account.name, f"{account.role}  {'disabled' if account.disabled else ways[account.has_password]}")
        for account in accounts
    )


@user.command()
@click.argument("name")
@click.argument("role", type=_role)
@_db
def role(name: str, role: str, db: str | None) -> None:
    """Give an account another role; its sessions end."""
    with _store(db) as store:
        store.accounts.set_role(name, role, actor="local")


@user.command()
@click.argument("name")
@_db
def disable(name: str, db: str | None) -> None:
    """Let an account not sign in any more; its sessions and tokens end."""
    with _store(db) as store:
        store.accounts.set_disabled(name, True, actor="local")


@user.command()
@click.argument("name")
@_db
def enable(name: str, db: str | None) -> None:
    """Let a disabled account sign in again."""
    with _store(db) as store:
        store.accounts.set_disabled(name, False, actor="local")


@user.command()
@click.argument("name")
@_db
def password(name: str, db: str | None) -> None:
    """Give an account another password; its sessions end."""
    with _store(db) as store:
        store.accounts.find(name)
        store.accounts.set_password(name, _password(), actor="local")


@user.command()
@click.argument("name")
@click.option("--label", default="command line", show_default=True, help="What it is for.")
@click.option("--role", type=_role, default="viewer", show_default=True, help="The most that it may do.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    default=USUAL_SCOPES,
    show_default=True,
    help="What it is for, within its role; once for each.",
)
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True, help="How long it holds.")
@click.option("--list", "listed", is_flag=True, help="List the account's tokens instead.")
@click.option("--revoke", metavar="ID", type=int, help="Let a token no longer be used instead.")
@_db
def token(
    name: str,
    label: str,
    role: str,
    scopes: tuple[str, ...],
    days: int,
    listed: bool,
    revoke: int | None,
    db: str | None,
) -> None:
    """Print a new API token of an account: it is shown this once."""
    with _store(db) as store:
        account = store.accounts.find(name)
        if listed:
            table(
                (
                    str(item.id),
                    f"{item.name}  {item.role}  {' '.join(item.scopes)}  until {item.expires_at:%Y-%m-%d}",
                )
                for item in store.tokens.all(account)
            )
        elif revoke is not None:
            store.tokens.revoke(account, revoke)
        else:
            chosen = next(item for item in ROLES if item == role)
            wanted = [item for item in SCOPES if item in scopes]
            click.echo(store.tokens.create(account, label, chosen, days, wanted))


def _password() -> str:
    """Return a password that was typed twice, or stands on the first line of standard input."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


@contextmanager
def _store(url: str | None, *, must_exist: bool = True) -> Iterator[Store]:
    from threads.storage import Store

    with Store.open(url or Settings.from_environment().database, must_exist=must_exist) as store:
        yield store
