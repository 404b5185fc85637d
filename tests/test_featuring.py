"""Cues for featuring: known answers, other languages, gaming, order of rows, hostile texts, who is listed."""

import math
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.analysis import analyse_parsed
from threads.dynamics.featured import worth_featuring
from threads.errors import SettingError
from threads.parse import Source, parse
from threads.parse.formats import Options
from threads.samples import sample_folder
from threads.scores.featuring import CUES, Featuring, column_of, reweighted, weights
from threads.scores.featuring_cues import content_words, cues_of
from threads.scores.text import words
from threads.settings import SETTINGS, Settings

COLUMNS = [column.name for column in Featuring.columns]
ARTICLE = "Council approves the harbour tunnel\nThe tunnel under the harbour costs ninety million."
GOOD = (
    "I worked as a nurse in the harbour hospital for ten years, and my street floods every autumn. "
    "The tunnel is a mistake because the ground is sand; for example, the last survey found 3 leaks."
)
PLAIN = "Well, that is what they always say about these things, and here we go again, is it not."


def cues(text, article=None):
    found = words(text.lower())
    return cues_of(text.lower(), found, content_words(found), article)


def scored(*texts, **more):
    columns = {name: list(value) if isinstance(value, tuple) else value for name, value in more.items()}
    return Featuring(Settings()).score(pd.DataFrame({"text": list(texts), **columns}))


# ---- golden examples


def test_content_words_are_different_words_without_function_words_and_final_s():
    found = words("the tunnels and the tunnel cost the council's glass 90 of http://a.com class")
    assert content_words(found) == ["tunnel", "cost", "council", "glass", "class"]


def test_relevance_is_the_share_of_content_words_that_the_article_has():
    # tunnel, harbour and cost (costs) of tunnel, cost, harbour, fish: 3 / (4 + 3).
    text = "The tunnel will cost us and the harbour all of the fish"
    assert cues(text, ARTICLE).relevance == pytest.approx(3 / 7)
    assert cues(text).relevance is None


def test_readability_is_lix_between_40_and_70():
    # 10 words in 1 sentence, 4 of them longer than six letters: LIX 10 + 40 = 50.
    text = "Nobody believes another official promise about harbour tunnels any more"
    assert sum(len(word) > 6 for word in text.split()) == 6
    assert cues(text).readability == pytest.approx((70 - (10 + 60)) / 30)
    assert cues("It is so. " * 10).readability == 1
    assert cues("word " * 80).readability == 0


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("it is a mistake because the ground is sand", 1),
        ("because because because", 1),
        ("for example the leaks, for example the costs", 1),
        ("however, according to the study it cost 90 and 100", 5),
        ("1 2 3 4 5 6", 3),
        ("see https://a.org/1 https://a.org/2 https://a.org/3", 2),
        ("such assets, an event, so thats it", 0),
    ],
)
def test_argument_counts_different_marks_by_length(text, marks):
    assert cues(text).argument == pytest.approx(min(1, 25 * marks / 50))
    longer = f"{text} " + "and so on they go " * 40
    count = len(words(longer))
    assert cues(longer).argument == pytest.approx(min(1, 25 * marks / count))


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("I worked there and we lived by the sea", 2),
        ("my wife and my town, our street", 3),
        ("as a nurse I have also seen it", 1),
        ("ten years ago I lost it", 2),
        ("I've also lived there", 1),
        ("I think we need it, my opinion, as a result, long ago", 0),
        ("you worked and they lived in his town", 0),
        ("I agreed, we need", 0),
        ("my", 0),
    ],
)
def test_experience_counts_different_marks_of_what_was_lived(text, marks):
    assert cues(text).experience == pytest.approx(min(1, 25 * marks / 50))


def test_novelty_is_the_mean_share_in_the_words_so_far():
    filler = "it is as it is and so it was and"
    found = scored(f"{filler} tunnel", f"{filler} tunnel ferry", f"{filler} tunnel", f"{filler} bridge")
    novelty = found["featuring_novelty"].tolist()
    assert math.isnan(novelty[0])
    assert novelty[1:] == pytest.approx([(1 / 2 + 1) / 2, 1 / 3, 1])


def test_thread_relevance_is_the_cosine_with_all_others():
    filler = "it is as it is and so it was and"
    found = scored(f"{filler} tunnel ferry", f"{filler} tunnel", f"{filler} bridge")
    tunnel, ferry = 1 + math.log(4 / 3), 1 + math.log(4 / 2)
    length = math.hypot(tunnel, ferry)
    # The others of the first are "tunnel" and "bridge", each of length 1.
    expected = [tunnel / length / math.sqrt(2), tunnel / length / math.sqrt(2), 0]
    assert found["featuring_thread_relevance"].tolist() == pytest.approx(expected)


def test_the_mean_is_weighted_over_the_cues_that_are_there():
    settings = Settings(featuring_argument=3, featuring_readability=0)
    frame = pd.DataFrame({"text": [GOOD], "article": [ARTICLE]})
    row = Featuring(settings).score(frame).iloc[0]
    expected = row["featuring_relevance"] + 3 * row["featuring_argument"] + row["featuring_experience"]
    assert row["featuring"] == pytest.approx(expected / 5)
    assert row[["featuring_thread_relevance", "featuring_novelty"]].isna().all()


def test_one_weight_at_least_must_be_above_zero():
    nothing = {column_of(cue): 0 for cue in CUES}
    with pytest.raises(SettingError, match=r"BTL_FEATURING_NOVELTY: all weights .* one must be above 0"):
        Featuring(Settings(**nothing))
    only = Featuring(Settings(**{**nothing, "featuring_argument": 0.5}))
    row = only.score(pd.DataFrame({"text": [GOOD]})).iloc[0]
    assert row["featuring"] == row["featuring_argument"] > 0


def test_without_the_cue_that_has_a_weight_there_is_no_mean():
    only = Settings(**{**{column_of(cue): 0 for cue in CUES}, "featuring_relevance": 1})
    row = Featuring(only).score(pd.DataFrame({"text": [GOOD]})).iloc[0]
    assert math.isnan(row["featuring"])


@pytest.mark.parametrize("weight", [-1, "nan", "inf", "much"])
def test_a_weight_must_be_a_number_from_zero_on(weight):
    with pytest.raises(SettingError, match="BTL_FEATURING_NOVELTY"):
        Settings(featuring_novelty=weight)


def test_weights_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("BTL_FEATURING_EXPERIENCE", "0")
    frame = pd.DataFrame({"text": [PLAIN]})
    with_experience, without = Featuring(Settings()).score(frame), Featuring().score(frame)
    assert with_experience["featuring_experience"][0] == 0
    assert without["featuring"][0] > with_experience["featuring"][0]


def test_every_cue_has_a_column_and_a_weight():
    assert ["featuring", *map(column_of, CUES)] == COLUMNS
    assert {column_of(cue) for cue in CUES} <= {setting.name for setting in SETTINGS}
    assert weights(Settings(featuring_novelty=2)) == {**dict.fromkeys(CUES, 1.0), "novelty": 2.0}


# ---- what is missing, and why


@pytest.mark.parametrize("text", [None, "", " ", "😀" * 30, "One two three four five six seven eight nine"])
def test_too_short_a_comment_has_no_cue(text):
    assert scored(text, GOOD).loc[0].isna().all()


def test_another_language_keeps_the_cues_of_the_thread_only():
    german = (
        "Ich habe zehn Jahre im Hafen gearbeitet, und der Tunnel ist ein Fehler, weil der Grund nur Sand ist."
    )
    found = scored(german, german + " Die Fähre ist besser.", article=ARTICLE, language="de")
    present = found.loc[1].dropna()
    assert set(present.index) == {"featuring", "featuring_thread_relevance", "featuring_novelty"}
    assert present["featuring"] == pytest.approx((present.iloc[1] + present.iloc[2]) / 2)


def test_the_article_reaches_the_score_when_a_source_is_analysed():
    sample = sample_folder() / "harbour_tunnel" / "thread.txt"
    parsed = parse(Source.from_path(sample), Options())
    scores = analyse_parsed(parsed, Settings()).scores
    assert scores["featuring_relevance"].max() > 0.1


# ---- gaming


def test_a_better_comment_is_ranked_higher():
    found = scored(PLAIN, GOOD, article=ARTICLE)
    assert found["featuring"][1] > found["featuring"][0] + 0.1


@pytest.mark.parametrize("text", [GOOD, PLAIN])
@pytest.mark.parametrize("times", [2, 5, 50])
def test_saying_it_again_raises_nothing(text, times):
    once, often = scored(text, article=ARTICLE), scored(" ".join([text] * times), article=ARTICLE)
    for column in COLUMNS:
        assert not often[column][0] > once[column][0] + 1e-9, column


def test_padding_raises_nothing():
    padded = GOOD + " And so on and on it goes, as it always does, and then it does so again." * 20
    once, often = scored(GOOD, article=ARTICLE), scored(padded, article=ARTICLE)
    assert often["featuring"][0] < once["featuring"][0]


def test_a_copy_is_not_new():
    found = scored(PLAIN, GOOD, GOOD)
    assert found["featuring_novelty"][2] <= 0.5 < found["featuring_novelty"][1]


# ---- neighbours and order


def test_comments_that_share_no_word_have_a_likeness_of_zero_and_no_noise():
    nouns = [f"{first}{second}" for first in ("gran", "bel", "tor", "mav", "quil") for second in "abdefgh"]
    texts = [f"{' '.join(nouns[n : n + 5])} it is what it is and so it was" for n in range(0, 35, 5)]
    for count in range(2, len(texts) + 1):
        found = scored(*texts[:count], language=("de",) * count)
        assert found["featuring_thread_relevance"].tolist() == [0.0] * count


THREAD = pd.DataFrame(
    {
        "text": [
            GOOD,
            PLAIN,
            GOOD + " Ferries are cheaper than any bridge.",
            "short",
            PLAIN + " The council!",
            None,
        ],
        "thread_id": ["a", "a", "b", "b", "a", "b"],
        "article": [ARTICLE, ARTICLE, None, None, ARTICLE, None],
        "published_at": pd.to_datetime(
            ["2024-05-17T10:00Z", "2024-05-17T09:00Z", None, None, "2024-05-17T11:00Z", None],
            format="ISO8601",
        ),
        "position": pd.array([1, 2, 3, 4, 5, 6], dtype="Int64"),
    },
    index=[10, 20, 30, 40, 50, 60],
)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_changes_nothing(seed):
    whole = Featuring(Settings()).score(THREAD)
    mixed = Featuring(Settings()).score(THREAD.sample(frac=1, random_state=seed)).loc[THREAD.index]
    pd.testing.assert_frame_equal(whole, mixed, check_exact=True)


def test_only_the_cues_within_the_thread_depend_on_it():
    alone = pd.concat([Featuring(Settings()).score(THREAD.loc[[row]]) for row in THREAD.index])
    whole = Featuring(Settings()).score(THREAD)
    own = [column.name for column in Featuring.columns if "within the thread" not in column.help]
    assert own == [column_of(cue) for cue in CUES if cue not in {"thread_relevance", "novelty"}]
    pd.testing.assert_frame_equal(whole[own], alone[own], check_exact=True)


def test_threads_do_not_mix():
    whole = Featuring(Settings()).score(THREAD)
    for _, rows in THREAD.groupby("thread_id"):
        pd.testing.assert_frame_equal(Featuring(Settings()).score(rows), whole.loc[rows.index])


def test_an_earlier_time_comes_first_whatever_the_place():
    found = Featuring(Settings()).score(THREAD)["featuring_novelty"]
    assert math.isnan(found[20])
    assert found[10] > 0


# ---- hostile texts


@given(st.text(), st.text())
def test_any_text_gets_cues_within_their_range(text, article):
    found = scored(text, text * 20, article=article)
    assert (found.isna() | ((found >= 0) & (found <= 1))).all(axis=None)


@pytest.mark.parametrize(
    "part", ["a", "a ", "i ", "my town ", "as a ", "1 ", "http://a ", ". ", "\n", "日", "\ud800 "]
)
def test_a_hostile_text_takes_no_longer_than_its_length(part):
    text = (part * 500_000)[:500_000]
    began = time.process_time()
    scored(text, text, article=text)
    # Under 1 s on one idle core.
    assert time.process_time() - began < 20


def test_no_comment_at_all_has_all_columns():
    assert scored().columns.tolist() == COLUMNS


# ---- the list


def rows(**columns):
    frame = pd.DataFrame({column_of(cue): [0.9, 0.5, 0.7, None] for cue in CUES}, dtype="float64")
    return frame.assign(comment_id=list("abcd"), **columns)


def listed(frame, settings=None, **more):
    return worth_featuring(reweighted(frame, settings or Settings()), **more)["comment_id"].tolist()


def test_the_best_are_listed_first_and_those_without_a_cue_not_at_all():
    assert listed(rows()) == ["a", "c", "b"]
    assert listed(rows(), most=1) == ["a"]


@pytest.mark.parametrize(
    "columns",
    [
        {"spam": [0.5, 0.4, 0.1, 0.1]},
        {"offensive": [0.9, None, 0.1, 0.1]},
        {"status": ["removed", "visible", "visible", "visible"]},
        {"state": ["rejected", "open", "approved", "open"]},
    ],
)
def test_spam_offence_and_what_is_gone_keep_a_comment_out(columns):
    assert listed(rows(**columns)) == ["c", "b"]


def test_other_weights_give_another_order():
    frame = rows().assign(featuring_argument=[0.0, 1.0, 0.5, None])
    only_argument = Settings(**{column_of(cue): float(cue == "argument") for cue in CUES})
    assert listed(frame, only_argument) == ["b", "c", "a"]
