"""Import: give a saved page or paste a thread, see what was understood and left out, then store it."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import components as ui
from dashboard import table_columns
from dashboard.elements import html
from dashboard.pages.base import Context, Menu
from dashboard.security.access import needs
from dashboard.text import one_line, shown
from threads import scored_isolated
from threads.analysis import import_parsed
from threads.errors import InputError, ThreadsError
from threads.language import N_, _, counted, ngettext, number
from threads.metrics import count_failure
from threads.moderation.roles import Permission
from threads.parse import isolated
from threads.parse.exports.tables.mapping import Mapping
from threads.parse.fetching import Fetcher
from threads.parse.formats import options
from threads.parse.isolated import parse_isolated
from threads.parse.source import Source, is_address
from threads.records import Comment, Discussion, Parsed
from threads.scored_isolated import judge_isolated
from threads.settings import Settings
from threads.storage import Added, Store
from threads.storage.mappings import SavedMappings

PREVIEWED = 20
LEFT_OUT_SHOWN = 100
_MAPPING = 5  # its place in the form
FETCHED_PAGES = 4
FETCHED_FOR = timedelta(minutes=10)


class ImportPage:
    """The page that takes text and files."""

    path = "/import"
    title = N_("Import")
    menu: Menu | None = "discussions"
    permission: Permission = "import"

    def layout(self, context: Context, rest: str, search: str) -> Component:  # noqa: ARG002 - the Protocol's
        """Return the form, and beside it where the preview will stand."""
        isolated.warm()  # who opens the form will want something read
        scored_isolated.warm()
        return html.Div(
            [
                html.H1(_("Import a thread")),
                html.P(
                    _(
                        "Save the page in your browser, comments unfolded, and choose the file; or "
                        "copy all of "
                        "it and paste it here. A table or an export does, too. Nothing is stored "
                        "before you have "
                        "seen what was understood."
                    ),
                    className="lead",
                ),
                html.Div([_form(context.settings), _result()], className="columns even"),
            ]
        )

    def register(self, app: Dash, context: Context) -> None:
        """Preview parses and shows; store parses again, for nothing that a browser holds is trusted."""
        form = (
            State("import-text", "value"),
            State("import-file", "contents"),
            State("import-file", "filename"),
            State("import-timezone", "value"),
            State("import-captured", "value"),
            State("import-mapping", "value"),
            State("import-previewed", "data"),
            State({"type": table_columns.COLUMN, "index": ALL}, "value"),
        )

        @app.callback(
            Output("import-result", "children"),
            Output("import-columns", "children"),
            Output("import-columns-panel", "hidden"),
            Output("import-previewed", "data"),
            Output("import-store", "hidden"),
            Output("import-stored", "children", allow_duplicate=True),
            Input("import-preview", "n_clicks"),
            Input("import-again", "n_clicks"),
            *form,
            prevent_initial_call=True,
        )
        @needs("import")
        def preview(_clicks: int | None, _again: int | None, *values: Any) -> tuple[Any, ...]:
            try:
                parsed = understood(context.settings, *values)
            except ThreadsError as error:
                count_failure(error)
                return ui.problem(str(error)), no_update, no_update, no_update, True, None
            report = parsed.report
            return (
                preview_of(parsed),
                table_columns.columns_panel(report.columns) if report.columns else None,
                not report.columns,
                table_columns.previewed(report, values[_MAPPING]),
                not report.kept,
                None,
            )

        @app.callback(
            Output("import-stored", "children"),
            Output("import-store", "hidden", allow_duplicate=True),
            Input("import-store", "n_clicks"),
            *form,
            prevent_initial_call=True,
            running=[(Output("import-store", "disabled"), True, False)],
        )
        @needs("import")
        def store(_clicks: int | None, *values: Any) -> tuple[Any, bool]:
            try:
                parsed = understood(context.settings, *values)
                added = import_parsed(context.store, parsed, context.settings, judge=judge_isolated).added
            except ThreadsError as error:
                return ui.problem(str(error)), False
            return stored(parsed, added), True

        @app.callback(
            Output("import-file-name", "children"),
            Output("import-file-remove", "hidden"),
            Output("import-text", "disabled"),
            Output("import-store", "hidden", allow_duplicate=True),
            Output("import-columns", "children", allow_duplicate=True),
            Output("import-columns-panel", "hidden", allow_duplicate=True),
            Output("import-previewed", "data", allow_duplicate=True),
            Input("import-file", "filename"),
            Input("import-file", "contents"),
            Input("import-text", "value"),
            Input("import-timezone", "value"),
            Input("import-captured", "value"),
            Input("import-mapping", "value"),
            State("import-previewed", "data"),
            prevent_initial_call=True,
        )
        @needs("import")
        def changed(filename: str | None, *form: Any) -> tuple[str, bool, bool, bool, None, bool, None]:
            *_rest, mapping, previewed = form
            if ctx.triggered_id == "import-mapping" and _is_previewed(mapping, previewed):
                raise PreventUpdate  # only the list of mappings is another
            # What was previewed is no longer what would be stored.
            name = (
                _("File: {filename}", filename=one_line(filename, 120)) if isinstance(filename, str) else ""
            )
            return name, not name, bool(name), True, None, True, None

        @app.callback(
            Output("import-mapping-saved", "children"),
            Output("import-mapping", "data"),
            Input("import-mapping-save", "n_clicks"),
            State("import-mapping-name", "value"),
            State("import-mapping", "value"),
            State("import-previewed", "data"),
            State({"type": table_columns.COLUMN, "index": ALL}, "value"),
            prevent_initial_call=True,
        )
        @needs("import")
        def save(
            _clicks: int | None, name: Any, mapping: Any, previewed: Any, fields: Any
        ) -> tuple[Any, Any]:
            saved = SavedMappings(context.settings.mapping_folder)
            try:
                like = _named(mapping, context.settings)
                columns = table_columns.chosen(previewed, fields, like)
                if columns is not None:
                    saved.save(str(name or "").strip(), columns)
            except ThreadsError as error:
                return ui.problem(str(error)), no_update
            return _("Saved as {name}.", name=one_line(str(name), 60)), table_columns.mapping_choices(saved)

        app.clientside_callback(
            """(fields, previewed) => {
                const shown = previewed ? previewed.fields : [];
                const same = fields.length === shown.length && fields.every((f, i) => f === shown[i]);
                return !(same && previewed && previewed.kept);
            }""",
            Output("import-store", "hidden", allow_duplicate=True),
            Input({"type": table_columns.COLUMN, "index": ALL}, "value"),
            State("import-previewed", "data"),
            prevent_initial_call=True,
        )

        app.clientside_callback(
            "(clicks) => [null, null]",
            Output("import-file", "contents"),
            Output("import-file", "filename"),
            Input("import-file-remove", "n_clicks"),
            prevent_initial_call=True,
        )


def _form(settings: Settings) -> Component:
    return html.Section(
        [
            dmc.Textarea(
                id="import-text",
                label=_("Pasted text"),
                description=_(
                    "up to {max_paste_characters} characters",
                    max_paste_characters=number(settings.max_paste_characters),
                )
                + (_(", or the address of a public page") if settings.fetch else ""),
                placeholder=_("Ann Lee\nMay 17, 2024 at 20:41\nAt last, a tunnel…"),
                autosize=True,
                minRows=12,
                maxRows=24,
                debounce=False,
                persistence=True,
                persistence_type="session",
            ),
            html.Div(
                dcc.Upload(
                    html.Button(_("or choose a file"), className="link", type="button"),
                    id="import-file",
                    max_size=settings.max_input_bytes,
                ),
                **ui.hyphenated(data_largest_file=settings.max_input_bytes),
            ),
            html.P(
                [
                    html.Span(id="import-file-name"),
                    " ",
                    html.Button(_("Take it off"), id="import-file-remove", className="link", hidden=True),
                ],
                className="muted",
            ),
            html.Div([_timezone(), _captured(), _mapping(settings)], className="controls"),
            html.P(html.Button(_("Preview"), id="import-preview", className="button")),
        ],
        className="panel",
    )


def _timezone() -> Component:
    return dmc.Select(
        id="import-timezone",
        label=_("Time zone of the page"),
        description=_("for times that carry none"),
        placeholder=_("not known: UTC assumed"),
        data=sorted(available_timezones()),
        searchable=True,
        clearable=True,
        clearButtonProps=ui.clear_button(),
        limit=30,
        size="xs",
    )


def _captured() -> Component:
    return dmc.DateTimePicker(
        id="import-captured",
        label=_("When it was copied (UTC)"),
        description=_('counts "2 hours ago" from here'),
        placeholder=_("not known"),
        value=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        valueFormat="DD MMM YYYY HH:mm",
        clearable=True,
        clearButtonProps=ui.clear_button(),
        size="xs",
    )


def _mapping(settings: Settings) -> Component:
    return dmc.Select(
        id="import-mapping",
        label=_("Columns of a table"),
        description=_("CSV, Excel, JSON: as in a mapping"),
        placeholder=_("guessed"),
        data=table_columns.mapping_choices(SavedMappings(settings.mapping_folder)),
        clearable=True,
        clearButtonProps=ui.clear_button(),
        size="xs",
    )


def _columns() -> Component:
    """Return where the columns of a table are shown, changed and saved."""
    return html.Section(
        [
            html.H2(_("What the columns are")),
            html.P(
                _("Guessed from names and from what stands in them. Change what is wrong and preview again."),
                className="note",
            ),
            html.Div(id="import-columns"),
            html.P(html.Button(_("Preview again"), id="import-again", className="button")),
            html.Div(
                [
                    dmc.TextInput(
                        id="import-mapping-name",
                        label=_("Keep these columns as"),
                        description=_("for tables of the same kind"),
                        placeholder=_("forum dump"),
                        size="xs",
                    ),
                    html.Button(_("Save"), id="import-mapping-save", className="button"),
                ],
                className="controls save",
            ),
            html.Div(id="import-mapping-saved", role="status"),
        ],
        id="import-columns-panel",
        className="panel",
        hidden=True,
    )


def _result() -> Component:
    return html.Div(
        [
            _columns(),
            dcc.Store(id="import-previewed"),
            dcc.Loading(html.Div(id="import-result", role="status"), type="dot"),
            html.Button(_("Store it"), id="import-store", className="button", hidden=True),
            html.Div(id="import-stored", role="status"),
        ]
    )


def understood(
    settings: Settings,
    text: Any,
    contents: Any,
    filename: Any,
    timezone: Any,
    captured: Any,
    mapping: Any = None,
    previewed: Any = None,
    fields: Any = None,
) -> Parsed:
    """Parse what the form holds; columns of a table as the controls say that stand beside a preview.

    Raises
    ------
    ThreadsError
        There is nothing to read, or it cannot be read; the message says why and what to do.
    """
    columns = table_columns.chosen(previewed, fields, _named(mapping, settings))
    chosen = replace(
        options(str(timezone) if timezone else None, _moment(captured)),
        mapping=columns or _named(mapping, settings),
    )
    if contents:
        name = one_line(str(filename or "file"), 120)
        return parse_isolated(_decoded(str(contents)), chosen, settings=settings, name=name)
    return parse_isolated(_pasted(str(text or ""), settings), chosen, settings=settings)


def _is_previewed(mapping: Any, previewed: Any) -> bool:
    return isinstance(previewed, dict) and (mapping or None) == previewed.get("mapping")


def _named(mapping: Any, settings: Settings) -> Mapping | None:
    return SavedMappings(settings.mapping_folder).get(str(mapping)) if mapping else None


def stored_now(store: Store, parsed: Parsed, settings: Settings) -> Added:
    """Score and store a parse, the scores worked out under limits.

    Raises
    ------
    ThreadsError
        It took more than the limits, or the store refuses; then nothing was stored.
    """
    return import_parsed(store, parsed, settings, judge=judge_isolated).added


def _pasted(text: str, settings: Settings) -> Source:
    if not text.strip():
        raise InputError(_("nothing is pasted"), remedy=_("Paste the page's text, or choose a file"))
    if len(text) > settings.max_paste_characters:
        raise InputError(
            _(
                "{count} characters are more than the {most} allowed",
                count=number(len(text)),
                most=number(settings.max_paste_characters),
            ),
            source=_("pasted text"),
            remedy=_("Save it as a file and use `btl import`, or raise BTL_MAX_PASTE_CHARACTERS"),
        )
    if not is_address(text):
        return Source.from_text(text, _("pasted text"))
    if not settings.fetch:
        raise InputError(
            _("this is an address, and fetching is off"),
            source=one_line(text.strip(), 120),
            remedy=_("Paste the text of the page or choose a saved page; BTL_FETCH=1 turns fetching on"),
        )
    return _FETCHED.page(text.strip(), settings)


class _Fetched:
    """The pages fetched lately, so that what is stored is what was previewed, and no site is asked twice."""

    def __init__(self) -> None:
        self._pages: dict[str, Source] = {}
        self._lock = threading.Lock()
        self._fetcher: Fetcher | None = None

    def forget(self) -> None:
        with self._lock:
            self._pages = {}

    def page(self, url: str, settings: Settings) -> Source:
        with self._lock:
            self._fetcher = self._fetcher or Fetcher(settings)
            fetcher, known = self._fetcher, self._pages.get(url)
        fetched_at = known.origin.fetched_at if known else None
        if known is None or fetched_at is None or datetime.now(UTC) - fetched_at > FETCHED_FOR:
            known = fetcher.fetch(url)
            with self._lock:
                newest_first = {url: known, **{u: page for u, page in self._pages.items() if u != url}}
                self._pages = dict(list(newest_first.items())[:FETCHED_PAGES])
        return known


_FETCHED = _Fetched()


def forget_fetched() -> None:
    """Forget the pages fetched lately, of which something may have been erased."""
    _FETCHED.forget()


def preview_of(parsed: Parsed) -> Component:
    """Return what was understood, what was doubtful and what was left out."""
    report = parsed.report
    return ui.panel(
        _("What was understood"),
        html.P(
            _(
                "{comments} read, {kept} kept, {dropped} left out.",
                comments=counted(report.read, "comment", "comments"),
                kept=number(report.kept),
                dropped=number(report.dropped),
            ),
            className="count",
        ),
        html.P(_("Found: {listed}.", listed=_listed(report.found.items()))) if report.found else None,
        *(_discussion(discussion) for discussion in parsed.discussions[:PREVIEWED] if report.kept),
        _more(len(parsed.discussions) - PREVIEWED, "discussions"),
        html.Ul([html.Li(one_line(text, 400)) for text in report.warnings], className="warnings")
        if report.warnings
        else None,
        html.Details(
            [
                html.Summary(_("Left out: {listed}", listed=one_line(_listed(report.left_out.items()), 400))),
                html.Ul(
                    [
                        html.Li(one_line(f"{item.place}: {item.reason}", 300))
                        for item in report.skipped[:LEFT_OUT_SHOWN]
                    ]
                ),
                _more(report.dropped - LEFT_OUT_SHOWN, "places"),
            ],
            open=True,
        )
        if report.skipped
        else None,
    )


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    """Return counts in words, the largest first: "100 a pingback, 3 duplicate"."""
    ordered = sorted(counts, key=lambda item: -item[1])
    return ", ".join(f"{number(count)} {name}" for name, count in ordered)


def _more(count: int, what: str) -> Component | None:
    return (
        html.P(_("and {count} more {what}", count=number(count), what=what), className="muted")
        if count > 0
        else None
    )


def stored(parsed: Parsed, added: Added) -> Component:
    """Return what was stored, with a link to each discussion."""
    return html.Section(
        [
            html.P(
                _("{comments} stored", comments=counted(added.comments, "comment", "comments"))
                + (_(", {known} were stored before", known=number(added.known)) if added.known else "")
                + (
                    _(", {times} corrected", times=counted(added.corrected, "time", "times"))
                    if added.corrected
                    else ""
                )
                + (
                    _("; {flagged} newly flagged for a moderator", flagged=number(added.flagged))
                    if added.flagged
                    else ""
                )
                + "."
            ),
            html.Ul(
                [
                    html.Li(
                        dcc.Link(
                            [_("Open"), " ", *shown(one_line(d.title or _("the thread"), 120))],
                            href=ui.thread_path(d.thread_id),
                        )
                    )
                    for d in parsed.discussions[:PREVIEWED]
                ]
            ),
            _more(len(parsed.discussions) - PREVIEWED, "discussions"),
        ],
        className="panel done",
    )


def _discussion(discussion: Discussion) -> Component:
    comments = discussion.comments
    names = {comment.comment_id: ui.author_name(comment.author) for comment in comments}
    more = len(comments) - PREVIEWED
    words = len((discussion.article_text or "").split())
    return html.Div(
        [
            html.H3(shown(one_line(discussion.title, 160)) if discussion.title else _("No title found")),
            html.P(
                f"{one_line(discussion.source_format, 40)} · "
                + ngettext("article of {number} word", "article of {number} words", words)
                if words
                else _(
                    "{source_format} · no article text", source_format=one_line(discussion.source_format, 40)
                ),
                className="meta",
            ),
            html.Div(
                html.Table(
                    [
                        html.Thead(
                            html.Tr(
                                [
                                    html.Th(name, scope="col")
                                    for name in (_("Author"), _("Time (UTC)"), _("Answers"), _("Text"))
                                ]
                            )
                        ),
                        html.Tbody([_row(comment, names) for comment in comments[:PREVIEWED]]),
                    ]
                ),
                className="scroll",
                tabIndex=0,
                role="region",
                **ui.hyphenated(aria_label=_("Comments found")),
            ),
            html.P(_("and {more} more", more=number(more)), className="muted") if more > 0 else None,
        ]
    )


def _row(comment: Comment, names: dict[str, str]) -> Component:
    inferred = " (inferred)" if comment.parent_source == "inferred" else ""
    answers = one_line(names.get(comment.parent_id, "?"), 40) + inferred if comment.parent_id else ""
    return html.Tr(
        [
            html.Td(shown(one_line(ui.author_name(comment.author), 60))),
            html.Td(
                ui.time_label(comment.published_at, comment.published_at_precision, comment.published_at_raw)
            ),
            html.Td(answers),
            html.Td(one_line(comment.text, 120)),
        ]
    )


def _decoded(contents: str) -> bytes:
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise InputError(_("the file did not arrive whole"), remedy=_("Choose it again")) from None


def _moment(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise InputError(
            _("not a time"), source=_("When it was copied (UTC)"), remedy=_("Choose it in the calendar")
        ) from None

    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
