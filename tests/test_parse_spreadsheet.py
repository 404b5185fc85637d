"""The escaping of spreadsheet cells: nothing that starts a formula, and exactly reversible."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threads.parse.spreadsheet import escape, escape_all, unescape

STARTERS = "=+-@|%'\t\r\n＝＋－＠"
hostile = st.text(alphabet=st.sampled_from("=+-@|%'\t\r\n;,＝＋－＠a\"\x00\ud800"), max_size=30)


@pytest.mark.parametrize("starter", STARTERS)
@pytest.mark.parametrize("before", ["", "x\r", "x\n", "x;", "x\t"])
def test_a_starter_is_marked_at_the_start_and_after_each_break(before, starter):
    assert escape(f"{before}{starter}1") == f"{before}'{starter}1"


@pytest.mark.parametrize("plain", ["", "a=b", "1-2", "it's", "a,=b", "x@y.org", "a; b"])
def test_ordinary_text_is_left_alone(plain):
    assert escape(plain) == plain


def test_text_that_was_never_escaped_is_left_alone():
    assert unescape("=1+1") == "=1+1"


@given(hostile | st.text())
@settings(max_examples=20_000, deadline=None)
def test_unescape_undoes_escape_for_every_string(value):
    assert unescape(escape(value)) == value


@given(hostile)
@settings(max_examples=2_000, deadline=None)
def test_no_escaped_text_has_a_bare_starter(value):
    assert not re.search(r"(?:\A|[\r\n;\t])[=+\-@|%＝＋－＠]", escape(value))


@given(st.lists(hostile.map(lambda value: value.replace("\0", "")), min_size=1, max_size=5))
@settings(max_examples=400, deadline=None)
def test_many_values_are_marked_at_once_as_each_is(values):
    assert escape_all("\0".join(values)).split("\0") == list(map(escape, values))
