"""A sample of the table of `make security`, row by row; what needs the network is left to it."""

import pytest

from tests.security.__main__ import ROWS
from tests.security.dependencies import AUDIT
from tests.security.rows import Lab, NotTriedError


@pytest.mark.parametrize("row", [row for row in ROWS if row is not AUDIT], ids=lambda row: row.name)
def test_a_sample_of_the_row_holds(row, tmp_path):
    try:
        with Lab(tmp_path, small=True) as lab:
            tally = row.check(lab)
    except NotTriedError as missing:
        pytest.skip(str(missing))
    assert tally.of > 0
    assert tally.held == tally.of, tally.failures
