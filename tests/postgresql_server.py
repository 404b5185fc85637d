"""A PostgreSQL server of our own, on loopback, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

USER = "postgres"  # the server refuses to run as root


class NoServerError(Exception):
    """PostgreSQL is not installed."""


@contextmanager
def running(*, durable=False):
    """Yield the address of a server; only a `durable` one flushes what it commits to the disk."""
    programs = _programs()
    user = USER if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="btl-pg-") as folder:
        if user:
            shutil.chown(folder, user)
        data, port = Path(folder) / "data", _free_port()
        control = (programs / "pg_ctl", "--pgdata", data, "--wait")
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} "
            f"-c fsync={'on' if durable else 'off'} -c max_connections=200"
        )
        initdb = (programs / "initdb", "--pgdata", data, "--username", "btl", "--auth", "trust")
        _run(user, *initdb, "--encoding", "UTF8")
        _run(user, *control, "--log", f"{folder}/log", "--options", options, "start")
        try:
            yield f"postgresql://btl@127.0.0.1:{port}/postgres"
        finally:
            _run(user, *control, "--mode", "immediate", "stop")


def new_database(server, template="template1"):
    """Return the address of a database on a server: an empty one, or a copy of the database `template`."""
    name = f"btl_{uuid4().hex[:12]}"
    _tell(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server, url):
    """Drop a database that a test has done with: hundreds of them take minutes to remove at the end."""
    _tell(server, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def _tell(server, statement):
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _run(user, *command):
    subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL, timeout=60)


def _programs():
    """Return the folder of the server's programs."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise NoServerError("no PostgreSQL server: install it (Debian: apt-get install postgresql)")
    return found[-1]
