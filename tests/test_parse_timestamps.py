"""Displayed timestamps: what is read, where it ends, and what is no timestamp."""

import time
from datetime import date, timedelta

import pytest
from babel.dates import format_date, format_timedelta
from hypothesis import given
from hypothesis import strategies as st

from threads.parse.calendar_words import LANGUAGES, fold, months, weekdays
from threads.parse.timestamps import LONGEST, find_short_span, find_timestamp, search_timestamp, shape

MAY_17 = (2024, 5, 17, 20, 41)


def fields(stamp):
    return (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-17T20:41:05Z",
        "2024-05-17 20:41",
        "17.05.2024 20:41",
        "17.05.2024 um 20.41",
        "17.05.2024 um 20.41 Uhr",
        "17. 05. 2024, 20:41",
        "05/17/2024 8:41 PM",
        "05-17-2024, 08:41 PM",
        "17 May 2024, 20:41",
        "May 17, 2024 at 8:41 pm",
        "17. Mai 2024 @ 20:41",
        "17 May 2024 | 20:41",
        "2024年5月17日 8:41 PM",
        "2024年5月17日(金) 午後8:41",
        "2024년 5월 17일 오후 8:41",
        "Mai 17, 2024 um 8:41 pm",
        "vendredi 17 mai 2024 à 20h41",
        "17-05-2024 • 20h41",
        "piątek, 17 maja 2024, 20:41",
        "May. 17, 2024 - 8:41 PM EST",
        "17 de mayo de 2024 a las 20:41",
        "Fri, 17 May 2024 20:41:05 +0200",
        "20:41, 17 May 2024",
        "8:41 pm on May 17th, 2024",
        "17-May-24 20:41",
        "17.05.2420:41",
        "May 17, 202420:41",
        "May 17, 20248:41 pm",
        "May 17, 2024 8:41 p. m.",
    ],
)
def test_forms_of_one_moment(text):
    stamp = find_timestamp(text)
    assert stamp.raw == text
    assert fields(stamp) == MAY_17


@pytest.mark.parametrize("language", LANGUAGES)
def test_written_date_in_every_language(language):
    text = f"{format_date(date(2024, 5, 17), 'long', locale=language)} 20:41"
    assert fields(find_timestamp(text)) == MAY_17


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("unit", "seconds"), [("minute", 60), ("hour", 3600), ("day", 86400), ("year", 31536000)]
)
def test_span_in_every_language(language, unit, seconds):
    text = format_timedelta(timedelta(seconds=-3 * seconds), threshold=3, add_direction=True, locale=language)
    stamp = find_timestamp(text)
    assert (stamp.raw, stamp.spans) == (text, ((3, unit),))


@pytest.mark.parametrize(
    ("text", "raw", "rest"),
    [
        ("May 17, 2024 AT 20:41Can't believe", "May 17, 2024 AT 20:41", "Can't believe"),
        ("May 17, 2024 AT 20:4112 people", "May 17, 2024 AT 20:41", "12 people"),
        ("May 17, 2024 8:41 pmThe point", "May 17, 2024 8:41 pm", "The point"),
        ("May 17, 2024 8:41 PMI think", "May 17, 2024 8:41 PM", "I think"),
        ("May 17, 2024 8:41 Among us", "May 17, 2024 8:41", " Among us"),
        ("August 06, 20194:14 pm", "August 06, 20194:14 pm", ""),
        ("May 17, 2024Great", "May 17, 2024", "Great"),
        ("2 hours agoGreat", None, None),
        ("2 days ago at 07:52 am", "2 days ago at 07:52 am", ""),
        ("15 seconds ago (7:18 PM)", "15 seconds ago (7:18 PM)", ""),
    ],
)
def test_where_a_timestamp_ends(text, raw, rest):
    stamp = find_timestamp(text)
    if raw is None:
        assert stamp is None
    else:
        assert (stamp.raw, text[stamp.end :]) == (raw, rest)


def test_a_year_can_touch_its_time():
    assert fields(find_timestamp("August 06, 20194:14 pm")) == (2019, 8, 6, 16, 14)
    assert fields(find_timestamp("28.09.1912:44")) == (2019, 9, 28, 12, 44)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("vor 2 Monaten, 1 Woche", ((2, "month"), (1, "week"))),
        ("5 minutes, 2 seconds ago", ((5, "minute"), (2, "second"))),
        ("3 yr. ago", ((3, "year"),)),
        ("an hour ago", ((1, "hour"),)),
        ("about 2 hours ago", ((2, "hour"),)),
        ("just now", ((0, "second"),)),
        ("قبل ساعتين", ((2, "hour"),)),
    ],
)
def test_spans(text, spans):
    assert find_timestamp(text).spans == spans


@pytest.mark.parametrize(
    ("text", "days"), [("yesterday at 8:41 pm", 1), ("Heute, 20:41", 0), ("hier à 20h41", 1)]
)
def test_day_words(text, days):
    stamp = find_timestamp(text)
    assert (stamp.days_ago, stamp.hour, stamp.minute) == (days, 20, 41)


def test_weekday_with_a_time():
    stamp = find_timestamp("Tuesday at 8:41 pm")
    assert (stamp.weekday, stamp.hour) == (1, 20)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Z", 0),
        (" +02:00", 120),
        (" -0430", -270),
        (" EST", -300),
        (" (UTC+2)", 120),
        (" GMT", 0),
        (" MESZ", 120),
    ],
)
def test_zones(text, minutes):
    assert find_timestamp(f"2024-05-17 20:41{text}").offset == minutes


def test_a_zone_with_summer_time_is_named():
    assert find_timestamp("May 17, 2024 8:41 p.m. ET").zone == "America/New_York"


@pytest.mark.parametrize(
    "text",
    [
        "a", "12", "on", "may be", "March on", "Today we saw", "10/12", "1.2.3.4", "3:1", "8:41", "12 people",
        "15 minutes read", "Sun", "May 2024", "2019年5月", "31.02.2024", "99 may", "in 2 hours", "13/13/2024",
        "Mark 12", "so", "24:61", "hier stehe ich", "2 hours", "vor", "",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_timestamps(text):
    assert find_timestamp(text) is None


@pytest.mark.parametrize("text", ["May 5 people came", "12.29.14", "Sep 21"])
def test_doubtful_ones_are_marked_weak(text):
    assert find_timestamp(text).is_weak


def test_both_orders_stay_open():
    stamp = find_timestamp("05/06/2024 20:41")
    assert (stamp.pair, stamp.month) == ((5, 6), None)


@pytest.mark.parametrize(
    ("line", "raw"),
    [
        ("Ann Lee says: May 17, 2024 at 8:41 pm", "May 17, 2024 at 8:41 pm"),
        ("sourdough_sam • 2 hours ago", "2 hours ago"),
        ("Soumis par Ann, le lundi 29 octobre 2012 à 15h46", "lundi 29 octobre 2012 à 15h46"),
        ("Reply 12 by Ann on 17.05.2024 20:41 #3", "17.05.2024 20:41"),
        ("no date in here, but 12 words and a 3:1", None),
        ("x" * 300 + " May 17, 2024", None),
    ],
)
def test_search_in_a_header_line(line, raw):
    stamp = search_timestamp(line)
    assert (stamp.raw if stamp else None) == raw


def test_offsets_point_into_the_text():
    text = "x May 17, 2024 y"
    stamp = find_timestamp(text, 1)
    assert text[stamp.start : stamp.end] == stamp.raw == "May 17, 2024"


def test_no_more_is_read_than_the_window():
    assert len(find_timestamp("vor 2 Monaten" + ", 1 Woche" * 50).raw) <= LONGEST


@pytest.mark.parametrize(
    ("text", "hour"), [("12:05 am", 0), ("12:05 pm", 12), ("00:05am", 0), ("14:05 pm", 14)]
)
def test_noon_and_midnight(text, hour):
    assert find_timestamp(f"May 17, 2024 {text}").hour == hour


@pytest.mark.parametrize("text", ["May 9, 1945 20:41", "09.05.1945", "1945-05-09", "May 9, 2945"])
def test_years_without_web_pages_are_no_timestamps(text):
    assert find_timestamp(text) is None


def test_shape_is_equal_for_one_template():
    assert shape("May 17, 2024 at 8:41") == shape("June 3, 2023 at 11:05")
    assert shape("May 17, 2024") != shape("17.05.2024")


@given(st.text(max_size=200))
def test_any_text_is_searched_without_an_exception(text):
    for stamp in (find_timestamp(text), search_timestamp(text)):
        assert stamp is None or text[stamp.start : stamp.end] == stamp.raw


@given(st.text())
def test_folding_keeps_the_length(text):
    assert len(fold(text)) == len(text)


def test_a_hundred_thousand_candidates_cost_less_than_a_millisecond_each():
    lines = ["may 12 vor 3 am on 17 a 12.5 Sun", "1" * 64, "2 2 2 2 2 2 2 2", "vor " * 16, "?" * 64] * 400
    begin = time.process_time()
    for line in lines:
        find_timestamp(line)
    assert (time.process_time() - begin) / len(lines) < 1e-3


@pytest.mark.parametrize("word", sorted(months()))
def test_a_month_is_read_whatever_it_means_elsewhere(word):
    text = f"{word} 12, 2024 8:41 pm"
    stamp = find_timestamp(text)
    assert (stamp.raw, fields(stamp)) == (text, (2024, months()[word], 12, 20, 41))


@pytest.mark.parametrize("word", sorted(weekdays()))
def test_a_weekday_before_a_date_is_read_over(word):
    text = f"{word} 12 May 2024 20:41"
    assert find_timestamp(text).raw == text


@pytest.mark.parametrize("word", sorted(weekdays()))
def test_a_weekday_without_a_date_is_no_timestamp(word):
    assert find_timestamp(f"{word} Fox") is None
    stamp = search_timestamp(f"{word} Fox 12 May 2024 20:41")
    assert stamp.raw == "12 May 2024 20:41"


def test_a_name_behind_a_date_is_no_weekday():
    assert find_timestamp("12 May 2024 Sam: I was there").raw == "12 May 2024"
    assert find_timestamp("12 May 2024 (Sam)").raw == "12 May 2024 (Sam)"


def test_a_weekday_that_is_a_month_elsewhere():
    assert find_timestamp("mar 12 marzo 2024").raw == "mar 12 marzo 2024"


@pytest.mark.parametrize("text", ["2024. 5. 17. 오후 8:41", "2024.05.17. 오후 8:41"])
def test_korean_dates_of_numbers(text):
    stamp = find_timestamp(text)
    assert (stamp.raw, fields(stamp)) == (text, MAY_17)


@pytest.mark.parametrize(
    ("line", "raw", "span"),
    [
        ("1y", "1y", (1, "year")),
        ("3h", "3h", (3, "hour")),
        ("Dee, 4d", "4d", (4, "day")),
        ("Bob ★ Top Fan · 3h", "3h", (3, "hour")),
        ("Ann · 5 mins", "5 mins", (5, "minute")),
    ],
)
def test_spans_without_ago(line, raw, span):
    stamp = find_short_span(line)
    assert (stamp.raw, stamp.spans, line[stamp.start : stamp.end]) == (raw, (span,), raw)


@pytest.mark.parametrize(
    "line", ["5 mins", "Bake it, 5 mins", "We ran 3h", "3h of it", "12x", "Route 66", "4 dogs"]
)
def test_what_is_no_span_without_ago(line):
    assert find_short_span(line) is None
