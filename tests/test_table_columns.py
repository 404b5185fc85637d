"""What a browser sends about the columns of a table becomes a sound mapping, or an error."""

import pytest

from dashboard.table_columns import MOST_SHOWN, chosen, columns_panel, previewed
from threads.errors import ThreadsError
from threads.parse.exports.tables.mapping import Mapping
from threads.records import Report, TableColumn


def column(name, field=None):
    return TableColumn(name=name, key=name, field=field, reason="", confidence=None, examples=("x",))


def report(*columns):
    return Report(source="table.csv", kept=1, columns=columns)


def test_what_is_shown_is_what_is_read():
    shown = previewed(report(column("a", "text"), column("b"), column("c", "author")), None)
    assert chosen(shown, shown["fields"], None) == Mapping(columns={"text": ("a",), "author": ("c",)})
    zoned = Mapping(columns={"text": ("z",)}, time_zone="Europe/Berlin", name="forum")
    assert chosen(shown, ["text", "text", "-"], zoned).columns == {"text": ("a", "b")}
    assert chosen(shown, ["text", "text", "-"], zoned).time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    "fields", [["-", "-"], ["author", "author"], ["colour", "text"], [["text"], {"a": 1}]]
)
def test_what_is_no_mapping_is_an_error(fields):
    with pytest.raises(ThreadsError):
        chosen({"keys": ["a", "b"]}, fields, None)


@pytest.mark.parametrize("shown", [None, {}, "keys", {"keys": "ab"}, {"keys": ["a"]}, {"keys": []}])
def test_what_is_no_table_is_none(shown):
    assert chosen(shown, ["text", "author"], None) is None


def test_of_a_wide_table_the_columns_in_use_have_controls():
    columns = [*(column(f"c{n}") for n in range(500)), column("body", "text")]
    assert previewed(report(*columns), None)["keys"][0] == "body"
    assert len(previewed(report(*columns), None)["keys"]) == MOST_SHOWN
    assert "and 441 more columns" in str(columns_panel(columns)[1])
