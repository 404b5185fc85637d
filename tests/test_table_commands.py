"""`btl parse` says what columns were taken for, and takes other words for it."""

import json

import pytest
from click.testing import CliRunner

from threads.cli import main
from threads.errors import SettingError
from threads.parse.exports.tables.mapping import Mapping
from threads.storage.mappings import SavedMappings

TABLE = "nick,when,feeling,words\n" + "".join(
    f"Ann{n},2024-05-1{n}T20:41:00Z,good,The tunnel leaks at end {n} again\n" for n in range(6)
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")

    def ran(*arguments):
        return CliRunner().invoke(main, ["parse", "table.csv", "--json", "-", *arguments])

    return ran


def comments(result):
    return json.loads(result.stdout)["discussions"][0]["comments"]


def test_the_guess_is_told_with_reasons_and_first_values(run):
    result = run()
    lines = [" ".join(line.split()) for line in result.stderr.splitlines()]
    times = " | ".join(f"2024-05-1{n}T20:41:00Z" for n in range(3))
    assert f"when → time its values are times (0.60) {times}" in lines
    assert "not used: feeling" in lines
    columns = json.loads(result.stdout)["reports"][0]["columns"]
    assert {c["name"]: c["field"] for c in columns}["words"] == "text"


def test_a_mapping_changes_the_guess_and_is_saved_and_used_again(run, tmp_path):
    first = run("--mapping", "author=feeling", "--save-mapping", "tunnel talk")
    assert {c["author"] for c in comments(first)} == {"good"}
    saved = (tmp_path / "mappings" / "tunnel talk.toml").read_text(encoding="utf-8")
    assert 'author = "feeling"' in saved
    again = run("--mapping", "tunnel talk")
    assert comments(again) == comments(first)
    assert comments(run("--mapping", "mappings/tunnel talk.toml")) == comments(first)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--mapping", "nonsuch"], "no mapping is called 'nonsuch'. Known are nyt, socc"),
        (["--mapping", "missing.toml"], "missing.toml: the mapping cannot be read"),
        (["--save-mapping", "../up"], "'../up' is no name for a mapping"),
        (["--save-mapping", "nyt"], "'nyt' is the name of a preset"),
    ],
)
def test_wrong_names_are_wrong_usage(run, arguments, problem):
    result = run(*arguments)
    assert result.exit_code == 2
    assert problem in " ".join(result.stderr.split())


def test_a_column_that_is_not_there_is_a_problem_of_the_input(run):
    result = run("--mapping", "text=bdy")
    assert result.exit_code == 1
    assert "columns nick, when, feeling, words: the table has no column called 'bdy'" in result.stderr


def test_cells_cannot_steer_the_terminal(run, tmp_path):
    (tmp_path / "table.csv").write_text(
        "comment,\x1b[2Jx\n\x1b]0;owned\x07 yes it is,1\nwell,2\n", encoding="utf-8"
    )
    assert not set(run().stderr) & set("\x1b\x07")


def test_mappings_of_a_folder(tmp_path):
    saved = SavedMappings(tmp_path / "new")
    assert saved.names() == []
    saved.save("été 1", Mapping(columns={"text": ("a",)}))
    saved.save("été 1", Mapping(columns={"text": ("b",)}))
    assert saved.names() == ["été 1"]
    assert saved.get("été 1").columns == {"text": ("b",)}
    with pytest.raises(SettingError, match="cannot be written in a file"):
        saved.save("x", Mapping(columns={"text": ("\ud800",)}))
    (tmp_path / "new" / "bad.toml").write_text("text = ", encoding="utf-8")
    with pytest.raises(SettingError, match=r"bad\.toml: this is no mapping"):
        saved.get("bad")
