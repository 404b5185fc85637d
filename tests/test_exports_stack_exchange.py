"""Data dumps of Stack Exchange: posts that lie beside the comments, and files that are cut."""

from threads.parse.exports.stack_exchange import StackExchange
from threads.parse.formats import Options
from threads.parse.source import Source

COMMENTS = """<?xml version="1.0"?>
<comments>
  <row Id="1" PostId="4" Score="1" Text="Which tide?" CreationDate="2016-09-01T10:00:00.000" UserId="2" />
  <row Id="2" PostId="9" Score="" Text="Low tide." CreationDate="2016-09-01T10:01:00.000" UserId="3" />
  <row Id="3" Score="0" Text="Whose?" CreationDate="2016-09-01T10:02:00.000" />
</comments>"""
POSTS = """<?xml version="1.0"?>
<posts>
  <row Id="3" PostTypeId="1" Title="Nobody asks here" Body="&lt;p&gt;x&lt;/p&gt;" />
  <row Id="4" PostTypeId="1" Title="When to sail?"
    Body="&lt;p&gt;The bar is &lt;b&gt;shallow&lt;/b&gt;.&lt;/p&gt;" CreationDate="2016-08-31T00:00:00.000" />
  <row Id="9" PostTypeId="2" ParentId="4" Body="&lt;p&gt;At noon.&lt;/p&gt;" />
</posts>"""


def read(folder, comments=COMMENTS):
    (folder / "Comments.xml").write_text(comments, encoding="utf-8")
    source = Source.from_path(folder / "Comments.xml")
    assert StackExchange().sniff(source)
    return StackExchange().read(source, Options())


def test_posts_beside_the_comments_tell_what_they_are_about(tmp_path):
    (tmp_path / "Posts.xml").write_text(POSTS, encoding="utf-8")
    question, answer = read(tmp_path).discussions
    assert (question.title, question.article_text) == ("When to sail?", "The bar is shallow.")
    assert (answer.title, answer.article_text) == ("When to sail?", "At noon.")
    assert question.published_at.isoformat() == "2016-08-31T00:00:00+00:00"


def test_without_posts_the_comments_stand_alone(tmp_path):
    parsed = read(tmp_path)
    assert [d.title for d in parsed.discussions] == [None, None]
    assert [skipped.place for skipped in parsed.report.skipped] == ["row 3"]
    assert [c.likes for d in parsed.discussions for c in d.comments] == [1, None]


def test_discussions_of_two_sites_are_told_apart(tmp_path):
    one = read(tmp_path).discussions[0].thread_id
    other = read(tmp_path, COMMENTS.replace("10:00:00", "11:00:00")).discussions[0].thread_id
    assert one != other
    assert read(tmp_path).discussions[0].thread_id == one


def test_a_file_that_is_cut_is_read_as_far_as_it_goes(tmp_path):
    parsed = read(tmp_path, COMMENTS[: COMMENTS.index("Low tide")])
    assert parsed.report.kept == 1
    assert any("not well-formed" in warning for warning in parsed.report.warnings)


def test_rows_before_and_behind_what_is_no_xml_are_read(tmp_path):
    junk = COMMENTS + "\n\nFields: Id, PostId, e.g. <row Id"
    parsed = read(tmp_path, junk)
    assert [c.text for d in parsed.discussions for c in d.comments] == ["Which tide?", "Low tide."]
    assert parsed.report.warnings[0].startswith("this is not well-formed XML (line 8)")
    parsed = read(tmp_path, COMMENTS.replace("<row", "& <row", 1))
    assert parsed.report.kept == 2


def test_a_long_question_behind_damage_is_read(tmp_path):
    posts = POSTS.replace("<posts>", "<posts>&").replace("shallow", "shallow " * 5_000)
    (tmp_path / "Posts.xml").write_text(posts, encoding="utf-8")
    assert read(tmp_path).discussions[0].title == "When to sail?"
