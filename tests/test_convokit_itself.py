"""ConvoKit 5 loads what is exported and understands it; what it writes is read back to the same records.

It brings torch and more than a hundred packages, so it has an environment of its own: BTL_TEST_CONVOKIT names
its interpreter.
"""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from test_storage import comment
from test_tables_out import BARE, FULL, HOSTILE, part_of

from threads.parse import Options, Source, parse
from threads.storage.corpus_files import write_corpus

SIDE = Path(__file__).resolve().parent.parent / "benchmarks" / "convokit_side.py"
VARIABLE = "BTL_TEST_CONVOKIT"


@pytest.fixture
def convokit(tmp_path):
    """Run ConvoKit's side, and return the objects that it prints."""
    interpreter = os.environ.get(VARIABLE)
    if not interpreter:
        pytest.skip(f"needs ConvoKit 5: {VARIABLE} names the interpreter of an environment that has it")

    def run(*arguments):
        command = [interpreter, "-P", str(SIDE), *map(str, arguments)]
        # It writes settings into the home of whoever runs it.
        environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": ""}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    return run


MADE = [
    replace(FULL, parent_id="c2", parent_source="given"),
    BARE,
    comment(3, parent_id="c1", parent_source="inferred", parent_confidence=0.5, author=None),
    comment(4, parent_id="gone"),
    comment(5, parent_id="c5", published_at=None),
    comment(6, thread_id="t:1", author_id="42", text="", likes=-(2**60)),
]


def test_it_loads_what_is_exported_and_its_dump_comes_back(convokit, tmp_path):
    part = part_of(MADE, title=HOSTILE, url="https://a.example/", language="en")
    write_corpus([part], tmp_path / "ours", version="1")
    said = convokit("load", tmp_path / "ours", tmp_path / "theirs")

    conversations = [item for item in said if "conversation" in item]
    assert [c["conversation"] for c in conversations] == ["t", "t%3A1"]
    assert all(c["whole"] for c in conversations)
    assert {c["meta"]["title"] for c in conversations} == {HOSTILE}

    ours = [json.loads(line) for line in (tmp_path / "ours" / "utterances.jsonl").read_text().splitlines()]
    speakers = json.loads((tmp_path / "ours" / "speakers.json").read_text())
    theirs = [item for item in said if "id" in item]
    for mine, other in zip(ours, theirs, strict=True):
        assert other.pop("speaker_meta") == speakers[mine["speaker"]]["meta"]
        assert other == {name: value for name, value in mine.items() if name != "vectors"}

    back = parse(Source.from_path(tmp_path / "theirs"), Options())
    assert [c for d in back.discussions for c in d.comments] == MADE
    assert {d.title for d in back.discussions} == {HOSTILE}
    assert back.report.skipped == ()
