"""`btl rules`: what is in force, a book from a file tried out, and put into force."""

import json

import pytest
from click.testing import CliRunner
from test_rule_books import DEFAULTS, SHOUTED, flagged, put

from threads.cli import main
from threads.moderation.rules import RULES
from threads.storage import Store


@pytest.fixture
def address(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with Store.open(found) as store:
        put(store, SHOUTED, "calm words")
    return found


def btl(*arguments, typed=None):
    return CliRunner().invoke(main, ["rules", *arguments], input=typed, catch_exceptions=False)


def test_rules_are_listed_with_their_limits_without_a_database(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BTL_LINK_LIMIT", "6")
    result = btl()
    assert result.exit_code == 0
    assert all(rule.help in result.stdout for rule in RULES)
    assert "links  6 links" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_book_is_printed_tried_out_and_put_into_force(address, tmp_path):
    book = json.loads(btl("--db", address, "--json").stdout)
    assert book == DEFAULTS.as_json()
    book["shouting"]["on"] = False
    book["suspect_words"]["lists"]["words"] = ["calm*"]
    file = tmp_path / "book.json"
    file.write_text(json.dumps(book), encoding="utf-8")
    tried = btl("--db", address, "--preview", str(file)).stdout
    assert "2 of 2 comments published or imported in the last 7 days" in tried
    cells = {line.split("  ")[0]: line.split()[1:5] for line in tried.splitlines()}
    assert cells["shouting"] == ["1", "0", "0", "1"]
    assert cells["suspect_words"] == ["0", "1", "1", "0"]
    assert (
        "2 comments judged again, 2 of them have other flags now"
        in btl("--db", address, "--set", str(file)).stdout
    )
    with Store.open(address) as store:
        assert flagged(store) == {"c2": {"suspect_words"}}
    assert "shouting (off)" in btl("--db", address).stdout
    assert "2 comments judged again, 0 of them" in btl("--db", address, "--apply").stdout


def test_a_book_comes_from_standard_input(address):
    typed = json.dumps({"suspect_words": {"lists": {"words": ["calm*"]}}})
    tried = btl("--db", address, "--preview", "-", typed=typed).stdout
    assert next(line.split()[1:3] for line in tried.splitlines() if line.startswith("suspect_words")) == [
        "0",
        "1",
    ]
    assert "2 comments judged again" in btl("--db", address, "--set", "-", typed=typed).stdout
    assert "standard input: it is no JSON" in btl("--db", address, "--set", "-", typed="{").output


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        (None, "book.json: it cannot be read", 1),
        ("{", "book.json: it is no JSON", 1),
        ("[" * 100_000, "book.json: it is no JSON", 1),
        ('{"links": {"limits": {"links": 0}}}', "links, links: 0 is out of range", 2),
    ],
    ids=["missing", "broken", "deep", "out of range"],
)
def test_a_file_that_is_no_book_is_named(address, tmp_path, text, message, code):
    if text is not None:
        (tmp_path / "book.json").write_text(text, encoding="utf-8")
    result = btl("--db", address, "--set", "book.json")
    assert result.exit_code == code
    assert message in result.output
    with Store.open(address) as store:
        assert store.rule_books.latest() is None
