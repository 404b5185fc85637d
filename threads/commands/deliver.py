"""`btl deliver`: telling platforms what moderators decided."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from threads.commands.sources import EXIT_INPUT_PROBLEM
from threads.errors import SettingError
from threads.settings import Settings

if TYPE_CHECKING:
    from threads.delivery.configured import Target
    from threads.delivery.courier import Planned, Told
    from threads.storage import Store
    from threads.storage.outbox import Waiting

PAUSE_SECONDS = 5.0  # between two rounds of --watch


@click.command()
@click.option("--db", metavar="URL", help="Database; BTL_DATABASE or below-the-line.sqlite where not given.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and what cannot be; send nothing.")
@click.option("--watch", is_flag=True, help="Go on until stopped: deliver what is decided meanwhile.")
@click.option("--again", is_flag=True, help="Try once more what was given up.")
def deliver(db: str | None, dry_run: bool, watch: bool, again: bool) -> None:
    """Tell the platforms that comments came from what was decided about them."""
    from threads.delivery.configured import read_targets
    from threads.delivery.courier import Courier
    from threads.storage import Store
    from threads.storage.accounts import LOCAL

    if dry_run and (watch or again):
        raise click.UsageError("--dry-run sends nothing, so it goes with neither --watch nor --again")
    settings = Settings.from_environment()
    targets = read_targets(settings)
    if not targets:
        raise SettingError(
            "there is no target",
            source=str(settings.delivery_file),
            remedy="docs/delivery.md shows how to write one; BTL_DELIVERY_FILE names another file",
        )
    with Store.open(db or settings.database, must_exist=True) as store:
        courier = Courier(store.outbox, targets, seconds=settings.delivery_seconds, actor=LOCAL)
        if dry_run:
            _say_plan(store, courier.planned())
            _say_unclaimed(store, targets)
            return
        if again:
            click.echo(f"{store.outbox.again(LOCAL):,} tried again", err=True)
        if watch:
            courier.watch(until_stopped(), PAUSE_SECONDS, _say, lambda error: click.echo(error, err=True))
            return
        _finish(list(_said(courier.round())))


def _say_plan(store: Store, planned: Iterable[Planned]) -> None:
    """Say what would be told, comment by comment; what was undone before it was sent is only counted."""
    from threads.delivery.configured import Refused, Unneeded
    from threads.views import printable

    sent = refused = undone = 0
    for one in planned:
        if one.waiting.takes_back_nothing:
            undone += 1
            continue
        head = f"{one.target.name}: {_comment(store, one.waiting)}, {one.waiting.state}"
        if isinstance(one.outcome, Refused):
            refused += 1
            click.echo(printable(f"{head}: cannot be sent: {one.outcome.reason}"))
        elif isinstance(one.outcome, Unneeded):
            click.echo(printable(f"{head}: not sent: {one.outcome.reason}"))
        else:
            sent += 1
            click.echo(printable(f"{head}: {one.target.platform.preview(one.outcome)}"))
        click.echo(printable(f"  {_place(one.waiting)}"))
    taken_back = f"; {undone:,} undone before anything was sent" if undone else ""
    click.echo(f"{sent:,} would be sent, {refused:,} cannot be{taken_back}. Nothing was sent.", err=True)


def _comment(store: Store, waiting: Waiting) -> str:
    """Return who wrote a comment and how it begins."""
    from threads.views import shortened

    author, excerpt = store.outbox.about(waiting.thread_id, waiting.comment_id)
    return f"{author or 'somebody'}: “{shortened(excerpt) or 'no text is kept'}”"


def _place(waiting: Waiting) -> str:
    """Return where a comment stands: its address, where one is known."""
    if waiting.url is None:
        return f"{waiting.comment_id[:200]} of {waiting.thread_id[:200]}"
    return f"{waiting.url.partition('#')[0]}#{waiting.comment_id[:200]}"


def _say_unclaimed(store: Store, targets: Iterable[Target]) -> None:
    """Say how many decisions belong to no target: a forgotten discussion is seen here."""
    from threads.storage.outbox import Route

    listed = list(targets)
    nobody = Route("", lambda thread_id, url: not any(one.covers(thread_id, url) for one in listed))
    if number := sum(1 for _ in store.outbox.planned([nobody])):
        said = (
            "comment is in a discussion that goes" if number == 1 else "comments are in discussions that go"
        )
        click.echo(f"{number:,} decided {said} to no target.", err=True)


def _said(round_: Iterable[Told]) -> Iterable[Told]:
    for told in round_:
        _say(told)
        yield told


def _say(told: Told) -> None:
    from threads.views import printable

    waiting = told.waiting
    head = _head(waiting.target, waiting.comment_id, waiting.thread_id, waiting.state)
    click.echo(printable(f"{head}: {told.state}: {told.answer}"))


def _finish(told: list[Told]) -> None:
    from threads.delivery.courier import summary

    click.echo(summary(told), err=True)
    if any(one.state in ("failed", "waiting") for one in told):
        click.get_current_context().exit(EXIT_INPUT_PROBLEM)


def _head(target: str, comment_id: str, thread_id: str, state: str) -> str:
    return f"{target}: {comment_id[:200]} of {thread_id[:200]}, {state}"


def until_stopped() -> threading.Event:
    """Return an event that is set by Ctrl-C and by SIGTERM; what is being sent is finished first."""
    import signal

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
