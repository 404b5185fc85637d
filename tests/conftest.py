"""What every test may ask for."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
POSTGRES_USER = "postgres"  # the server refuses to run as root


@pytest.fixture(scope="session")
def shared():
    """The folder of originals beside the checkout; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, the folder of originals beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def postgresql():
    """The address of a PostgreSQL server of our own, on loopback, gone afterwards."""
    programs = _postgresql_programs()
    user = POSTGRES_USER if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="btl-pg-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        if user:
            shutil.chown(folder, user)
        data = Path(folder) / "data"
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
        )
        _run(
            user,
            programs / "initdb",
            "--pgdata",
            data,
            "--username",
            "btl",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
        )
        _run(
            user,
            programs / "pg_ctl",
            "--pgdata",
            data,
            "--wait",
            "--log",
            f"{folder}/log",
            "--options",
            options,
            "start",
        )
        try:
            yield f"postgresql://btl@127.0.0.1:{port}/postgres"
        finally:
            _run(user, programs / "pg_ctl", "--pgdata", data, "--wait", "--mode", "immediate", "stop")


def _run(user, *command):
    subprocess.run(command, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL, timeout=60)


def _postgresql_programs():
    """The folder of the server's programs; without one skip loudly, and in CI fail."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        message = "no PostgreSQL server: install it (Debian: apt-get install postgresql)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return found[-1]
