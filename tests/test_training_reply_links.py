"""Training of who answers whom: threads laid out as pages, and weights that find what the data show."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

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


@pytest.fixture
def posts(links):
    """a, answered by b, which c answers; then d."""
    return [
        links.Post(key, parent, key, START + timedelta(hours=hour), "Well.")
        for key, parent, hour in (("a", "t", 0), ("d", "t", 1), ("b", "a", 2), ("c", "b", 3))
    ]


def test_every_layout_shows_each_answer_below_what_it_answers(links, posts):
    pages = [page for seed in range(40) for page in links.laid_out([("x", posts)], seed)]
    assert len({tuple(comment.author for comment in page.comments) for page in pages}) > 2
    for page in pages:
        assert all(parent < place for place, parent in enumerate(page.parents))


def test_one_level_shows_answers_to_answers_as_answers_to_the_head(links, posts):
    shown = links._threaded(posts, "oldest", None, has_one_level=True)
    assert [(post.key, parent) for post, parent in shown] == [
        ("a", None),
        ("b", "a"),
        ("c", "a"),
        ("d", None),
    ]


def test_figures_tell_right_silence_from_right_links(links, posts):
    page = links.Page("x", (None,) * 4, (ARTICLE, 0, 1, ARTICLE))
    found = [Guess(ARTICLE, 1.0), Guess(0, 0.9), Guess(0, 0.9), Guess(2, 0.5)]
    measured = links.figures([page], [found], 0.75)
    assert (measured["right"], measured["emitted"], measured["precision"]) == (0.75, 2, 0.5)


def test_weights_find_what_the_data_show(links, posts):
    pages = [page for seed in range(20) for page in links.laid_out([("x", posts)], seed)]
    weights = links.fit(links.choices(pages, 1.0))
    assert weights == links.fit(links.choices(pages, 1.0))
    assert weights["on path"] > 0
    assert all(weights[name] >= links.BELIEFS[name] for name in links.UNDOUBTED)
