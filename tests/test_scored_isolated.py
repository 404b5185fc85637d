"""Scoring in another process: the same scores to the last bit, and named errors where a limit is broken."""

import pandas as pd
import pytest
from hostile import HOSTILE

from threads.analysis import import_parsed, score_parsed
from threads.errors import InputError
from threads.parse import Source, parse
from threads.parse.formats import Options
from threads.records import Comment, Discussion, Parsed, Report
from threads.samples import samples
from threads.scored_isolated import judge_isolated, score_isolated
from threads.settings import Settings
from threads.storage import Store


def sample(folder):
    return parse(Source.from_path(next(folder.glob("thread.*"))), Options())


def said(*texts):
    comments = tuple(
        Comment(
            thread_id="t",
            comment_id=f"c{place}",
            position=place,
            parent_id="c1" if place > 1 else None,
            text=text,
            source_format="page",
        )
        for place, text in enumerate(texts, start=1)
    )
    discussion = Discussion(
        thread_id="t", source="page.html", source_format="page", title="A tunnel", comments=comments
    )
    return Parsed(discussions=(discussion,), report=Report(source="page.html", kept=len(comments)))


@pytest.mark.parametrize("folder", list(samples())[:4], ids=lambda folder: folder.name)
def test_scores_are_those_of_this_process(folder):
    parsed = sample(folder)
    pd.testing.assert_frame_equal(
        score_isolated(parsed, Settings()), score_parsed(parsed, Settings()), check_exact=True
    )


def test_hostile_texts_and_blanks_are_scored_alike():
    parsed = said("", " ", "Ein Satz auf Deutsch, den niemand übersehen kann.", *HOSTILE.values())
    pd.testing.assert_frame_equal(
        score_isolated(parsed, Settings()), score_parsed(parsed, Settings()), check_exact=True
    )


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"parse_seconds": 0.05}, r"page\.html: scoring it takes longer than the limit of 0\.05 seconds"),
        ({"parse_bytes": 1_000_000}, r"page\.html: scoring it takes more memory than the limit of 1,000,000"),
    ],
)
def test_what_breaks_a_limit_is_a_named_error_and_nothing_is_stored(tmp_path, limit, message):
    parsed = said(*["No, the tunnel costs far too much, says Ann, and so do I. " * 50] * 300)
    score_isolated(said("first"), Settings())  # to start a worker is not counted
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
        with pytest.raises(InputError, match=message):
            import_parsed(store, parsed, Settings(**limit), judge=judge_isolated)
        assert store.discussions().empty


def test_a_model_that_takes_its_own_memory_is_asked_here(monkeypatch):
    asked = []
    monkeypatch.setattr("threads.scored_isolated.score_parsed", lambda *about: asked.append(about))
    score_isolated(said("first"), Settings(offensive_model="onnx"))
    assert len(asked) == 1
