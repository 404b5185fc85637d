"""What is particular to exports of blogs and boards beyond their samples."""

import json

import pytest

from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source

ENTRY = """<entry><id>tag:blogger.com,1999:blog-1.{id}</id><published>2012-01-0{day}T00:00:00Z</published>
<category scheme='http://schemas.google.com/g/2005#kind'
 term='http://schemas.google.com/blogger/2008/kind#{kind}'/><title type='text'>Frogs</title>
<content type='html'>{text}</content><author><name>Ida</name></author>{more}</entry>"""


def read(text):
    return parse(Source.from_text(text), Options())


def test_a_backup_of_blogger_whose_template_comes_first_and_is_long():
    answer = "<thr:in-reply-to href='http://f.example/p' ref='tag:blogger.com,1999:blog-1.post-100'/>"
    entries = [
        ENTRY.format(id="layout", day=1, kind="template", text="b{} " * 40_000, more=""),
        ENTRY.format(id="post-100", day=2, kind="post", text="They cross.", more=""),
        ENTRY.format(id="post-200", day=3, kind="comment", text="How many?", more=answer),
    ]
    parsed = read(
        "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
        f"xmlns:thr='http://purl.org/syndication/thread/1.0'>{''.join(entries)}</feed>"
    )
    (one,) = parsed.discussions
    assert (one.source_format, one.title, one.article_text) == ("comment-feed", "Frogs", "They cross.")
    assert [c.text for c in one.comments] == ["How many?"]


def test_questions_of_stack_exchange_are_discussions_of_their_answers():
    parsed = read(
        '<?xml version="1.0" encoding="utf-8"?>\n<posts>\n'
        '<row Id="1" PostTypeId="1" CreationDate="2010-07-19T19:12:12.510" Title="How many frogs?" '
        'Body="&lt;p&gt;Count them.&lt;/p&gt;" />\n'
        '<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2010-07-19T20:12:12.510" Score="4" '
        'Body="&lt;p&gt;Twelve &amp;amp; one.&lt;/p&gt;" OwnerUserId="9" />\n'
        '<row Id="3" PostTypeId="5" CreationDate="2010-07-19T20:12:12.510" Body="frogs are" />\n</posts>'
    )
    (one,) = parsed.discussions
    assert (one.title, one.article_text) == ("How many frogs?", "Count them.")
    assert [(c.comment_id, c.text, c.likes, c.author_id) for c in one.comments] == [
        ("2", "Twelve & one.", 4, "9")
    ]
    assert parsed.report.left_out == {"neither a question nor an answer": 1}


def test_comments_of_remark42_as_its_api_gives_a_tree():
    def comment(own, pid):
        return {"id": own, "pid": pid, "text": f"<p>{own}</p>", "user": {"name": "Ida", "id": "u"},
                "locator": {"url": "https://f.example/p"}, "time": "2023-02-03T09:00:00Z"}  # fmt: skip

    tree = {
        "comments": [{"comment": comment("a", ""), "replies": [{"comment": comment("b", "a")}]}],
        "info": {},
    }
    (one,) = read(json.dumps(tree)).discussions
    assert one.source_format == "remark42"
    assert [(c.comment_id, c.parent_id, c.text) for c in one.comments] == [("a", None, "a"), ("b", "a", "b")]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_an_entry_of_movable_type_without_its_last_lines_is_read_to_its_end(ends):
    text = "TITLE: Frogs\nSTATUS: Publish\n-----\nBODY:\nThey cross.\n-----\nCOMMENT:\nAUTHOR: Fred\nWell."
    (one,) = read(text.replace("\n", ends)).discussions
    assert [(c.author, c.text, c.published_at) for c in one.comments] == [("Fred", "Well.", None)]
