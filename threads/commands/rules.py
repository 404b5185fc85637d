"""`btl rules`: the rules with what is in force, and a book from a file tried out or put into force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from threads.commands.results import table
from threads.commands.sources import STANDARD_INPUT, standard_input

if TYPE_CHECKING:
    from threads.moderation.rule_book import RuleBook
    from threads.storage.rule_books import Effect, Preview, RuleBooks


@click.command()
@click.option("--db", metavar="ADDRESS", help="Database; the setting database where not given.")
@click.option("--json", "as_json", is_flag=True, help="Print limits, lists and switches as JSON, to edit.")
@click.option(
    "--preview",
    "preview_file",
    metavar="FILE",
    help="Say what the book in FILE (- is standard input) would have flagged.",
)
@click.option("--days", type=click.IntRange(1), default=7, show_default=True, help="How many days back.")
@click.option(
    "--set",
    "set_file",
    metavar="FILE",
    help="Put the book in FILE (- is standard input) into force, and flag anew by it.",
)
@click.option(
    "--apply", "apply_now", is_flag=True, help="Flag all stored comments anew that are not decided."
)
def rules(
    db: str | None,
    as_json: bool,
    preview_file: str | None,
    days: int,
    set_file: str | None,
    apply_now: bool,
) -> None:
    """List the rules that flag comments for a moderator, with limits in force; try others, or set them."""
    from threads.settings import Settings
    from threads.storage import Store

    settings = Settings.from_environment()
    if db is None and _is_missing(settings.database) and not (set_file or preview_file or apply_now):
        from threads.moderation.rule_book import RuleBook

        _show(RuleBook.from_settings(settings), as_json=as_json)
        return
    with Store.open(db or settings.database, must_exist=True) as store:
        books = store.rule_books
        if preview_file:
            _show_preview(books.preview(_read(preview_file, books.current(settings)), days, settings))
            return
        if set_file:
            latest = books.latest()
            book = _read(set_file, books.current(settings))
            books.save(book, "local", settings=settings, expected=latest)
        if set_file or apply_now:
            _apply(books)
            return
        _show(books.current(settings), as_json=as_json)


def _is_missing(database: str) -> bool:
    return database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).exists()


def _apply(books: RuleBooks) -> None:
    done = books.reflag()
    click.echo(f"{done.comments:,} comments judged again, {done.changed:,} of them have other flags now")


def _read(file: str, current: RuleBook) -> RuleBook:
    from threads.errors import InputError
    from threads.moderation.rule_book import RuleBook

    source = "standard input" if file == STANDARD_INPUT else file
    try:
        content = standard_input() if file == STANDARD_INPUT else Path(file).read_bytes()
        value = json.loads(content.decode())
    except OSError as error:
        raise InputError("it cannot be read", source=source, remedy=str(error.strerror or "")) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            "it is no JSON", source=source, remedy="Write it as `btl rules --json` does"
        ) from error
    return RuleBook.from_json(value, current)


def _show(book: RuleBook, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(book.as_json(), ensure_ascii=False, indent=2))
        return
    from threads.moderation.rules import RULES

    for rule in RULES:
        values = book.rules[rule.name]
        click.echo(f"{rule.name}{'' if values.on else ' (off)'}: {rule.help}")
        rows = [
            (f"  {limit.name}", f"{limit.in_words(values.limits[limit.name])}  {limit.help}")
            for limit in rule.limits
        ]
        rows += [(f"  {item.name}", _entries(values.lists[item.name])) for item in rule.lists]
        if rows:
            table(rows)


def _entries(entries: tuple[str, ...]) -> str:
    return (
        ", ".join(entries[:20]) + (f" and {len(entries) - 20:,} more" if len(entries) > 20 else "") or "empty"
    )


def _show_preview(preview: Preview) -> None:
    click.echo(
        f"{preview.comments:,} of {preview.all_comments:,} comments "
        f"published or imported in the last {preview.days} days"
    )
    heading = ("rule", "now", "then", "newly", "no longer", "right now", "right then")
    rows = [heading, *_rows(preview)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heading))]
    for row in rows:
        click.echo(
            "  ".join(
                f"{cell:<{w}}" if not n else f"{cell:>{w}}"
                for n, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
        )


def _rows(preview: Preview) -> Iterator[tuple[Any, ...]]:
    for name, rule in preview.rules.items():
        counts = (rule.now.flagged, rule.then.flagged, rule.newly, rule.no_longer)
        yield (name, *(f"{count:,}" for count in counts), _right(rule.now), _right(rule.then))
    yield (
        "any rule",
        f"{preview.now.flagged:,}",
        f"{preview.then.flagged:,}",
        "",
        "",
        _right(preview.now),
        _right(preview.then),
    )


def _right(effect: Effect) -> str:
    from threads.moderation.report import share_words

    return share_words(effect.precision)
