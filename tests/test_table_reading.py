"""From rows to comments: what each column gives, what is repaired, what is told."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook as Written

from threads.errors import InputError, SettingError
from threads.parse import parse
from threads.parse.exports.tables.formats import JsonTable, TextTable, Workbook
from threads.parse.exports.tables.mapping import FIELDS, Mapping, from_pairs, from_text, of_columns, to_text
from threads.parse.exports.tables.presets import PRESETS
from threads.parse.formats import Options
from threads.parse.source import Source

NAIVE = datetime.fromisoformat("2024-05-17T20:41")  # as cells of Excel are
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "exports"


def read(text, mapping=None, **options):
    given = from_pairs(mapping) if isinstance(mapping, str) else mapping
    return TextTable().read(Source.from_text(text), Options(mapping=given, **options))


def comments(text, mapping=None, **options):
    return [c for d in read(text, mapping, **options).discussions for c in d.comments]


def test_every_field_of_a_comment():
    (comment,) = comments(
        "id,parent_id,thread_id,title,url,author,author_id,created_at,edited_at,text,likes,status\n"
        "c2,c1,t1,Tunnel,https://example.com/1,Ann,u7,2024-05-17T20:41:00+02:00,2024-05-17T21:00:00Z,"
        "No tunnel,7,spam\n"
    )
    assert comment.comment_id == "c2"
    assert (comment.parent_id, comment.parent_source) == ("c1", "given")
    assert (comment.author, comment.author_id, comment.likes) == ("Ann", "u7", 7)
    assert comment.published_at == datetime(2024, 5, 17, 18, 41, tzinfo=UTC)
    assert comment.edited_at == datetime(2024, 5, 17, 21, tzinfo=UTC)
    assert (comment.text, comment.status) == ("No tunnel", "spam")


def test_a_thread_of_each_key_with_its_title_and_address():
    parsed = read("post_id,post_title,post_url,comment\np1,A,/a,Yes\np2,B,/b,No\np1,A,/a,Well\n")
    assert [(d.title, d.url, len(d.comments)) for d in parsed.discussions] == [("A", "/a", 2), ("B", "/b", 1)]


def test_tables_of_texts_alone_are_discussions_of_their_own():
    one, two = (read(f"comment,sentiment\n{text},good\nEnd,bad\n") for text in ("A tunnel", "A bridge"))
    assert len(one.discussions) == 1
    assert one.discussions[0].thread_id != two.discussions[0].thread_id


@pytest.mark.parametrize("top", ["", "0", "0.0", "root", "None", "nan", "-1", "t3_x9", "p1"])
def test_what_says_that_a_comment_answers_nobody(top):
    found = comments(f"id,post_id,parent_id,comment\nc1,p1,{top},Yes\nc2,p1,c1,No\n")
    assert [c.parent_id for c in found] == [None, "c1"]


def test_ids_that_a_program_took_for_numbers_or_marked():
    found = comments("id,parent_id,comment\n11.0,0.0,Yes\n12.0,11.0,No\n13.0,12,Well\n")
    assert [(c.comment_id, c.parent_id) for c in found] == [("11", None), ("12", "11"), ("13", "12")]
    found = comments("name,parent_id,comment\nt1_a,t3_x,Yes\nt1_b,t1_a,No\n", "id=name")
    assert [(c.comment_id, c.parent_id) for c in found] == [("a", None), ("b", "a")]


def test_parents_in_paths():
    found = comments("comment.id,path,content\n12,0.12,Yes\n34,0.12.34,No\n", "parent=path")
    assert [c.parent_id for c in found] == [None, "12"]


def test_a_post_s_title_above_its_text():
    assert [c.text for c in comments("title,selftext\nWhy,Because it leaks\nHow,\n")] == [
        "Why\n\nBecause it leaks",
        "How",
    ]


def test_html_becomes_text_only_where_the_column_shows_tags():
    assert comments("id,body\n1,a<br/>b\n2,c &amp; d\n")[0].text == "a\nb"
    assert comments("id,body\n1,a < b\n2,&gt; c\n")[1].text == "> c"
    assert comments("id,body\n1,a < b > c\n2,d\n")[0].text == "a < b > c"


def test_what_is_no_text_is_left_out_with_its_place():
    parsed = read("id,comment\n1,Yes\n2,\n3,NaN\n4,[removed]\n")
    assert [s.place for s in parsed.report.skipped] == ["row 3", "row 4"]
    assert parsed.discussions[0].comments[-1].status == "removed"


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["1715978460", "1715978470"], datetime(2024, 5, 17, 20, 41, tzinfo=UTC)),
        (["1715978460.0", "1715978470.0"], datetime(2024, 5, 17, 20, 41, tzinfo=UTC)),
        (["1715978460000", "1715978470000"], datetime(2024, 5, 17, 20, 41, tzinfo=UTC)),
        (["2024-05-17", "2024-05-18"], datetime(2024, 5, 17, tzinfo=UTC)),
        (["05/17/2024 20:41", "05/06/2024 20:45"], datetime(2024, 5, 17, 20, 41, tzinfo=UTC)),
        (["17.05.2024 20:41", "06.05.2024 20:45"], datetime(2024, 5, 17, 20, 41, tzinfo=UTC)),
        (["May 17, 2024 at 8:41 pm", "May 18, 2024 at 8:41 pm"], datetime(2024, 5, 17, 20, 41, tzinfo=UTC)),
        (["Fri May 17 20:41:00 +0000 2024", "Sat May 18 20:41:00 +0000 2024"], None),
    ],
)
def test_times_as_they_are_written(cells, first):
    found = comments("time;comment\n" + "".join(f"{cell};Yes\n" for cell in cells))
    assert found[0].published_at == (first or datetime(2024, 5, 17, 20, 41, tzinfo=UTC))
    assert found[0].published_at_raw == cells[0]


def test_the_order_of_day_and_month_is_one_for_the_column():
    found = comments("time,comment\n05/06/2024,Yes\n13/06/2024,No\n07/06/2024,Well\n")
    assert [c.published_at.day for c in found] == [5, 13, 7]
    parsed = read("time,comment\n05/06/2024,Yes\n07/06/2024,No\n")
    assert "ambiguous day and month" in parsed.report.warnings[0]


def test_a_format_and_a_zone_that_the_mapping_gives():
    (comment,) = comments(
        "when,comment\n17|05|24 20h41,Yes\n", "time=when,time_format=%d|%m|%y %Hh%M,time_zone=Europe/Berlin"
    )
    assert comment.published_at == datetime(2024, 5, 17, 18, 41, tzinfo=UTC)
    assert comment.timezone_source == "given"


def test_times_that_cannot_be_read_are_counted_and_stay_as_found():
    parsed = read("time,comment\n" + "2024-05-17T20:41:00,Yes\n" * 8 + "soonish,No\n")
    assert "1 times could not be read; they stay as found" in parsed.report.warnings
    assert parsed.discussions[0].comments[-1].published_at_raw == "soonish"


# --- mappings ---


def test_pairs_change_the_guess():
    table = "author,nick,comment\nAnn Lee,ann,Yes\n"
    assert comments(table)[0].author == "Ann Lee"
    assert comments(table, "author=nick")[0].author == "ann"
    assert comments(table, "author=")[0].author is None
    assert comments(table, "author=2,text=3")[0].author == "ann"
    assert comments(table, "text=nick+comment")[0].text == "ann\n\nYes"


def test_a_whole_mapping_takes_nothing_that_it_does_not_name():
    (comment,) = comments("author,comment\nAnn,Yes\n", from_text('text = "comment"', "file"))
    assert (comment.author, comment.text) == (None, "Yes")


def test_a_mapping_is_written_and_read_back():
    mapping = Mapping(
        columns={"text": ('ti"tle', "bö\\dy"), "author": ("a,b\x7f\t",)},
        time_format="%d.%m.%Y",
        time_zone="Europe/Berlin",
        markup="html",
    )
    assert from_text(to_text(mapping), "file") == mapping
    assert from_text(json.dumps({"text": ["a", "b"]}), "file") == from_text('text = ["a", "b"]', "file")


def test_what_was_understood_is_a_mapping_that_reads_the_same():
    table = "id,parent_id,title,body,name\n" + "".join(f"c{n},c{n - 1},T{n},B {n} b,Ann\n" for n in range(9))
    again = of_columns(read(table).report.columns)
    assert comments(table, from_text(to_text(again), "file")) == comments(table)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("body", "neither a saved mapping nor a file nor field=column"),
        ("colour=body", "no field is called 'colour'.*text, author"),
        ("text=body,markup=latex", "'latex' is no markup.*html, entities, plain"),
        ("text=body,time_zone=Mars/Base", "no time zone is called 'Mars/Base'"),
    ],
)
def test_a_wrong_mapping_is_named_with_what_is_known(text, problem):
    with pytest.raises(SettingError, match=problem):
        from_pairs(text)


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(InputError, match=r"columns author, comment: the table has no column called 'bdy'"):
        read("author,comment\nAnn,Yes\n", "text=bdy")


def test_a_table_without_texts_says_what_to_do():
    report = read("Actor,Score\nAnn,3\nBob,4\nCid,5\n").report
    assert (report.kept, [c.name for c in report.columns]) == (0, ["Actor", "Score"])
    assert "say which it is" in report.warnings[0]


def test_the_report_says_what_columns_were_taken_for():
    columns = read("ab,author,email,comment\n1,Ann,a@b.example,Yes\n").report.columns
    assert [(c.name, c.field) for c in columns] == [
        ("ab", None),
        ("author", "author"),
        ("email", None),
        ("comment", "text"),
    ]
    assert columns[3].examples == ("Yes",)
    assert columns[2].reason == "addresses of people are not taken"


# --- Excel ---


def workbook(tmp_path, *rows, title="Sheet"):
    book = Written()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    return Source.from_path(tmp_path / "table.xlsx")


def test_a_workbook_is_read_by_its_content(tmp_path):
    source = workbook(tmp_path, ["id", "comment", "date"], [7, "Yes, yes", NAIVE])
    (comment,) = parse(source, Options()).discussions[0].comments
    assert (comment.comment_id, comment.text) == ("7", "Yes, yes")
    assert comment.published_at == datetime(2024, 5, 17, 20, 41, tzinfo=UTC)


def test_an_old_workbook_is_told_how_to_be_converted():
    source = Source.from_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old.xls")
    with pytest.raises(InputError, match=r"an old Excel workbook \(.xls\).*--convert-to xlsx"):
        parse(source, Options())


def test_a_damaged_workbook_is_named(tmp_path):
    data = workbook(tmp_path, ["comment"], ["Yes"]).data
    with pytest.raises(InputError, match="the workbook cannot be read"):
        Workbook().read(Source.from_bytes(data[: len(data) // 2], "cut.xlsx"), Options())


# --- real files ---


def samples():
    if not SHARED.exists():
        return []
    items = json.loads((SHARED / "index.json").read_text(encoding="utf-8"))["samples"]
    return [item for item in items if item["file"].startswith(("csv/", "json/"))]


@pytest.mark.skipif(not SHARED.exists(), reason="the samples are not beside the repository")
def test_published_tables_have_what_was_counted_in_them():
    seen = samples()
    for item in seen:
        parsed = parse(Source.from_path(SHARED / "samples" / item["file"]), Options())
        found = [c for d in parsed.discussions for c in d.comments]
        times = sorted(c.published_at for c in found if c.published_at)
        place = item["file"]
        assert parsed.report.read == item["n_comments"], place
        assert len(parsed.discussions) == item["n_threads"], place
        if item["first_timestamp_iso"]:
            first, last = (
                datetime.fromisoformat(item[name].removesuffix(" (naive)"))
                for name in ("first_timestamp_iso", "last_timestamp_iso")
            )
            assert [times[0], times[-1]] == [
                t if t.tzinfo else t.replace(tzinfo=UTC) for t in (first, last)
            ], place
        if item["format"] != "csv-text-only":  # that one has no ids: equal texts are told apart
            assert len(found) == item["n_distinct_ids"], place
        answers = sum(c.parent_source == "given" for c in found)
        # Duplicates that are left out take their parents along: 13 of 20 answer a comment.
        assert answers == item["n_replies_with_parent"] - (13 if "dotted" in place else 0), place
    assert len(seen) == 5


DOCS = (Path(__file__).resolve().parent.parent / "docs" / "tables.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "meaning"), [*FIELDS.items(), *((p.mapping.name, p.help) for p in PRESETS)])
def test_the_docs_have_every_field_and_preset(name, meaning):
    assert f"| `{name}` | {meaning} |" in DOCS


# --- JSON ---


def objects(text):
    source = Source.from_text(text)
    assert JsonTable().sniff(source)
    return JsonTable().read(source, Options())


def test_nested_keys_are_columns_with_dotted_names():
    parsed = objects(
        '[{"data": {"id": 7, "author": {"name": "Ann"}, "body": "Yes"}}, {"data": {"body": "No"}}]'
    )
    assert [c.name for c in parsed.report.columns] == ["data.id", "data.author.name", "data.body"]
    first, second = parsed.discussions[0].comments
    assert (first.comment_id, first.author, first.text) == ("7", "Ann", "Yes")
    assert (second.author, second.text) == (None, "No")


def test_an_object_a_line_and_lines_that_hold_none():
    parsed = objects('{"id": 1, "text": "Yes"}\n{"id": 2, "te\n{"id": 3, "text": "No"}\n')
    assert [c.text for c in parsed.discussions[0].comments] == ["Yes", "No"]
    assert [s.place for s in parsed.report.skipped] == ["line 2"]


def test_comments_within_threads_and_answers_within_comments():
    comments = [{"id": 1, "text": "Yes", "replies": [{"id": 2, "text": "No"}]}]
    threads = [{"id": name.lower(), "title": name, "comments": comments} for name in "AB"]
    parsed = objects(json.dumps(threads))
    assert [d.title for d in parsed.discussions] == ["A", "B"]
    assert [[(c.comment_id, c.parent_id) for c in d.comments] for d in parsed.discussions] == [
        [("1", None), ("2", "1")],
        [("1", None), ("2", "1")],
    ]


def test_nesting_of_any_depth():
    text = '{"id": 0, "text": "No", "replies": []}'
    for number in range(1, 120):
        text = f'{{"id": {number}, "text": "Yes", "replies": [{text}]}}'
    assert len(objects(f"[{text}]").discussions[0].comments) == 120


@pytest.mark.parametrize("text", ['[{"a": NaN, "text": "Yes"}]', '[{"text": "Yes", "a": "\\ud800"}]'])
def test_what_is_nearly_json_is_read(text):
    assert objects(text).report.kept == 1


@pytest.mark.parametrize("text", ['[{"text": "Yes"', '[{"a": ' + "[" * 100_000])
def test_what_is_cut_or_too_deep_is_named(text):
    with pytest.raises(InputError, match="no sound JSON"):
        objects(text)


# --- hostile workbooks ---


def repacked(source, part, change):
    """A workbook with one part changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(source.data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return Source.from_bytes(out.getvalue(), "hostile.xlsx")


def test_entities_in_a_workbook_are_refused(tmp_path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def armed(xml):
        return bomb + xml.partition(b"?>")[2].replace(b"</sheetData>", b"&b;</sheetData>")

    source = repacked(workbook(tmp_path, ["id", "comment"], [1, "Yes"]), "xl/worksheets/sheet1.xml", armed)
    with pytest.raises(InputError, match="the workbook cannot be read"):
        Workbook().read(source, Options())


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    source = repacked(
        workbook(tmp_path, ["id", "comment"], [1, "Yes"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b" " * 50_000_000 + b"</sheetData>"),
    )
    with pytest.raises(
        InputError, match=r"times its size, more than the limit of 200.*BTL_MAX_UNPACKED_RATIO"
    ):
        Workbook().read(source, Options())


CORAL = """\
c-1,u-1,s-1,2019-03-04T10:11:12.000Z,"<p>First, and best</p>",,APPROVED
c-2,u-2,s-1,2019-03-04T10:15:12.000Z,"<p>You are wrong there.</p>",c-1,NONE
c-3,u-3,s-2,2019-03-05T10:11:12.000Z,"<p>Cheap tunnels here</p>",,REJECTED
c-4,u-1,s-1,2019-03-04T11:11:12.000Z,"<p>No, I am not</p>",c-2,APPROVED
"""


@pytest.mark.parametrize("rows", [CORAL, CORAL + CORAL.replace("c-", "d-")])
def test_coral_s_table_without_names_of_columns(rows):
    found = comments(rows)[:4]
    said = {c.comment_id: (c.parent_id, c.author_id, c.status, c.text) for c in found}
    assert said["c-1"] == (None, "u-1", "visible", "First, and best")
    assert said["c-2"] == ("c-1", "u-2", "visible", "You are wrong there.")
    assert {c.comment_id: c.status for c in comments(rows)}["c-3"] == "removed"
    assert {d.thread_id for d in read(rows).discussions} == {c.thread_id for c in comments(rows)}
    assert len(read(rows).discussions) == 2


def test_names_of_people_are_no_ids():
    table = "name,email,comment\nann@example.com,ann@example.com,Yes\nBob,bob@example.com,No\n"
    parsed = read(table)
    assert [c.author for c in parsed.discussions[0].comments] == ["ann", "Bob"]
    assert "example.com" not in str(parsed.discussions)


def test_a_row_that_stands_twice_does_not_cost_the_replies():
    rows = [f"{n},{n - 1 if n > 1 else ''},Text number {n}\n" for n in range(1, 7)]
    parsed = read("id,parent_id,comment\n" + "".join([*rows, rows[-1]]))
    assert [c.parent_id for c in parsed.discussions[0].comments] == [None, "1", "2", "3", "4", "5"]
    assert [item.place for item in parsed.report.skipped] == ["row 8"]


def test_the_report_says_that_parents_are_authors():
    warnings = read("id,user_id,parent_id,comment\nc1,u1,,Yes\nc2,u2,u1,No\nc3,u1,u2,Well\n").report.warnings
    assert "column parent_id is not used: its name says parent, but its values are ids of authors" in warnings


def read_json(value):
    parsed = JsonTable().read(Source.from_text(json.dumps(value)), Options())
    return [c for d in parsed.discussions for c in d.comments]


@pytest.mark.parametrize(
    "around",
    [
        lambda some: {"data": {"comments": some}},
        lambda some: {"status": "ok", "result": {"page": {"items": some}}},
        lambda some: {"posts": [{"title": "A", "comments": some}]},
        lambda some: {"posts": [{"title": "A", "comments": some[:1]}, {"title": "A", "comments": some[1:]}]},
    ],
)
def test_comments_some_steps_down_and_answers_of_later_ones(around):
    some = [{"id": 1, "text": "Yes"}, {"id": 2, "text": "No", "replies": [{"id": 3, "text": "Why?"}]}]
    assert [(c.comment_id, c.parent_id) for c in read_json(around(some))] == [
        ("1", None),
        ("2", None),
        ("3", "2"),
    ]


def test_ids_as_mongodb_writes_them_and_those_of_people_beside_them():
    (one, two) = read_json(
        [
            {"_id": {"$oid": "5f1"}, "content": "Yes", "user": {"id": 7, "name": "Ann"}, "replyTo": None},
            {"_id": {"$oid": "5f2"}, "content": "No", "user": {"id": 8}, "replyTo": {"$oid": "5f1"}},
        ]
    )
    assert (one.comment_id, one.author, one.author_id) == ("5f1", "Ann", "7")
    assert (two.comment_id, two.parent_id, two.author_id) == ("5f2", "5f1", "8")


TITLED = [
    ["Comments of May"],
    [],
    ["ID", "Author", "Comment"],
    ["1", "Ann", "Yes, it leaks"],
    ["2", "Bob", "No"],
]


def test_a_title_above_the_names_of_columns(tmp_path):
    path = tmp_path / "titled"
    book = Written()
    for row in TITLED:
        book.active.append(row)
    book.save(path)
    workbook = Workbook().read(Source.from_path(path), Options())
    text = read('Comments of May\n\nID,Author,Comment\n1,Ann,"Yes, it leaks"\n2,Bob,No\n')
    for parsed in (workbook, text):
        (discussion,) = parsed.discussions
        assert [(c.comment_id, c.author, c.text) for c in discussion.comments] == [
            ("1", "Ann", "Yes, it leaks"),
            ("2", "Bob", "No"),
        ]


def test_a_list_of_texts_alone():
    source = Source.from_text('["A tunnel leaks", "It does not"]')
    assert JsonTable().sniff(source)
    (discussion,) = JsonTable().read(source, Options()).discussions
    assert [c.text for c in discussion.comments] == ["A tunnel leaks", "It does not"]


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        ("Date,Time", "2024-05-13,14:32", "2024-05-14,9:05"),
        ("Datum,Uhrzeit", "13.05.2024,14:32 Uhr", "14.05.2024,09:05 Uhr"),
        ("Date,Time", "5/13/2024,2:32 PM", "5/14/2024,9:05 AM"),
        ("Time,Date", "14:32:00,2024-05-13 00:00:00", "09:05:00,2024-05-14 00:00:00"),
        ("Date,Heure", "13/05/2024,14h32", "14/05/2024,9h05"),
    ],
)
def test_the_day_and_the_time_of_day_in_two_columns(header, first, second):
    found = comments(f"{header},Name,Comment\n{first},Ann,No tunnel please\n{second},Bob,A bridge then\n")
    assert [comment.published_at for comment in found] == [
        datetime(2024, 5, 13, 14, 32, tzinfo=UTC),
        datetime(2024, 5, 14, 9, 5, tzinfo=UTC),
    ]


def test_a_day_without_its_time_of_day():
    found = comments("Date,Time,Comment\n2024-05-13,,No tunnel\n2024-05-14,09:05,A bridge\n")
    assert found[0].published_at == datetime(2024, 5, 13, tzinfo=UTC)
    assert found[0].published_at_precision == "day"


def test_how_long_something_took_is_no_time_of_day():
    found = comments("Date,Duration,Comment\n2024-05-13,14:32,No tunnel\n2024-05-14,9:05,A bridge\n")
    assert {comment.published_at_precision for comment in found} == {"day"}


def test_two_columns_of_a_time_are_given():
    found = comments("d,h,Comment\n2024-05-13,14:32,No tunnel\n", "time=d+h")
    assert found[0].published_at == datetime(2024, 5, 13, 14, 32, tzinfo=UTC)


def test_comments_that_are_bare_texts_in_an_object():
    text = '{"title": "Tunnel", "comments": ["It leaks at both ends.", "Then swim."], "tags": ["a b", "c"]}'
    (discussion,) = JsonTable().read(Source.from_text(text), Options()).discussions
    assert discussion.title == "Tunnel"
    assert [comment.text for comment in discussion.comments] == ["It leaks at both ends.", "Then swim."]
