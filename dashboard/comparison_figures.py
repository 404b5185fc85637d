"""Figures of groups beside each other, as `dashboard.figures` has those of one discussion."""

from __future__ import annotations

from textwrap import wrap

import pandas as pd

from dashboard.figures import ACCENT, GRID, NO_BOX, Figure, plain_layout, ticks_of_shares
from dashboard.text import for_plotly
from threads.dynamics.courses import Course, Courses
from threads.dynamics.sentences import figure
from threads.language import _, counted, percent

_SCALES: dict[str, Figure] = {
    "share": {"type": "linear", "rangemode": "tozero", "tickformat": "~%"},  # as many decimals as ticks need
    "sentiment": {"type": "linear", "range": [-1.05, 1.05], "tickvals": [-1, -0.5, 0, 0.5, 1]},
    "amount": {"type": "linear", "rangemode": "tozero"},
}
TITLE_HEIGHT, TICKS_HEIGHT = 26, 26  # pixels
COURSE_HEIGHT, COURSE_GAP = 118, 12  # pixels of a row, and between it and the next
COURSE_SIDES: tuple[tuple[str, list[float], Figure], ...] = (
    ("share", [0, 0.46], {"range": [0, 1.04]}),
    ("sentiment", [0.54, 1], {"range": [-1.05, 1.05], "tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "+1"]}),
)
COURSE_NAME, WRAPPED_AT = 24, 22  # characters of a line in a small chart, on a phone too


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
    figure: Figure = {
        "data": [],
        "layout": plain_layout(dragmode=False, showlegend=False, height=height + 30),
    }
    notes = []
    for place, title in enumerate(titles):
        number = "" if place == 0 else str(place + 1)
        top = 1 - (block * place + TITLE_HEIGHT) / height
        here = known[known["title"] == title]
        axis = {**GRID, **_SCALES[here["kind"].iloc[0]], "anchor": f"y{number}", "fixedrange": True}
        figure["layout"][f"xaxis{number}"] = axis
        figure["layout"][f"yaxis{number}"] = {
            **GRID,
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
    written = percent if rows["kind"].iloc[0] == "share" else figure
    said = [
        f"{for_plotly(row['group'], 60)}: {written(row['estimate'])}"
        + (
            " " + _("({low} to {high})", low=written(row["low"]), high=written(row["high"]))
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
    figure: Figure = {
        "data": [],
        "layout": plain_layout(dragmode=False, showlegend=False, height=height + 40),
    }
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
                **GRID,
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
                **GRID,
                **scale,
                **(ticks_of_shares() if kind == "share" else {}),
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
