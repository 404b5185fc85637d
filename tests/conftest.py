"""What every test may ask for."""

import os
import shutil
from pathlib import Path

import pytest
from postgresql_server import NoServerError, new_database, running
from sqlalchemy import make_url

from threads.storage import Store

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


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory):
    """A SQLite file with the tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def empty_postgresql(postgresql):
    """The name of a PostgreSQL database with the tables and nothing in them, to be copied."""
    address = new_database(postgresql)
    Store.open(address).close()
    return make_url(address).database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The address of an empty store, once on SQLite and once on a real PostgreSQL server."""
    if request.param == "sqlite":
        path = tmp_path / "store.sqlite"
        shutil.copyfile(request.getfixturevalue("empty_sqlite"), path)
        return f"sqlite:///{path}"
    return new_database(
        request.getfixturevalue("postgresql"), template=request.getfixturevalue("empty_postgresql")
    )


@pytest.fixture
def store(database):
    """An empty store on each kind of database."""
    with Store.open(database) as opened:
        yield opened
