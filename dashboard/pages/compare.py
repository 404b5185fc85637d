"""Discussions, or groups of comments, side by side: measures with intervals, differences with p."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import dash_mantine_components as dmc
import pandas as pd
from dash import Dash, Input, Output, State, dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard import components as ui
from dashboard.background import waiting
from dashboard.comparison_figures import courses_beside_each_other, dots_with_intervals
from dashboard.elements import html
from dashboard.filters import COMPARED, NO_NAME, Filters, author_choices
from dashboard.pages.base import Context, Menu, View
from dashboard.pages.filtering import filtered_layout
from dashboard.pages.overview import Everything
from dashboard.security.access import may, needs
from dashboard.tables import Shown, table
from dashboard.text import one_line, shown
from threads.dynamics.comparison import (
    DIGITS,
    DIVERSITY,
    FEWEST,
    HELP,
    Comparison,
    by_column,
    by_week,
    compare,
)
from threads.dynamics.courses import FEWEST as FEWEST_TIMES
from threads.dynamics.courses import SHOWN_SHARE, Courses, courses
from threads.dynamics.sentences import figure
from threads.dynamics.steps import Told, unwatched
from threads.language import N_, SOURCE, _, chance, counted, language, number, percent
from threads.moderation.roles import Permission

MOST_COMMENTS: Final = 50_000
AT_ONCE: Final = 2_000
"""Comments up to which the answer waits for the comparison; more are compared beside it."""
GROUPS_SHOWN: Final = 6
"""Of sources, weeks and people, of which there may be very many."""
OFFERED: Final = 200
PATH: Final = "/compare"
BY: Final[Mapping[str, str]] = {
    "": N_("Discussions"),
    "source": N_("Sources"),
    "week": N_("Weeks"),
    "author": N_("People"),
}
TITLES: Final[Mapping[str, str]] = {
    "sentiment": N_("Mean sentiment"),
    "supportive": N_("Supportive, of known stances"),
    "critical": N_("Critical, of known stances"),
    "offensive": N_("Offensive at .5 or more"),
    "words": N_("Words in a comment"),
    "pace": N_("Minutes between comments"),
    "replies": N_("Answers to another comment"),
    "depth": N_("Depth below the article"),
    "people": N_("People among {} comments"),
    "equal_people": N_("As if so many wrote equally often"),
}
DRAWN: Final = {"arrived": N_("share that had come"), "sentiment": N_("mean sentiment")}
SHARES: Final = ("supportive", "critical", "offensive", "replies")
STANDS_FOR: Final = {
    "threads": N_("Whole discussions were drawn anew: the groups stand for more of their kind."),
    "chains": N_("Whole chains of replies were drawn anew: the groups stand for these discussions only."),
    "people": N_("People were drawn anew: the groups stand for these discussions only."),
}

_PLACES: Final = {measure: place for place, measure in enumerate(TITLES)}

Groups = dict[str, pd.DataFrame]


class ComparePage:
    """The page that puts discussions, or groups of comments, side by side."""

    path = PATH
    title = N_("Compare")
    menu: Menu | None = "discussions"
    permission: Permission = "view"

    def layout(self, context: Context, rest: str, search: str) -> Component:
        """Return the page, or that there is nothing to compare."""
        if rest:
            return html.Div(
                [
                    html.H1(_("No such page")),
                    ui.empty(_("Nothing lives at {path}/{rest}.", path=PATH, rest=one_line(rest, 80))),
                ]
            )
        if not len(context.outline()):
            return html.Div([html.H1(_("Compare")), ui.empty([_("Nothing here yet."), " ", ui.to_import()])])
        return filtered_layout(self, context, rest, search)

    def subject(self, context: Context, rest: str) -> SideBySide:  # noqa: ARG002 - the Protocol's signature
        """Return every comment stored."""
        return SideBySide(context, context.outline())

    def register(self, app: Dash, context: Context) -> None:
        """Let the choice of discussions set the address."""
        del context

        @app.callback(
            Output("filter-url", "search", allow_duplicate=True),
            Input("compare-discussions", "value"),
            State("filter-url", "search"),
            prevent_initial_call=True,
        )
        @needs("view")
        def choose(thread_ids: object, search: object) -> str:
            filters = Filters.from_query(search if isinstance(search, str) else "")
            listed = thread_ids if isinstance(thread_ids, list) else []
            chosen = tuple(key for key in listed if isinstance(key, str))[: len(COMPARED)]
            if chosen == filters.compared:
                raise PreventUpdate
            return replace(filters, compared=chosen, page=1).query()


@dataclass(frozen=True, slots=True)
class SideBySide(Everything):
    """Comments of the discussions that the address names, or of all, in groups."""

    def view(self, filters: Filters) -> View:
        """Return everything under the bar of filters."""
        stored = self.context.store.discussions()
        rows = {row["thread_id"]: row for row in stored.to_dict("records")}
        titles = {key: one_line(ui.title_of(row["title"], row["first_at"]), 60) for key, row in rows.items()}
        head: list[Component] = [html.H1(_("Compare")), _chooser(rows, filters), _groupings(filters)]
        unknown = [key for key in filters.compared if key not in titles]
        head += [ui.empty(_("There is no discussion {key} here.", key=one_line(key, 60))) for key in unknown]
        chosen = [key for key in filters.compared if key in titles]
        total = int(stored.loc[stored["thread_id"].isin(chosen or titles), "comments"].sum())
        if not filters.by and len(chosen) < 2:
            return View([*head, _what_to_do(list(titles), filters)], 0, total)
        if total > MOST_COMMENTS:
            reason = _(
                "Up to {most_comments} comments are compared; these are {total}. Choose discussions.",
                most_comments=number(MOST_COMMENTS),
                total=number(total),
            )
            return View([*head, ui.empty(reason)], 0, total)
        task = partial(_compared, self.context, chosen, filters, not may("see_people"))
        if total <= AT_ONCE:
            compared = task(unwatched)
        else:
            key = self.context.key(PATH, tuple(chosen), filters.query(), self.context.store.outlines.state())
            work = self.context.background.ask(key, task)
            if work.state != "done":
                return View([*head, waiting(work)], None, total)
            compared = work.result
        return View([*head, *_content(compared, filters, titles)], compared.comments, total)


@dataclass(frozen=True, slots=True)
class Side:
    """A group that is compared: a discussion that it has comments of, how many by whom, and when."""

    name: str
    thread_id: str
    comments: int
    people: int
    first: Any
    last: Any


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared of so many comments, what was left out, and what two sides or more gave."""

    comments: int
    sides: tuple[Side, ...]
    note: str
    found: Comparison | None
    courses: Courses | None


def _compared(
    context: Context, chosen: Sequence[str], filters: Filters, pseudonyms: bool, told: Told
) -> Compared:
    """Compare stored comments; it asks for nobody's permissions, and may run beside requests."""
    read = [context.comments(key, pseudonyms=pseudonyms) for key in chosen or (None,)]
    under = filters.apply(pd.concat(read, ignore_index=True) if len(read) > 1 else read[0])
    groups, note = _groups(under, filters.by, chosen)
    sides = tuple(_side(name, rows) for name, rows in groups.items())
    # One person is one person, whatever is drawn.
    measures = [name for name in HELP if filters.by != "author" or name not in DIVERSITY]
    found = compare(groups, measures=measures, told=told) if len(groups) > 1 else None
    went = courses(groups) if len(groups) > 1 else None
    return Compared(len(under), sides, note, found, went)


def _side(name: str, rows: pd.DataFrame) -> Side:
    times = rows["published_at"].dropna()
    first, last = (times.min(), times.max()) if len(times) else (None, None)
    return Side(name, rows["thread_id"].iloc[0], len(rows), rows["author"].nunique(), first, last)


def _chooser(rows: Mapping[str, Mapping[Any, Any]], filters: Filters) -> Component:
    """Return the control that chooses discussions: those imported last, and those that are chosen."""
    offered = dict.fromkeys([*(key for key in filters.compared if key in rows), *list(rows)[:OFFERED]])
    more = len(rows) - len(offered)
    nothing = _("all: choose some to compare just those") if filters.by else _("choose two or more")
    return html.Div(
        [
            dmc.MultiSelect(
                id="compare-discussions",
                label=_("Discussions"),
                placeholder="" if filters.compared else nothing,
                data=[{"value": key, "label": ui.dated_title(rows[key])} for key in offered],
                value=[key for key in filters.compared if key in rows],
                maxValues=len(COMPARED),
                searchable=True,
                clearable=True,
                clearButtonProps=ui.clear_button(),
                nothingFoundMessage=_("No discussion of that title"),
                size="sm",
            ),
            html.P(_("Offered are the {offered} imported last.", offered=number(OFFERED)), className="muted")
            if more
            else None,
        ],
        className="compare-choice",
    )


def _groupings(filters: Filters) -> Component:
    links = [
        dcc.Link(
            _(word),
            href=PATH + replace(filters, by=by, page=1, at="").query(),
            className="on" if by == filters.by else "",
        )
        for by, word in BY.items()
    ]
    return html.Nav(links, className="tabs", **ui.hyphenated(aria_label=_("What is compared")))


def _what_to_do(thread_ids: list[str], filters: Filters) -> Component:
    """Return how to begin: where too few discussions are chosen, the two imported last."""
    if len(thread_ids) < 2:
        return ui.empty(
            [
                _("There is one discussion; two are needed. Compare its weeks or people, or"),
                " ",
                ui.to_import(),
            ]
        )
    two = PATH + replace(filters, compared=tuple(thread_ids[:2]), page=1).query()
    words = dcc.Link(_("Compare the two imported last"), href=two)
    return ui.empty(
        [_("Choose two discussions or more."), " ", words, _(", or weeks, sources or people of all.")]
    )


def _groups(frame: pd.DataFrame, by: str, chosen: Sequence[str]) -> tuple[Groups, str]:
    """Return the groups that have comments, discussions being called A, B, …, and what was left out."""
    if by == "":
        found = {
            letter.upper(): frame[frame["thread_id"] == key]
            for letter, key in zip(COMPARED, chosen, strict=False)
        }
        kept = {name: rows for name, rows in found.items() if len(rows)}
        without = [name for name in found if name not in kept]
        return kept, _("No comment passes the filters: {list}.", list=", ".join(without)) if without else ""
    if by == "week":
        return _last(by_week(frame))
    if by == "author":
        names = author_choices(frame)
        named = frame.assign(author=names)[names != NO_NAME]
        return _most(by_column(named, "author"), N_("The {kept} of {all} people who wrote most."))
    sources = {_(name): rows for name, rows in by_column(frame, "source_format").items()}
    return _most(sources, N_("The {kept} of {all} sources that have most comments."))


def _last(weeks: Groups) -> tuple[Groups, str]:
    kept = dict(list(weeks.items())[-GROUPS_SHOWN:])
    if len(kept) == len(weeks):
        return kept, ""
    return kept, _("The last {kept} of {all} weeks.", kept=len(kept), all=number(len(weeks)))


def _most(found: Groups, said: str) -> tuple[Groups, str]:
    kept = dict(sorted(found.items(), key=lambda item: -len(item[1]))[:GROUPS_SHOWN])
    if len(kept) == len(found):
        return kept, ""
    return kept, _(said, kept=len(kept), all=number(len(found)))


def _content(compared: Compared, filters: Filters, titles: Mapping[str, str]) -> list[Component]:
    said = [html.P(compared.note, className="note")] if compared.note else []
    found, went, sides = compared.found, compared.courses, compared.sides
    if found is None or went is None:
        reason = (
            _("A comparison takes two groups with comments; under these filters there is one.")
            if sides
            else _("A comparison takes two groups with comments; under these filters there is none.")
        )
        return [*said, ui.empty(reason)]
    names = _names(sides, filters, titles)
    return [
        *said,
        _who(sides, names, filters),
        ui.panel(_("Side by side"), _chart(found, names), note=_how(found)),
        ui.panel(_("How each went"), _courses(went, names), note=_axes(went)),
        ui.panel(_("In numbers"), _numbers(found, [side.name for side in sides]), _reasons(found)),
        ui.panel(_("Differences"), _differences(found), _not_compared(found), note=_adjusted(found)),
    ]


def _names(sides: Sequence[Side], filters: Filters, titles: Mapping[str, str]) -> dict[str, str]:
    """Return what each group is called in full: A discussion with its title."""
    return {s.name: s.name if filters.by else f"{s.name} · {titles[s.thread_id]}" for s in sides}


def _who(sides: Sequence[Side], names: Mapping[str, str], filters: Filters) -> Component:
    """Return the groups with their size and time; a discussion leads to its page."""
    items = []
    for side in sides:
        where = ui.thread_path(side.thread_id)
        size = f" {ui.comments_by(side.comments, side.people)}"
        span = ui.period(side.first, side.last)
        title = html.Strong(shown(one_line(names[side.name], 80)))
        items.append(
            html.Li(
                [
                    title if filters.by else dcc.Link(title, href=where),
                    html.Span(f"{size} · {span}", className="muted"),
                ]
            )
        )
    return html.Ul(items, className="compared")


def _how(found: Comparison) -> str:
    few = _(
        "An open dot has no interval: it takes {fewest} {unit} of a group.", fewest=FEWEST, unit=_(found.unit)
    )
    people = (
        ""
        if found.rarefied_to is None
        else _(
            "People are counted among {rarefied_to} comments of each, drawn at random.",
            rarefied_to=number(found.rarefied_to),
        )
    )
    said = _("Dots with 95% intervals, each measure on one axis.")
    return " ".join(text for text in (said, _(STANDS_FOR[found.unit]), people, few) if text)


def _adjusted(found: Comparison) -> str:
    tested = int(found.differences["q"].notna().sum())
    return _(
        "The surest first. p is adjusted for {comparisons} (Benjamini-Hochberg).",
        comparisons=counted(tested, "comparison", "comparisons"),
    )


def _title(measure: str, found: Comparison) -> str:
    return _(TITLES[measure]).format(_("as many") if found.rarefied_to is None else number(found.rarefied_to))


def _chart(found: Comparison, names: Mapping[str, str]) -> Component:
    rows = found.estimates.sort_values("measure", key=lambda names: names.map(_PLACES), kind="stable")
    drawn = rows.assign(
        title=[_title(measure, found) for measure in rows["measure"]],
        kind=[_kind(measure) for measure in rows["measure"]],
    )
    return ui.chart(
        dots_with_intervals(drawn),
        _(
            "Each measure of {groups} as a dot with its 95% interval",
            groups=counted(len(names), "group", "groups"),
        ),
        said=found.sentence(),
        table=rows.assign(group=rows["group"].map(names)),
        name="comparison",
        id="comparison-figure",
    )


def _courses(went: Courses, names: Mapping[str, str]) -> Component:
    named = Courses({names[name]: course for name, course in went.of.items()}, went.hours)
    rows = named.rows
    return ui.chart(
        courses_beside_each_other(named),
        _(
            "When the comments of {groups} came, and their mean sentiment with its 95% band",
            groups=counted(len(names), "group", "groups"),
        ),
        said=went.sentence(),
        table=rows.assign(measure=rows["measure"].map({name: _(said) for name, said in DRAWN.items()})),
        name="courses",
        id="courses-figure",
    )


def _axes(went: Courses) -> str:
    said = _(
        "Left: which share of a group's comments had come; right: their mean sentiment with its 95% band. "
        "Both from the first comment of each on, on the same axes, of {fewest} comments with a time or more.",
        fewest=FEWEST_TIMES,
    )
    later = any(course.arrived["hours"].max() > went.hours for course in went.of.values())
    cut = (
        _("They end when {share} had come, on the mean over groups.", share=percent(SHOWN_SHARE))
        if later
        else ""
    )
    return f"{said} {cut}".strip()


def _kind(measure: str) -> str:
    return "share" if measure in SHARES else "sentiment" if measure == "sentiment" else "amount"


def _numbers(found: Comparison, groups: list[str]) -> Component:
    cells = {(row["group"], row["measure"]): row for row in found.estimates.to_dict("records")}
    measures = sorted(set(found.estimates["measure"]), key=_PLACES.__getitem__)
    wide = pd.DataFrame(
        {
            "measure": [_title(measure, found) for measure in measures],
            **{f"group {n}": [cells[g, m]["estimate"] for m in measures] for n, g in enumerate(groups)},
        }
    )
    by_title = dict(zip(wide["measure"], measures, strict=True))

    def cell(group: str) -> Callable[[Any], Component]:
        return lambda row: _estimate(cells[group, by_title[row["measure"]]])

    columns = [
        Shown("measure", _("Measure"), str),
        *(
            Shown(f"group {n}", one_line(g, 28), help=one_line(g, 80), cell=cell(g))
            for n, g in enumerate(groups)
        ),
    ]
    return table(wide, columns, _("Each measure in each group, with its 95% interval"))


def _estimate(row: Mapping[Any, Any]) -> Component:
    measure, reason = row["measure"], row["reason"]
    if pd.isna(row["estimate"]):
        return html.Span(_("cannot be told"), className="muted", title=_(reason))
    value = _written(row["estimate"], measure)
    if pd.isna(row["low"]):
        few = _("too small for an interval") if row["units"] < FEWEST else _("no interval")
        return html.Span([value, html.Span(f" {few}", className="muted")], title=_(reason))
    reach = " " + _("{low} to {high}", low=_written(row["low"], measure), high=_written(row["high"], measure))
    return html.Span([value, html.Span(reach, className="muted")])


def _written(value: float, measure: str) -> str:
    return percent(value) if measure in SHARES else figure(value, DIGITS[measure])


def _reasons(found: Comparison) -> Component | None:
    """Return why values and intervals are missing, each reason once with what it holds for."""
    rows = found.estimates.dropna(subset=["reason"])
    return _listed([(row["group"], row["measure"], row["reason"]) for row in rows.to_dict("records")], found)


def _not_compared(found: Comparison) -> Component | None:
    """Return why pairs are not compared, each reason once with what it holds for."""
    rows = found.differences.dropna(subset=["reason"]).to_dict("records")
    return _listed(
        [
            (_("{group} and {other}", group=row["group"], other=row["other"]), row["measure"], row["reason"])
            for row in rows
        ],
        found,
    )


def _listed(missing: list[tuple[str, str, str]], found: Comparison) -> Component | None:
    if not missing:
        return None
    items = []
    for reason in dict.fromkeys(reason for _group, _measure, reason in missing):
        here = [(group, measure) for group, measure, why in missing if why == reason]
        groups = "; ".join(one_line(group, 60) for group in dict.fromkeys(group for group, _measure in here))
        measures = ", ".join(
            _in_a_sentence(_title(measure, found)) for measure in dict.fromkeys(m for _group, m in here)
        )
        items.append(html.Li(shown(f"{groups}, {measures}: {one_line(_(reason), 300)}")))
    return html.Ul(items, className="note")


def _in_a_sentence(title: str) -> str:
    """Return a title as it goes on behind a comma: German nouns keep their capitals."""
    return title.lower() if language() == SOURCE else title


def _differences(found: Comparison) -> Component:
    rows = found.differences.sort_values(["q", "p"], kind="stable", na_position="last", ignore_index=True)
    rows = rows.assign(title=[_title(measure, found) for measure in rows["measure"]])
    columns = [
        Shown("title", _("Measure"), str),
        Shown("group", _("Between"), cell=lambda row: _pair(row["group"], row["other"])),
        Shown("difference", _("Difference"), cell=_difference),
        Shown("q", _("p, adjusted"), _p),
        Shown("p", _("p, alone"), _p),
    ]
    return table(rows, columns, _("Differences between groups"))


def _p(value: float) -> str:
    return "–" if pd.isna(value) else chance(value).removeprefix("= ")


def _pair(group: str, other: str) -> list[Any]:
    return shown(_("{group} less {other}", group=one_line(group, 24), other=one_line(other, 24)))


def _difference(row: Mapping[Any, Any]) -> Component:
    if pd.isna(row["difference"]):
        return html.Span(_("not compared"), className="muted", title=_(row["reason"]))
    share = row["measure"] in SHARES

    def written(value: float) -> str:
        return figure(100 * value, 0) if share else figure(value, DIGITS[row["measure"]])

    low, high = written(row["low"]), written(row["high"])
    reach = (
        _("{low} to {high} points", low=low, high=high) if share else _("{low} to {high}", low=low, high=high)
    )
    return html.Span([written(row["difference"]), " ", html.Span(reach, className="muted")])
