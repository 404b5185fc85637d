"""Figures: frame in, plotly figure out, as plain dicts; nothing here knows of Dash.

Times go out as milliseconds since 1970, which are drawn faster than date strings, and every string that a
commenter controls goes through `for_plotly`.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.text import for_plotly
from threads.dynamics.courses import Course, Courses
from threads.dynamics.trend import Smooth
from threads.language import _, counted, localised

Figure = dict[str, Any]

# Blue and orange stay apart for every common form of colour blindness; the symbols say it again.
STANCES: dict[str, tuple[str, str]] = {
    "supportive": ("#2f78bf", "circle"),
    "critical": ("#c8591b", "square"),
    "neutral": ("#6f8f72", "diamond"),
    "unclear": ("#9a9386", "circle-open"),
}
PATTERNS = {"supportive": "", "critical": "/", "neutral": ".", "unclear": ""}
# What has no stance recedes into the panel, light or dark; its outline is 4 : 1 against either.
ABSENT: Figure = {"color": "rgba(133,125,112,0.22)", "line": {"color": "#857d70", "width": 1}}
_HATCH = {"fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.75)"}
ACCENT = "#1d8a86"
LABELLED_UP_TO = 12
NAME_UP_TO = 40  # characters of a name that a figure shows
POINTS_UP_TO = 5_000
DENSITY_BINS = (120, 41)
LEFT_MARGIN = 64  # pixels; room for "negative"
RIGHT_MARGIN, BOTTOM_MARGIN = 24, 40  # room for half of a time, and for one of two lines
TURNS_APART = 0.06  # of the axis: the least between two numbers on a phone, 14 of 240 pixels
DEPTHS_LABELLED = 20
WORDS_DRAWN = 10  # of a group
NO_BOX = "<extra></extra>"  # without plotly's second box of the name
FADED = 0.3  # opacity of what is drawn of few comments
MANY = 200  # comments from which marks are drawn small
_HOUR, _DAY = 3_600_000, 86_400_000  # milliseconds
_LEGEND: Figure = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "itemsizing": "constant"}
_COUNTS: Figure = {"type": "linear", "tickformat": ",d", "rangemode": "tozero"}
_GRID: Figure = {
    "gridcolor": "rgba(130,125,115,0.25)",
    "zerolinecolor": "rgba(130,125,115,0.6)",
    "linecolor": "rgba(0,0,0,0)",
}
_SCALES: dict[str, Figure] = {
    "share": {"type": "linear", "rangemode": "tozero", "tickformat": ".0%"},
    "sentiment": {"type": "linear", "range": [-1.05, 1.05], "tickvals": [-1, -0.5, 0, 0.5, 1]},
    "amount": {"type": "linear", "rangemode": "tozero"},
}
TITLE_HEIGHT, TICKS_HEIGHT = 26, 26  # pixels
COURSE_HEIGHT, COURSE_GAP = 118, 12  # pixels of a row, and between it and the next
COURSE_SIDES: tuple[tuple[str, list[float], Figure], ...] = (
    ("share", [0, 0.46], {"range": [0, 1.04], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}),
    ("sentiment", [0.54, 1], {"range": [-1.05, 1.05], "tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "+1"]}),
)
COURSE_NAME, WRAPPED_AT = 24, 22  # characters of a line in a small chart, on a phone too


def _dates() -> Figure:
    return {
        "tickformatstops": [
            {"dtickrange": ["M1", None], "value": "%b\n%Y"},
            {"dtickrange": [None, _HOUR / 60 - 1], "value": "%H:%M:%S"},
            {"dtickrange": [_HOUR / 60, _DAY - 1], "value": "%H:%M\n" + _("%d %b %Y")},
            {"dtickrange": [_DAY, "M1"], "value": _("%d %b") + "\n%Y"},
        ]
    }


def _sentiment_axis() -> Figure:
    return {
        "range": [-1.12, 1.12],
        "tickvals": [-1, 0, 1],
        "ticktext": [_("negative"), _("neutral"), _("positive")],
        "zeroline": True,
        "fixedrange": True,
    }


def sentiment_over_time(
    frame: pd.DataFrame, curve: Smooth | None, turns: Sequence[pd.Timestamp] = ()
) -> Figure:
    """Return sentiment against time: a mark for each comment, area by length, form and colour by stance.

    Few comments carry their authors' names; above POINTS_UP_TO a density is drawn instead of marks. `curve`
    is the trend with its band, where the thread can carry one; `turns` get a numbered line. Rows without time
    or sentiment are left out; the page says how many.
    """
    rows = frame.dropna(subset=["published_at", "sentiment"])
    if len(rows) > POINTS_UP_TO:
        traces = [_density(rows)]
    else:
        traces = [
            _marks(rows[rows["stance"].fillna("unclear") == stance], stance, of=len(rows))
            for stance in STANCES
        ]
    if curve is not None:
        traces = [_band(curve), *traces, _line(curve)]
    return {
        "data": [trace for trace in traces if len(trace["x"])],
        "layout": _layout(
            yaxis=_sentiment_axis(),
            dragmode="select",
            selectdirection="h",
            **_numbered(turns, float(np.ptp(_milliseconds(rows["published_at"]))) if len(rows) else 0.0),
        ),
    }


def _numbered(moments: Sequence[pd.Timestamp], length: float) -> Figure:
    """Return a line across the figure for each moment, with its number on top.

    Lines too close for a number each on a phone share one, such as 2–4, over their middle.
    """
    places = [moment.timestamp() * 1000 for moment in moments]
    line = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"color": ACCENT, "dash": "dot"}}
    number = {"yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False, "font": {"color": ACCENT}}
    return {
        "shapes": [{**line, "x0": x, "x1": x} for x in places],
        "annotations": [
            {**number, "x": (places[first] + places[last]) / 2, "text": f"<b>{_span(first, last)}</b>"}
            for first, last in _close_together(places, TURNS_APART * length)
        ],
        **({"legend": {**_LEGEND, "y": 1.1}} if places else {}),
    }


def _close_together(places: Sequence[float], apart: float) -> list[tuple[int, int]]:
    """Return the first and the last of each run of places, in order, less than `apart` from its first."""
    runs: list[tuple[int, int]] = []
    for number, place in enumerate(places):
        if runs and place - places[runs[-1][0]] < apart:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _span(first: int, last: int) -> str:
    return str(first + 1) if first == last else f"{first + 1}–{last + 1}"


def stance_over_time(bins: pd.DataFrame) -> Figure:
    """Return comments by stance in bins of time (TIMELINE_COLUMNS), stacked.

    What has no known stance counts as unclear, so that the bars always are all comments.
    """
    starts, ends = _milliseconds(bins["start"]), _milliseconds(bins["end"])
    counts = {stance: _counts(bins[stance]) for stance in STANCES if stance != "unclear"}
    counts["unclear"] = _counts(bins["comments"]) - sum(counts.values())
    traces = [
        {
            "type": "bar",
            "name": _(stance),
            "x": starts,
            "offset": 0,
            "width": [0.94 * (end - start) for start, end in zip(starts, ends, strict=True)],
            "y": counts[stance].tolist(),
            "marker": _stance_marker(stance),
            "hovertemplate": f"%{{y}} {_(stance)}{NO_BOX}",
        }
        for stance in STANCES
        if counts[stance].any()
    ]
    return {
        "data": traces,
        "layout": _layout(
            barmode="stack",
            yaxis={
                "rangemode": "tozero",
                "tickformat": ",d",
                "fixedrange": True,
                **_whole_ticks(bins["comments"]),
            },
            dragmode=False,
        ),
    }


def stance_shares_over_time(bins: pd.DataFrame, fewest: int) -> Figure:
    """Return the shares of known stances in bins of time (TIMELINE_COLUMNS), stacked up to all of them.

    Bins with fewer than `fewest` known stances are greyed out: a share of them says little.
    """
    starts, ends = _milliseconds(bins["start"]), _milliseconds(bins["end"])
    known = bins["stances"].fillna(0).astype(int)
    few = (known < fewest).tolist()
    of_each = zip(known, bins["comments"], few, strict=True)
    notes = [
        _("judged {judged} of {every}, few", judged=judged, every=every)
        if thin
        else _("judged {judged} of {every}", judged=judged, every=every)
        for judged, every, thin in of_each
    ]
    traces = [
        {
            "type": "bar",
            "name": _(stance),
            "x": starts,
            "offset": 0,
            "width": [0.94 * (end - start) for start, end in zip(starts, ends, strict=True)],
            "y": bins[f"{stance}_share"].fillna(0.0).round(4).tolist(),
            "customdata": notes,
            "marker": _stance_marker(stance, opacity=[FADED if thin else 1 for thin in few]),
            "hovertemplate": f"%{{y:.0%}} {_(stance)}, %{{customdata}}{NO_BOX}",
        }
        for stance in STANCES
        if bins[stance].sum()
    ]
    yaxis = {"range": [0, 1], "tickformat": ".0%", "tickvals": [0, 0.5, 1], "fixedrange": True}
    return {"data": traces, "layout": _layout(barmode="stack", yaxis=yaxis, dragmode=False)}


def _stance_marker(stance: str, **more: Any) -> Figure:
    if stance == "unclear":
        return {**ABSENT, **more}
    pattern = {"shape": PATTERNS[stance], "size": 5, **_HATCH}
    return {"color": STANCES[stance][0], "pattern": pattern, **more}


def mean_sentiment_over_time(bins: pd.DataFrame) -> Figure:
    """Return mean sentiment in bins of time as dots (area by number of comments), never joined over gaps."""
    means = bins["mean_sentiment"].to_numpy(dtype=float)
    known = ~np.isnan(means)
    middle = np.add(_milliseconds(bins["start"]), _milliseconds(bins["end"])) / 2
    comments = _counts(bins["comments"])[known]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": middle[known].tolist(),
        "y": means[known].round(4).tolist(),
        "customdata": comments.tolist(),
        "marker": {
            "color": ACCENT,
            "size": (6 + 2.2 * np.sqrt(comments)).clip(max=34).tolist(),
            "opacity": 0.8,
            "line": {"width": 0},
        },
        "hovertemplate": _("mean %{y:+.2f}, %{customdata} comments") + NO_BOX,
        "name": _("mean sentiment"),
        "showlegend": False,
    }
    return {
        "data": [trace] if known.any() else [],
        "layout": _layout(yaxis=_sentiment_axis(), dragmode=False),
    }


def comments_by_depth(levels: pd.DataFrame) -> Figure:
    """Return the number of `comments` at each `depth` as bars that lie, the top of the tree on top."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": levels["comments"].astype(int).tolist(),
        "y": levels["depth"].astype(int).tolist(),
        "marker": {"color": ACCENT},
        "hovertemplate": _("%{x} comments at depth %{y}") + NO_BOX,
        "showlegend": False,
    }
    return {
        "data": [trace],
        "layout": _layout(
            xaxis=_COUNTS,
            yaxis={"autorange": "reversed", "dtick": 1 if len(levels) <= DEPTHS_LABELLED else None},
            dragmode=False,
            height=120 + 16 * min(len(levels), 20),
        ),
    }


def words_of_groups(rows: pd.DataFrame) -> Figure:
    """Return the words that set groups apart as bars, each group a colour and a pattern; APART_COLUMNS."""
    groups = list(dict.fromkeys(rows["group"]))
    styles = ((*STANCES["supportive"][:1], ""), (*STANCES["critical"][:1], "/"), (ACCENT, "."))
    best = rows.groupby("group", sort=False).head(WORDS_DRAWN)
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": for_plotly(group, NAME_UP_TO),
            "x": best.loc[best["group"] == group, "z"].round(2).tolist(),
            "y": [for_plotly(word, 30) for word in best.loc[best["group"] == group, "word"]],
            "marker": {
                "color": styles[place % len(styles)][0],
                "pattern": {"shape": styles[place % len(styles)][1], "size": 5, **_HATCH},
            },
            "hovertemplate": "%{y}: z %{x}<extra></extra>",
        }
        for place, group in enumerate(groups)
    ]
    return {
        "data": traces,
        "layout": _layout(
            xaxis={"type": "linear", "rangemode": "tozero"},
            yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
            barmode="overlay",
            dragmode=False,
            height=110 + 18 * len(best),
        ),
    }


def dots_with_intervals(rows: pd.DataFrame) -> Figure:
    """Return for each measure an axis of its own, and on it a dot with its 95% interval for each group.

    `rows` have `title`, `group`, `estimate`, `low`, `high` and `kind`, which is share, sentiment or amount. A
    dot without an interval is open.
    """
    known = rows.dropna(subset=["estimate"])
    titles = list(dict.fromkeys(known["title"]))
    groups = list(dict.fromkeys(rows["group"]))
    rows_height, block = 20 * len(groups), 20 * len(groups) + TITLE_HEIGHT + TICKS_HEIGHT
    height = max(block * len(titles), 1)
    figure: Figure = {"data": [], "layout": _layout(dragmode=False, showlegend=False, height=height + 30)}
    notes = []
    for place, title in enumerate(titles):
        number = "" if place == 0 else str(place + 1)
        top = 1 - (block * place + TITLE_HEIGHT) / height
        here = known[known["title"] == title]
        axis = {**_GRID, **_SCALES[here["kind"].iloc[0]], "anchor": f"y{number}", "fixedrange": True}
        figure["layout"][f"xaxis{number}"] = axis
        figure["layout"][f"yaxis{number}"] = {
            **_GRID,
            "domain": [max(top - rows_height / height, 0), top],
            "anchor": f"x{number}",
            "range": [len(groups) - 0.5, -0.5],
            "tickvals": list(range(len(groups))),
            "ticktext": [for_plotly(group, 14) for group in groups],
            "ticks": "outside",
            "ticklen": 8,
            "tickcolor": "rgba(0,0,0,0)",
            "automargin": True,
            "fixedrange": True,
            "zeroline": False,
        }
        figure["data"].append(_dots(here, groups, number))
        notes.append(
            {
                "text": f"<b>{for_plotly(title)}</b>",
                "xref": "paper",
                "x": 0,
                "xanchor": "left",
                "yref": "paper",
                "y": top,
                "yanchor": "bottom",
                "showarrow": False,
            }
        )
    figure["layout"]["annotations"] = notes
    return figure


def _dots(rows: pd.DataFrame, groups: list[str], number: str) -> Figure:
    sure = rows["low"].notna() & rows["high"].notna()
    form = ".0%" if rows["kind"].iloc[0] == "share" else ".2f"
    said = [
        f"{for_plotly(row['group'], 60)}: {row['estimate']:{form}}"
        + (
            " " + _("({low} to {high})", low=f"{row['low']:{form}}", high=f"{row['high']:{form}}")
            if known
            else _(", no interval")
        )
        for row, known in zip(rows.to_dict("records"), sure, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rows["estimate"].round(4).tolist(),
        "y": [groups.index(group) for group in rows["group"]],
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
        "customdata": said,
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (rows["high"] - rows["estimate"]).where(sure, 0).round(4).tolist(),
            "arrayminus": (rows["estimate"] - rows["low"]).where(sure, 0).round(4).tolist(),
            "color": ACCENT,
            "thickness": 2,
            "width": 0,
        },
        "marker": {
            "color": ACCENT,
            "size": 10,
            "symbol": ["circle" if known else "circle-open" for known in sure],
            "line": {"width": 2, "color": ACCENT},
        },
    }


def courses_beside_each_other(found: Courses) -> Figure:
    """Return for each group a row of two small charts on common axes, in time since its first comment.

    On the left the share of its comments that had come, on the right its mean sentiment with its 95% band.
    What is too little for a line has the reason in its place.
    """
    name, hours = _since(found.hours)
    height = COURSE_HEIGHT * len(found.of)
    figure: Figure = {"data": [], "layout": _layout(dragmode=False, showlegend=False, height=height + 40)}
    figure["layout"]["margin"] = {"l": 40, "r": 12, "t": 8, "b": 32}
    notes: list[Figure] = []
    for place, (group, course) in enumerate(found.of.items()):
        top = 1 - (COURSE_HEIGHT * place + TITLE_HEIGHT) / height
        bottom = 1 - (COURSE_HEIGHT * (place + 1) - COURSE_GAP) / height
        line = course.line
        for side, (kind, domain, scale) in enumerate(COURSE_SIDES):
            number = str(2 * place + side + 1) if place or side else ""
            last = place == len(found.of) - 1
            figure["layout"][f"xaxis{number}"] = {
                **_GRID,
                "type": "linear",
                "domain": domain,
                "anchor": f"y{number}",
                "range": [0, found.hours / hours or 1],
                "nticks": 4,
                "showticklabels": last,
                "title": {"text": name if last else "", "standoff": 4, "font": {"size": 11}},
                "fixedrange": True,
            }
            figure["layout"][f"yaxis{number}"] = {
                **_GRID,
                **scale,
                "type": "linear",
                "domain": [max(bottom, 0), top],
                "anchor": f"x{number}",
                "fixedrange": True,
            }
            reason = course.reason if kind == "share" else course.sentiment.reason
            if reason:
                notes.append(_why_not_drawn(reason, number))
                # Plotly draws no axes of nothing, and a line of the grid would cross the words.
                figure["data"].append({**_on(number), "x": [None], "y": [None]})
                for axis in "xy":
                    figure["layout"][f"{axis}axis{number}"] |= {"showgrid": False, "zeroline": False}
            elif kind == "share":
                figure["data"].append(_arrived(course, hours, found.hours, number))
            else:
                figure["data"] += _moved(line, hours, number)
        notes.append(_row_title(group, course, top))
    figure["layout"]["annotations"] = notes
    return figure


def _since(hours: float) -> tuple[str, float]:
    """Return what an axis of so many hours counts, and how many hours each of that has."""
    units = (
        (3.0, _("minutes since the first"), 1 / 60),
        (72.0, _("hours since the first"), 1.0),
        (24.0 * 60, _("days since the first"), 24.0),
    )
    return next(
        ((name, each) for most, name, each in units if hours <= most), (_("weeks since the first"), 168.0)
    )


def _row_title(group: str, course: Course, top: float) -> Figure:
    size = counted(course.comments, "comment", "comments")
    return {
        "text": f"<b>{for_plotly(group, COURSE_NAME)}</b> {size}",
        **{"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": top, "yanchor": "bottom"},
        "yshift": 4,
        "showarrow": False,
    }


def _why_not_drawn(reason: str, number: str) -> Figure:
    lines = wrap(for_plotly(reason, 200), WRAPPED_AT)
    return {
        "text": "<br>".join(lines),
        **{"xref": f"x{number} domain", "x": 0.5, "yref": f"y{number} domain", "y": 0.5},
        "showarrow": False,
        "font": {"size": 11},
    }


def _on(number: str) -> Figure:
    return {"type": "scatter", "mode": "lines", "xaxis": f"x{number}", "yaxis": f"y{number}"}


def _arrived(course: Course, hours: float, end: float, number: str) -> Figure:
    """Return the line on which comments came; all that came stay, up to the end of the axis."""
    came, share = course.arrived["hours"].tolist(), course.arrived["share"].round(4).tolist()
    return {
        **_on(number),
        "x": [round(hour / hours, 4) for hour in (*came, max(end, came[-1]))],
        "y": [*share, share[-1]],
        "line": {"color": ACCENT, "width": 2, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": "rgba(29,138,134,0.16)",
        "hovertemplate": _("%{y:.0%} had come by %{x:.1f}") + NO_BOX,
    }


def _moved(line: pd.DataFrame, hours: float, number: str) -> list[Figure]:
    times = (line["hours"] / hours).round(4).tolist()
    band = line["high"].round(4).tolist() + line["low"].round(4).tolist()[::-1]
    fill = {"fill": "toself", "fillcolor": "rgba(29,138,134,0.16)", "line": {"width": 0}, "hoverinfo": "skip"}
    value = {
        "x": times,
        "y": line["value"].round(4).tolist(),
        "line": {"color": ACCENT, "width": 2},
        "hovertemplate": _("mean %{y:+.2f} at %{x:.1f}") + NO_BOX,
    }
    return [{**_on(number), **fill, "x": times + times[::-1], "y": band}, {**_on(number), **value}]


def answers_between(pairs: pd.DataFrame, most: int) -> Figure:
    """Return who answers whom as a table of squares, the darker the more replies.

    `pairs` are ANSWER_COLUMNS of `threads.dynamics.answers`; drawn are the `most` people who give and receive
    the most replies.
    """
    named = pairs.dropna(subset=["author", "answered"])
    active = (
        named.groupby("author")["replies"].sum().add(named.groupby("answered")["replies"].sum(), fill_value=0)
    )
    people = active.sort_values(ascending=False, kind="stable").head(most).index.tolist()
    both = named[named["author"].isin(people) & named["answered"].isin(people)]
    counts = both.pivot_table(index="author", columns="answered", values="replies", aggfunc="sum")
    counts = counts.reindex(index=people, columns=people)
    labels = [for_plotly(name, 18) for name in people]
    places = list(range(len(people)))
    ticks = {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": labels,
        "showgrid": False,
        "zeroline": False,
    }
    trace = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": [[None if pd.isna(n) else int(n) for n in row] for row in counts.to_numpy()],
        "customdata": [[[one, other] for other in labels] for one in labels],
        "colorscale": [[0, "rgba(29,138,134,0.3)"], [1, ACCENT]],
        "xgap": 2,
        "ygap": 2,
        "showscale": False,
        "hovertemplate": _("%{customdata[0]} answers %{customdata[1]}: %{z}") + NO_BOX,
    }
    return {
        "data": [trace],
        "layout": _layout(
            xaxis={"type": "linear", "tickangle": -45, **ticks},
            yaxis={"autorange": "reversed", **ticks},
            dragmode=False,
            height=160 + 26 * len(people),
        ),
    }


def _marks(rows: pd.DataFrame, stance: str, *, of: int) -> Figure:
    """Return the marks of one stance, in a figure of `of` marks."""
    labelled, base, growth = of <= LABELLED_UP_TO, *((3, 0.7) if of >= MANY else (6, 1.5))
    colour, symbol = STANCES[stance]
    words = rows["words"].fillna(1).to_numpy(dtype=float)
    names = [
        for_plotly(name, NAME_UP_TO) if isinstance(name, str) else _("(no name)") for name in rows["author"]
    ]
    return {
        "type": "scatter",
        "mode": "markers+text" if labelled else "markers",
        "name": _(stance),
        "x": _milliseconds(rows["published_at"]),
        "y": rows["sentiment"].astype(float).round(4).tolist(),
        "text": [name.split(" ")[0] for name in names] if labelled else None,
        "textposition": "top center",
        "textfont": {"size": 11},
        "customdata": [
            [name, for_plotly(text), int(count), comment_id]
            for name, text, count, comment_id in zip(
                names, rows["text"], words, rows["comment_id"], strict=True
            )
        ],
        "cliponaxis": False,
        "hovertemplate": "<b>%{customdata[0]}</b>, %{x|"
        + _("%d %b %H:%M")
        + "}<br>%{y:+.2f}, "
        + _("%{customdata[2]} words")
        + "<br>%{customdata[1]}"
        + NO_BOX,
        "marker": {
            "color": colour,
            "symbol": symbol,
            "size": (base + growth * np.sqrt(words)).clip(max=44).round(1).tolist(),
            "opacity": 0.78,
            "line": {"width": (1 if of >= MANY else 2) if symbol.endswith("open") else 0, "color": colour},
        },
    }


def _density(rows: pd.DataFrame) -> Figure:
    times = rows["published_at"].astype("int64").to_numpy() / 1_000
    counts, x, y = np.histogram2d(times, rows["sentiment"].to_numpy(dtype=float), bins=DENSITY_BINS)
    return {
        "type": "heatmap",
        "x": ((x[:-1] + x[1:]) / 2).tolist(),
        "y": ((y[:-1] + y[1:]) / 2).round(3).tolist(),
        "z": [[int(n) if n else None for n in column] for column in counts.T],
        "colorscale": [[0, "rgba(29,138,134,0.18)"], [1, ACCENT]],
        "showscale": False,
        "hovertemplate": _("%{z} comments") + NO_BOX,
        "name": _("comments"),
    }


def _line(curve: Smooth) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _("trend"),
        "x": _milliseconds(curve.time),
        "y": curve.value.round(4).tolist(),
        "line": {"color": ACCENT, "width": 2.5},
        "hoverinfo": "skip",
    }


def _band(curve: Smooth) -> Figure:
    times = _milliseconds(curve.time)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _("95% band"),
        "x": times + times[::-1],
        "y": curve.high.round(4).tolist() + curve.low.round(4).tolist()[::-1],
        "fill": "toself",
        "fillcolor": "rgba(29,138,134,0.16)",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def share_axis(figures: list[Figure], start: pd.Timestamp, end: pd.Timestamp) -> None:
    """Give figures that stand above each other the same stretch of time and the same edges.

    Edges that are given: plotly draws a figure twice to find its own.
    """
    stretch = [start.timestamp() * 1000, end.timestamp() * 1000]
    for figure in figures:
        layout = figure["layout"]
        layout["xaxis"] |= {"range": stretch, "automargin": False, "tickangle": 0}
        layout["yaxis"]["automargin"] = False
        layout["margin"] |= {"l": LEFT_MARGIN, "r": RIGHT_MARGIN, "b": BOTTOM_MARGIN}


def _whole_ticks(counts: pd.Series) -> Figure:
    """Ticks at whole numbers, where plotly would put some between."""
    return {"dtick": 1} if counts.max() < 5 else {}


def _milliseconds(times: pd.Series) -> list[float]:
    return (pd.DatetimeIndex(times).as_unit("us").asi8 / 1_000).tolist()


def _counts(column: pd.Series) -> npt.NDArray[np.int64]:
    """Return whole numbers, 0 where one is missing."""
    return column.to_numpy(np.int64, na_value=0)


def _layout(**more: Any) -> Figure:
    yaxis = {**_GRID, "automargin": True, **more.pop("yaxis", {})}
    xaxis = more.pop("xaxis", {"type": "date", "showgrid": False, "zeroline": False, **_dates()})
    return {
        "xaxis": {**_GRID, "automargin": True, **xaxis},
        "yaxis": yaxis,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "Inter, Helvetica Neue, Arial, sans-serif", "size": 12, "color": "#6d675d"},
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "legend": _LEGEND,
        "showlegend": True,
        "hoverlabel": {"align": "left"},
        "height": 300,
        "separators": localised(".,"),
        **more,
    }
