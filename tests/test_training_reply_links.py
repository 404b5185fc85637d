"""Training of who answers whom: threads laid out as pages, and weights that find what the data show."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from threads.parse.replies import Guess
from threads.parse.reply_cues import ARTICLE

ROOT = Path(__file__).resolve().parent.parent
START = datetime(2024, 5, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def links():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)  # training is not part of the package
        import training.reply_links
    return training.reply_links


@pytest.fixture(scope="module")
def threads(links):
    import training.reply_threads

    return training.reply_threads


@pytest.fixture
def talk(threads):
    """a, answered by b, which c answers; then d."""
    posts = [
        threads.Post(key, parent, key, START + timedelta(hours=hour), "Well.")
        for key, parent, hour in (("a", None, 0), ("d", None, 1), ("b", "a", 2), ("c", "b", 3))
    ]
    return threads.Talk("x", tuple(posts))


@pytest.fixture
def rumours(tmp_path):
    """A source with two remarks, one of them answered twice over; and a tweet."""
    rows = [("a", "S"), ("b", "a"), ("c", "b"), ("d @user", "S")]
    lines = [
        {"text": text, "parent": parent, "source": "S", "is_source": False, "platform": "reddit"}
        for text, parent in rows
    ]
    lines += [{**lines[0], "text": f"t{i}", "source": "T", "platform": "twitter"} for i in range(9)]
    file = tmp_path / "rumours.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    return file


def test_every_layout_shows_each_answer_below_what_it_answers(threads, talk):
    pages = [page for seed in range(40) for page in threads.laid_out([talk], seed)]
    assert len({tuple(comment.author for comment in page.comments) for page in pages}) > 2
    for page in pages:
        assert all(parent < place for place, parent in enumerate(page.parents))


def test_one_level_shows_answers_to_answers_as_answers_to_the_head(threads, talk):
    shown = threads.threaded(talk.posts, "oldest", random.Random(0), has_one_level=True)
    assert [(post.key, parent) for post, parent in shown] == [
        ("a", None),
        ("b", "a"),
        ("c", "a"),
        ("d", None),
    ]


def test_a_page_with_the_newest_first_throughout_is_turned(threads, talk):
    newest = sorted(talk.posts, key=lambda post: post.time, reverse=True)
    rows = [
        (p.author, p.time, p.text, place) for p, place in zip(newest, (1, 3, ARTICLE, ARTICLE), strict=True)
    ]
    turned = threads._page("x", rows).forwards
    assert [comment.author for comment in turned.comments] == ["a", "d", "b", "c"]
    assert turned.parents == (ARTICLE, ARTICLE, 0, 2)


def test_rumours_are_rebuilt_from_the_texts_of_parents(threads, rumours):
    (talk,) = threads.rumours(rumours, 0)
    said = {post.key: post for post in talk.posts}
    assert {key: post.parent for key, post in said.items()} == {
        "a": None,
        "b": "a",
        "c": "b",
        "d @user": None,
    }
    assert said["d @user"].text == "d"


def test_an_answer_is_drawn_later_than_what_it_answers(threads, rumours):
    for seed in range(20):
        (talk,) = threads.rumours(rumours, seed)
        times = {post.key: post.time for post in talk.posts}
        assert times["a"] < times["b"] < times["c"]


def test_the_threads_written_for_the_training_answer_what_stands_above(threads, links):
    talks = threads.written(links.WRITTEN)
    assert len(talks) == 26
    for talk in talks:
        places = {post.key: i for i, post in enumerate(talk.posts)}
        assert all(p.parent is None or places[p.parent] < i for i, p in enumerate(talk.posts))


def test_figures_tell_right_silence_from_right_links(links):
    pairs = [
        (ARTICLE, Guess(ARTICLE, 1.0)),
        (0, Guess(0, 0.9)),
        (1, Guess(0, 0.9)),
        (ARTICLE, Guess(2, 0.5)),
    ]
    measured = links.figures(pairs, 0.75)
    assert (measured["right"], measured["emitted"], measured["precision"]) == (0.75, 2, 0.5)


def test_the_threshold_is_the_lowest_that_can_be_trusted_and_a_margin(links):
    pairs = [(0, Guess(0, 0.7))] * 8 + [(ARTICLE, Guess(0, 0.6))] * 8
    assert links.trusted_threshold(pairs) == pytest.approx(0.61 + links.MARGIN)


def test_no_link_is_emitted_where_none_can_be_trusted(links):
    assert links.trusted_threshold([(ARTICLE, Guess(0, 0.99))]) == 1.0


def test_weights_find_what_the_data_show(links, threads, talk):
    shown = threads.threaded(talk.posts, "oldest", random.Random(0), has_one_level=False)
    page = threads._as_page("x", shown, is_untimed=False, is_rounded=False)
    weights = links.fit(links.choices([page] * 40, 5.0))
    assert (
        tuple(guess.parent for guess in links.guesses(page, weights))
        == page.parents
        == (ARTICLE, 0, 1, ARTICLE)
    )


def test_weights_of_words_stay_at_what_is_believed(links, threads, talk):
    weights = links.fit(links.choices(threads.laid_out([talk], 0), 5.0))
    assert all(weights[name] == links.BELIEFS.get(name, 0.0) for name in links.HELD)
