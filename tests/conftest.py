"""What every test may ask for."""

import os
import shutil
import signal
from pathlib import Path

import pytest
from chromium import ARGUMENTS, EXECUTABLE, MISSING
from postgresql_server import NoServerError, drop_database, new_database, running
from sqlalchemy import make_url

from dashboard.pages.base import Context
from threads.analysis import import_parsed
from threads.parse import parse
from threads.parse.formats import Options
from threads.parse.source import Source
from threads.samples import sample_folder
from threads.settings import Settings
from threads.storage import Store

# Begun in the background it would be ignored, and servers of tests are stopped by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared():
    """The folder of originals beside the checkout; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, the folder of originals beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Drive the system's Chromium; without one, skip loudly, and in CI fail."""
    if EXECUTABLE is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    return {**browser_type_launch_args, "executable_path": EXECUTABLE, "args": list(ARGUMENTS)}


@pytest.fixture(scope="module")
def context(browser):
    """What a browser keeps, cookies and scripts that it has read once: one for the tests of a file."""
    with browser.new_context() as kept:
        yield kept


@pytest.fixture
def page(context):
    """A tab of its own for each test."""
    with context.new_page() as opened:
        yield opened


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
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql")
    address = new_database(server, template=request.getfixturevalue("empty_postgresql"))
    yield address
    drop_database(server, address)


@pytest.fixture
def store(database):
    """An empty store on each kind of database."""
    with Store.open(database) as opened:
        yield opened


@pytest.fixture(scope="session")
def sampled(tmp_path_factory):
    """What pages work with, over a store of two sample threads; read only."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('sampled')}/store.sqlite") as opened:
        for name in ("harbour_tunnel", "siberia_pipeline"):
            source = Source.from_path(sample_folder() / name / "thread.txt")
            import_parsed(opened, parse(source, Options()), Settings())
        yield Context(opened, Settings())


@pytest.fixture(scope="session")
def sampled_ids(sampled):
    """The thread of ninety comments, and that of eight."""
    stored = sampled.store.discussions().sort_values("comments", ascending=False)
    return stored["thread_id"].tolist()
