"""How a table of text is written is found out from its beginning."""

import csv
import io

import pytest

from threads.errors import InputError
from threads.parse.exports.tables.delimited import Delimited
from threads.parse.exports.tables.dialect import Dialect, dialect
from threads.parse.exports.tables.formats import TextTable
from threads.parse.formats import Options
from threads.parse.source import Source


@pytest.fixture(autouse=True)
def _limit():
    """Begin with the limit that a process begins with: it is one for all, and other readers raise it."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(max(before, csv.field_size_limit()))


def table(text, **more):
    return dialect(text, is_whole=True, **more)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_found(delimiter):
    text = f'author{delimiter}comment\nAnn{delimiter}"So, so; yes"\nBob{delimiter}No\n'
    assert table(text) == Dialect(delimiter, columns=2)


def test_a_first_row_of_values_is_no_header():
    text = "1,2024-05-17T20:41:00,A tunnel at last\n2,2024-05-17T20:45:00,It took years\n" * 3
    assert not table(text).has_header


def test_one_column_is_a_table_where_cells_with_commas_are_quoted():
    assert table('"Yes, we can"\n"No, no"\nPerhaps\n') == Dialect(has_header=False)
    assert table("Comment\nYes\nNo\n", is_named=True) == Dialect()
    assert table("Comment\nYes\nNo\n") is None


def test_a_first_comment_is_not_taken_for_a_name():
    assert not table('한두명만 들여라\n"정우성이, 수용하면"\n"환대, 하시는"\n').has_header


def test_what_excel_says_of_the_separator_is_heeded():
    found = table("sep=;\r\nauthor;comment\r\nAnn;Yes, yes\r\n")
    assert (found.delimiter, found.skipped) == (";", 7)


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee\nMay 17, 2024 at 20:41\nAt last, a tunnel.\n\nBob\nMay 18, 2024 at 9:10\nIt took years.\n",
        "Hello, there\nGood, day\n",
        "First of all, no. Then, well, perhaps.\nSecond, and last, yes.\n" * 5,
        '{"author": "Ann", "comment": "Yes"}\n{"author": "Bob", "comment": "No"}\n',
        "<p>author,comment</p>\n<p>Ann,Yes</p>\n<p>Bob,No</p>\n",
        "",
    ],
)
def test_prose_and_markup_are_no_tables(text):
    assert table(text) is None


def read(data, name="input"):
    source = Source.from_bytes(data, name) if isinstance(data, bytes) else Source.from_text(data, name)
    return TextTable().read(source, Options())


def texts(parsed):
    return [c.text for d in parsed.discussions for c in d.comments]


def test_line_breaks_and_quotes_in_cells():
    parsed = read('id,comment\n1,"a\n\nb ""c"""\r\n2,"d\re"\n')
    assert texts(parsed) == ['a\n\nb "c"', "d\re"]


def test_quotes_escaped_by_backslashes():
    parsed = read('id,comment\n1,"He said \\"no\\", twice"\n2,"\\"Yes\\""\n3,"Fine, \\"then\\""\n')
    assert texts(parsed) == ['He said "no", twice', '"Yes"', 'Fine, "then"']


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding):
    parsed = read(
        "author;comment\r\nKäthe;Die Fähre fährt stündlich – für 3 €\r\nJörn;Schön\r\n".encode(encoding)
    )
    assert texts(parsed)[0] == "Die Fähre fährt stündlich – für 3 €"


def test_a_byte_of_another_encoding_is_mended_and_told():
    rows = "author,comment\n" + "Käthe,schön und gut für alle\n" * 30
    parsed = read(rows.encode() + "Jörn,für\n".encode("cp1252"))
    assert texts(parsed)[-1] == "für"
    assert any("Windows-1252" in warning for warning in parsed.report.warnings)


def test_rows_of_other_lengths_are_kept_or_left_out_with_their_place():
    parsed = read("id,comment,likes\n1,Yes,2\n2,No\n3,So,1,,\n4,Well, well,3\n\n5,End,0\n")
    assert texts(parsed) == ["Yes", "No", "So", "End"]
    assert parsed.report.warnings == ("1 rows are shorter than the table: what they lack is missing",)
    assert [(s.place, s.reason[:27]) for s in parsed.report.skipped] == [
        ("row 5", "it has 4 cells under 3 colu")
    ]


def test_a_name_that_r_leaves_out():
    parsed = read('"author" "comment"\n'.replace('" "', '","') + '"1","Ann","Yes, yes"\n"2","Bob","No, no"\n')
    assert texts(parsed) == ["Yes, yes", "No, no"]


def test_a_pointer_is_named_as_one():
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 123456\n"
    assert TextTable().sniff(Source.from_text(pointer))
    with pytest.raises(InputError, match=r"pointer to a file of 123,456 bytes.*git lfs pull"):
        read(pointer)


def test_a_quote_that_is_never_closed_is_named_with_its_row():
    text = 'id,comment\n1,Yes\n2,"No\n' + "3,So it goes on and on and on\n" * 200_000
    with pytest.raises(InputError, match=r"row 3: this is not a sound table .*a quote is not closed"):
        read(text)


@pytest.mark.parametrize(
    ("rest", "is_whole"),
    [
        ('3,B,"never closed\n4,C,foo bar\n5,D,baz foo\n', False),
        ('3,B,"never closed\n4,C,foo bar\n5,D,"closed, too"\n', False),
        ('3,B,"never closed\n4,C,a "word" in quotes\n', False),
        ('3,"B" junior,"never closed\n4,C,foo\n', False),
        ('3,B,"cut off', False),
        ('3,B,"a word" in quotes\n4,C,"a line\nand one"\n', True),
        ('3,B,"a word" and "one never closed\n4,C,foo\n', True),
        ('3,B,a 5" pipe\n4,C,"and ""one"" in quotes"\n', True),
    ],
)
def test_no_quote_that_is_never_closed_makes_one_comment_of_several(rest, is_whole):
    text = f"id,author,comment\n1,A,Yes\n2,A,No\n{rest}"
    if is_whole:
        assert len(texts(read(text))) == 4
        return
    with pytest.raises(InputError, match=r"row 4: this is not a sound table .*a quote is not closed"):
        read(text)


def test_what_goes_on_behind_its_quotes_is_kept():
    assert texts(read('id,comment\n1,Yes\n2,"Never" he said\n3,No\n')) == ["Yes", "Never he said", "No"]


def test_quotes_are_characters_where_lines_of_as_many_tabs_show_it():
    lines = ['1\t"Never" he said', '2\t"and an open one', "3\tNo", '4\t"All in quotes"', '5\tsaid \\"so\\"']
    found = texts(read("\n".join(["id\tcomment", *lines])))
    assert found == ['"Never" he said', '"and an open one', "No", '"All in quotes"', 'said \\"so\\"']


def test_a_cell_of_several_lines_in_a_table_with_tabs_keeps_them():
    text = 'id\tcomment\n1\t"Two\nlines"\n2\t"A ""word"""\n3\tNo\n'
    assert texts(read(text)) == ["Two\nlines", 'A "word"', "No"]


def test_a_first_comment_may_be_longer_than_what_is_looked_at():
    assert texts(read('id,comment\n1,"' + "Yes, and no. " * 20_000 + '"\n'))[0].startswith("Yes, and no.")
    source = Source.from_text('id,comment\n1,"' + "Yes, and no.\n" * 500_000)
    assert TextTable().sniff(source)
    with pytest.raises(InputError, match="a quote is not closed"):
        TextTable().read(source, Options())


def test_too_many_columns_are_refused():
    text = ",".join(f"c{n}" for n in range(10_000))
    with pytest.raises(InputError, match=r"10,000 columns, more than the 1,000"):
        read(f"{text}\n{text}\n")


def test_the_table_is_read_as_a_stream(monkeypatch):
    source = Source.from_bytes(b"id,comment\n" + b"1,Yes\n" * 10)
    monkeypatch.setattr(Source, "text", property(lambda _: pytest.fail("it was held whole")))
    places, columns = next(Delimited(source, Dialect(columns=2)).blocks([1]))
    assert (places[0], columns[0][0]) == ("row 2", "Yes")
    assert isinstance(source.open_utf8(), io.BufferedIOBase)
