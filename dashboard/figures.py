"""Figures: frame in, plotly figure out, as plain dicts; nothing here knows of Dash.

Times go out as milliseconds since 1970, which are drawn faster than date strings, and every string that a
commenter controls goes through `for_plotly`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.text import for_plotly
from threads.dynamics.trend import Smooth
from threads.language import N_, _, localised, percent

Figure = dict[str, Any]
_Box = tuple[float, float, float, float]  # its middle, across and down, its width and height, in pixels

# Blue and orange stay apart for every common form of colour blindness; the symbols say it again.
STANCES: dict[str, tuple[str, str]] = {
    "supportive": ("#2f78bf", "circle"),
    "critical": ("#c8591b", "square"),
    "neutral": ("#6f8f72", "diamond"),
    "unclear": ("#9a9386", "circle-open"),
}
NO_STANCE = N_("no stance")
MARKS: dict[str, tuple[str, str]] = {**STANCES, NO_STANCE: ("#9a9386", "circle-open-dot")}
PATTERNS = {"supportive": "", "critical": "/", "neutral": ".", "unclear": ""}
# What has no clear stance recedes into the panel, light or dark; its outline is 4 : 1 against either.
ABSENT: Figure = {"color": "rgba(133,125,112,0.22)", "line": {"color": "#857d70", "width": 1}}
_HATCH = {"fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.75)"}
ACCENT = "#1d8a86"
LABELLED_UP_TO = 12
NAMES_ACROSS, NAMES_DOWN = 200, 230  # pixels of the marks on a phone, between whose names is to be room
NAME_HEIGHT, LETTER_WIDTH = 14, 6.5  # pixels of a name beside a mark
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
GRID: Figure = {
    "gridcolor": "rgba(130,125,115,0.25)",
    "zerolinecolor": "rgba(130,125,115,0.6)",
    "linecolor": "rgba(0,0,0,0)",
}


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

    Few comments carry their authors' names, as far as there is room; above POINTS_UP_TO a density is drawn
    instead of marks. `curve` is the trend with its band, where the thread can carry one; `turns` get a
    numbered line. Rows without time or sentiment are left out; the page says how many.
    """
    rows = frame.dropna(subset=["published_at", "sentiment"])
    if len(rows) > POINTS_UP_TO:
        traces = [_density(rows)]
    else:
        placed = _names_apart(rows) if len(rows) <= LABELLED_UP_TO else pd.Series(dtype="str")
        traces = [
            _marks(rows[rows["stance"].fillna(NO_STANCE) == stance], stance, placed, of=len(rows))
            for stance in MARKS
        ]
    if curve is not None:
        traces = [_band(curve), *traces, _line(curve)]
    return {
        "data": [trace for trace in traces if len(trace["x"])],
        "layout": plain_layout(
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

    What has no stance stands on top, so that the bars always are all comments.
    """
    starts, ends = _milliseconds(bins["start"]), _milliseconds(bins["end"])
    counts = {stance: _counts(bins[stance]) for stance in STANCES}
    counts[NO_STANCE] = _counts(bins["comments"]) - sum(counts.values())
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
        for stance in (*STANCES, NO_STANCE)
        if counts[stance].any()
    ]
    return {
        "data": traces,
        "layout": plain_layout(
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


def ticks_of_shares() -> Figure:
    """Return the ticks of an axis of shares, in the reader's way to write percent."""
    shares = [0, 0.5, 1]
    return {"tickvals": shares, "ticktext": list(map(percent, shares))}


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
            "y": (shares := bins[f"{stance}_share"].fillna(0.0).round(4).tolist()),
            "customdata": [
                f"{percent(share)} {_(stance)}, {note}" for share, note in zip(shares, notes, strict=True)
            ],
            "marker": _stance_marker(stance, opacity=[FADED if thin else 1 for thin in few]),
            "hovertemplate": f"%{{customdata}}{NO_BOX}",
        }
        for stance in STANCES
        if bins[stance].sum()
    ]
    yaxis = {"range": [0, 1], **ticks_of_shares(), "fixedrange": True}
    return {"data": traces, "layout": plain_layout(barmode="stack", yaxis=yaxis, dragmode=False)}


def _stance_marker(stance: str, **more: Any) -> Figure:
    if stance == NO_STANCE:
        return {**ABSENT, "color": "rgba(0,0,0,0)", **more}
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
        "layout": plain_layout(yaxis=_sentiment_axis(), dragmode=False),
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
        "layout": plain_layout(
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
        "layout": plain_layout(
            xaxis={"type": "linear", "rangemode": "tozero"},
            yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
            barmode="overlay",
            dragmode=False,
            height=110 + 18 * len(best),
        ),
    }


def answers_between(pairs: pd.DataFrame, most: int) -> Figure:
    """Return who answers whom as a table of squares, the darker the more replies.

    `pairs` are ANSWER_COLUMNS of `threads.dynamics.answers`; drawn are the `most` people who give and receive
    the most replies.
    """
    named = pairs.dropna(subset=["author", "answered"])
    # Both ends in one column: `Series.add` with a `fill_value` fails for some sets of people.
    ends = pd.concat([named["author"], named["answered"]], ignore_index=True)
    active = pd.concat([named["replies"]] * 2, ignore_index=True).groupby(ends).sum()
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
        "layout": plain_layout(
            # Upright, as 12 columns on a phone are no further apart than lines of text.
            xaxis={"type": "linear", "tickangle": -90, "tickfont": {"size": 11}, **ticks},
            yaxis={"autorange": "reversed", **ticks},
            dragmode=False,
            height=160 + 26 * len(people),
        ),
    }


def _names_apart(rows: pd.DataFrame) -> pd.Series[str]:
    """Return where at its mark a name stands, empty where it would cover another mark, or a name before."""
    times = np.array(_milliseconds(rows["published_at"]))
    across = (times - times.min(initial=np.inf)) / max(float(np.ptp(times)) if len(times) else 0, 1)
    sizes = _sizes(rows, len(rows)).tolist()
    marks: list[_Box] = list(
        zip(
            (across * NAMES_ACROSS).tolist(),
            (-rows["sentiment"].to_numpy(dtype=float) / 2 * NAMES_DOWN).tolist(),
            sizes,
            sizes,
            strict=True,
        )
    )
    taken = list(marks)
    places = []
    for (x, y, size, _height), name in zip(marks, rows["author"], strict=True):
        width = LETTER_WIDTH * len(_label(name))
        at_edge = x + width / 2 > NAMES_ACROSS + RIGHT_MARGIN
        side, centre = ("left", x - width / 2) if at_edge else ("center", x)
        away = (size + NAME_HEIGHT) / 2
        boxes: dict[str, _Box] = {
            "top": (centre, y - away, width, NAME_HEIGHT),
            "bottom": (centre, y + away, width, NAME_HEIGHT),
        }
        free = [height for height, box in boxes.items() if not any(_overlap(box, one) for one in taken)]
        places.append(f"{free[0]} {side}" if free else "")
        taken += [boxes[height] for height in free[:1]]
    return pd.Series(places, index=rows.index, dtype="str")


def _overlap(one: _Box, other: _Box) -> bool:
    """Return whether two boxes share more than an edge."""
    across, down = abs(one[0] - other[0]), abs(one[1] - other[1])
    return across + 0.5 < (one[2] + other[2]) / 2 and down + 0.5 < (one[3] + other[3]) / 2


def _author(name: Any) -> str:
    return for_plotly(name, NAME_UP_TO) if isinstance(name, str) else _("(no name)")


def _label(name: Any) -> str:
    """Return the first of a person's names, which stands at a mark."""
    return _author(name).split(" ")[0]


def _marks(rows: pd.DataFrame, stance: str, placed: pd.Series[str], *, of: int) -> Figure:
    """Return the marks of one stance, in a figure of `of` marks; `placed` says where names stand, if any."""
    labelled = of <= LABELLED_UP_TO
    colour, symbol = MARKS[stance]
    words = rows["words"].fillna(1)
    names = [_author(name) for name in rows["author"]]
    places = placed[rows.index].tolist() if labelled else []
    return {
        "type": "scatter",
        "mode": "markers+text" if labelled else "markers",
        "name": _(stance),
        "x": _milliseconds(rows["published_at"]),
        "y": rows["sentiment"].astype(float).round(4).tolist(),
        "text": [_label(name) if place else "" for name, place in zip(rows["author"], places, strict=True)]
        if labelled
        else None,
        "textposition": [place or "top center" for place in places] if labelled else None,
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
            "size": _sizes(rows, of).round(1).tolist(),
            "opacity": 0.78,
            "line": {"width": (1 if of >= MANY else 2) if "open" in symbol else 0, "color": colour},
        },
    }


def _sizes(rows: pd.DataFrame, of: int) -> npt.NDArray[np.float64]:
    """Return how wide marks are, in pixels, in a figure of `of` marks: their area is the length of a text."""
    base, growth = (3, 0.7) if of >= MANY else (6, 1.5)
    return (base + growth * np.sqrt(rows["words"].fillna(1).to_numpy(dtype=float))).clip(max=44)


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


def plain_layout(**more: Any) -> Figure:
    """Return the layout that all figures have, with `more` in it; the horizontal axis is one of times."""
    yaxis = {**GRID, "automargin": True, **more.pop("yaxis", {})}
    xaxis = more.pop("xaxis", {"type": "date", "showgrid": False, "zeroline": False, **_dates()})
    return {
        "xaxis": {**GRID, "automargin": True, **xaxis},
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
