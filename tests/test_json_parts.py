"""JSON of any size is read in parts, and a key that stands twice is told."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threads.errors import InputError
from threads.parse import Options, Source, parse
from threads.parse.exports import json_items, json_parts
from threads.parse.exports.json_repeats import Repeats
from threads.settings import Settings

LIMITED = Settings().replace(max_input_bytes=2_000)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(json_parts, "WHOLE", 100)
    monkeypatch.setattr(json_items, "WHOLE", 100)
    monkeypatch.setattr(json_parts, "_CHUNK", 30)


def in_parts(text):
    return list(json_parts.parts(io.BytesIO(text.encode()), "file", Repeats()))


@settings(max_examples=40, deadline=None)
@given(st.lists(VALUES, min_size=1))
def test_a_list_comes_whole_whatever_its_parts(values):
    text = json.dumps(values)
    whole, chunk = json_parts.WHOLE, json_parts._CHUNK
    json_parts.WHOLE, json_parts._CHUNK = max(map(len, map(json.dumps, values))) + 40, 30
    try:
        found = in_parts(text)
    finally:
        json_parts.WHOLE, json_parts._CHUNK = whole, chunk
    assert [value for part in found for value in part] == values


def test_beside_each_part_of_a_list_stands_what_came_before_it(small):
    chat = {"name": "a", "chats": {"list": [{"id": 1, "messages": list(range(100))}]}, "last": 2}
    found = in_parts(json.dumps(chat))
    assert len(found) > 2
    assert {part["name"] for part in found} == {"a"}
    inner = [one for part in found for one in part["chats"]["list"]]
    assert {one["id"] for one in inner} == {1}
    assert [message for one in inner for message in one["messages"]] == chat["chats"]["list"][0]["messages"]


def test_objects_by_their_ids_come_some_at_a_time(small):
    by_id = {str(number): {"text": f"text {number}"} for number in range(20)}
    found = in_parts(json.dumps(by_id))
    assert len(found) > 2
    assert {key: value for part in found for key, value in part.items()} == by_id


@pytest.mark.parametrize(
    "broken",
    [
        '[{"text": "one"}, {"text": "two"}, {"text": "th' + "x" * 200,
        '[{"text": "one"} {"text": "two"}' + " " * 200 + "]",
        "[" * 5_000,
        '{"a": ' * 5_000,
        '[{"text": "' + "x" * 300 + '"}]',
        '[1, 2, oops, "' + "x" * 200 + '"]',
        "[" + "1, " * 200,
    ],
)
def test_what_is_no_sound_json_is_an_error_with_its_line(small, broken):
    with pytest.raises(InputError, match="no sound JSON"):
        in_parts(broken)


def test_a_list_above_the_limit_gives_the_comments_of_one_below_it(small, tmp_path):
    rows = [
        {"id": n, "author": f"User {n}", "text": f"This is comment {n} \U0001f600.", "likes": n}
        for n in range(200)
    ]
    file = tmp_path / "comments.json"
    for content in (rows, {"comments": rows}, {"status": "ok", "data": {"comments": rows}}):
        file.write_text(json.dumps(content), encoding="utf-8")
        found = parse(Source.from_path(file, LIMITED), Options(), settings=LIMITED)
        assert [c.text for d in found.discussions for c in d.comments] == [row["text"] for row in rows]
        assert [c.comment_id for d in found.discussions for c in d.comments] == [str(n) for n in range(200)]


def test_a_list_that_is_cut_stores_nothing(small, tmp_path):
    file = tmp_path / "comments.json"
    file.write_text(json.dumps([{"id": n, "text": "This is a comment."} for n in range(200)])[:-30])
    with pytest.raises(InputError, match="no sound JSON"):
        parse(Source.from_path(file, LIMITED), Options(), settings=LIMITED)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[{"id": 1, "text": "first said", "text": "second said"}, {"id": 2, "text": "\\":"}]', "'text'"),
        ('{"id": 1, "text": "one is said", "id" : 2}\n{"id": 3, "text": "two is said"}\n', "'id'"),
        ('{"id": 1, "text": "one \\\\", "meta": {"a": 1, "a": 2}}\n{"id": 3, "text": "two is said"}', "'a'"),
        ('{"id": 1, "text": "one is said"}\n{"id": NaN, "text": "two is said", "text": "three"}\n', "'text'"),
        ('[{"id": NaN, "text": "one is said", "text": "three"}]', "'text'"),
        ('{"id": 1, "text": "so :) and \\" : so", "id"  : 2}\n{"id": 3, "text": "two : three"}', "'id'"),
        ('[{"id" : 1, "text" : "one is said"}, {"id" : 2, "text" : "a", "id" : 3}]', "'id'"),
    ],
)
def test_a_key_that_stands_twice_is_told(content, told):
    report = parse(Source.from_bytes(content.encode(), "file"), Options(), settings=Settings()).report
    assert [w for w in report.warnings if "a key twice" in w] == [
        f"1 object of JSON has a key twice, such as {told}: the last one counts"
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=4)))
def test_where_no_key_stands_twice_nothing_is_told(values):
    repeats = Repeats()
    for text in (
        json.dumps(values),
        json.dumps(values, indent=1),
        json.dumps(values, separators=(" , ", " : ")),
    ):
        repeats.look(text.encode(), [values])
    assert repeats.told() is None


@pytest.mark.parametrize("name", ["telegram", "wordpress_rest", "isso_json", "youtube_api", "json_table"])
def test_an_export_in_parts_gives_what_it_gives_whole(monkeypatch, name):
    (file,) = (Path(__file__).parent.parent / "sample_data" / name).glob("thread.*")
    whole = parse(Source.from_path(file), Options(), settings=Settings())
    for module in (json_parts, json_items):
        monkeypatch.setattr(module, "WHOLE", 1_500)
    monkeypatch.setattr(json_parts, "_CHUNK", 400)
    found = parse(Source.from_path(file), Options(), settings=Settings())
    assert found.discussions == whole.discussions
    assert (found.report.read, found.report.left_out) == (whole.report.read, whole.report.left_out)
