"""Importing into a discussion that is stored already: one thread, whatever the order of the captures."""

import itertools
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from click.testing import CliRunner
from sqlalchemy import text as sql

from threads.analysis import analyse, import_parsed, read
from threads.cli import main
from threads.errors import ConflictError, InputError, SettingError, StoreError
from threads.parse import Source, parse
from threads.parse.formats import options
from threads.records import Comment, Discussion, Parsed, Report
from threads.samples import sample_folder
from threads.scores import score_columns
from threads.settings import Settings
from threads.storage import Action, Held, QueueFilter, Store, merged
from threads.storage.engine import make_engine, writing

NOON = datetime(2024, 5, 18, 12, tzinfo=UTC)
SETTINGS = Settings()
AUTHORS = ("Anna Lehmann", "Bert Novak", "Carla Moretti", "Dirk Olsen", "Edda Falk", "Finn Ahlberg")
ARTICLE = """Town Council Approves a Tunnel Under the Old Harbour
The council voted last night for a road tunnel under the harbour, after six years of talk about a bridge. It
will cost ninety million and open in eight years, if the ground is as the surveyors say it is.
Ferry operators have announced that they will go to court against the decision before the summer.
"""


def comment(number, **changes):
    values = {
        "thread_id": "t",
        "comment_id": f"c{number}",
        "position": number,
        "author": AUTHORS[number % len(AUTHORS)],
        "published_at": NOON + timedelta(minutes=number),
        "published_at_precision": "minute",
        "timezone_source": "assumed",
        "text": f"The tunnel is the {number}th plan that I have seen in all those years.",
        "source_format": "test",
    }
    return Comment(**{**values, **changes})


def discussion(*numbers, **changes):
    comments = tuple(replace(comment(n), position=place) for place, n in enumerate(numbers, start=1))
    values = {"thread_id": "t", "source": "page.txt", "source_format": "test", "comments": comments}
    return Discussion(**{**values, **changes})


def parsed(*discussions):
    kept = sum(len(d.comments) for d in discussions)
    return Parsed(discussions=discussions, report=Report(source="page.txt", kept=kept))


def ids(whole):
    return [int(c.comment_id[1:]) for c in whole.comments]


def page_text(numbers):
    """A page with the article and some of its comments; comment 6 answers comment 2."""
    said = {
        6: "Bert Novak, the ferries would still be cheaper than any of this.",
        2: "Nobody asked the people who take the ferries to work every day.",
    }
    blocks = (
        f"{AUTHORS[n % len(AUTHORS) - 1]}\nMay 17, 2024 AT 20:{10 + n}\n"
        + said.get(n, f"The {n}th plan for this harbour, and the dearest one that I have read about.")
        for n in numbers
    )
    return ARTICLE + "\n".join(blocks) + "\n"


def pasted(numbers, zone=None):
    source = Source.from_bytes(page_text(numbers).encode(), "page.txt", SETTINGS)
    return parse(source, options(zone, None), settings=SETTINGS)


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}", clock=lambda: NOON) as opened:
        yield opened


def everything(store):
    return store.comments(columns=score_columns())


# ---- the order of the whole


@pytest.mark.parametrize(
    ("stored", "new", "whole"),
    [
        ([1, 2, 3, 4], [5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]),
        ([5, 6, 7, 8], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7, 8]),
        ([1, 2, 3, 4], [3, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
        ([3, 4, 5, 6], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6]),
        ([1, 2, 3], [1, 9, 2, 3, 4], [1, 9, 2, 3, 4]),
        ([1, 2, 3, 4], [1, 9, 4], [1, 2, 3, 9, 4]),
        ([2, 3], [1, 3], [1, 2, 3]),
        ([4, 3, 2, 1], [6, 5, 4, 3], [6, 5, 4, 3, 2, 1]),
        ([8, 7, 6, 5], [4, 3, 2, 1], [8, 7, 6, 5, 4, 3, 2, 1]),
        ([1, 2, 3, 4], [6, 5, 4, 3, 2], [6, 5, 4, 3, 2, 1]),
        ([1, 2], [2, 1], [2, 1]),
    ],
    ids=[
        "page 1 then page 2",
        "page 2 then page 1",
        "overlap at the end",
        "overlap at the start",
        "a longer capture leads",
        "what it lacks stays beside its neighbours",
        "what it lacks at the start stays before its neighbour",
        "newest first, longer",
        "newest first, the older page follows",
        "the other direction",
        "another order",
    ],
)
def test_the_order_of_the_whole(stored, new, whole):
    found = merged(discussion(*stored), discussion(*new))
    assert ids(found) == whole
    assert [c.position for c in found.comments] == list(range(1, len(whole) + 1))


def test_without_times_another_page_follows():
    bare = discussion(1, 2, comments=tuple(comment(n, published_at=None) for n in (1, 2)))
    assert ids(merged(discussion(5, 6), bare)) == [5, 6, 1, 2]


# ---- what is kept and what is corrected


@pytest.mark.parametrize(
    ("stored", "new", "better"),
    [
        ({"timezone_source": "assumed"}, {"timezone_source": "given"}, True),
        ({"timezone_source": "none"}, {"timezone_source": "given"}, True),
        ({"timezone_source": "given"}, {"timezone_source": "assumed"}, False),
        ({"timezone_source": "given"}, {"timezone_source": "given"}, False),
        ({"published_at": None, "published_at_precision": "relative"}, {}, True),
        ({}, {"published_at": None}, False),
        ({}, {"timezone_source": "given", "published_at_precision": "relative"}, False),
        ({"published_at_precision": "relative"}, {"published_at_precision": "second"}, True),
    ],
)
def test_a_time_is_replaced_only_by_one_known_better(stored, new, better):
    later = {"published_at": NOON + timedelta(hours=5), "published_at_raw": "then", **new}
    before, after = comment(1, **stored), comment(1, **later)
    (found,) = merged(discussion(comments=(before,)), discussion(comments=(after,))).comments
    expected = after if better else before
    for name in ("published_at", "published_at_raw", "published_at_precision", "timezone_source"):
        assert getattr(found, name) == getattr(expected, name), name


def test_a_known_comment_keeps_text_and_status():
    changed = comment(1, text="[removed]", status="removed", author=None)
    (found,) = merged(discussion(1), discussion(comments=(changed,))).comments
    assert found == comment(1)


def test_a_parent_that_the_source_gives_is_kept_and_a_new_one_taken():
    given = {"parent_id": "c1", "parent_source": "given"}
    stored = discussion(comments=(comment(1), comment(2, **given), comment(3)))
    other = {**given, "parent_id": "c3"}
    new = discussion(comments=(comment(1), comment(2, **other), comment(3, **given)))
    found = merged(stored, new).comments
    assert [(c.parent_id, c.parent_source) for c in found[1:]] == [("c1", "given")] * 2


def test_a_guess_that_the_whole_does_not_bear_out_is_dropped():
    guess = {"parent_id": "c1", "parent_source": "inferred", "parent_confidence": 0.5}
    found = merged(discussion(comments=(comment(1), comment(2, **guess))), discussion(3)).comments
    assert [(c.parent_id, c.parent_source, c.parent_confidence) for c in found] == [(None, None, None)] * 3


def test_what_is_missing_of_the_discussion_is_filled():
    found = merged(discussion(1, title="First"), discussion(1, title="Second", language="en"))
    assert (found.title, found.language) == ("First", "en")


# ---- in the store


@pytest.mark.parametrize("pages", [[(1, 2, 3, 4), (5, 6, 7, 8)], [(5, 6, 7, 8), (1, 2, 3, 4)]])
def test_two_pages_are_stored_as_one_capture_of_both(store, tmp_path, pages):
    added = [import_parsed(store, pasted(page), SETTINGS).added for page in pages]
    assert [(a.discussions, a.comments, a.known) for a in added] == [(1, 4, 0), (0, 4, 0)]
    with Store.open(f"sqlite:///{tmp_path / 'whole.sqlite'}") as other:
        import_parsed(other, pasted(range(1, 9)), SETTINGS)
        pd.testing.assert_frame_equal(everything(store), everything(other))
    found = everything(store)
    assert found["word_share"].sum() == pytest.approx(1)
    # The reply crosses the pages.
    assert found["parent_id"][5] == found["comment_id"][1]


def test_the_same_import_twice_changes_nothing(store):
    first = import_parsed(store, pasted(range(1, 9)), SETTINGS)
    before = everything(store)
    again = import_parsed(store, pasted(range(1, 9)), SETTINGS)
    assert (again.added.comments, again.added.known, again.added.corrected) == (0, 8, 0)
    pd.testing.assert_frame_equal(everything(store), before)
    pd.testing.assert_frame_equal(again.analysis.frame, first.analysis.frame)


def test_a_zone_given_later_corrects_the_times(store):
    import_parsed(store, pasted(range(1, 9)), SETTINGS)
    before = everything(store)
    added = import_parsed(store, pasted(range(1, 9), "Europe/Berlin"), SETTINGS).added
    assert (added.comments, added.known, added.corrected) == (0, 8, 8)
    found = everything(store)
    assert found["comment_id"].tolist() == before["comment_id"].tolist()
    assert found["published_at"][0] == datetime(2024, 5, 17, 20, 11, tzinfo=ZoneInfo("Europe/Berlin"))
    assert set(found["timezone_source"]) == {"given"}
    assert store.discussions()["first_at"][0] == found["published_at"].min()
    back = import_parsed(store, pasted(range(1, 9)), SETTINGS).added
    assert back.corrected == 0
    pd.testing.assert_frame_equal(everything(store), found)


def test_the_articles_time_is_corrected_with_those_of_its_comments(store):
    zoned = tuple(replace(c, timezone_source="given") for c in discussion(1, 2).comments)
    import_parsed(store, parsed(discussion(1, 2, published_at=NOON)), SETTINGS)
    earlier = NOON - timedelta(hours=2)
    import_parsed(store, parsed(discussion(comments=zoned, published_at=earlier)), SETTINGS)
    assert store.discussion("t").published_at == earlier


def test_decisions_survive_and_a_decided_comment_keeps_its_flags(store):
    rude = comment(2, text="You are an idiot, and everybody in this town knows it by now.")
    first = import_parsed(store, parsed(discussion(comments=(comment(1), rude))), SETTINGS)
    assert first.added.flagged == 1
    decision = Action(key="k", thread_id="t", comment_id="c2", action="reject", actor="a", expected_version=0)
    store.decide([decision])
    (before,) = store.queue(QueueFilter(view="decided"))
    calm = (comment(3, text="The ferries would do."), comment(4, text="Who pays for the tolls?"))
    again = import_parsed(store, parsed(discussion(comments=(comment(1), comment(2), *calm))), SETTINGS)
    assert again.added.flagged == 0
    (after,) = store.queue(QueueFilter(view="decided"))
    assert replace(after, scores=before.scores) == before  # some scores compare within the discussion
    assert store.verify() == []
    assert store.comments()["state"].tolist() == ["open", "rejected", "open", "open"]


def test_a_flag_goes_where_the_whole_no_longer_bears_it_out_but_not_from_decided_ones(store):
    same = "Vote against this tunnel at the town hall on Monday evening, and bring all of your neighbours."
    copies = {n: comment(n, text=same) for n in range(1, 5)}
    import_parsed(store, parsed(discussion(comments=tuple(copies.values()))), SETTINGS)
    *_, decided = flagged = sorted(item.comment_id for item in store.queue())
    reject = {"key": "k", "action": "reject", "actor": "a", "expected_version": 0}
    store.decide([Action(thread_id="t", comment_id=decided, **reject)])
    (before,) = store.queue(QueueFilter(view="decided"))
    turned = tuple(replace(c, position=5 - n) for n, c in copies.items())
    import_parsed(store, parsed(discussion(comments=turned)), SETTINGS)
    now = {item.comment_id for item in store.queue()}
    assert now == {f"c{5 - int(key[1:])}" for key in flagged} - {decided}
    (after,) = store.queue(QueueFilter(view="decided"))
    assert after.flags == before.flags != ()


def test_a_score_that_is_missing_now_is_taken_away(store):
    given = replace(comment(2), parent_id="c1", parent_source="given")
    what = parsed(discussion(comments=(comment(1), given)))
    first = pd.DataFrame({"sentiment": [0.5, 0.5]})
    store.add(what, first, {})
    store.add(what, pd.DataFrame({"sentiment": [0.5, None]}), {})
    assert store.comments(columns=score_columns())["sentiment"].isna().tolist() == [False, True]


def test_one_parse_may_hold_a_discussion_twice(store):
    added = import_parsed(store, parsed(discussion(1, 2), discussion(3, 4)), SETTINGS).added
    assert (added.discussions, added.comments, added.known) == (1, 4, 0)
    assert store.comments()["position"].tolist() == [1, 2, 3, 4]


# ---- two imports at once


class Together(Store):
    """A store whose first two readers go on together, so that the slower writer works on old knowledge."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.barrier, self.reads = threading.Barrier(2), itertools.count(1)

    def held(self, thread_ids):
        found = super().held(thread_ids)
        if next(self.reads) <= 2:
            self.barrier.wait(timeout=30)
        return found


def import_at_once(url):
    with Together.open(url) as store:
        pages = [parsed(discussion(1, 2, 3)), parsed(discussion(4, 5, 6))]
        workers = [threading.Thread(target=import_parsed, args=(store, page, SETTINGS)) for page in pages]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return store.comments(), next(store.reads) - 1


def test_of_two_imports_at_once_neither_loses_comments(tmp_path):
    found, reads = import_at_once(f"sqlite:///{tmp_path / 'store.sqlite'}")
    assert found["comment_id"].tolist() == [f"c{n}" for n in range(1, 7)]
    assert found["position"].tolist() == list(range(1, 7))
    assert reads == 3


def test_postgresql_merges_and_serialises_imports_too(postgresql):
    engine = make_engine(postgresql)
    with writing(engine) as connection:
        connection.execute(sql("DROP SCHEMA public CASCADE"))
        connection.execute(sql("CREATE SCHEMA public"))
    engine.dispose()
    found, _ = import_at_once(postgresql)
    assert found["comment_id"].tolist() == [f"c{n}" for n in range(1, 7)]
    assert found["position"].tolist() == list(range(1, 7))
    with Store.open(postgresql) as store:
        zoned = tuple(replace(c, timezone_source="given") for c in discussion(5, 6, 7).comments)
        added = import_parsed(store, parsed(discussion(comments=zoned)), SETTINGS).added
        assert (added.comments, added.known, added.corrected) == (1, 2, 2)
        assert store.comments()["position"].tolist() == list(range(1, 8))


def test_what_was_held_before_another_import_is_refused(store):
    what = parsed(discussion(1))
    store.add(what, pd.DataFrame(index=[0]), {})
    with pytest.raises(
        ConflictError, match="another import of the same discussion, or an erasure, came first"
    ):
        store.add(what, pd.DataFrame(index=[0]), {}, held=Held({}, {}))


@pytest.mark.timeout(60)
def test_merging_grows_with_the_length_of_the_captures_only():
    stored, new = discussion(*range(0, 20_000, 2)), discussion(*range(1, 20_000, 2))
    assert len(merged(stored, new).comments) == 20_000


# ---- at the command line


@pytest.mark.parametrize("arguments", [["import", "missing.txt"], ["serve", "--host", "0.0.0.0"]])
def test_what_is_refused_makes_no_database(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, arguments).exit_code in {1, 2}
    assert list(tmp_path.iterdir()) == []


def test_an_import_says_how_many_times_it_corrected(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_text(page_text((1, 2, 3, 4)))
    CliRunner().invoke(main, ["import", "page.txt"])
    result = CliRunner().invoke(main, ["import", "page.txt", "--timezone", "Europe/Berlin"])
    assert "0 comments added, 4 known already, 4 times corrected" in result.stderr


def test_a_discussion_that_is_not_there_is_named_without_the_path(store):
    with pytest.raises(StoreError) as caught:
        store.discussion("nowhere")
    assert str(caught.value).startswith("there is no discussion 'nowhere'.")


def test_the_library_refuses_an_empty_target():
    with pytest.raises(SettingError, match="the target is empty"):
        analyse(sample_folder() / "siberia_pipeline" / "thread.txt", target="")


def test_the_library_heeds_the_settings_of_the_environment(monkeypatch):
    sample = sample_folder() / "siberia_pipeline" / "thread.txt"
    monkeypatch.setenv("BTL_MAX_INPUT_BYTES", "100")
    for call in (read, analyse):
        with pytest.raises(InputError, match="BTL_MAX_INPUT_BYTES"):
            call(sample)


@pytest.mark.parametrize(
    "column",
    [
        *("sentiment", "offensive", "stance", "reply_relation", "featuring"),
        *("words", "word_share", "word_rank", "spam_links"),
    ],
)
def test_what_stands_for_a_deleted_comment_has_no_score(tmp_path, column):
    page = tmp_path / "thread.csv"
    page.write_text(
        "id,parent_id,author,text,status\n1,,Ann,The tunnel leaks and you know it.,visible\n"
        "2,1,Bob,[deleted],deleted\n3,1,Cid,[removed by the moderators],removed\n4,1,Dee,[sic],visible\n"
        "5,1,Eve,[ Removed by Reddit: rule 1 ],visible\n"
    )
    found = analyse(page, target="the tunnel")
    assert found.loc[[1, 2, 4], column].isna().all()
    assert found.loc[3, "words"] == 1
    assert found.loc[3, "sentiment"] == 0


def test_nothing_but_a_quotation_of_the_comment_answered_is_not_its_quoters(tmp_path):
    page = tmp_path / "thread.csv"
    page.write_text(
        'id,parent_id,author,text\n1,,Ann,"You are a stupid idiot\nand a liar."\n'
        '2,1,Bob,"> You are a stupid idiot\n> and a liar."\n3,1,Cid,> nobody asked you idiot\n'
    )
    found = analyse(page)
    assert found.loc[0, "offensive"] > 0.9
    assert found.loc[1, ["offensive", "sentiment"]].isna().all()
    assert found.loc[2, "offensive"] > 0.9  # its own, as on imageboards
