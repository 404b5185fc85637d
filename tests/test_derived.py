"""What is worked out from an outline: once, and gone with it."""

import gc
import re
import weakref

import pytest
from browsing import said

from dashboard.derived import derived
from dashboard.pages.base import Context
from dashboard.pages.overview import OverviewPage
from threads.analysis import import_parsed
from threads.moderation.decisions import Action
from threads.outline import joined
from threads.parse import Options, Source, parse
from threads.samples import sample_folder
from threads.settings import Settings
from threads.storage import Store


@pytest.fixture
def asked():
    return []


@pytest.fixture
def work(asked):
    @derived(most=2)
    def named(outline, name=""):
        asked.append(name)
        return [name, len(outline)]

    return named


def test_an_answer_is_worked_out_once_for_each_outline_and_question(work, asked):
    one, other = joined(()), joined(())
    assert work(one, "a") is work(one, "a")
    assert work(one, "b") == ["b", 0]
    work(other, "a")
    assert asked == ["a", "b", "a"]


def test_the_latest_answers_are_kept(work, asked):
    outline = joined(())
    for name in ("a", "b", "a", "c", "a", "b"):
        work(outline, name)
    assert asked == ["a", "b", "c", "b"]


def test_an_outline_that_is_in_use_no_longer_is_not_held(work):
    outline = joined(())
    work(outline, "a")
    gone = weakref.ref(outline)
    del outline
    gc.collect()
    assert gone() is None


def test_the_overview_counts_flagged_comments_anew_after_a_decision(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
        source = Source.from_path(sample_folder() / "harbour_tunnel" / "thread.txt")
        import_parsed(store, parse(source, Options()), Settings())
        context = Context(store, Settings())
        first, *others = store.queue()
        assert waiting(context) == (str(len(others) + 1), f"{len(others) + 1} flagged")
        store.decide(
            [
                Action(
                    key="k",
                    thread_id=first.thread_id,
                    comment_id=first.comment_id,
                    action="approve",
                    actor="a",
                    expected_version=first.version,
                )
            ]
        )
        assert waiting(context) == (str(len(others)), f"{len(others)} flagged")


def waiting(context):
    """What the overview says of flagged comments: of all, and of its one discussion."""
    content = said(OverviewPage(), context, "")
    (everywhere,) = re.findall(r'{"href": "/moderation"}, "(\d+)"', content)
    (there,) = re.findall(r'"(\d+ flagged)"', content)
    return everywhere, there
