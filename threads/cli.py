"""`btl`: the command line. Results go to standard output, messages to standard error.

Exit codes: 0 done, 1 a problem with an input (named), 2 wrong usage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from threads.commands import audit, keeping, models, topic, users
from threads.commands.deliver import deliver
from threads.commands.duplicates import duplicates
from threads.commands.on_cluster import analyse_on_cluster
from threads.commands.outputs import Outputs, output_options, require_one_standard_output
from threads.commands.report import report
from threads.commands.results import STANDARD_OUTPUT, table
from threads.commands.rules import rules
from threads.commands.sources import (
    EXIT_INPUT_PROBLEM,
    Sources,
    finish,
    source_options,
    stored_so_far,
    workers_for,
    workers_option,
)
from threads.commands.watch import watch
from threads.errors import SettingError, ThreadsError
from threads.settings import SETTINGS, Settings

if TYPE_CHECKING:
    import pandas as pd

    from threads.records import Discussion
    from threads.scores.base import Score
    from threads.storage import Store
    from threads.storage.parts import Part


class _Commands(click.Group):
    """Turns the project's own errors into one line on standard error and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingError as error:
            raise click.UsageError(str(error)) from error
        except ThreadsError as error:
            click.echo(f"btl: {error}", err=True)
            ctx.exit(EXIT_INPUT_PROBLEM)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="below-the-line", prog_name="btl")
def main() -> None:
    """Comment threads as records, scores, a dashboard and CSV."""


_pseudonyms = click.option(
    "--pseudonyms", is_flag=True, help="Write keyed pseudonyms in the place of authors and of their names."
)
_stance_model = click.option(
    "--stance-model",
    metavar="MODEL",
    help="What judges stance: a file that `btl topic fit` made, or another model; see `btl models`.",
)


@main.command()
@source_options
@output_options
@_pseudonyms
@workers_option
def parse(sources: tuple[str, ...], pseudonyms: bool, workers: int | None, **how: Any) -> None:
    """Read SOURCES (files, web addresses, or - for standard input) into records."""
    from threads.storage.provenance import Provenance
    from threads.views import parsed_json

    outputs = Outputs.of(how)
    read = Sources(sources, how)

    def discussions() -> Iterator[Discussion]:
        found = (d for reading in read for d in reading.discussions)
        return _with_pseudonyms(found) if pseudonyms else found

    made = Provenance(
        command="btl parse",
        options={**how, "raw": outputs.raw, "pseudonyms": pseudonyms},
        settings=Settings.from_environment(),
        sources=read.inputs,
    )

    def parts() -> Iterator[Part]:
        from threads.frames import comments_frame
        from threads.parse.reading import batches
        from threads.storage.parts import ROWS_AT_ONCE, Part, by_id

        for some in batches(discussions(), ROWS_AT_ONCE):
            yield Part(comments_frame(some), by_id(some))

    with workers_for(read, workers):
        outputs.write(
            parts(),
            made,
            json_text=lambda: parsed_json(discussions(), lambda: read.reports),
        )
        if not outputs.names:
            for discussion in discussions():
                click.echo(_summary(discussion))
    finish(read.failed)


@main.command()
@source_options
@output_options
@click.option(
    "--target", metavar="TEXT", help="What stance is taken toward; the article's title where not given."
)
@_stance_model
@_pseudonyms
@workers_option
@click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    default="local",
    show_default=True,
    help="dask: SOURCES are Parquet files of records, too many for one machine; see docs/growth.md.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Scheduler of Dask, such as tcp://host:8786.")
def analyse(
    sources: tuple[str, ...],
    pseudonyms: bool,
    target: str | None,
    stance_model: str | None,
    workers: int | None,
    engine: str,
    scheduler: str | None,
    **how: Any,
) -> None:
    """Read and score SOURCES: one row a comment, records and scores side by side."""
    import pandas as pd

    from threads.analysis import COMMENTS_AT_ONCE, require_target, scored_parts
    from threads.scores.chosen import STANCE, is_own_topic, scores_for
    from threads.storage.parts import Part, by_id
    from threads.storage.provenance import Provenance
    from threads.views import scores_text

    outputs = Outputs.of(how)
    require_target(target)
    settings = _changed(Settings.from_environment(), stance_model=stance_model)
    _doubted(scores_for(settings))  # a model that is not there is told before anything is read
    if target and is_own_topic(STANCE, settings.stance_model):
        raise click.UsageError(
            "--target and a model of your own topic exclude each other: it knows its target"
        )
    if engine == "dask":
        if pseudonyms:
            raise click.UsageError("--engine dask keeps names: --pseudonyms cannot be had with it")
        analyse_on_cluster(
            sources, outputs, settings, how, target=target, scheduler=scheduler, workers=workers
        )
        return
    if scheduler:
        raise click.UsageError("--scheduler needs --engine dask")
    read = Sources(sources, how, settings)
    with workers_for(read, workers) as working:

        def parts() -> Iterator[Part]:
            scored = scored_parts(read.batches(COMMENTS_AT_ONCE), settings, target=target, workers=working)
            for some, frame in scored:
                yield Part(_pseudonymised(frame, settings) if pseudonyms else frame, by_id(some))

        begun = parts()
        first = next(begun, None)
        if first is not None:  # without a comment no file is made
            whole = chain([first], begun)
            if outputs.names:
                made = Provenance(
                    command="btl analyse",
                    options={**how, "target": target, "raw": outputs.raw, "pseudonyms": pseudonyms},
                    settings=settings,
                    sources=read.inputs,
                )
                outputs.write(whole, made)
            else:
                frames = [part.frame for part in whole]
                click.echo(scores_text(pd.concat(frames, ignore_index=True)))
    finish(read.failed)


@main.command("import")
@source_options
@click.option("--db", metavar="URL", help="Database; BTL_DATABASE or below-the-line.sqlite where not given.")
@_stance_model
@workers_option
def import_(
    sources: tuple[str, ...], db: str | None, stance_model: str | None, workers: int | None, **how: Any
) -> None:
    """Read, score and store SOURCES. What is stored already is not stored again."""
    from threads.analysis import import_reading
    from threads.scores.chosen import scores_for

    settings = _changed(Settings.from_environment(), stance_model=stance_model)
    _doubted(scores_for(settings))  # a model that is not there is told before anything is read
    read = Sources(sources, how, settings)
    with ExitStack() as stack:
        working = stack.enter_context(workers_for(read, workers))
        store: Store | None = None  # where nothing is to be stored not even an empty one is made
        told = stack.enter_context(stored_so_far())
        for found in read.with_comments():
            store = store or stack.enter_context(_store(db, settings))
            added = import_reading(store, found, settings, told=told, workers=working)
            corrected = f", {added.corrected} times corrected" if added.corrected else ""
            flagged = f", {added.flagged} newly flagged" if added.flagged else ""
            click.echo(
                f"{found.report().source}: {added.comments} comments added, {added.known} known already"
                f"{corrected}{flagged}",
                err=True,
            )
    finish(read.failed)


@main.command()
@click.option("--db", metavar="URL", help="Database; BTL_DATABASE or below-the-line.sqlite where not given.")
@click.option("--thread", "thread_id", metavar="ID", help="One discussion only.")
@output_options
@click.option("--decisions", "decisions_file", metavar="FILE", help="Every decision; JSON for FILE.json.")
@click.option("--flagged", "flagged_file", metavar="FILE", help="Flagged comments; JSON for FILE.json.")
@_pseudonyms
def export(
    db: str | None,
    thread_id: str | None,
    decisions_file: str | None,
    flagged_file: str | None,
    pseudonyms: bool,
    **how: Any,
) -> None:
    """Write stored comments with scores and decisions as a table or a corpus; decisions; or what is flagged.

    Where no file is named, comments go to standard output as CSV.
    """
    from threads.commands.exporting import write_comments, write_decisions, write_flagged

    if pseudonyms and (decisions_file or flagged_file):
        raise click.UsageError(
            "--pseudonyms is for comments: decisions and flags are for those who may see names"
        )
    outputs = Outputs.of(how, otherwise=None if decisions_file or flagged_file else STANDARD_OUTPUT)
    require_one_standard_output(*outputs.names.values(), decisions_file, flagged_file)
    settings = Settings.from_environment()
    with _store(db, settings, must_exist=True) as store:
        if thread_id is not None:
            store.discussion(thread_id)
        if outputs.names:
            write_comments(store, thread_id, outputs, settings=settings, pseudonyms=pseudonyms)
        if decisions_file:
            write_decisions(store, thread_id, decisions_file, raw=outputs.raw)
        if flagged_file:
            write_flagged(store, thread_id, flagged_file, raw=outputs.raw)


@main.command()
@click.option("--db", metavar="URL", help="Database; BTL_DATABASE or below-the-line.sqlite where not given.")
@click.option("--host", metavar="ADDRESS", help="Address to listen on; without accounts loopback only.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
def serve(db: str | None, host: str | None, port: int | None) -> None:
    """Serve the dashboard on this machine."""
    from dashboard.security import is_loopback
    from threads.scores.chosen import scores_for

    settings = _changed(Settings.from_environment(), host=host, port=port)
    scores_for(settings)  # a model that is not there is told now, not at the first import
    with _store(db, settings, must_exist=not is_loopback(settings.host)) as store:
        _serve(store, settings, open_browser=False)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def demo(port: int | None, no_browser: bool) -> None:
    """Open the dashboard on the sample threads; what is stored and saved in it is gone afterwards."""
    import tempfile

    from threads.samples import add_samples

    settings = _changed(Settings.from_environment(), port=port)
    with (
        tempfile.TemporaryDirectory(prefix="btl-demo-") as folder,
        _store(f"sqlite:///{Path(folder) / 'demo.sqlite'}", settings) as store,
    ):
        for line in add_samples(store, settings):
            click.echo(line, err=True)
        _serve(store, _kept_in(Path(folder), settings), open_browser=not no_browser, any_port=port is None)


def _kept_in(folder: Path, settings: Settings) -> Settings:
    """Return settings by which all that a dashboard saves beside its store stands in a folder."""
    places = {name: str(folder / name) for name in ("mapping_folder", "topic_folder", "key_file")}
    return settings.replace(**places)


main.add_command(duplicates)
main.add_command(deliver)
main.add_command(watch)
main.add_command(report)
main.add_command(keeping.backup)
main.add_command(keeping.restore)
main.add_command(audit.audit)
main.add_command(audit.verify_audit)
main.add_command(keeping.retain)
main.add_command(keeping.erase)
main.add_command(models.models)
main.add_command(models.evaluate)
main.add_command(models.train)
main.add_command(topic.topic)
main.add_command(users.user)
main.add_command(rules)


@main.command()
def formats() -> None:
    """List the formats that can be read."""
    from threads.parse import FORMATS

    table((item.name, item.help) for item in FORMATS)


@main.command()
def scores() -> None:
    """List the scores and their columns."""
    from threads.scores import SCORES

    for item in SCORES:
        click.echo(f"{item.name}: {item.help}")
        table((f"  {column.name}", f"{column.help} {column.unit}".strip()) for column in item.columns)


@main.command()
def guide() -> None:
    """Print what the scores mean and how far to trust them, as Markdown."""
    from threads.guide import as_markdown
    from threads.guide import guide as sections

    click.echo(as_markdown(sections()), nl=False)


@main.command()
def settings() -> None:
    """List the settings: environment variable, value in force, what it does."""
    values = Settings.from_environment()
    table((s.variable, f"{getattr(values, s.name)}  {s.help}") for s in SETTINGS)


def _doubted(scores: Iterable[Score]) -> None:
    """Warn where a model of one's own topic is of little use."""
    from threads.scores.own_topic.score import OwnStance

    for item in scores:
        if isinstance(item, OwnStance) and item.model.doubt:
            click.echo(f"{item.model.label} {item.model.doubt}; see `btl topic show`", err=True)


def _pseudonymised(frame: pd.DataFrame, values: Settings) -> pd.DataFrame:
    from threads.keys import read_key
    from threads.pseudonyms import pseudonymised

    return pseudonymised(frame, read_key(values.key_file))


def _with_pseudonyms(discussions: Iterator[Discussion]) -> Iterator[Discussion]:
    from dataclasses import replace

    from threads.keys import read_key
    from threads.pseudonyms import pseudonymised_comments

    key = read_key(Settings.from_environment().key_file)
    return (replace(d, comments=pseudonymised_comments(d.comments, key)) for d in discussions)


def _changed(values: Settings, **changes: Any) -> Settings:
    return values.replace(**{name: value for name, value in changes.items() if value is not None})


@contextmanager
def _store(url: str | None, values: Settings, *, must_exist: bool = False) -> Iterator[Store]:
    from threads.storage import Store

    with Store.open(url or values.database, must_exist=must_exist) as store:
        yield store


def _serve(store: Store, values: Settings, *, open_browser: bool, any_port: bool = False) -> None:
    from dashboard import create_app
    from dashboard.security import require_safe
    from dashboard.server import serve as serve_app
    from threads.live.runner import Runner

    require_safe(values, store.accounts.has_admin())
    app = create_app(store, values)
    with Runner(store, values):
        serve_app(app, values, open_browser=open_browser, any_port=any_port)


def _summary(discussion: Discussion) -> str:
    from threads.views import discussion_text

    return discussion_text(discussion)
