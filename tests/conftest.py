"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from postgresql_server import NoServerError, running

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared():
    """The folder of originals beside the checkout; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, the folder of originals beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def postgresql():
    """The address of a PostgreSQL server of our own; without one skip loudly, and in CI fail."""
    try:
        with running() as address:
            yield address
    except NoServerError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
