"""Near-duplicates and campaigns: known answers, equality with brute force, hostile texts, order of rows."""

import io
import itertools
import random
import time

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from threads import similar_texts
from threads.cli import main
from threads.dynamics.near_duplicates import (
    FEWEST_CHARACTERS,
    GROUP_COLUMNS,
    NEAR_DUPLICATE_COLUMNS,
    near_duplicates,
)
from threads.errors import SettingError
from threads.samples import sample_folder
from threads.scores.text import listed
from threads.similar_texts import group_similar, jaccard, may_be_similar, shingles
from threads.wordlists.folding import fold, letters_and_digits

SLOGAN = "Vote against this tunnel at the town hall on Monday evening, and bring your neighbours along."
WORDS = listed(
    "the tunnel harbour council ferry bridge vote cost ground six years talk people plan a of to in"
)


def frame(*rows, **more):
    """A frame of (text, author, thread), one comment an hour."""
    columns = {
        "text": [row[0] for row in rows],
        "author": [row[1] for row in rows],
        "thread_id": [row[2] for row in rows],
        "comment_id": [f"c{n}" for n in range(len(rows))],
        "published_at": pd.date_range("2024-05-17", periods=len(rows), freq="h", tz="UTC"),
    }
    return pd.DataFrame({**columns, **more})


def by_brute_force(texts, threshold):
    """The groups of texts, by comparing every pair."""
    sets = [shingles(text) for text in texts]
    labels = list(range(len(texts)))
    for one, other in itertools.combinations(range(len(texts)), 2):
        if jaccard(sets[one], sets[other]) >= threshold:
            labels = [labels[one] if label == labels[other] else label for label in labels]
    return pd.factorize(np.array(labels))[0].tolist()


def variants(count, seed):
    """Texts of few words, many of them edits of earlier ones."""
    draw = random.Random(seed)
    texts = []
    for _ in range(count):
        if texts and draw.random() < 0.6:
            words = draw.choice(texts).split()
            for _ in range(draw.randint(1, 4)):
                words[draw.randrange(len(words))] = draw.choice(sorted(WORDS))
        else:
            words = draw.choices(sorted(WORDS), k=draw.randint(12, 40))
        texts.append(" ".join(words))
    return list(dict.fromkeys(letters_and_digits(text) for text in texts))


# ---- similarity


def test_jaccard_of_the_known_example():
    one, other = shingles("vote no on the new parking plan"), shingles("vote no on the new parking plan!!")
    assert (len(one & other), len(one | other)) == (27, 29)
    assert jaccard(one, other) == pytest.approx(0.9310, abs=5e-5)


def test_jaccard_at_its_ends():
    assert jaccard(shingles("abcdefg"), shingles("abcdefg")) == 1
    assert jaccard(shingles("abcdefg"), shingles("1234567")) == 0
    assert jaccard(frozenset(), frozenset()) == 1


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.95, 1])
@pytest.mark.parametrize("seed", range(4))
def test_the_groups_are_those_of_brute_force(threshold, seed):
    texts = variants(150, seed)
    found = group_similar(texts, threshold)
    assert found.labels.tolist() == by_brute_force(texts, threshold)
    assert found.complete


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abc", min_size=5, max_size=30), unique=True, max_size=25), st.floats(0.2, 1))
def test_the_groups_of_any_texts_are_those_of_brute_force(texts, threshold):
    assert group_similar(texts, threshold).labels.tolist() == by_brute_force(texts, threshold)


@pytest.mark.parametrize(
    ("name", "value"), [("_BLOCK_CHARACTERS", 300), ("_AT_ONCE", 5), ("_LATELY_BITS", 1), ("_REMEMBERED", 8)]
)
def test_the_groups_do_not_depend_on_how_much_is_held_at_once(name, value, monkeypatch):
    monkeypatch.setattr(similar_texts, name, value)
    texts = variants(120, seed=7)
    assert group_similar(texts, 0.6).labels.tolist() == by_brute_force(texts, 0.6)


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_those_that_may_be_similar_are_those_with_enough_known_shingles(threshold):
    texts = variants(120, seed=5)
    some, others = texts[:20], [*texts[20:], "", "four"]
    known = frozenset().union(*map(shingles, some))
    shared = [len(shingles(text) & known) / len(shingles(text)) if len(text) > 4 else 0 for text in others]
    found = may_be_similar(some, others, threshold).tolist()
    assert found == [share >= threshold - 1e-9 for share in shared]
    assert {True, False} == set(found)
    assert not may_be_similar([], others, threshold).any()


def test_a_search_cut_short_says_so():
    found = group_similar(variants(150, 1), 0.5, most_pairs=3)
    assert not found.complete


@pytest.mark.parametrize("threshold", [0, -1, 1.01, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold):
    with pytest.raises(SettingError, match="out of range"):
        near_duplicates(frame((SLOGAN, "A", "t")), threshold=threshold)


# ---- what counts as the same


@pytest.mark.parametrize(
    "written",
    [
        SLOGAN.upper(),
        f"  {SLOGAN}!!! 🙂",
        SLOGAN.replace(" ", "  "),
        " ".join(SLOGAN),
        SLOGAN.replace("a", "\u0430").replace("e", "\u0435"),  # Cyrillic letters
        SLOGAN.replace("o", "ö"),
        SLOGAN.replace("t", "t\u200b"),
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in SLOGAN),  # full width
        f"> What do you think we should do about it?\n{SLOGAN}",
    ],
)
def test_disguises_change_nothing(written):
    found = near_duplicates(frame((SLOGAN, "A", "t"), (written, "B", "t")))
    assert found.comments["duplicate_similarity"].tolist() == [1, 1]


@given(st.text())
def test_letters_and_digits_are_those_of_the_folded_text(text):
    assert letters_and_digits(text) == "".join(filter(str.isalnum, fold(text).text))


def test_an_edited_copy_is_found_with_its_similarity():
    edited = SLOGAN.replace("Monday", "Tuesday")
    found = near_duplicates(
        frame(
            (SLOGAN, "A", "t"), ("Something else, of enough letters to count.", "C", "t"), (edited, "B", "u")
        )
    )
    expected = jaccard(*(shingles(letters_and_digits(text)) for text in (SLOGAN, edited)))
    assert 0.7 < expected < 1
    assert found.comments["duplicate_similarity"].tolist()[::2] == [1, pytest.approx(expected)]
    assert found.comments["duplicate_of"].tolist()[::2] == ["c0", "c0"]
    assert found.comments.loc[1].isna().all()


@pytest.mark.parametrize("text", ["I agree with you entirely!", "", " ", "🙂" * 100, None])
def test_short_and_empty_comments_repeat_nothing(text):
    found = near_duplicates(frame((text, "A", "t"), (text, "B", "u")))
    assert found.groups.empty
    assert found.comments.isna().all(axis=None)
    assert found.too_short == 2


# ---- groups and campaigns


def test_a_group_says_who_where_and_when():
    rows = frame((SLOGAN, "A", "t"), (SLOGAN, "B", "u"), (SLOGAN + "!", "A", "u"), (SLOGAN, None, "t"))
    (group,) = near_duplicates(rows).groups.to_dict("records")
    assert (group["comments"], group["authors"], group["threads"]) == (4, 2, 2)
    assert (group["first_at"], group["last_at"]) == (rows["published_at"][0], rows["published_at"][3])
    assert (group["first_thread"], group["first_comment"], group["text"]) == ("t", "c0", SLOGAN)


@pytest.mark.parametrize(
    ("authors", "threads", "campaign"),
    [("ABC", "ttt", 1), ("AAA", "tuv", 1), ("ABB", "tuu", 0), ("AAA", "ttt", 0)],
)
def test_a_campaign_takes_three_authors_or_three_threads(authors, threads, campaign):
    found = near_duplicates(
        frame(*((SLOGAN, author, thread) for author, thread in zip(authors, threads, strict=True)))
    )
    assert found.groups["campaign"].tolist() == [campaign]


def test_the_largest_group_is_the_first():
    other = "The ferries would still be cheaper than any of this, whatever the council says."
    found = near_duplicates(frame(*((text, "A", "t") for text in (SLOGAN, other, other, SLOGAN, other))))
    assert found.comments["duplicate_group"].tolist() == [2, 1, 1, 2, 1]
    assert found.groups["comments"].tolist() == [3, 2]


def test_the_order_of_the_rows_changes_nothing():
    rows = frame(*((text, "AB"[n % 2], "tuv"[n % 3]) for n, text in enumerate(variants(80, 5) * 2)))
    rows = rows.set_index(pd.Index([f"i{n}" for n in range(len(rows))]))
    found = near_duplicates(rows)
    turned = near_duplicates(rows.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(found.comments, turned.comments.loc[rows.index])
    pd.testing.assert_frame_equal(found.groups, turned.groups)


def test_a_frame_of_texts_alone_and_an_empty_one_have_all_columns():
    for rows in (
        pd.DataFrame({"text": [SLOGAN, SLOGAN]}),
        pd.DataFrame({"text": pd.Series([], dtype="str")}),
    ):
        found = near_duplicates(rows)
        for table, columns in ((found.comments, NEAR_DUPLICATE_COLUMNS), (found.groups, GROUP_COLUMNS)):
            assert {n: str(d) for n, d in table.dtypes.items()} == {c.name: c.dtype for c in columns}
        assert len(found.comments) == len(rows)


# ---- hostile texts


def test_many_identical_comments_are_one_comparison():
    began = time.process_time()
    found = near_duplicates(pd.DataFrame({"text": [SLOGAN] * 100_000}))
    assert found.groups["comments"].tolist() == [100_000]
    # About 1 s on one idle core; comparing all pairs would take hours.
    assert time.process_time() - began < 30


def test_a_campaign_of_different_copies_takes_no_square_of_comparisons():
    texts = [letters_and_digits(f"{SLOGAN} Number {n}") for n in range(5_000)]
    began = time.process_time()
    assert len(set(group_similar(texts, 0.7).labels.tolist())) == 1
    # About 1 s on one idle core; twelve million pairs would take minutes.
    assert time.process_time() - began < 30


@pytest.mark.parametrize(
    "text",
    ["buy " * 100_000, "a" * 1_000_000, "日" * 100_000, "\ud800" * 50 + SLOGAN, "\u202e" * 1_000 + SLOGAN],
)
def test_long_and_odd_texts_are_compared(text):
    began = time.process_time()
    found = near_duplicates(frame((text, "A", "t"), (text + " !", "B", "u"), (SLOGAN[::-1], "C", "v")))
    assert found.comments["duplicate_similarity"].tolist()[:2] == [1, 1]
    assert time.process_time() - began < 10


# ---- at the command line

PIPELINE = str(sample_folder() / "siberia_pipeline" / "thread.txt")


def write_thread(path, title, *comments):
    blocks = (f"{author}\nMay 17, 2024 AT 20:{10 + n}\n{text}" for n, (author, text) in enumerate(comments))
    article = f"{title}\nThe council voted last night for a road tunnel, after six years of talk.\n"
    path.write_text(article + "\n".join(blocks) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def two_threads(tmp_path):
    first = write_thread(
        tmp_path / "first.txt",
        "Town Council Approves a Tunnel Under the Old Harbour",
        ("Anna Lehmann", SLOGAN),
        ("Bert Novak", "The ferries would still be cheaper than any of this, and nobody says so."),
    )
    second = write_thread(
        tmp_path / "second.txt",
        "Ferry Operators Go to Court Against the New Tunnel",
        ("Carla Moretti", SLOGAN.replace("Monday", "Tuesday")),
        ("Dirk Olsen", SLOGAN.upper()),
    )
    return first, second


def test_duplicates_are_found_across_sources(two_threads):
    result = CliRunner().invoke(main, ["duplicates", *two_threads], catch_exceptions=False)
    assert result.exit_code == 0
    (_, line) = result.stdout.splitlines()
    assert line.split()[:3] == ["3", "3", "2"]
    assert "  yes  " in line
    assert result.stderr.endswith(
        "among 4 comments: 3, in 1 groups; 0 with fewer than 40 letters and digits not compared\n"
    )


@pytest.mark.parametrize("asked", [(), ("--csv", "-")])
def test_comments_too_short_to_be_compared_are_told(tmp_path, asked):
    comments = ("Anna Lehmann", "I agree with you entirely!"), ("Bert Novak", "I agree with you entirely!")
    source = write_thread(tmp_path / "short.txt", "Town Council Approves a Tunnel", *comments)
    result = CliRunner().invoke(main, ["duplicates", source, *asked], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stderr.endswith(
        "among 2 comments: 0, in 0 groups; 2 with fewer than 40 letters and digits not compared\n"
    )


def test_the_help_names_the_fewest_letters_of_a_comment_that_is_compared():
    told = " ".join(CliRunner().invoke(main, ["duplicates", "--help"]).stdout.split())
    assert f"fewer than {FEWEST_CHARACTERS} letters and digits are not compared" in told


def test_duplicates_as_csv_and_by_threshold(two_threads):
    result = CliRunner().invoke(main, ["duplicates", *two_threads, "--threshold", "1", "--csv", "-", "--raw"])
    found = pd.read_csv(io.StringIO(result.stdout))
    assert found["author"].tolist() == ["Anna Lehmann", "Dirk Olsen"]
    assert found["duplicate_group"].tolist() == [1, 1]


def test_two_captures_of_one_discussion_repeat_nothing(two_threads, tmp_path):
    (tmp_path / "again.txt").write_bytes((tmp_path / "first.txt").read_bytes())
    result = CliRunner().invoke(main, ["duplicates", two_threads[0], str(tmp_path / "again.txt")])
    assert "No two comments" in result.stdout


def test_a_threshold_that_is_none_is_wrong_usage():
    assert CliRunner().invoke(main, ["duplicates", PIPELINE, "--threshold", "0"]).exit_code == 2
