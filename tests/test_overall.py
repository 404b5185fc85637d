"""Figures from an outline are those of the frame that it stands for, under any filters."""

import pandas as pd
import pytest

from dashboard.filters import DEPTHS, NO_NAME, Filters, author_choices, names_of
from threads.analysis import import_parsed
from threads.dynamics.key_figures import key_figures
from threads.dynamics.overall import overall, overall_timeline
from threads.dynamics.timeline import STANCES, timeline
from threads.outline import joined
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.samples import sample_folder
from threads.scores import score_columns
from threads.settings import Settings
from threads.storage import Store

BINS = ["start", "end", "comments", "mean_sentiment", "stances", *STANCES]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('overall')}/store.sqlite") as opened:
        for name in ("harbour_tunnel/thread.txt", "siberia_pipeline/thread.txt", "relative_times/thread.txt"):
            source = Source.from_path(sample_folder() / name)
            import_parsed(opened, parse(source, Options()), Settings())
        yield opened


@pytest.fixture(scope="module")
def frame(store):
    return store.comments(columns=score_columns())


FILTERS = [
    Filters(),
    Filters(authors=("Priya N.", "nobody")),
    Filters(authors=(NO_NAME,)),
    Filters(stances=("critical", "unclear")),
    Filters(tones=("negative",)),
    Filters(tones=("neutral", "positive")),
    *(Filters(depth=depth) for depth in DEPTHS),
    Filters(since=pd.Timestamp("2024-06-04T12:00Z")),
    Filters(until=pd.Timestamp("2024-06-04T12:00Z")),
    Filters(text="TUNNEL"),
    Filters(text="tunnel", tones=("positive",), until=pd.Timestamp("2024-06-05T00:00Z")),
    Filters(text="no comment has these words"),
]


@pytest.mark.parametrize("filters", FILTERS, ids=lambda f: f.query() or "all")
def test_filters_choose_the_same_comments_of_the_outline_as_of_the_frame(store, frame, filters):
    outline = store.outlines.current()
    rows = filters.rows(outline, store.outlines.keys_with_text)
    keys = outline["key"] if rows is None else outline["key"][rows]
    chosen = filters.apply(frame.assign(key=outline["key"]))
    assert sorted(keys.tolist()) == sorted(chosen["key"].tolist())
    assert filters == Filters.from_query(filters.query())


@pytest.mark.parametrize("filters", FILTERS, ids=lambda f: f.query() or "all")
def test_figures_and_bins_are_those_of_the_frame(store, frame, filters):
    outline = store.outlines.current()
    rows = filters.rows(outline, store.outlines.keys_with_text)
    chosen = filters.apply(frame)
    figures, of_frame = overall(outline, rows), key_figures(chosen)
    assert figures.comments == of_frame.comments
    assert figures.discussions == chosen["thread_id"].nunique()
    assert figures.people == of_frame.people
    assert figures.untimed == of_frame.untimed_comments
    assert figures.first_at == of_frame.first_at
    assert figures.last_at == of_frame.last_at
    assert figures.mean_sentiment == pytest.approx(of_frame.mean_sentiment)
    assert (figures.judged, figures.stances["critical"]) == (of_frame.stances, of_frame.critical)
    bins, expected = overall_timeline(outline, rows), timeline(chosen)
    assert bins.left_out == expected.left_out
    if bins.label == expected.label:  # coarse times make wider bins, which an outline does not know of
        pd.testing.assert_frame_equal(bins.rows[BINS], expected.rows[BINS])
    assert bins.rows["comments"].sum() == figures.comments - figures.untimed


def test_the_sample_of_fine_times_has_bins_of_the_same_width(store, frame):
    assert overall_timeline(store.outlines.current()).label == timeline(frame).label


def test_nothing_has_no_figures():
    figures = overall(joined(()))
    assert (figures.comments, figures.first_at, figures.mean_sentiment) == (0, None, None)
    assert overall_timeline(joined(())).rows.empty


def test_bins_finer_than_an_hour(store):
    outline = store.outlines.current()
    filters = Filters(since=pd.Timestamp("2024-06-03T18:00Z"), until=pd.Timestamp("2024-06-03T19:45Z"))
    rows = filters.rows(outline, store.outlines.keys_with_text)
    bins = overall_timeline(outline, rows)
    assert bins.label == "15 minutes"
    assert bins.rows["comments"].sum() == len(rows) > 5


def test_every_name_can_be_chosen(store, frame):
    outline = store.outlines.current()
    assert set(names_of(outline)) - {NO_NAME} == set(author_choices(frame)) - {NO_NAME}
