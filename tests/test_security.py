"""A sample of the table of `make security`, row by row; what takes long or needs a network is left to it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ROOT

from dashboard import create_app
from tests.security.__main__ import ROWS
from tests.security.exports import EXPORTS
from tests.security.rows import Lab, NotTriedError
from threads.settings import Settings
from threads.storage import Store


def test_the_note_on_security_names_every_row():
    note = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert [row.name for row in ROWS if f"`{row.name}`" not in note] == []


def test_no_export_is_forgotten(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'empty.sqlite'}") as store:
        rules = [rule.rule for rule in create_app(store, Settings()).server.url_map.iter_rules()]
    known = {address.split("/")[1] for _, address in EXPORTS}
    assert {
        rule.split("/")[1] for rule in rules if "csv" in rule or "json" in rule or "export" in rule
    } == known


@pytest.mark.parametrize("row", [row for row in ROWS if row.sampled], ids=lambda row: row.name)
def test_a_sample_of_the_row_holds(row, tmp_path, postgresql):
    try:
        # In another thread there is no event loop of a browser test.
        with Lab(tmp_path, small=True, server=postgresql) as lab, ThreadPoolExecutor(1) as apart:
            tally = apart.submit(row.check, lab).result()
    except NotTriedError as missing:
        pytest.skip(str(missing))
    assert tally.of > 0
    assert tally.held == tally.of, tally.failures
