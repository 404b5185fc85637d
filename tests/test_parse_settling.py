"""From timestamps to moments: order of numbers, years, zones, spans."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threads.parse.settling import settle
from threads.parse.timestamps import find_timestamp

CAPTURED = datetime(2024, 6, 3, 12, tzinfo=UTC)


def settled(*texts, **options):
    return settle([find_timestamp(t) if t else None for t in texts], **options)


def times(*texts, **options):
    return [
        m.published_at and m.published_at.strftime("%Y-%m-%d %H:%M:%S")
        for m in settled(*texts, **options).moments
    ]


@pytest.mark.parametrize(("proof", "month"), [("13/06/2024 10:00", 6), ("06/13/2024 10:00", 5)])
def test_unambiguous_dates_decide_for_the_thread(proof, month):
    answer = settled("05/06/2024 09:00", proof)
    assert answer.moments[0].published_at.month == month
    assert answer.warnings == ()


def test_sequence_decides_and_is_marked():
    answer = settled("05/06/2024 09:00", "05/07/2024 09:00", "06/01/2024 09:00")
    assert [m.published_at.month for m in answer.moments] == [5, 5, 6]
    assert "month first" in answer.warnings[0]


def test_no_date_lies_after_the_capture():
    answer = settled("02/12/2023 09:00", captured_at=datetime(2023, 6, 1, tzinfo=UTC))
    assert answer.moments[0].published_at.month == 2
    assert "ambiguous" in answer.warnings[0]


@pytest.mark.parametrize(
    ("text", "month"), [("05/06/2024 9:00 pm", 5), ("05/06/2024 21:00", 6), ("05.06.2024 21:00", 6)]
)
def test_a_guess_is_never_silent(text, month):
    answer = settled(text)
    assert answer.moments[0].published_at.month == month
    assert "a guess" in answer.warnings[0]


def test_both_orders_in_one_thread_are_marked():
    answer = settled("13/06/2024 10:00", "14/06/2024 10:00", "06/15/2024 10:00", "05/06/2024 10:00")
    assert "both orders" in answer.warnings[0]


def test_year_comes_from_a_neighbour():
    answer = settled("Dec 30, 2023 3:05 PM", "Jan 2, 3:05 PM")
    assert answer.moments[1].published_at.year == 2024
    assert "without a year" in answer.warnings[0]


def test_year_comes_from_the_capture():
    assert times("Sep 21, 3:05 PM", captured_at=CAPTURED) == ["2023-09-21 15:05:00"]
    assert times("May 21, 3:05 PM", captured_at=CAPTURED) == ["2024-05-21 15:05:00"]


def test_year_comes_from_the_article():
    assert times("Sep 21, 3:05 PM", reference=datetime(2012, 9, 20, tzinfo=UTC)) == ["2012-09-21 15:05:00"]


def test_without_a_year_there_is_no_time():
    answer = settled("Sep 21, 3:05 PM")
    assert answer.moments[0].published_at is None
    assert "--captured-at" in answer.warnings[0]


def test_zone_in_the_text_wins():
    answer = settled("2024-05-17 20:41 +02:00", timezone=ZoneInfo("Asia/Tokyo"))
    assert answer.moments[0].published_at == datetime(2024, 5, 17, 18, 41, tzinfo=UTC)
    assert answer.moments[0].timezone_source == "given"


def test_zone_of_the_user():
    moment = settled("14.09.2023 um 21.11", timezone=ZoneInfo("Europe/Berlin"), captured_at=CAPTURED).moments[
        0
    ]
    assert (moment.published_at, moment.timezone_source) == (
        datetime(2023, 9, 14, 19, 11, tzinfo=UTC),
        "given",
    )


def test_no_zone_is_assumed_to_be_utc():
    moment = settled("May 17, 2024 20:41").moments[0]
    assert (moment.published_at, moment.timezone_source) == (
        datetime(2024, 5, 17, 20, 41, tzinfo=UTC),
        "assumed",
    )


def test_zone_name_with_summer_time():
    assert times("May 17, 2024 8:41 PM ET", "January 17, 2024 8:41 PM ET") == [
        "2024-05-18 00:41:00",
        "2024-01-18 01:41:00",
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles"])
def test_a_day_keeps_its_date_in_every_zone(zone):
    moment = settled("May 17, 2024", timezone=ZoneInfo(zone)).moments[0]
    assert moment.published_at == datetime(2024, 5, 17, tzinfo=UTC)
    assert (moment.precision, moment.timezone_source) == ("day", "none")


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("May 17, 2024 20:41:05", "second"),
        ("May 17, 2024 20:41", "minute"),
        ("May 17, 2024", "day"),
        (None, "none"),
    ],
)
def test_precision(text, precision):
    assert settled(text).moments[0].precision == precision


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        ("Europe/Berlin", "October 29, 2023 02:30", "2023-10-29 00:30:00"),
        ("America/New_York", "November 5, 2023 01:30", "2023-11-05 05:30:00"),
        ("Europe/Berlin", "March 26, 2023 02:30", "2023-03-26 01:30:00"),
        ("America/New_York", "March 12, 2023 02:30", "2023-03-12 07:30:00"),
        ("Australia/Sydney", "April 2, 2023 02:30", "2023-04-01 15:30:00"),
        ("Australia/Sydney", "October 1, 2023 02:30", "2023-09-30 16:30:00"),
        ("Europe/London", "October 29, 2023 01:30", "2023-10-29 00:30:00"),
        ("Europe/London", "March 26, 2023 01:30", "2023-03-26 01:30:00"),
        ("America/Sao_Paulo", "February 17, 2018 23:30", "2018-02-18 01:30:00"),
        ("America/Sao_Paulo", "November 4, 2018 00:30", "2018-11-04 03:30:00"),
    ],
)
def test_fold_and_gap_take_the_earlier_offset_and_say_so(zone, text, utc):
    answer = settled(text, timezone=ZoneInfo(zone))
    assert answer.moments[0].published_at.strftime("%Y-%m-%d %H:%M:%S") == utc
    assert "clocks change" in answer.warnings[0]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2 hours ago", "2024-06-03 10:00:00"),
        ("vor 8 Stunden", "2024-06-03 04:00:00"),
        ("yesterday at 8:41 pm", "2024-06-02 20:41:00"),
        ("3 yr. ago", "2021-06-03 12:00:00"),
        ("vor 3 Monaten", "2024-03-03 12:00:00"),
        ("2 days ago at 07:52 am", "2024-06-01 07:52:00"),
        ("Friday at 8:41 pm", "2024-05-31 20:41:00"),
    ],
)
def test_spans_are_counted_from_the_capture(text, utc):
    assert times(text, captured_at=CAPTURED) == [utc]
    assert settled(text, captured_at=CAPTURED).moments[0].precision == "relative"


def test_a_month_before_the_31st_is_its_last_day():
    assert times("1 month ago", captured_at=datetime(2024, 3, 31, tzinfo=UTC)) == ["2024-02-29 00:00:00"]
    assert times("1 month ago", captured_at=datetime(2024, 1, 31, tzinfo=UTC)) == ["2023-12-31 00:00:00"]


def test_yesterday_is_that_of_the_zone():
    captured = datetime(2024, 6, 3, 23, tzinfo=UTC)
    assert times("yesterday at 8:00 am", timezone=ZoneInfo("Asia/Tokyo"), captured_at=captured) == [
        "2024-06-02 23:00:00"
    ]


def test_spans_without_a_capture_have_no_time_and_say_so():
    answer = settled("2 hours ago")
    assert (answer.moments[0].published_at, answer.moments[0].precision) == (None, "relative")
    assert "--captured-at" in answer.warnings[0]


def test_more_years_than_there_are():
    answer = settled("9999 years ago", captured_at=CAPTURED)
    assert answer.moments[0].published_at is None
    assert answer.warnings


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "05/06/2024 20:41",
                "31/12/99 1:00",
                "Feb 29, 10:00",
                "2 hours ago",
                "9999 weeks ago",
                "Today 8:00",
                "12.12.12",
            ]
        )
        | st.none(),
        max_size=8,
    ),
    st.sampled_from([None, CAPTURED, datetime.min.replace(tzinfo=timezone(timedelta(hours=0)))]),
)
def test_every_mixture_is_settled_with_utc_times(texts, captured_at):
    answer = settled(*texts, timezone=ZoneInfo("Europe/Berlin"), captured_at=captured_at)
    assert len(answer.moments) == len(texts)
    assert all(m.published_at is None or m.published_at.utcoffset() == timedelta(0) for m in answer.moments)


@pytest.mark.parametrize(
    ("language", "month"),
    [
        ("en-US", 5),
        ("en_US", 5),
        ("en", 5),
        ("en-PH", 5),
        ("fil", 5),
        ("en-GB", 6),
        ("de", 6),
        ("fr-FR", 6),
        ("es-419", 6),
        ("ja", 6),
        ("xx", 6),
        ("1-\ud800", 6),
        ("", 6),
        ("\ud800-" * 40, 6),
    ],
)
def test_the_language_of_the_page_is_asked_last(language, month):
    answer = settled("05/06/2024 09:00", language=language)
    assert answer.moments[0].published_at.month == month
    assert "a guess" in answer.warnings[0]


def test_dates_outweigh_the_language():
    assert settled("05/06/2024", "13/06/2024", language="en-US").moments[0].published_at.month == 6


@pytest.mark.parametrize("text", ["05/06/2024 21:00", "05.06.2024 9:00"])
def test_english_without_a_country_is_no_proof_of_america(text):
    assert settled(text, language="en").moments[0].published_at.month == 6


def test_the_article_comes_before_its_comments():
    answer = settled("05/06/2024 09:00", reference=datetime(2024, 5, 20, tzinfo=UTC))
    assert answer.moments[0].published_at.month == 6
    assert "between the article" in answer.warnings[0]


def test_dates_lie_close_together():
    answer = settled("05/06/2024 09:00", "05/07/2024 09:00", "05/09/2024 09:00")
    assert {m.published_at.month for m in answer.moments} == {5}
    assert "close together" in answer.warnings[0]


def test_without_a_year_the_order_of_numbers_is_settled_too():
    answer = settled("11-02 16:43", "11-05 10:00", "11-13 08:00", captured_at=CAPTURED)
    assert [m.published_at.strftime("%Y-%m-%d") for m in answer.moments] == [
        "2023-11-02",
        "2023-11-05",
        "2023-11-13",
    ]


@pytest.mark.parametrize(("language", "day"), [("zh", (11, 2)), ("de", (2, 11))])
def test_without_a_year_the_language_decides(language, day):
    moment = settled("11-02 16:43", captured_at=CAPTURED, language=language).moments[0]
    assert (moment.published_at.month, moment.published_at.day) == day


@pytest.mark.parametrize(
    ("texts", "language", "first"),
    [
        (["99/05/17 20:41"], None, "1999-05-17"),
        (["24/05/17 20:41"], "ko", "2024-05-17"),
        (["24/05/17 20:41"], "de", "2017-05-24"),
        (["24/05/12 20:41", "24/05/13 20:41", "24/05/14 20:41"], None, "2024-05-12"),
        (["12/05/24 20:41", "13/05/24 20:41", "14/05/24 20:41"], None, "2024-05-12"),
        (["28.09.1912:44"], None, "2019-09-28"),
    ],
)
def test_a_year_of_two_digits_may_stand_first(texts, language, first):
    answer = settled(*texts, language=language, captured_at=CAPTURED)
    assert answer.moments[0].published_at.strftime("%Y-%m-%d") == first


def test_an_open_place_of_the_year_is_marked():
    assert "year of two digits" in settled("24/05/17 20:41", captured_at=CAPTURED).warnings[0]
    assert settled("28.09.19 12:44", captured_at=CAPTURED).warnings == ()


def test_a_clock_without_halves_is_marked():
    texts = [f"May {day}, 2024 {day % 12 + 1}:15" for day in range(1, 25)]
    assert "half of the day" in settled(*texts).warnings[0]
    assert settled(*texts, "May 25, 2024 13:15").warnings == ()


OPEN = [
    "05/06/2024 10:00",
    "06/05/2024",
    "1/2/2024",
    "11-02 16:43",
    "24/05/12",
    "07.08.2024 9:00 pm",
    "2.3.23",
]


@given(
    st.lists(st.sampled_from([*OPEN, "May 17, 2024", "2 hours ago"]) | st.none(), max_size=6),
    st.sampled_from([None, CAPTURED]),
    st.sampled_from([None, "en-US", "de", "ja"]),
)
def test_no_guess_goes_unmarked(texts, captured_at, language):
    answer = settled(*texts, captured_at=captured_at, language=language)
    stamps = [find_timestamp(t) for t in texts if t]
    if any(s.pair for s in stamps) and not any(s.day_first is not None for s in stamps):
        assert any("ambiguous" in warning for warning in answer.warnings)


@pytest.mark.parametrize("extreme", [datetime.min, datetime.max])  # noqa: DTZ901
def test_the_ends_of_the_calendar_are_no_obstacle(extreme):
    moment = extreme.replace(tzinfo=UTC)
    for options in ({"captured_at": moment}, {"reference": moment}):
        answer = settled(
            "05/06 20:41", "05/06/2024", "Feb 29", "99/01/01", "yesterday at 5", "3 days ago", **options
        )
        assert len(answer.moments) == 6
