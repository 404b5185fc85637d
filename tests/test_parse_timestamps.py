"""Displayed timestamps: what is read, where it ends, and what is no timestamp."""

import time
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_month_names
from hypothesis import given
from hypothesis import strategies as st

from threads.parse.calendar_words import DAY_WORDS, LANGUAGES, fold, months, weekdays
from threads.parse.times import cldr, reader
from threads.parse.timestamps import (
    LONGEST,
    bare_span,
    find_short_span,
    find_timestamp,
    looks_like_time,
    machine_timestamp,
    search_timestamp,
    shape,
)

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


def test_the_words_are_those_of_babel():
    assert cldr.cldr() == cldr.from_babel(), "write them anew: threads/parse/times/cldr.py says how"


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
        ("May 17, 2024 8:41 PMREPLY", "May 17, 2024 8:41 PM", "REPLY"),
        ("May 17, 2024 8:41 AMERICA", "May 17, 2024 8:41", " AMERICA"),
        ("17.05.2024 [20:41] Ann", "17.05.2024 [20:41]", " Ann"),
        ("17 мая 2024 г. Анна", "17 мая 2024 г.", " Анна"),
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
    ("text", "hour"),
    [("12:05 am", 0), ("12:05 pm", 12), ("00:05am", 0), ("AM 12:05", 0), ("PM 2:05", 14), ("14:05 pm", 14)],
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


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-17T20:41:05Z",
        "2024-05-17T2041",
        "20240517T204105Z",
        "17. května 2024 v 20:41",
        "17 maj 2024 kl. 20.41",
        "17. maj 2024 kl. 20:41",
        "17. mai 2024 klokken 20:41",
        "17. toukokuuta 2024 klo 20.41",
        "2024. május 17. 20:41",
        "2024. május 17., péntek 20:41",
        "17 Μαΐου 2024 στις 8:41 μ.μ.",
        "17 Μαΐου 2024, 8:41 μμ",
        "17 травня 2024 р. о 20:41",
        "17 травня 2024, 20:41",
        "17 мая 2024 г. в 20:41",
        "17 мая 2024 в 20:41",
        "17 mai 2024 la 20:41",
        "17 במאי 2024 בשעה 20:41",
        "17 במאי 2024, 20:41",
        "17 מאי 2024 20:41",
        "۱۷ مه ۲۰۲۴، ۲۰:۴۱",
        "17 Mei 2024 pukul 20.41",
        "17 Mei 2024, 20:41 WIB",
        "17 tháng 5, 2024 lúc 20:41",
        "17 tháng 5 năm 2024 20:41",
        "17 พฤษภาคม 2567 เวลา 20:41 น.",
        "17 พ.ค. 2567 20:41",
        "17 de maig de 2024 a les 20:41",
        "١٧ مايو ٢٠٢٤، ٨:٤١ م",
        "17 مايو، 2024 الساعة 8:41 مساءً",
        "١٧/٠٥/٢٠٢٤ ٢٠:٤١",
        "17\u200f/5\u200f/2024\u060c 8:41 \u0645",
        "\uff12\uff10\uff12\uff14\u5e74\uff15\u6708\uff11\uff17\u65e5\u3000\uff12\uff10\uff1a\uff14\uff11",
        "2024年5月17日 下午8:41",
        "2024年5月17日 下午 08:41",
        "2024年5月17日 20时41分",
        "2024年5月17日晚上8:41",
        "2024-05-17 下午8:41",
        "2024年05月17日 20點41分",
        "令和6年5月17日 20:41",
        "2024/05/17(金) 20:41",
        "2024/05/17(金) 20:41:05.12",
        "2024年5月17日(金曜日) 20:41",
        "2024.05.17 오후 8:41",
        "2024년 5월 17일 오후 8시 41분",
        "2024년 5월 17일 (금) 오후 8:41",
        "2024.05.17. 20:41",
        "2024-05-17 오후 8:41:05",
        "17 Mayıs 2024, 20:41",
        "17 Mayıs 2024 Cuma 20:41",
        "17 Mayıs 2024 saat 20:41",
        "17 de maio de 2024 às 20:41",
        "17 de maio de 2024 às 20h41",
        "17 maio, 2024 20:41",
        "17/05/2024 às 20h41min",
        "Sexta-feira, 17 de Maio de 2024 20:41",
        "17 maggio 2024 alle 20:41",
        "17 maggio 2024 alle ore 20:41",
        "venerdì 17 maggio 2024, ore 20.41",
        "17 mei 2024 om 20:41",
        "17 mei 2024 om 20.41 uur",
        "vrijdag 17 mei 2024 om 20:41 uur",
        "17 maja 2024 o 20:41",
        "17 maja 2024, godz. 20:41",
        "17.05.2024 o godz. 20:41",
        "17.05.2024 o 20:41",
        "17.05.2024, 20:41 Uhr",
        "Fr, 17.05.2024 - 20:41",
        "Fr. 17. Mai 2024 20:41",
        "17 mai 2024 à 20 h 41",
        "Vendredi 17 Mai 2024 - 20:41",
        "17/05/2024 | 20:41",
        "mayo 17, 2024 a las 8:41 pm",
        "mayo 17, 2024 at 8:41 p.m.",
        "viernes, 17 de mayo de 2024, 20:41",
        "17 mayo 2024 | 20:41",
        "17 May, 2024 - 20:41",
        "17 May 2024 @ 8:41pm",
        "17th May 2024 8:41 pm",
        "17th of May 2024 at 20:41",
        "May 17th, 2024 @ 8:41 PM",
        "May 17, 2024, 8:41 PM",
        "May 17 2024 8:41PM",
        "May 17 2024 - 8:41PM",
        "May 17 '24 20:41",
        "Friday, May 17, 2024 8:41 PM",
        "Friday May 17th, 2024 at 8:41 pm",
        "Fri May 17, 2024 8:41 pm",
        "Fri May 17 20:41:05 2024",
        "Fri May 17 20:41:05 CEST 2024",
        "Fri May 17 2024 20:41:05 GMT+0200 (CEST)",
        "Fri May 17 2024 20:41:05 GMT+0200 (Central European Summer Time)",
        "Fri, 17 May 2024 20:41:05 +0200",
        "17 May 24 20:41",
        "17 May 24, 8:41 pm",
        "17-May-2024 20:41",
        "2024-May-17 20:41",
        "2024 May 17 20:41",
        "2024 May 17, 8:41pm",
        "20:41 17/05/2024",
        "20:41 - 17.05.2024",
        "20.41 Uhr, 17. Mai 2024",
        "20:41 on 17 May 2024",
        "8:41pm, 17 May 2024",
        "8:41 PM ET, Fri May 17, 2024",
        "08:41 PM on May 17, 2024",
        "20h41 le 17 mai 2024",
        "17.05.2024 20:41:05",
        "17.05.24 20:41",
        "17.05.24, 20:41 Uhr",
        "17/05/24 20:41",
        "05.17.24 8:41 pm",
        "5/17/24 8:41 PM",
        "5/17/2024 8:41:05 PM",
        "17/05/2024 8.41pm",
        "17. 5. 2024 20:41",
        "17.5.2024 v 20:41",
        "17.5.2024 klo 20.41",
        "17.5.2024 20.41",
        "17-5-2024 20:41",
        "2024/5/17 20:41",
        "2024-5-17 20:41",
        "2024. 05. 17. 20:41",
        "May 17, 2024 20:41 hrs",
        "17 मई 2024 20:41",
        "17 maja 2024 r., 20:41",
        "17 máj 2024 20:41",
        "17 май 2024 г., 20:41",
        "17. maj 2024 ob 20:41",
        "17 Mai 202420:41",
        "17. Mai 202420:41",
        "2024-05-1720:41",
        "17.05.2024um 20:41",
        "17.05.2024, um 20:41 Uhr",
        "May 17, 2024at 8:41 pm",
        "May 17, 2024 · 8:41 PM",
        "May 17, 2024 \u2014 8:41 PM",
        "May 17, 2024 (8:41 pm)",
        "May 17, 2024, at 8:41 p.m.",
        "May 17, 2024 8:41 P.M. EDT",
        "May 17, 2024 / 8:41 pm",
        "17 May 2024 20:41 UTC",
        "17 May 2024 20:41 GMT+1",
        "17 May 2024 20:41 (GMT+01:00)",
    ],
)
def test_more_forms_of_one_moment(text):
    stamp = find_timestamp(text)
    assert (stamp.raw, fields(stamp)) == (text, MAY_17)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", ["medium", "full"])
def test_date_and_time_in_every_language(language, width):
    moment = datetime(2024, 5, 17, 20, 41, tzinfo=UTC)
    said = f"{format_date(moment, width, locale=language)} {format_time(moment, 'short', locale=language)}"
    stamp = search_timestamp(said)
    day = (stamp.day, stamp.month) if stamp.pair is None else sorted(stamp.pair, reverse=True)
    assert (stamp.year, *day, stamp.hour, stamp.minute) == (2024, 17, 5, 20, 41)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday at 5",
        "hier à 08h07",
        "dün 14:05",
        "Today, 02:54 PM",
        "gestern um 14.05 Uhr",
        "ayer a las 14:05",
        "ieri alle ore 14:05",
        "ontem às 14h05",
        "gisteren om 14:05",
        "wczoraj o 14:05",
        "вчера в 14:05",
        "昨日 14:05",
        "昨天14:05",
        "昨天 下午2:05",
        "어제 오후 2:05",
        "أمس في 2:05 م",
        "igår kl. 14:05",
        "i går kl 14.05",
        "eilen klo 14.05",
        "tegnap 14:05",
        "χθες στις 14:05",
        "вчора о 14:05",
        "ieri la 14:05",
        "אתמול 14:05",
        "دیروز ۱۴:۰۵",
        "hôm qua 14:05",
        "kemarin pukul 14.05",
        "ahir a les 14:05",
        "včera v 14:05",
        "8:41 pm yesterday",
        "Lundi à 14h05",
        "Monday 5:03 PM",
    ],
)
def test_days_counted_from_now(text):
    stamp = find_timestamp(text)
    assert stamp.raw == text
    assert stamp.is_relative
    assert stamp.has_time


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3 yr. ago", (3, "year")),
        ("gerade eben", (0, "second")),
        ("à l'instant", (0, "second")),
        ("vor einer Stunde", (1, "hour")),
        ("vor 3 Std.", (3, "hour")),
        ("il y a 3 heures", (3, "hour")),
        ("il y a 5 min", (5, "minute")),
        ("hace un día", (1, "day")),
        ("un'ora fa", (1, "hour")),
        ("3 horas atrás", (3, "hour")),
        ("een uur geleden", (1, "hour")),
        ("5 godz. temu", (5, "hour")),
        ("час назад", (1, "hour")),
        ("約3時間前", (3, "hour")),
        ("2ヶ月前", (2, "month")),
        ("3日前", (3, "day")),
        ("3小时前", (3, "hour")),
        ("刚刚", (0, "second")),
        ("3시간 전", (3, "hour")),
        ("방금 전", (0, "second")),
        ("3 saat önce", (3, "hour")),
        ("bir gün önce", (1, "day")),
        ("قبل ٣ ساعات", (3, "hour")),
        ("منذ ساعتين", (2, "hour")),
        ("3 timmar sedan", (3, "hour")),
        ("πριν 3 ώρες", (3, "hour")),
        ("3 години тому назад", (3, "hour")),
        ("3 ชั่วโมงที่แล้ว", (3, "hour")),
        ("less than a minute ago", (1, "minute")),
        ("vor 3 h", (3, "hour")),
        ("il y a environ 2 heures", (2, "hour")),
        ("5 мин назад", (5, "minute")),
        ("5 мин. назад", (5, "minute")),
        ("há 5 min", (5, "minute")),
        ("vor weniger als einer Minute", (0, "second")),
    ],
)
def test_single_spans(text, span):
    stamp = find_timestamp(text)
    assert (stamp.raw, stamp.spans) == (text, (span,))


@pytest.mark.parametrize(
    "text",
    [
        "for 2 hours",
        "seit 5 Jahren",
        "hai 3 anni",
        "in 3 days",
        "may be 5",
        "1/2 cup",
        "3-4 days",
        "2.5 hours",
        "5.4.3",
        "192.168.1.1",
        "10.0.0.1 20:41",
        "v1.2.3",
        "4:30",
        "24/7",
        "1-2-3",
        "la 5 a 10",
        "now",
        "a day",
        "Today we saw",
        "Heute ist 5",
        "oggi 5 persone",
        "so 8:41",
        "to 8:41",
        "ma 20:41",
        "€12.50",
        "12.50 Uhr",
        "1-800-555-1234",
        "978-3-16-148410-0",
        "Luke 12:30",
        "Page 1 of 5",
        "令和6年13月17日",
        "6年5月17日前 17",
    ],
)
def test_more_that_is_no_timestamp(text):
    assert find_timestamp(text) is None


@pytest.mark.parametrize(
    ("text", "month", "day", "clock"),
    [
        ("Sep 21, 3:05 PM", 9, 21, (15, 5)),
        ("21 sept. à 15h05", 9, 21, (15, 5)),
        ("17.05. 20:41 Uhr", 5, 17, (20, 41)),
        ("05/17 20:41", 5, 17, (20, 41)),
        ("9月21日 15:05", 9, 21, (15, 5)),
    ],
)
def test_a_year_need_not_be_shown(text, month, day, clock):
    stamp = find_timestamp(text)
    assert (stamp.raw, stamp.year, stamp.month, stamp.day) == (text, None, month, day)
    assert (stamp.hour, stamp.minute) == clock


def test_two_numbers_and_a_time_stay_open():
    stamp = find_timestamp("11-02 16:43")
    assert (stamp.pair, stamp.year, stamp.hour) == ((11, 2), None, 16)


def test_a_range_of_times_is_no_zone():
    stamp = find_timestamp("May 17, 2024 6:00-8:00")
    assert (stamp.raw, stamp.offset) == ("May 17, 2024 6:00", None)


@pytest.mark.parametrize("accents", ["NFC", "NFD"])
def test_accents_may_stand_apart_from_their_letters(accents):
    text = unicodedata.normalize(accents, "17 août 2024 à 20h41")
    stamp = find_timestamp(text)
    assert (stamp.raw, stamp.month, stamp.minute) == (text, 8, 41)


@pytest.mark.parametrize(
    ("value", "moment", "offset"),
    [
        ("2023-11-02T16:43:00Z", (2023, 11, 2, 16, 43), 0),
        ("2023-11-02T16:43:00.123456+01:00", (2023, 11, 2, 16, 43), 60),
        ("2023-11-02 16:43:00 -0530", (2023, 11, 2, 16, 43), -330),
        ("2023-11-02T16:43+01", (2023, 11, 2, 16, 43), 60),
        ("2023-11-02T1643", (2023, 11, 2, 16, 43), None),
        ("20231102T164300Z", (2023, 11, 2, 16, 43), 0),
        ("202311021643", (2023, 11, 2, 16, 43), None),
        ("20231102", (2023, 11, 2, None, 0), None),
        ("2023-11-02", (2023, 11, 2, None, 0), None),
        ("2023-W44-4", (2023, 11, 2, None, 0), None),
        ("2023W444T1643", (2023, 11, 2, 16, 43), None),
        ("2023-306T16:43", (2023, 11, 2, 16, 43), None),
        ("2023-11-02T24:00", (2023, 11, 3, 0, 0), None),
        ("2023-11-02T16:43:00Z[Europe/Berlin]", (2023, 11, 2, 16, 43), 0),
        ("1698943380", (2023, 11, 2, 16, 43), 0),
        ("1698943380.25", (2023, 11, 2, 16, 43), 0),
        ("1698943380000", (2023, 11, 2, 16, 43), 0),
        ("1698943380000000", (2023, 11, 2, 16, 43), 0),
        ("/Date(1698943380000)/", (2023, 11, 2, 16, 43), 0),
        ("Thu, 02 Nov 2023 16:43:00 +0000", (2023, 11, 2, 16, 43), 0),
        ("Thu Nov 02 2023 16:43:00 GMT+0100 (CET)", (2023, 11, 2, 16, 43), 60),
        ("Thu Nov 02 16:43:00 +0000 2023", (2023, 11, 2, 16, 43), 0),
        (" 2. November 2023 um 16:43 ", (2023, 11, 2, 16, 43), None),
        ("Posted on 2 November 2023, 16:43", (2023, 11, 2, 16, 43), None),
    ],
)
def test_machine_readable_values(value, moment, offset):
    stamp = machine_timestamp(value)
    assert (fields(stamp), stamp.offset) == (moment, offset)
    assert value[stamp.start : stamp.end] == stamp.raw


@pytest.mark.parametrize(
    "value",
    [
        "", "comment_date", "1 ", "0", "-1", "12", "Invalid Date", "NaN", "null", "0000-00-00",
        "1970-01-01T00:00:00", "0001-01-01T00:00:00", "2023-13-02", "2023-366", "2023-11",
        "PT3H", "P1D", "123456789", "9" * 30, "9999999999999", "2023-11-02" * 30, "\ud800", "\0",
    ],
)  # fmt: skip
def test_what_is_no_machine_readable_value(value):
    assert machine_timestamp(value) is None


def said_times():
    """Dates, times and spans as 37 languages say them, with and without text around them."""
    moment = datetime(2024, 5, 17, 20, 41, 5, tzinfo=UTC)
    for language in LANGUAGES:
        for width in ("short", "medium", "long", "full"):
            if width != "full":  # zone names in words
                yield format_datetime(moment, width, locale=language)
            yield format_date(moment, width, locale=language)
        for seconds in (5, 60, 3600, 7200, 86400, 900000, 40000000):
            yield format_timedelta(timedelta(seconds=-seconds), add_direction=True, locale=language)
    yield from DAY_WORDS


def test_no_timestamp_is_missed_by_the_quick_look(monkeypatch):
    monkeypatch.setattr(reader, "looks_like_time", lambda _: True)
    texts = [around for text in said_times() for around in (text, f"Ann: {text}", f"{text} 12")]
    read = [text for text in texts if len(text) <= LONGEST and search_timestamp(text) is not None]
    assert len(read) > 1_700
    assert [text for text in read if not looks_like_time(text)] == []


@pytest.mark.parametrize(
    "text", ["17thMay 2024", "05-17\n20:41", "17.5.\u00a02024", "2024-5-7", "17.05. um ca. 20.41"]
)
def test_rare_forms_pass_the_quick_look(text):
    assert looks_like_time(text)


@pytest.mark.parametrize("text", ["刚刚发布", "アンたった今", "เมื่อวานนี้เอง", "昨天發佈"])
def test_scripts_without_spaces_pass_the_quick_look(text):
    assert looks_like_time(text)


@pytest.mark.parametrize(
    "text", ["Reply", "Ann Lee", "12 Antworten", "Share on Facebook", "1.234 points", "#12"]
)
def test_most_text_is_refused_by_the_quick_look(text):
    assert not looks_like_time(text)


def test_a_short_text_costs_microseconds():
    texts = [
        "Reply",
        "Ann Lee",
        "12 comments",
        "2 hours ago",
        "17 May 2024 20:41",
        "Share this with friends",
    ] * 500
    begin = time.process_time()
    for text in texts:
        search_timestamp(text)
    assert (time.process_time() - begin) / len(texts) < 2e-4


def test_month_names_of_all_languages_agree():
    meanings = {}
    for language in LANGUAGES:
        for number, name in get_month_names(locale=language).items():
            meanings.setdefault(fold(name), set()).add(number)
    assert {name for name, numbers in meanings.items() if len(numbers) > 1} == set()


@given(st.text(max_size=220))
def test_any_value_of_an_attribute_is_read_without_an_exception(text):
    stamp = machine_timestamp(text)
    assert stamp is None or text[stamp.start : stamp.end] == stamp.raw


PIECES = [
    "2024", "05", "17", "5", "20", ":", "41", " ", ".", "/", "-", ",", "T", "Z", "pm", "PM",
    "May", "Mai", "mayo", "5月", "17日", "2024年", "下午", "오후", "م", "vor", "ago", "hours",
    "Stunden", "yesterday", "hier", "at", "um", "à", "h", "+02", "(", ")", "\u200f", "\u0301",
    "\u0130", "\ud800", "\0", "٣", "３", "قبل", "ساعات", "Mon", "Di", "24:00", "99", "'24",
    "12.12.12",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_any_mixture_of_parts_is_read_within_its_text(text):
    for stamp in (find_timestamp(text), search_timestamp(text), machine_timestamp(text)):
        assert stamp is None or text[stamp.start : stamp.end] == stamp.raw != ""


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("5d", ((5, "day"),)),
        (" 2 w ", ((2, "week"),)),
        ("3 Std.", ((3, "hour"),)),
        ("2 sem.", ((2, "week"),)),
        ("3小时", ((3, "hour"),)),
        ("1 hour, 5 minutes", ((1, "hour"), (5, "minute"))),
    ],
)
def test_a_span_that_is_all_of_a_text(text, spans):
    stamp = bare_span(text)
    assert (stamp.spans, text[stamp.start : stamp.end]) == (spans, stamp.raw)


@pytest.mark.parametrize("text", ["", "5", "5 j", "5 likes", "3 hours of it", "5 d x", "d", "1 h" * 30])
def test_what_is_no_bare_span(text):
    assert bare_span(text) is None
