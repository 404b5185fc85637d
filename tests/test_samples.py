"""The samples are what they claim to be: well-formed, complete, and written in words of our own."""

import json
import re
from collections import Counter
from datetime import datetime, timedelta

import pytest
from conftest import ROOT

SAMPLES = ROOT / "sample_data"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))
FIELDS = {"author", "published_at", "published_at_raw", "text", "parent", "parent_source"}
RUN = 6  # equal words in a row that count as copied


def expected(name):
    return json.loads((SAMPLES / name / "expected.json").read_text(encoding="utf-8"))


def talks(name):
    """What is expected of each discussion of a sample: most have one."""
    return expected(name).get("discussions") or [expected(name)]


def all_comments(name):
    return [comment for talk in talks(name) for comment in talk["comments"]]


def is_export(name):
    """Whether a platform wrote it: in an export answers may come first, or answer what is not in it."""
    return expected(name)["format"] not in ("page", "pasted", "btl-csv")


def source(name):
    (path,) = (SAMPLES / name).glob("thread.*")
    return path.read_bytes().decode("utf-8", errors="replace")  # one page is in another charset on purpose


def time_of(comment):
    return datetime.fromisoformat(comment["published_at"])


def depths(comments):
    found = []
    for comment in comments:
        found.append(1 if comment["parent"] is None else found[comment["parent"]] + 1)
    return found


def runs(text):
    """Every run of RUN words that stand on one line."""
    lines = [
        re.findall(r"[^\W_]+(?:'[^\W_]+)*", line.lower().replace("’", "'")) for line in text.splitlines()
    ]
    return {tuple(words[i : i + RUN]) for words in lines for i in range(len(words) - RUN + 1)}


def test_every_folder_is_a_sample():
    folders = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
    assert folders == NAMES


def test_the_samples_of_the_demo_are_there():
    assert {"siberia_pipeline", "harbour_tunnel", "radweg_de", "relative_times", "no_comments"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_has_a_line(name):
    assert f"| `{name}` |" in (SAMPLES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_folder_holds_one_input_and_its_records(name):
    assert len(list((SAMPLES / name).iterdir())) == 2
    assert source(name).strip()


@pytest.mark.parametrize("name", NAMES)
def test_expected_has_the_declared_fields(name):
    record = expected(name)
    assert record.keys() - {"options", "demo", "discussions", "title", "comments"} == {"format", "report"}
    assert all({"title", "comments"} <= talk.keys() for talk in talks(name))
    assert record.get("options", {}).keys() <= {"timezone", "captured_at"}
    assert all(comment.keys() - {"status"} == FIELDS for comment in all_comments(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_status_is_told_only_where_a_comment_is_not_visible(name):
    told = {comment["status"] for comment in all_comments(name) if "status" in comment}
    assert told <= {"pending", "removed", "spam", "deleted"}


@pytest.mark.parametrize("name", NAMES)
def test_counts_match(name):
    record = expected(name)
    assert record["report"].keys() == {"kept", "skipped"}
    assert record["report"]["kept"] == len(all_comments(name))


@pytest.mark.parametrize("name", NAMES)
def test_times_are_utc(name):
    times = [comment["published_at"] for comment in all_comments(name)]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time) for time in times if time is not None)
    assert all(datetime.fromisoformat(time).utcoffset() == timedelta(0) for time in times if time is not None)


@pytest.mark.parametrize("name", NAMES)
def test_parents_stand_before_their_answers(name):
    for talk in talks(name):
        parents = [(i, c["parent"]) for i, c in enumerate(talk["comments"]) if c["parent"] is not None]
        last = len(talk["comments"]) if is_export(name) else 0
        assert [i for i, parent in parents if parent == i or not 0 <= parent < max(i, last)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_parent_says_where_it_comes_from(name):
    for comment in all_comments(name):
        known = {"given", "inferred"} if comment["parent"] is not None else {None}
        assert comment["parent_source"] in known | ({"given"} if is_export(name) else set())


@pytest.mark.parametrize("name", [n for n in NAMES if (SAMPLES / n / "thread.txt").exists()])
def test_every_comment_stands_in_the_text_in_order(name):
    text, place = source(name), 0
    for comment in expected(name)["comments"]:
        for part in (comment["author"], comment["published_at_raw"], comment["text"]):
            found = text.find(part, place)
            assert found >= 0, part
            place = found + len(part)


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_is_copied_from_the_seed(name, shared):
    seed = next((shared / "seeds").glob("001_*.txt")).read_text(encoding="utf-8")
    text = source(name)
    for comment in all_comments(name):
        # The retelling keeps names and times, so the header lines are equal on purpose.
        text = text.replace(f"{comment['author']}\n{comment['published_at_raw']}", "\n")
    assert runs(text) & runs(seed) == set()


def test_the_siberian_thread_has_the_shape_of_its_model():
    comments = expected("siberia_pipeline")["comments"]
    assert [c["author"] for c in comments] == [
        *("Jasmine Hinds", "Madison Neal", "John Crulz", "Anita Drake"),
        *("Eduardo Lopez", "Nancy Perez de Lezama", "Matt Heitz", "Susan Mark"),
    ]
    assert [(i, c["parent"]) for i, c in enumerate(comments) if c["parent"] is not None] == [(3, 2), (4, 2)]
    assert comments[1]["text"].count("\n") == 14
    assert "\u2011" in comments[1]["text"]


def test_the_harbour_thread_is_long_and_uneven():
    comments = expected("harbour_tunnel")["comments"]
    people = Counter(c["author"] for c in comments)
    assert len(comments) >= 60
    assert 16 <= len(people) <= 22
    assert sum(n for _, n in people.most_common(3)) >= len(comments) / 3


def test_the_harbour_thread_declares_its_number():
    assert f"\n{len(expected('harbour_tunnel')['comments'])} Comments\n" in source("harbour_tunnel")


def test_the_harbour_thread_is_a_conversation():
    levels = depths(expected("harbour_tunnel")["comments"])
    assert sum(level > 1 for level in levels) >= 35
    assert max(levels) == 5


def test_the_harbour_thread_runs_over_four_days():
    times = [time_of(c) for c in expected("harbour_tunnel")["comments"]]
    assert times == sorted(times)
    assert len({time.date() for time in times}) == 4


def test_a_bare_name_answers_the_latest_comment_of_that_person():
    comments, text = expected("harbour_tunnel")["comments"], source("harbour_tunnel")
    for i, comment in enumerate(comments):
        if comment["parent"] is None:
            continue
        other = comments[comment["parent"]]["author"]
        header = f"\n{comment['author']} replies to {other}:\n{comment['published_at_raw']}\n"
        assert header in text
        assert other not in {c["author"] for c in comments[comment["parent"] + 1 : i]}


def test_the_harbour_thread_repeats_one_text_at_another_time():
    comments = expected("harbour_tunnel")["comments"]
    twice = [text for text, n in Counter(c["text"] for c in comments).items() if n > 1]
    repeats = [c for c in comments if c["text"] in twice]
    assert len(repeats) == 2
    assert len({c["author"] for c in repeats}) == 1
    assert len({c["published_at"] for c in repeats}) == 2


def test_the_harbour_footer_is_no_comment():
    footer = source("harbour_tunnel").partition("\nLeave a comment\n")[2]
    assert "Related stories" in footer
    assert all("Related stories" not in c["text"] for c in expected("harbour_tunnel")["comments"])


def test_german_times_are_two_hours_ahead():
    for comment in expected("radweg_de")["comments"]:
        local = datetime.strptime(f"{comment['published_at_raw']} +0200", "%d.%m.%Y um %H.%M Uhr %z")
        assert time_of(comment) == local


def test_relative_times_are_counted_from_the_capture():
    record = expected("relative_times")
    captured = datetime.fromisoformat(record["options"]["captured_at"])
    for comment in record["comments"]:
        number, unit, _ = comment["published_at_raw"].split()
        ago = timedelta(**{f"{unit.rstrip('s')}s": int(number)})
        assert time_of(comment) == captured - ago


def test_a_page_without_comments_expects_none():
    record = expected("no_comments")
    assert record["comments"] == []
    assert "Published June 3, 2024 - 07:15am" in source("no_comments")
