"""Several outputs of one command: what they hold is worked out once, and is what each alone would hold."""

import errno
import os
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest
from test_cli import PIPELINE, btl  # noqa: F401 - a fixture
from test_storage import comment

from threads.errors import StoreError
from threads.records import Discussion
from threads.storage import kept_parts
from threads.storage.kept_parts import KeptParts
from threads.storage.parts import Part

OUTPUTS = ("--csv", "out.csv", "--parquet", "out.parquet", "--ndjson", "out.ndjson", "--convokit", "out")


def parts(worked_out):
    discussion = Discussion(thread_id="t", source="s", source_format="test", comments=(comment(1),))
    for number in range(3):
        worked_out.append(number)
        yield Part(pd.DataFrame({"text": [f"text {number}", None], "n": [number, 7]}), {"t": discussion})


def test_parts_are_worked_out_once_and_come_again_as_they_were():
    worked_out = []
    with KeptParts(parts(worked_out)) as kept:
        first, second = list(kept), list(kept)
    assert worked_out == [0, 1, 2]
    for one, other, as_made in zip(first, second, parts([]), strict=True):
        pd.testing.assert_frame_equal(one.frame, as_made.frame)
        pd.testing.assert_frame_equal(other.frame, as_made.frame)
        assert list(one.discussions) == list(other.discussions) == ["t"]


def test_a_reader_that_stops_early_costs_the_next_nothing():
    with KeptParts(parts([])) as kept:
        assert len(list(islice(kept, 1))) == 1
        assert [part.frame["n"][0] for part in kept] == [0, 1, 2]


def test_two_readers_side_by_side_get_every_part():
    with KeptParts(parts([])) as kept:
        pairs = [(one.frame["n"][0], other.frame["n"][0]) for one, other in zip(kept, kept, strict=True)]
    assert pairs == [(0, 0), (1, 1), (2, 2)]


def test_a_full_disk_is_told_with_its_remedy(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(kept_parts.pickle, "dump", full)
    with KeptParts(parts([])) as kept, pytest.raises(StoreError, match=r"No space left.*TMPDIR"):
        list(kept)


@pytest.mark.parametrize("command", ["parse", "analyse"])
def test_outputs_together_hold_what_each_alone_holds(btl, command):  # noqa: F811
    pytest.importorskip("pyarrow")
    alone = {}
    for option, name in zip(OUTPUTS[::2], OUTPUTS[1::2], strict=True):
        assert btl(command, PIPELINE, option, name).exit_code == 0
        alone |= written()
    assert btl(command, PIPELINE, *OUTPUTS).exit_code == 0
    assert written() == alone


def test_a_problem_is_told_once_however_many_outputs(btl):  # noqa: F811
    result = btl("analyse", PIPELINE, "missing.txt", *OUTPUTS)
    assert result.exit_code == 1
    assert result.stderr.count("missing.txt") == 1


def written():
    """Return the bytes of every file here, and take the files away."""
    found = {}
    for path in [path for path in Path().rglob("*") if path.is_file()]:
        found[str(path)] = path.read_bytes()
        path.unlink()
    return found
