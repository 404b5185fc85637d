"""Import: give a saved page or paste a thread, see what was understood and left out, then store it."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import components as ui
from dashboard import table_columns
from dashboard.elements import html
from dashboard.pages.base import Context, Menu
from dashboard.pages.importing.form import form, result
from dashboard.pages.importing.preview import preview_of, stored
from dashboard.pages.importing.understanding import named, stored_now, understood
from dashboard.security.access import needs
from dashboard.text import one_line
from threads import scored_isolated
from threads.errors import ThreadsError
from threads.language import N_, _, explained
from threads.metrics import count_failure
from threads.moderation.roles import Permission
from threads.parse import isolated
from threads.storage.mappings import SavedMappings

_FORM = (
    State("import-text", "value"),
    State("import-file", "contents"),
    State("import-file", "filename"),
    State("import-timezone", "value"),
    State("import-captured", "value"),
    State("import-mapping", "value"),
    State("import-previewed", "data"),
    State({"type": table_columns.COLUMN, "index": ALL}, "value"),
    State("import-title", "value"),
)
_MAPPING = 5  # its place in the form


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
                        "Save the page in your browser, comments unfolded, and choose the file; or copy "
                        "all of it and paste it here. A table or an export does, too. Nothing is stored "
                        "before you have seen what was understood."
                    ),
                    className="lead",
                ),
                html.Div([form(context.settings), result()], className="columns even"),
            ]
        )

    def register(self, app: Dash, context: Context) -> None:
        """Preview parses and shows; store parses again, for nothing that a browser holds is trusted."""
        self._register_reading(app, context)
        self._register_changes(app)
        self._register_mappings(app, context)

    def _register_reading(self, app: Dash, context: Context) -> None:
        @app.callback(
            Output("import-result", "children"),
            Output("import-columns", "children"),
            Output("import-columns-panel", "hidden"),
            Output("import-previewed", "data"),
            Output("import-store", "hidden"),
            Output("import-stored", "children", allow_duplicate=True),
            Input("import-preview", "n_clicks"),
            Input("import-again", "n_clicks"),
            *_FORM,
            prevent_initial_call=True,
        )
        @needs("import")
        def preview(_clicks: int | None, _again: int | None, *values: Any) -> tuple[Any, ...]:
            try:
                parsed = understood(context.settings, *values)
            except ThreadsError as error:
                count_failure(error)
                return ui.problem(explained(error)), no_update, no_update, no_update, True, None
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
            Output("import-title", "value"),  # emptied, or the next text would get it
            Input("import-store", "n_clicks"),
            *_FORM,
            prevent_initial_call=True,
            running=[(Output("import-store", "disabled"), True, False)],
        )
        @needs("import")
        def store(_clicks: int | None, *values: Any) -> tuple[Any, bool, Any]:
            try:
                parsed = understood(context.settings, *values)
                added = stored_now(context.store, parsed, context.settings)
            except ThreadsError as error:
                return ui.problem(explained(error)), False, no_update
            return stored(parsed, added), True, ""

    def _register_changes(self, app: Dash) -> None:
        """Take back the offer to store where the form is no longer what was previewed."""

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
            Input("import-title", "value"),
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

    def _register_mappings(self, app: Dash, context: Context) -> None:
        """Keep what the columns are under a name."""

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
                like = named(mapping, context.settings)
                columns = table_columns.chosen(previewed, fields, like)
                if columns is not None:
                    saved.save(str(name or "").strip(), columns)
            except ThreadsError as error:
                return ui.problem(explained(error)), no_update
            return _("Saved as {name}.", name=one_line(str(name), 60)), table_columns.mapping_choices(saved)


def _is_previewed(mapping: Any, previewed: Any) -> bool:
    return isinstance(previewed, dict) and (mapping or None) == previewed.get("mapping")
