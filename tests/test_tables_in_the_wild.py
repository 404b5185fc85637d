"""Tables as programs that collect comments write them: names of columns, nesting, encodings."""

import json
import re

import pytest

from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source


def discussions(content, name="comments"):
    data = content if isinstance(content, bytes) else content.encode()
    return parse(Source.from_bytes(data, name), Options()).discussions


def comments(content):
    if not isinstance(content, (str, bytes)):
        content = json.dumps(content)
    return [comment for discussion in discussions(content) for comment in discussion.comments]


def table(*rows, delimiter=","):
    return "".join(delimiter.join(row) + "\n" for row in rows)


# Names of columns: author, second of the day, likes and parent of the second comment.
TABLES = {
    "TikTok": table(
        ("cid", "create_time", "createTimeISO", "diggCount", "repliesToId", "text", "uid", "uniqueId"),
        ("7", "1700000000", "2023-11-14T22:13:20.000Z", "5", "", "So cool", "u1", "ann"),
        ("8", "1700000001", "2023-11-14T22:13:21.000Z", "3", "7", "Not at all", "u2", "bob"),
    ),
    "Netvizz": table(
        ("post_id", "comment_id", "comment_by", "is_reply", "comment_message", "comment_published", "likes"),
        ("1_2", "7", "ann", "0", "So cool", "2023-11-14T22:13:20+0000", "5"),
        ("1_2", "8", "bob", "1", "Not at all", "2023-11-14T22:13:21+0000", "3"),
        delimiter="\t",
    ),
    "YouTube Data Tools": table(
        ("id", "likeCount", "publishedAt", "authorName", "text", "isReply", "isReplyTo", "isReplyToName"),
        ("7", "5", "2023-11-14 22:13:20", "ann", "So cool", "0", "", ""),
        ("8", "3", "2023-11-14 22:13:21", "bob", "Not at all", "1", "7", "ann"),
    ),
    "vBulletin": table(
        ("postid", "threadid", "parentid", "username", "userid", "title", "dateline", "pagetext", "likes"),
        ("7", "9", "0", "ann", "5", "Tunnel", "1700000000", "So cool", "5"),
        ("8", "9", "7", "bob", "6", "", "1700000001", "Not at all", "3"),
    ),
    "Cusdis": table(
        ("id", "pageId", "content", "by_nickname", "by_email", "parentId", "approved", "createdAt", "likes"),
        ("7", "9", "So cool", "ann", "a@example.org", "", "true", "2023-11-14T22:13:20.000Z", "5"),
        ("8", "9", "Not at all", "bob", "", "7", "true", "2023-11-14T22:13:21.000Z", "3"),
    ),
    "Bilibili": table(
        ("序号", "上级评论ID", "评论ID", "用户ID", "用户名", "评论内容", "评论时间", "点赞数", "IP属地"),
        ("1", "0", "7", "55", "ann", "第一条评论", "2023-11-14 22:13:20", "5", "广东"),
        ("2", "7", "8", "56", "bob", "回复一下", "2023-11-14 22:13:21", "3", "广东"),
    ),
    "phpBB": table(
        ("post_id", "topic_id", "poster_id", "post_time", "post_username", "post_text", "likes", "reply_to"),
        ("7", "9", "5", "1700000000", "ann", "So cool", "5", "0"),
        ("8", "9", "6", "1700000001", "bob", "Not at all", "3", "7"),
    ),
    "Artalk": table(
        ("id", "rid", "page_key", "page_title", "content", "nick", "link", "created_at", "vote_up"),
        ("7", "0", "/tunnel", "Tunnel", "So cool", "ann", "https://a.example/", "2023-11-14T22:13:20Z", "5"),
        ("8", "7", "/tunnel", "Tunnel", "Not at all", "bob", "", "2023-11-14T22:13:21Z", "3"),
    ),
    "Comments on reviews": table(
        ("id", "review_id", "parent_id", "text", "author", "pub_date", "likes"),
        ("7", "3", "", "So cool", "ann", "2023-11-14T22:13:20Z", "5"),
        ("8", "3", "7", "Not at all", "bob", "2023-11-14T22:13:21Z", "3"),
    ),
    "Bluesky, by addresses": table(
        ("uri", "cid", "author.handle", "text", "createdAt", "likeCount", "reply.parent.uri"),
        ("at://7", "b7", "ann", "So cool", "2023-11-14T22:13:20Z", "5", ""),
        ("at://8", "b8", "bob", "Not at all", "2023-11-14T22:13:21Z", "3", "at://7"),
    ),
}


@pytest.mark.parametrize("program", TABLES)
def test_columns_are_known_as_programs_call_them(program):
    first, second = comments(TABLES[program])
    assert (first.author, second.author) == ("ann", "bob")
    assert (first.published_at.second, second.published_at.second) == (20, 21)
    assert (first.likes, second.likes) == (5, 3)
    assert (first.parent_id, second.parent_id) == (None, first.comment_id)


def test_reviews_of_products_are_discussions_of_these():
    lines = [
        {
            "reviewerID": "A2",
            "asin": asin,
            "reviewerName": "J. M.",
            "reviewText": text,
            "unixReviewTime": 1252800000,
        }
        for asin, text in (("0001", "I like it a lot"), ("0002", "Broke in a day"))
    ]
    found = discussions("\n".join(map(json.dumps, lines)))
    assert [d.comments[0].text for d in found] == ["I like it a lot", "Broke in a day"]
    assert found[0].comments[0].author == "J. M."


def test_votes_count_before_stars():
    (one,) = comments(table(("reviewId", "userName", "content", "score", "thumbsUpCount", "at"),
                            ("g1", "Ann", "Nice app", "5", "12", "2020-01-01 10:00:00")))  # fmt: skip
    assert (one.likes, one.published_at.hour) == (12, 10)


def test_a_column_that_says_yes_to_deleted_keeps_rows_without_a_text():
    found = comments(table(("id", "parent", "text", "by", "deleted"), ("1", "", "So cool", "ann", ""),
                           ("2", "1", "", "", "true"), ("3", "2", "Why gone?", "cy", "")))  # fmt: skip
    assert [(c.comment_id, c.parent_id, c.status) for c in found] == [
        ("1", None, "visible"),
        ("2", "1", "deleted"),
        ("3", "2", "visible"),
    ]


def test_pingbacks_in_a_table_of_wordpress_are_left_out_as_in_its_export():
    header = (
        "comment_ID",
        "comment_post_ID",
        "comment_author",
        "comment_content",
        "comment_type",
        "comment_parent",
    )
    rows = (("1", "9", "ann", "So cool", "", "0"), ("2", "9", "Frogs", "[…] cool […]", "pingback", "0"),
            ("3", "9", "bob", "Not at all", "comment", "1"))  # fmt: skip
    parsed = parse(Source.from_text(table(header, *rows)), Options())
    assert [c.comment_id for c in parsed.discussions[0].comments] == ["1", "3"]
    assert parsed.report.left_out == {"a pingback": 1}


def test_likes_as_pages_show_them():
    found = comments(table(("text", "votes"), ("So cool", "1.2K"), ("Not at all", "3"), ("Well", '"2,5万"')))
    assert [c.likes for c in found] == [1200, 3, 25000]


def test_answers_on_youtube_by_their_ids():
    top, below = "Ug" + "x" * 24, "Ug" + "x" * 24 + "." + "9" * 22
    first, second = comments(table(("cid", "text", "author"), (top, "So cool", "ann"), (below, "No", "bob")))
    assert (first.parent_id, second.parent_id) == (None, top)


def test_a_parent_that_is_no_id_is_none():
    found = parse(
        Source.from_text(table(("id", "tweet", "username", "reply_to"), ("1", "So cool", "ann", "[]"),
                               ("2", "@ann no", "bob", "[{'screen_name': 'ann'}]"))),
        Options(),
    )  # fmt: skip
    assert [c.parent_id for c in found.discussions[0].comments] == [None, None]
    assert any("reply_to is not used" in note for note in found.report.warnings)


def test_author_0_is_somebody_where_authors_are_counted_from_0():
    counted = comments(
        table(("author_id", "text"), ("0", "So cool"), ("1", "Not at all"), ("0", "Well"), ("1", "No"))
    )
    assert [c.author_id for c in counted] == ["0", "1", "0", "1"]
    guests = comments(
        table(
            ("author_id", "author", "text"), ("0", "ann", "So cool"), ("0", "bob", "No"), ("5", "cy", "Well")
        )
    )
    assert [c.author_id for c in guests] == [None, None, "5"]


def test_ids_counted_from_0_are_answered():
    found = comments(table(("id", "parent", "text"), ("0", "-1", "So cool"), ("1", "0", "Not at all")))
    assert [c.parent_id for c in found] == [None, "0"]


@pytest.mark.parametrize("encoding", ["euc-kr", "shift_jis", "gb18030", "koi8-r", "iso-8859-9"])
def test_tables_in_encodings_of_before_are_tables(encoding):
    header, text = {
        "euc-kr": ("작성자,댓글내용,작성일", "홍길동,정말 좋은 기사입니다 감사합니다,2023-01-02 10:00"),
        "shift_jis": ("投稿者,コメント,投稿日時", "たろう,とても面白い記事でした,2023-01-02 10:00"),
        "gb18030": ("用户昵称,评论内容,评论时间", "张三,这篇文章写得非常好,2023-01-02 10:00"),
        "koi8-r": ("автор,комментарий,дата", "Иван,Очень хорошая статья о тоннеле,2023-01-02 10:00"),
        "iso-8859-9": ("kullanıcı,yorum,tarih", "Ayşe,Çok güzel bir yazı olmuş doğrusu,2023-01-02 10:00"),
    }[encoding]
    found = comments("\n".join([header, *[text] * 5]).encode(encoding))
    assert [(c.author, c.text) for c in found] == [tuple(text.split(",")[:2])] * 5


# --- JSON ---

ANN = {"id": 7, "text": "So cool", "user": {"name": "ann"}, "likes": 5}
BOB = {"id": 8, "text": "Not at all", "user": {"name": "bob"}, "likes": 3}


@pytest.mark.parametrize(
    "document",
    [
        {"code": 0, "message": "OK", "data": {"cursor": {}, "replies": [{**ANN, "replies": [BOB]}]}},
        {"response": {"count": 2, "items": [{**ANN, "thread": {"count": 1, "items": [BOB]}}]}},
        {"data": {"post": {"title": "T", "comments": {"nodes": [{**ANN, "replies": {"nodes": [BOB]}}]}}}},
        {"data": {"post": {"title": "T", "comments": {"edges": [{"node": {**ANN, "replies": [BOB]}}]}}}},
        {"comments": {"7": {**ANN, "parent": None}, "8": {**BOB, "parent": 7}}, "threads": [7]},
        {"7": ANN, "8": {**BOB, "parent": "7"}},
        {"columns": ["id", "parent", "text", "user"], "index": [0, 1],
         "data": [[7, None, "So cool", "ann"], [8, 7, "Not at all", "bob"]]},
        {"id": {"0": 7, "1": 8}, "parent": {"0": None, "1": 7}, "text": {"0": "So cool", "1": "Not at all"},
         "user": {"0": "ann", "1": "bob"}},
        [{"type": "header", "version": "5", "comment": "JSON"}, {"type": "database", "name": "w"},
         {"type": "table", "name": "c", "data": [{**ANN, "parent": "0"}, {**BOB, "parent": "7"}]}],
    ],
    ids=["envelope", "VK", "nodes", "edges", "ids below", "ids", "pandas split", "pandas", "phpMyAdmin"],
)  # fmt: skip
def test_comments_are_found_however_they_are_nested(document):
    found = comments(document)
    assert [(c.comment_id, c.parent_id, c.author, c.text) for c in found] == [
        ("7", None, "ann", "So cool"),
        ("8", "7", "bob", "Not at all"),
    ]


def test_answers_are_known_by_their_likeness_whatever_their_list_is_called():
    document = {
        "data": [{**ANN, "ctime": 1, "child_comments": [{**BOB, "ctime": 2}], "tags": [{"text": "x"}]}]
    }
    found = comments(document)
    assert [(c.comment_id, c.parent_id) for c in found] == [("7", None), ("8", "7")]


def test_a_discussion_wrapped_in_objects_is_not_its_first_comment():
    post = {"title": "T", "body": "Dig it?", "comments": {"nodes": [{**ANN, "replies": {"nodes": [BOB]}}]}}
    (one,) = discussions(json.dumps({"data": {"repository": {"discussion": post}}}))
    assert (one.title, one.article_text) == ("T", "Dig it?")
    assert [(c.comment_id, c.parent_id) for c in one.comments] == [("7", None), ("8", "7")]


def test_what_a_post_says_of_itself_is_not_said_of_its_comments():
    post = {"text": "Dig it?", "time": "2019-04-29T05:00:01", "username": "mayor", "likes": 3509, "shares": 1}
    (said,) = comments([{**post, "comments_full": [{"comment_id": "7", "comment_text": "So cool"}]}])
    assert (said.text, said.author, said.likes, said.published_at) == ("So cool", None, None, None)


def test_the_first_post_may_have_no_comments():
    none, some = {"message": "Dig it?", "comments": []}, {"message": "Or not?", "comments": [ANN, BOB]}
    assert [c.comment_id for c in comments([none, some])] == ["7", "8"]


def test_texts_in_pieces_are_put_together():
    pieces = [{"type": "text", "text": "So "}, {"type": "mention", "text": "@bob"}, {"type": "image"}]
    (said,) = comments([{"id": "7", "user": "ann", "content": pieces}])
    assert said.text == "So @bob"


@pytest.mark.parametrize("above", [["1", "2"], "['1', '2']", '["1", "2"]'])
def test_of_a_list_of_comments_above_the_last_is_answered(above):
    rows = [{"id": "1", "text": "So cool"}, {"id": "2", "text": "No", "references": above[:0]}]
    found = comments([*rows, {"id": "3", "text": "Well", "references": above}])
    assert [c.parent_id for c in found] == [None, None, "2"]


def test_times_are_taken_before_spans_of_time():
    row = {"text": "So cool", "author": "ann", "time": "2 years ago", "time_parsed": 1650000000.0}
    assert comments([row])[0].published_at.year == 2022


def test_a_state_that_all_share_is_the_normal_one():
    first, second = comments([{**ANN, "state": 0}, {**BOB, "state": 0}])
    assert (first.status, second.status) == ("visible", "visible")
    first, second = comments([{**ANN, "state": 0}, {**BOB, "state": 1}])
    assert (first.status, second.status) == ("pending", "visible")


def test_the_first_comment_of_an_exchange_is_no_discussion():
    (one,) = discussions(json.dumps([{**ANN, "rootid": 7}, {**BOB, "rootid": 7}]))
    assert len(one.comments) == 2


def test_a_post_of_reddit_stands_among_its_comments():
    rows = [
        {"id": "t3_a", "body": "Dig it?"},
        {"id": "t1_b", "body": "Yes", "postId": "t3_a", "parentId": "t3_a"},
    ]
    (one,) = discussions(json.dumps(rows))
    assert [c.parent_id for c in one.comments] == [None, None]


def test_comments_are_found_by_the_names_of_what_they_stand_under():
    ann = {"author": "ann", "text": "So cool"}
    lists = discussions(json.dumps({"clip a": [ann, {**ann, "text": "No"}], "clip b": [{**ann, "id": "7"}]}))
    assert [len(one.comments) for one in lists] == [2, 1]
    ids = discussions(json.dumps({"comments": {"a": {"-M7": ann}, "b": {"-M8": ann, "-M9": ann}}}))
    assert [[c.comment_id for c in one.comments] for one in ids] == [["-M7"], ["-M8", "-M9"]]


@pytest.mark.parametrize(
    ("keys", "urls", "titles"),
    [
        (("/blog/a", "/blog/b/"), ["/blog/a", "/blog/b/"], [None, None]),
        (("", "https://kites.example/b"), [None, "https://kites.example/b"], [None, None]),
        (("clip a", "/b"), [None, None], ["clip a", "/b"]),
    ],
)
def test_what_comments_stand_under_by_name_is_their_address_or_title(keys, urls, titles):
    of_each = [{"author": "ann", "text": "So cool", "url": f"https://{n}.example"} for n in range(2)]
    of_each[0]["replies"] = [{"author": "bob", "text": "Not at all"}]
    found = discussions(json.dumps(dict.fromkeys(keys, of_each)))
    assert ([d.url for d in found], [d.title for d in found]) == (urls, titles)
    assert [len(d.comments) for d in found] == [3, 3]


def test_lists_of_values_are_columns():
    found = comments({"author": ["ann", "bob"], "comment": ["So cool", "Not at all"], "likes": [5, None]})
    assert [(c.author, c.text, c.likes) for c in found] == [
        ("ann", "So cool", 5),
        ("bob", "Not at all", None),
    ]


def test_a_flag_within_an_object_says_yes_or_no():
    rows = [{"pk": n, "fields": {"comment": "So cool", "is_removed": n == 8}} for n in (7, 8)]
    assert [(c.comment_id, c.status) for c in comments(rows)] == [("7", "visible"), ("8", "removed")]


def test_a_headline_that_rows_share_is_that_of_the_article():
    rows = [("headline", "text"), ("Tunnel opens", "So cool"), ("Tunnel opens", "Not at all")]
    (one,) = discussions(table(*rows))
    assert (one.title, [c.text for c in one.comments]) == ("Tunnel opens", ["So cool", "Not at all"])


def test_comments_of_a_takeout_are_their_pieces_together():
    rows = ('7,"{""text"":""So ""},{""text"":""cool""}"', '8,"{""text"":""Not at all""}"')
    assert [c.text for c in comments("\n".join(("Comment ID,Comment Text", *rows)))] == [
        "So cool",
        "Not at all",
    ]


def test_the_name_of_a_subreddit_is_no_authors():
    (said,) = comments(
        table(("id", "subreddit.id", "subreddit.name", "body"), ("7", "q", "tunnels", "So cool"))
    )
    assert (said.author, said.author_id) == (None, None)


def test_numbers_above_columns_are_no_comment():
    rows = [("ann", "11h", f"What a lovely day number {n}") for n in range(6)]
    found = comments(table(("0", "1", "2"), *rows))
    assert [c.text for c in found] == [row[2] for row in rows]


def test_posts_of_reddit_with_their_comments_nested_are_no_dump():
    post = {"id": "a", "title": "T", "selftext": "Dig it?", "num_comments": 2, "created_utc": 1}
    nested = {"body": "So cool", "link_id": "t3_a", "parent_id": "t3_a", "id": "7", "author": "ann"}
    (one,) = discussions(json.dumps([{**post, "comments": [{**nested, "replies": [{**nested, "id": "8"}]}]}]))
    assert (one.title, [c.comment_id for c in one.comments]) == ("T", ["7", "8"])


def test_answers_are_in_the_discussion_of_what_they_answer():
    document = [{**ANN, "postUrl": "https://example.org/p/1", "replies": [BOB]},
                {**ANN, "id": 9, "postUrl": "https://example.org/p/2", "replies": []}]  # fmt: skip
    found = discussions(json.dumps(document))
    assert [[c.comment_id for c in d.comments] for d in found] == [["7", "8"], ["9"]]


def test_the_text_of_a_post_with_a_title_and_comments_is_the_article():
    (one,) = discussions(json.dumps({"title": "Tunnel", "body": "Dig it?", "comments": [ANN, BOB]}))
    assert (one.title, one.article_text, len(one.comments)) == ("Tunnel", "Dig it?", 2)


def test_utf_8_that_was_read_as_latin_1_is_mended_and_told():
    garbled = "Schön – 👍".encode().decode("latin-1")
    parsed = parse(Source.from_text(json.dumps([{"comment": garbled, "author": "ann"}])), Options())
    assert parsed.discussions[0].comments[0].text == "Schön – 👍"
    assert any("mended" in note for note in parsed.report.warnings)
    (sound,) = comments([{"comment": "Schön, Ã¼", "author": "ann"}])
    assert sound.text == "Schön, Ã¼"


def test_times_of_mongodb_in_both_their_shapes():
    first, second = comments([
        {"text": "So cool", "createdAt": {"$date": "2020-01-01T00:00:00Z"}},
        {"text": "Not at all", "createdAt": {"$date": {"$numberLong": "1577836860000"}}},
    ])  # fmt: skip
    assert (second.published_at - first.published_at).seconds == 60


@pytest.mark.parametrize(
    "header", ["cid,author name,body,created_at\n", "user;time;message", "author\ttext\tdate\tthread_id\n\n"]
)
def test_a_table_of_names_alone_is_said_to_have_no_rows(header):
    parsed = parse(Source.from_text(header), Options())
    assert (parsed.discussions, len(parsed.report.columns)) == ((), len(re.split("[,;\t]", header)))
    assert parsed.report.warnings[0].startswith("the table has the names of its columns and no rows")


@pytest.mark.parametrize("line", ["Message, author, time", "So cool, text", "text,author", "url,a,b,c"])
def test_a_line_of_prose_is_no_table_of_names(line):
    assert parse(Source.from_text(line), Options()).discussions[0].source_format == "pasted"


@pytest.mark.parametrize("number", [2, 8])
def test_stories_with_the_number_of_their_comments_are_no_comments(number):
    story = {"title": "Digging the tunnel under the bay", "author": "ann"}
    stories = [{**story, "url": f"https://n.example/{n}", "comments": n * 7} for n in range(number)]
    parsed = parse(Source.from_text(json.dumps(stories)), Options())
    assert parsed.discussions == ()
    assert "they are stories, not comments" in parsed.report.warnings[0]


def test_a_number_of_comments_is_no_text_beside_one():
    (one,) = comments([{"author": "ann", "description": "So cool", "comments": 7}])
    assert one.text == "So cool"


def test_what_is_left_out_of_a_line_of_many_comments_is_told_apart():
    rows = [{"author": "ann", "text": text} for text in ("So cool", "", "No", "")]
    parsed = parse(Source.from_text(json.dumps({"code": 0, "data": rows})), Options())
    assert [one.place for one in parsed.report.skipped] == ["item 2 of line 1", "item 4 of line 1"]


TREE = {"A": (0, None), "B": (1, "A"), "C": (2, "B"), "D": (1, "A"), "E": (0, None), "F": (1, "E")}


def levels(name, lowest=0, **more):
    rows = [{"user": "ann", name: level + lowest, "text": text, **more} for text, (level, _) in TREE.items()]
    parsed = parse(Source.from_text(json.dumps(rows)), Options())
    return parsed.discussions[0].comments, parsed.report


@pytest.mark.parametrize("more", [{}, {"video_id": "v1"}])
@pytest.mark.parametrize(("name", "lowest"), [("indent", 0), ("level", 1), ("nesting", 0), ("depth", 1)])
def test_levels_in_the_order_of_a_tree_say_who_answers_whom(name, lowest, more):
    found, report = levels(name, lowest, **more)
    texts = {c.comment_id: c.text for c in found}
    assert {c.text: texts.get(c.parent_id) for c in found} == {
        text: above for text, (_, above) in TREE.items()
    }
    assert any(said.startswith("4 answers inferred from the order of rows") for said in report.warnings)


def test_levels_are_told_from_those_of_people():
    rows = [{"user": "ann", "level": n * 7 % 5, "text": f"So cool {n}"} for n in range(20)]
    assert {c.parent_id for c in comments(rows)} == {None}


def test_a_row_without_a_text_still_stands_between_others():
    rows = [("A", 0), ("", 1), ("B", 2), ("", 0), ("C", 1)]
    found = comments([{"user": "ann", "indent": level, "text": text} for text, level in rows])
    known = {c.comment_id for c in found}
    assert [(c.text, c.parent_id in known) for c in found] == [("A", False), ("B", False), ("C", False)]
    assert all(c.parent_id for c in found[1:])


# --- XML ---


def test_elements_with_a_text_and_an_author_are_comments():
    (one,) = discussions(
        "<?xml version='1.0'?><page><title>Tunnel</title><body>Dig it?</body>"
        "<c id='7' who='x'><author>ann</author><body>So cool</body></c>"
        "<c id='8' parent='7'><author>bob</author><body>Not at all</body></c></page>"
    )
    assert (one.title, one.article_text) == ("Tunnel", "Dig it?")
    assert [(c.comment_id, c.parent_id, c.author, c.text) for c in one.comments] == [
        ("7", None, "ann", "So cool"),
        ("8", "7", "bob", "Not at all"),
    ]


@pytest.mark.parametrize(("row", "cell"), [("row", "field"), ("table name='name'", "column")])
def test_rows_of_a_dump_in_xml_are_comments(row, cell):
    rows = ({"id": "7", "body": "So cool", "author": "ann"}, {"id": "8", "body": "No", "author": "bob"})
    cells = (
        "".join(f"<{cell} name='{name}'>{value}</{cell}>" for name, value in one.items()) for one in rows
    )
    dump = "".join(f"<{row}>{one}</{row.split()[0]}>" for one in cells)
    found = comments(f"<?xml version='1.0'?><database name='blog'>{dump}</database>")
    assert [(c.comment_id, c.author, c.text) for c in found] == [("7", "ann", "So cool"), ("8", "bob", "No")]


def test_elements_within_comments_answer_them():
    found = comments(
        "<comments><comment id='7' author='ann'><text>So cool</text>"
        "<comment id='8' author='bob'><text>No</text></comment></comment></comments>"
    )
    assert {c.comment_id: c.parent_id for c in found} == {"7": None, "8": "7"}


def test_attributes_of_what_holds_comments_tell_them_apart():
    group = "<notes articlename='{}' lang='en'><note><author>ann</author><text>{}</text></note></notes>"
    document = (
        f"<?xml version='1.0'?><all made='x'>{group.format('Tunnel', 1)}{group.format('Bridge', 2)}</all>"
    )
    parsed = parse(Source.from_text(document), Options())
    assert [(d.title, d.comments[0].text) for d in parsed.discussions] == [("Tunnel", "1"), ("Bridge", "2")]
    assert [c.name for c in parsed.report.columns if c.field is None] == ["thread.lang"]


def test_xml_that_ends_in_the_middle_is_read_up_to_there():
    cut = "<comments><comment id='7' author='ann'>So cool</comment><comment id='8' author='bob'>No"
    parsed = parse(Source.from_text(cut), Options())
    assert [c.text for c in parsed.discussions[0].comments] == ["So cool"]
    assert parsed.report.left_out == {"the file ends in the middle of it": 1}
    assert any("not well-formed XML" in warning for warning in parsed.report.warnings)


@pytest.mark.parametrize(
    "junk", ["\n<b>Warning</b>: no such index", "Done.", "<comments></comments>", "\n<!--"]
)
def test_comments_before_what_a_server_wrote_behind_them_are_kept(junk):
    sound = "<?xml version='1.0'?><page><comment author='ann'>So cool</comment></page>"
    parsed = parse(Source.from_text(sound + junk), Options())
    assert [c.text for d in parsed.discussions for c in d.comments] == ["So cool"]
    assert parsed.report.warnings[0].startswith("this is not well-formed XML (line ")


def test_damage_in_one_element_does_not_reach_the_next():
    body = "<author>ann</author><body>{0} 1 < 2 &eacute;<![CDATA[ & 3]]></body>"
    page = f"<page><title>{{0}}</title><c>{body}</c><c><author>bob</author><body>No</body></c></page>"
    document = page.format("Tunnel") + page.format("Bridge")
    first, other = discussions(f"<?xml version='1.0'?><pages>{document}</pages>")
    assert (first.title, other.title) == ("Tunnel", "Bridge")
    assert [(c.author, c.text) for c in first.comments] == [("ann", "Tunnel 1 < 2 é & 3"), ("bob", "No")]
    assert [(c.author, c.text) for c in other.comments] == [("ann", "Bridge 1 < 2 é & 3"), ("bob", "No")]


def test_entities_of_xml_are_not_followed():
    bomb = "<!DOCTYPE c [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>"
    found = comments(f"<?xml version='1.0'?>{bomb}<c><m author='ann'><text>So &b;</text></m></c>")
    assert all("ha" not in c.text for c in found)
