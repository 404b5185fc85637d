"""Time: bins that fit, key figures, a smooth line where there is enough for one, and plain sentences."""

import numpy as np
import pandas as pd
import pytest

from threads.dynamics.key_figures import key_figures
from threads.dynamics.smoothing import change_of_mean, interval_of_mean, lowess
from threads.dynamics.summary import what_happened
from threads.dynamics.timeline import STANCES, TIMELINE_COLUMNS, WIDTHS, timeline
from threads.dynamics.trend import smooth
from threads.errors import SettingError

START = pd.Timestamp("2024-05-17T20:41", tz="UTC")
# The thread that the known answers are given for: author and minute of each comment.
KNOWN = list(zip("ABACBDAECA", (0, 2, 3, 4, 10, 40, 41, 42, 43, 100), strict=True))


def thread(minutes, *, precision="minute", **columns):
    count = len(minutes)
    frame = pd.DataFrame(
        {
            "thread_id": "t",
            "comment_id": [f"c{number}" for number in range(1, count + 1)],
            "text": "one two three",
            "author": [f"person {number}" for number in range(count)],
            "published_at": [pd.NaT if m is None else START + pd.Timedelta(minutes=m) for m in minutes],
            "published_at_precision": precision,
        }
    )
    frame["published_at"] = pd.to_datetime(frame["published_at"], utc=True)
    return frame.assign(**columns)


def known_thread(**columns):
    return thread([minute for _, minute in KNOWN], author=[author for author, _ in KNOWN], **columns)


@pytest.mark.parametrize(
    ("minutes", "label"),
    [
        ([0, 18, 72, 74, 122, 124, 172, 222], "30 minutes"),
        (np.linspace(0, 60, 100), "15 minutes"),
        (np.linspace(0, 600, 1_000), "30 minutes"),
        (np.linspace(0, 60 * 24 * 30, 1_000), "1 day"),
        (np.linspace(0, 60 * 24 * 365 * 2, 1_000), "1 month"),
        (np.linspace(0, 60 * 24 * 365 * 25, 1_000), "1 year"),
        ([0], "15 minutes"),
    ],
)
def test_the_width_of_bins_fits_the_span_and_the_number_of_comments(minutes, label):
    bins = timeline(thread(minutes))
    assert bins.label == label
    assert bins.width == WIDTHS[label]


@pytest.mark.parametrize("span", 2.0 ** np.arange(7, 24))
@pytest.mark.parametrize("count", [6, 60, 600])
def test_there_are_between_5_and_40_bins_or_so(span, count):
    rows = timeline(thread(np.linspace(0, span, count))).rows
    assert 5 <= len(rows) <= 42


@pytest.mark.parametrize("width", WIDTHS)
def test_bins_meet_without_gaps_and_hold_every_comment(width):
    frame = thread([0, 1, 45, 60 * 30, 60 * 24 * 70, 60 * 24 * 400])
    rows = timeline(frame, width=width).rows
    assert rows["end"].iloc[:-1].tolist() == rows["start"].iloc[1:].tolist()
    assert rows["comments"].sum() == 6
    assert rows["start"].iloc[0] <= frame["published_at"].min()
    assert rows["end"].iloc[-1] > frame["published_at"].max()


def test_weeks_start_on_monday_and_months_on_the_first():
    frame = thread([0, 60 * 24 * 100])
    assert timeline(frame, width="1 week").rows["start"].iloc[0] == pd.Timestamp("2024-05-13", tz="UTC")
    assert timeline(frame, width="1 month").rows["start"].iloc[0] == pd.Timestamp("2024-05-01", tz="UTC")
    assert timeline(frame, width="3 months").rows["start"].iloc[0] == pd.Timestamp("2024-04-01", tz="UTC")
    assert timeline(frame, width="1 year").rows["start"].iloc[0] == pd.Timestamp("2024-01-01", tz="UTC")


@pytest.mark.parametrize(
    ("precision", "label"), [("day", "1 day"), ("relative", "1 hour"), ("minute", "15 minutes")]
)
def test_bins_are_no_finer_than_the_timestamps(precision, label):
    assert timeline(thread(np.linspace(0, 100, 100), precision=precision)).label == label


def test_a_bin_counts_comments_people_mood_and_stances():
    frame = thread(
        [0, 1, 2, 120],
        author=["Ann", "Ann", None, "Ben"],
        sentiment=[0.5, None, -0.1, None],
        stance=["critical", "critical", "supportive", None],
    )
    rows = timeline(frame, width="1 hour").rows
    assert rows["comments"].tolist() == [3, 0, 1]
    assert rows["people"].tolist() == [1, 0, 1]
    assert rows["mean_sentiment"].iloc[0] == pytest.approx(0.2)
    assert rows["mean_sentiment"].isna().tolist() == [False, True, True]
    assert rows[list(STANCES)].iloc[0].tolist() == [1, 2, 0, 0]


def test_a_bin_has_mean_words_and_shares_of_what_is_known():
    frame = thread(
        [0, 1, 2, 120],
        words=[10, 20, 60, 4],
        offensive=[0.5, 0.49, None, None],
        stance=["critical", "critical", "supportive", None],
    )
    first, _, last = timeline(frame, width="1 hour").rows.to_dict("records")
    assert (first["mean_words"], last["mean_words"]) == (30, 4)
    assert first["offensive_share"] == 0.5
    assert (first["stances"], last["stances"]) == (3, 0)
    assert first["critical_share"] == pytest.approx(2 / 3)
    assert np.isnan([last["offensive_share"], last["critical_share"]]).all()


def test_the_busiest_bin_is_told():
    assert timeline(known_thread(), width="1 hour").sentence().text == (
        "It was busiest within 1 hour from 17 May 2024, 20:00 UTC on: 5 of 10 comments."
    )
    assert timeline(thread([None])).sentence().text == "No time is known of 1 comment."


def test_comments_without_a_time_are_left_out_and_counted():
    bins = timeline(thread([0, None, 30, None]))
    assert bins.left_out == 2
    assert bins.rows["comments"].sum() == 2


@pytest.mark.parametrize("frame", [thread([]), thread([None]), pd.DataFrame({"text": ["x"]})])
def test_without_any_time_there_are_no_bins(frame):
    bins = timeline(frame)
    assert list(bins.rows.columns) == [column.name for column in TIMELINE_COLUMNS]
    assert len(bins.rows) == 0
    assert bins.left_out == len(frame)


def test_an_unknown_width_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match=r"no width is called fortnight.*1 week"):
        timeline(known_thread(), width="fortnight")


def test_key_figures_of_the_known_thread():
    figures = key_figures(
        known_thread(
            sentiment=[0.1] * 5 + [-0.3] * 5,
            stance=["supportive"] * 4 + ["critical"] * 3 + ["unclear", None, None],
            parent_source=["given"] * 3 + ["inferred"] * 2 + [None] * 5,
        )
    )
    assert (figures.comments, figures.people, figures.unnamed_comments) == (10, 5, 0)
    assert figures.half_within == pd.Timedelta(minutes=25)
    assert figures.effective_people == pytest.approx(4.3528, abs=5e-5)
    assert figures.mean_sentiment == pytest.approx(-0.1)
    assert figures.sentiment_low < -0.1 < figures.sentiment_high
    assert (figures.replies_given, figures.replies_inferred) == (3, 2)
    assert (figures.stances, figures.supportive, figures.critical) == (8, 4, 3)
    assert (figures.first_at, figures.last_at) == (START, START + pd.Timedelta(minutes=100))


def test_half_is_counted_from_the_publication_where_it_is_known():
    since = (START - pd.Timedelta(minutes=5)).to_pydatetime()
    assert key_figures(known_thread(), since=since).half_within == pd.Timedelta(minutes=30)


def test_what_cannot_be_told_is_none():
    figures = key_figures(thread([None, None], author=[None, None]))
    assert (figures.people, figures.unnamed_comments, figures.untimed_comments) == (0, 2, 2)
    assert figures.first_at is figures.last_at is figures.half_within is None
    assert figures.mean_sentiment is figures.sentiment_low is figures.sentiment_high is None
    assert figures.stances == 0


def test_key_figures_of_nothing():
    figures = key_figures(thread([]))
    assert (figures.comments, figures.people, figures.effective_people) == (0, 0, 0)


def test_the_interval_is_missing_under_five_comments():
    assert interval_of_mean(np.array([0.1, 0.2, np.nan, 0.3, 0.4]), np.arange(5)) is None
    assert interval_of_mean(np.array([0.1, 0.2, 0.5, 0.3, 0.4]), np.arange(5)) is not None


def test_the_interval_is_missing_for_one_person_and_there_for_many_without_names():
    values = np.linspace(-1, 1, 8)
    assert interval_of_mean(values, np.zeros(8, dtype=int)) is None
    assert interval_of_mean(values, np.full(8, -1)) is not None


def test_the_interval_draws_people_not_comments():
    values = np.array([0.9] * 50 + [-0.9] * 50)
    of_two = interval_of_mean(values, np.repeat([0, 1], 50))
    of_many = interval_of_mean(values, np.arange(100))
    assert of_two == pytest.approx((-0.9, 0.9))
    assert of_many[1] - of_many[0] < 0.5


def test_the_interval_is_the_same_again():
    values = np.linspace(-1, 1, 9)
    assert interval_of_mean(values, np.arange(9)) == interval_of_mean(values, np.arange(9))


def test_lowess_of_a_step_is_the_known_answer():
    line = lowess(np.arange(10.0), np.array([0.0] * 5 + [1.0] * 5), 0.6)
    assert line == pytest.approx([0, 0, 0, 0.1001, 0.3564, 0.6436, 0.8999, 1, 1, 1], abs=5e-5)


def test_lowess_keeps_a_straight_line():
    x = np.array([0.0, 1.0, 2.5, 3.0, 7.0, 7.5, 9.0])
    assert lowess(x, 0.1 * x - 0.2, 0.8) == pytest.approx(0.1 * x - 0.2)


def test_lowess_at_one_place_is_the_mean():
    assert lowess(np.zeros(4), np.array([0.0, 1.0, 2.0, 3.0]), 0.6) == pytest.approx([1.5] * 4)


def test_no_line_under_fifteen_comments():
    short = smooth(thread(range(14), sentiment=0.1))
    assert short.curve is None
    assert short.reason == "No trend can be told from 14 comments with time and sentiment; it takes 15."
    enough = smooth(thread(range(15), sentiment=np.linspace(-0.5, 0.5, 15)))
    assert enough.curve is not None
    assert enough.reason == ""


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (thread([3] * 20, sentiment=0.1), "all comments have the same time"),
        (thread(range(20), sentiment=0.1, author="Ann"), "all comments are by one person"),
        (thread(range(20)), "0 comments with time and sentiment"),
    ],
)
def test_why_there_is_no_line(frame, reason):
    assert smooth(frame).curve is None
    assert reason in smooth(frame).reason


def test_a_line_follows_the_comments_within_its_band_and_span():
    sentiment = np.linspace(-0.5, 0.5, 60)
    curve = smooth(thread(range(60), sentiment=sentiment)).curve
    assert (curve.time.iloc[0], curve.time.iloc[-1]) == (START, START + pd.Timedelta(minutes=59))
    assert curve.value.to_numpy() == pytest.approx(np.linspace(-0.5, 0.5, len(curve.value)), abs=0.02)
    assert (curve.low <= curve.value + 1e-9).all()
    assert (curve.value <= curve.high + 1e-9).all()


def test_comments_of_few_people_give_a_wider_band():
    random = np.random.default_rng(1)
    sentiment = np.tile([0.6, -0.6, 0.0], 40) + random.normal(0, 0.05, 120)
    few = smooth(thread(range(120), sentiment=sentiment, author=[f"p{n % 3}" for n in range(120)])).curve
    many = smooth(thread(range(120), sentiment=sentiment)).curve
    assert (few.high - few.low).mean() > 2 * (many.high - many.low).mean()


def test_a_line_can_be_of_any_column_and_its_band_of_chains():
    words = np.tile([10.0, 90.0, 30.0], 40)
    parents = [None if n % 40 == 0 else f"c{n}" for n in range(120)]
    chained = smooth(thread(range(120), words=words, parent_id=parents), "words", unit="chains")
    assert 30 < chained.curve.value.mean() < 60
    one = smooth(thread(range(20), words=5.0, parent_id=[None] + ["c1"] * 19), "words", unit="chains")
    assert one.reason == "No trend can be told: all comments are in one chain of replies."


def test_a_line_is_told_with_how_sure_its_ends_are():
    rising = smooth(thread(range(60), sentiment=np.linspace(-0.5, 0.5, 60)))
    assert rising.sentence().text == (
        "The line of sentiment goes from −0.50 at the start to 0.50 at the end; "
        "the bands there do not overlap."
    )
    flat = smooth(thread(range(60), words=np.tile([10.0, 90.0], 30)), "words")
    assert "so it may be chance" in flat.sentence().text
    assert smooth(thread([])).sentence().text.startswith("No trend can be told")


def test_a_change_that_chance_can_make_is_none():
    random = np.random.default_rng(2)
    noise = random.normal(0, 0.4, 90)
    assert change_of_mean(noise, np.arange(90), 30) is None
    shifted = noise + np.repeat([0, 0, 0.9], 30)
    assert change_of_mean(shifted, np.arange(90), 30) == pytest.approx(
        shifted[60:].mean() - shifted[:30].mean()
    )


def test_a_change_made_by_one_person_is_none():
    values = np.repeat([0.0, 0.0, 0.9], 30)
    groups = np.concatenate([np.arange(60), np.full(30, 60)])
    assert change_of_mean(values, groups, 30) is None


def test_a_change_that_slow_waves_make_is_none():
    steps = np.random.default_rng(49).normal(0, 0.2, 90)
    values = np.zeros(90)
    for place in range(1, 90):
        values[place] = 0.9 * values[place - 1] + steps[place]
    assert values[60:].mean() - values[:30].mean() < -0.4
    assert change_of_mean(values, np.arange(90), 30) is None


def texts(frame):
    return [sentence.text for sentence in what_happened(frame)]


def test_a_thread_without_comments_says_so():
    assert texts(thread([])) == ["There are no comments."]


def test_who_wrote_most_is_linked_to_the_longest_comment():
    frame = thread(range(6), author=["Ann", "Ben", "Cat", "Ann", "Dan", "Eve"], words=[5, 2, 2, 30, 2, 2])
    sentence = next(s for s in what_happened(frame) if "wrote" in s.text)
    assert sentence.text == "Ann wrote over half of all words (81%) in 2 comments; the longest."
    assert sentence.comment_ids == ("c4",)
    assert [part.thread_id for part in sentence.parts if part.comment_id] == ["t"]


def test_nobody_is_said_to_dominate_when_nobody_does():
    assert not any("wrote" in text for text in texts(thread(range(6), words=5)))


def test_comments_without_a_name_are_not_one_person_who_dominates():
    frame = thread(range(8), author=[None] * 5 + ["Ann", "Ben", "Cat"], words=[50] * 5 + [1] * 3)
    assert not any("wrote" in text for text in texts(frame))


def test_the_most_negative_comment_is_named_with_its_time():
    frame = thread([0, 172], sentiment=[0.3, -0.612], author=["Ann", "Matt Heitz"])
    sentence = what_happened(frame)[0]
    assert sentence.text == (
        "The most negative comment (−0.61 on a scale from −1 to 1) is by Matt Heitz, 17 May 2024, 23:33 UTC."
    )
    assert sentence.comment_ids == ("c2",)


@pytest.mark.parametrize(
    ("precision", "ending"),
    [
        ("day", "Ann, 17 May 2024."),
        ("relative", "Ann, about 17 May 2024."),
        ("minute", "Ann, 17 May 2024, 20:42 UTC."),
    ],
)
def test_a_time_is_told_as_exactly_as_it_is_known(precision, ending):
    frame = thread([0, 1], sentiment=[0.3, -0.6], author="Ann", precision=precision)
    assert texts(frame)[0].endswith(ending)


def test_no_comment_is_called_negative_when_none_is():
    assert not any(
        "negative" in text for text in texts(thread(range(5), sentiment=[0.3, 0.0, -0.04, 0.1, 0.2]))
    )


def test_sides_are_counted_when_there_are_enough():
    stances = ["critical"] * 4 + ["supportive"] * 2 + ["unclear"]
    assert "4 comments read as critical and 2 as supportive; 1 takes no clear side." in texts(
        thread(range(7), stance=stances)
    )
    assert not any("critical" in text for text in texts(thread(range(3), stance=["critical"] * 3)))


def test_too_few_comments_for_a_change_of_tone_are_said_to_be_too_few():
    assert "8 comments are too few to tell a change of tone, which takes 30." in texts(
        thread(range(8), sentiment=0.0)
    )


def test_a_change_of_tone_is_told_in_numbers():
    sentiment = np.repeat([-0.6, 0.0, 0.6], 20) + np.tile([0.05, -0.05], 30)
    assert "The tone became more positive, from −0.60 in the first third to +0.60 in the last." in texts(
        thread(range(60), sentiment=sentiment)
    )
    assert "The tone became more negative, from +0.60 in the first third to −0.60 in the last." in texts(
        thread(range(60), sentiment=-sentiment)
    )


def test_a_certain_but_tiny_change_of_tone_is_not_told():
    sentiment = np.repeat([-0.03, 0.0, 0.03], 20) + np.tile([0.001, -0.001], 30)
    assert not any("became" in text for text in texts(thread(range(60), sentiment=sentiment)))


def test_noise_is_not_called_a_change_of_tone():
    sentiment = np.tile([0.4, -0.4, 0.1, -0.1], 15)
    assert "No change of tone from the first to the last third stands out from chance." in texts(
        thread(range(60), sentiment=sentiment)
    )


def test_the_pace_is_told_only_for_exact_times():
    assert "Half of 10 comments came within 25 minutes of the first." in texts(known_thread())
    assert not any("Half" in text for text in texts(known_thread(precision="day")))


@pytest.mark.parametrize("count", [1, 2, 5, 20, 60])
def test_there_are_two_to_four_sentences_or_one_for_a_single_comment(count):
    random = np.random.default_rng(count)
    frame = thread(range(count), sentiment=random.normal(0, 0.4, count).clip(-1, 1), stance="critical")
    assert min(2, count) <= len(what_happened(frame)) <= 4


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        (["Ann", "Ann"], "2 comments by 1 person."),
        ([None], "1 comment without a name."),
        (["Ann", None, "Ben"], "3 comments by 2 people, 1 of them without a name."),
    ],
)
def test_a_thread_with_nothing_else_to_say_says_its_size(authors, expected):
    assert texts(thread([None] * len(authors), author=authors)) == [expected]


def test_text_alone_is_enough():
    frame = pd.DataFrame({"text": ["one", "two"]})
    assert texts(frame) == ["2 comments without a name."]
    assert key_figures(frame).comments == 2
    assert smooth(frame).curve is None
