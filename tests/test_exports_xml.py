"""Records of XML exports: the same from a sound file and a damaged one, and nothing hostile is followed."""

import time
from xml.etree import ElementTree

import pytest
from conftest import ROOT

from threads.parse import Options, Source, parse
from threads.parse.exports import disqus, xml_records
from threads.parse.exports.wordpress import LAYOUT, WordPressExport
from threads.parse.exports.xml_records import Record, Rows, root_tag

HEAD = (
    '<?xml version="1.0"?>{}<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel><item><title>T</title>'
)
COMMENT = (
    "<wp:comment><wp:comment_id>{}</wp:comment_id><wp:comment_content>{}</wp:comment_content></wp:comment>"
)
TAIL = "</item></channel></rss>"


def read(text):
    parsed = WordPressExport().read(Source.from_text(text), Options())
    return [c.text for d in parsed.discussions for c in d.comments], parsed.report


LAYOUTS = {"wordpress_wxr": LAYOUT, "disqus_import": LAYOUT, "disqus_export": disqus.LAYOUT}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_sound_file_gives_the_same_by_its_tags(name):
    source = Source.from_path(ROOT / "sample_data" / name / "thread.xml")
    sound, by_tags = (
        list(one_by_one(reader(source, LAYOUTS[name])))
        for reader in (xml_records._sound, xml_records._damaged)
    )
    assert sound == by_tags


def one_by_one(found):
    for item in found:
        if isinstance(item, Rows):
            yield from one_by_one(item.records())
        elif isinstance(item, Record):
            yield item.name, item.is_open, filled(item.fields)


def filled(fields):
    return {name: value.strip() for name, value in fields.items() if value.strip()}


def test_fields_stay_with_their_comment_where_one_has_too_few_and_another_too_many():
    whole = [COMMENT.format(n, f"text {n}") for n in range(1, 5)]
    whole[1] = whole[1].partition("<wp:comment_content>")[0] + "</wp:comment>"
    whole[2] = whole[2].replace("<wp:comment>", "<wp:comment><wp:comment_content>first</wp:comment_content>")
    texts, _ = read(HEAD.format("") + "".join(whole) + TAIL)
    assert texts == ["text 1", "", "first", "text 4"]


def test_a_field_between_comments_is_of_none_of_them():
    field = "<wp:comment_content>text {}</wp:comment_content>"
    comments = [f"<wp:comment>{field.format(n)}</wp:comment>" for n in range(4)]
    texts, _ = read(HEAD.format("") + field.format("of nobody") + "".join(comments) + TAIL)
    assert texts == [f"text {n}" for n in range(4)]


def test_damage_in_one_comment_does_not_reach_the_next():
    whole = COMMENT.format(1, "one") + COMMENT.format(2, "two<b> &eacute; three") + COMMENT.format(3, "four")
    texts, report = read(HEAD.format("") + whole + TAIL)
    assert texts == ["one", "two é three", "four"]
    assert report.warnings[0].startswith("this is not well-formed XML")


def test_a_file_that_ends_in_a_comment_says_so():
    texts, report = read(HEAD.format("") + COMMENT.format(1, "one") + COMMENT.format(2, "two")[:70])
    assert texts == ["one"]
    assert [s.reason for s in report.skipped] == ["the file ends in the middle of it"]


def test_a_comment_without_its_end_tag_ends_where_the_next_begins():
    texts, _ = read(
        HEAD.format("") + COMMENT.format(1, "one").removesuffix("</wp:comment>") + COMMENT.format(2, "two")
    )
    assert texts == ["one", "two"]


BOMBS = {
    "laughs": '<!DOCTYPE r [<!ENTITY a "'
    + "ha" * 50
    + '">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>",
    "outside": '<!DOCTYPE r [<!ENTITY i SYSTEM "file:///etc/passwd">]>',
    "parameter": '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p; <!ENTITY i "x">]>',
    "dtd": '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">',
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_entity_is_followed(name):
    start = time.perf_counter()
    texts, _ = read(HEAD.format(BOMBS[name]) + COMMENT.format(1, "before &i; after") + TAIL)
    assert texts == ["before &i; after"]
    assert time.perf_counter() - start < 1


def test_an_entity_in_an_attribute_is_not_blown_up():
    item = f'<wp:comment x="{"&i;" * 100}"><wp:comment_content>text</wp:comment_content></wp:comment>'
    start = time.perf_counter()
    texts, _ = read(HEAD.format(BOMBS["laughs"]) + item + TAIL)
    assert texts == ["text"]
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "unit", ["<wp:comment>", "<wp:comment_content>", "<item>", "<wp:comment x", "<![CDATA[", "</item"]
)
def test_time_is_linear_in_what_is_never_closed(unit):
    start = time.perf_counter()
    read(HEAD.format("") + unit * 5_000)
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    ("head", "root"),
    [
        ('<?xml version="1.0"?>\n<!-- <no> -->\n<rss a="1">', '<rss a="1">'),
        ("\ufeff<feed>", "<feed>"),
        ("Warning: no such thing in <b>x.php</b>\n<?xml version='1.0'?><rss>", "<rss>"),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>", "<rss>"),
        ("text <rss>", ""),
        ("", ""),
    ],
)
def test_the_root_of_a_document(head, root):
    assert root_tag(head) == root


def test_a_long_file_is_read_in_little_memory():
    import tracemalloc

    text = HEAD.format("") + "".join(COMMENT.format(n, "x" * 1_000) for n in range(20_000)) + TAIL
    source = Source.from_bytes(text.encode())
    tracemalloc.start()
    count = sum(r.name == "comment" for r in xml_records.records(source, LAYOUT))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 8_000_000


def test_parse_knows_it_behind_a_servers_warning():
    text = "Warning: session in <b>x.php</b>\n" + HEAD.format("") + COMMENT.format(1, "one") + TAIL
    assert parse(Source.from_text(text), Options()).discussions[0].source_format == "wordpress-wxr"


@pytest.mark.parametrize(
    "name",
    [
        "disqus_export",
        "feed_atom",
        "feed_blogger",
        "feed_rss",
        "stack_exchange",
        "wordpress_wxr",
        "xml_table",
    ],
)
def test_what_elementtree_wrote_anew_with_prefixes_of_its_own_reads_the_same(name):
    file = (ROOT / "sample_data" / name / "thread.xml").read_bytes()
    anew = ElementTree.tostring(ElementTree.fromstring(file), "utf-8", xml_declaration=True)
    assert told(anew) == told(file)


def test_a_takeout_of_blogger_is_known_by_whatever_prefix():
    entry = (
        "<entry><id>tag:post-{n}</id><{p}type>{kind}</{p}type><content type='html'>Text {n}</content></entry>"
    )
    entries = entry.format(n=1, p="b:", kind="POST") + entry.format(n=2, p="b:", kind="COMMENT")
    feed = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:b='http://schemas.google.com/blogger/2018'>"
    anew = ElementTree.tostring(ElementTree.fromstring(f"{feed}{entries}</feed>"))
    assert anew.startswith(b"<ns0:feed")
    assert told(anew) == [("comment-feed", "tag:post-2", None, None, "Text 2")]


@pytest.mark.parametrize("root", ["rss", "feed", "a:feed xmlns:a='http://www.w3.org/2005/Atom'"])
def test_a_feed_without_entries_says_so(root):
    channel = f"<channel><title>Comments on Kites</title></channel></{root.split()[0]}>"
    for start in ("", "<?xml version='1.0'?>"):
        parsed = parse(Source.from_text(f"{start}<{root}>{channel}"), Options())
        assert parsed.report.warnings == ("the feed has no entries: there are no comments in it",)


def test_a_feed_of_articles_is_told_from_what_is_not_known():
    text = "<?xml version='1.0'?><rss><channel><item><title>Kites</title></item></channel></rss>"
    parsed = parse(Source.from_text(text), Options())
    assert parsed.report.warnings[0].startswith("this is a feed of articles")
    backup = (
        "<feed><entry><category term='blogger/2008/kind#post'/><id>1</id><title>Kites</title></entry></feed>"
    )
    assert parse(Source.from_text(backup), Options()).report.warnings == (
        "1 discussion without comments left out",
    )


def told(data):
    return [
        (d.source_format, c.comment_id, c.parent_id, c.author, c.text)
        for d in parse(Source.from_bytes(data), Options()).discussions
        for c in d.comments
    ]


def test_markup_within_a_text_is_read_as_what_it_is():
    said = (
        "I <b>like</b> the tunnel<br/>and &lt;b&gt; &amp; you",
        "<p>No, take</p><p>the ferry</p>",
        "Plain &amp; only",
    )
    comments = (
        f"<comment><author>Ada {n}</author><date>2024-05-01T10:0{n}:00Z</date><body>{text}</body></comment>"
        for n, text in enumerate(said)
    )
    document = f"<?xml version='1.0'?><guestbook>{''.join(comments)}</guestbook>"
    found = parse(Source.from_bytes(document.encode(), "file"), Options())
    assert [c.text for d in found.discussions for c in d.comments] == [
        "I like the tunnel\nand <b> & you",
        "No, take\n\nthe ferry",
        "Plain & only",
    ]
