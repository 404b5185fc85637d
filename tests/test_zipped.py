"""A ZIP archive of several exports: read file by file, what cannot be read told by name."""

import io
import zipfile

import pytest

from threads.errors import InputError
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.settings import Settings

WXR = """<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><item>
<title>Frogs {number}</title><link>https://f.example/{number}</link><wp:post_id>{number}</wp:post_id>
<wp:comment><wp:comment_id>{number}1</wp:comment_id><wp:comment_content>Well.</wp:comment_content>
<wp:comment_parent>{parent}</wp:comment_parent></wp:comment></item></channel></rss>"""
TABLE = "id,text,author\n1,So cool,Ann\n2,Not at all,Bob\n"


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def read(files, settings=None):
    return parse(Source.from_bytes(zipped(files), "blog.zip"), Options(), settings=settings or Settings())


def test_the_parts_of_a_blog_are_read_one_after_the_other():
    parsed = read({f"blog.{n}.xml": WXR.format(number=n, parent=0) for n in (1, 2)} | {"__MACOSX/._x": "x"})
    assert [(d.title, d.source, len(d.comments)) for d in parsed.discussions] == [
        ("Frogs 1", "blog.zip", 1),
        ("Frogs 2", "blog.zip", 1),
    ]
    assert parsed.report.kept == 2
    assert "read from the archive: 2 of 2 files" in parsed.report.warnings


def test_files_of_several_formats_and_one_that_is_none():
    parsed = read({"a.xml": WXR.format(number=1, parent=0), "b.csv": TABLE, "readme.txt": "Hello you"})
    assert [d.source_format for d in parsed.discussions] == ["wordpress-wxr", "table"]
    assert any("not read: readme.txt: no format recognises it" in note for note in parsed.report.warnings)


def test_what_is_left_out_names_its_file():
    parsed = read({"a.csv": TABLE, "b.csv": TABLE + "3,,Cy\n"})
    assert [(s.place, s.reason) for s in parsed.report.skipped] == [("b.csv, row 4", "it has no text")]
    assert parsed.report.left_out == {"it has no text": 1}


def test_an_archive_without_an_export_is_an_error():
    with pytest.raises(InputError, match="none of the 2 files in this ZIP archive could be read"):
        read({"a.txt": "Hello", "b.txt": "you"})


def test_a_bomb_among_the_files_costs_no_other():
    parsed = read({"bomb.csv": TABLE + "4,x,y\n" * 3_000_000, "b.csv": TABLE})
    assert parsed.report.kept == 2
    assert any("not read: bomb.csv: it unpacks to" in note for note in parsed.report.warnings)


def test_a_file_larger_than_the_limit_is_not_unpacked_from_memory():
    parsed = read({"a.csv": TABLE + "4,x,y\n" * 500, "b.csv": TABLE}, Settings(max_unpacked_bytes=1_000))
    assert parsed.report.kept == 2
    assert any("a.csv: unpacked it has more than the limit" in note for note in parsed.report.warnings)


def test_an_archive_in_an_archive_is_not_opened():
    parsed = read({"in.zip": zipped({"a.csv": TABLE, "b.csv": TABLE}), "c.csv": TABLE})
    assert parsed.report.kept == 2


def test_an_answer_to_a_comment_in_another_discussion_is_told_as_such():
    both = WXR.format(number=1, parent=0).partition("</channel>")[0] + WXR.format(number=2, parent=11)[
        WXR.index("<item>") :
    ].replace(
        "</channel>",
        WXR.format(number=3, parent=99)[WXR.index("<item>") : WXR.index("</channel>")] + "</channel>",
    )
    report = parse(Source.from_text(both), Options()).report
    assert (
        "1 answer to a comment in another discussion of this export; the reference stays" in report.warnings
    )
    assert "1 answer to a comment that is not in this export; the reference stays" in report.warnings


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        (",".join(f"column_{n}" for n in range(10_000)) + "\n" + "x," * 9_999 + "x\n", "10,000 columns"),
    ],
    ids=["lists", "objects", "columns"],
)
def test_what_is_too_deep_or_too_wide_is_a_named_error(text, problem):
    with pytest.raises(InputError, match=problem):
        parse(Source.from_text(text), Options())


def test_xml_of_no_known_kind_is_told_what_is_known():
    parsed = parse(Source.from_text('<?xml version="1.0"?><mediawiki><page/></mediawiki>'), Options())
    assert any("not known (mediawiki)" in note and "Disqus" in note for note in parsed.report.warnings)
