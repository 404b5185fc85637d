"""Running as a service: the image's steps in an empty folder, and a stop that loses no request."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import urllib3
from browsing import GOOD
from test_hooks import SECRET, change, signed

from threads.storage import Store

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("/app", "/data")
KNOWN = {
    "FROM",
    "WORKDIR",
    "COPY",
    "RUN",
    "USER",
    "ENV",
    "EXPOSE",
    "VOLUME",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "CMD",
}


def steps():
    """The instructions of the Dockerfile, each with its argument on one line."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(" ", 1)) for line in lines]


class Image:
    """An image's file system, as far as its steps touch it, in a folder: /app and /data lie in it."""

    def __init__(self, folder):
        self.folder, self.workdir = folder, folder / "app"
        self.variables = {name: os.environ[name] for name in ("LANG", "TZ") if name in os.environ}
        venv.create(folder / "venv", with_pip=True)
        packages = next((folder / "venv" / "lib").iterdir()) / "site-packages"
        for old in packages.glob("setuptools*"):  # of the standard library's bundle
            shutil.rmtree(old)
        # What the image downloads is here already.
        (packages / "tests.pth").write_text(next(p for p in sys.path if p.endswith("site-packages")) + "\n")
        self.offline = {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}

    @property
    def environment(self):
        bin_folder = self.folder / "venv" / "bin"
        return {
            **self.variables,
            **self.offline,
            "PATH": f"{bin_folder}:/usr/bin:/bin",
            "HOME": str(self.folder),
        }

    def inside(self, text):
        """A text with the image's places in the folder."""
        for place in PLACES:
            text = re.sub(rf"(?<![\w.]){place}(?=[/\s'\"]|$)", str(self.folder) + place, text)
        return text

    def run(self, command, **how):
        return subprocess.run(command, cwd=self.workdir, env=self.environment, check=True, **how)

    def do(self, instruction, argument):
        assert instruction in KNOWN, f"{instruction}: say here how to run it"
        if instruction == "WORKDIR":
            self.workdir = Path(self.inside(argument))
            self.workdir.mkdir(exist_ok=True)
        elif instruction == "COPY":
            *sources, target = argument.split()
            for source in sources:
                one, to = ROOT / source, self.workdir / target
                if one.is_dir():
                    shutil.copytree(one, to, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(one, to)
        elif instruction == "RUN":
            owned = re.sub(r"-o \d+ -g \d+ ", "", argument)  # which takes root
            self.run(["sh", "-euc", self.inside(owned)], timeout=200)
        elif instruction == "ENV":
            self.variables |= dict(part.split("=", 1) for part in shlex.split(self.inside(argument)))


@pytest.fixture
def image(tmp_path):
    made = Image(tmp_path)
    for instruction, argument in steps():
        made.do(instruction, argument)
    return made


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(address, process):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server has ended"
        try:
            return urllib3.request("GET", f"{address}/healthz", retries=False, timeout=30).status
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
    return None


def test_the_steps_of_the_image_run_in_an_empty_folder_and_serve(image):
    """What is copied is enough, what is installed starts, and its own health check finds it well."""
    port = str(free_port())
    image.variables |= {"BTL_PORT": port, "BTL_HOST": "127.0.0.1"}
    image.run(["btl", "user", "add", "ann", "--role", "admin"], input=GOOD, text=True, timeout=120)
    found = image.run(
        ["python", "-c", "import threads, dashboard; print(threads.__file__, dashboard.__file__)"],
        capture_output=True,
        text=True,
    ).stdout.split()
    assert all(path.startswith(str(image.folder / "venv")) for path in found)
    settings = dict(steps())
    command = json.loads(settings["CMD"])
    assert command[0] == "gunicorn"  # whose script is not in this environment
    command[:1] = ["python", "-m", "gunicorn"]
    log = image.folder / "log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            command, cwd=image.workdir, env=image.environment, stderr=said, stdout=said
        ) as process,
    ):
        try:
            assert wait_for(f"http://127.0.0.1:{port}", process) == 200, log.read_text()
            image.run(json.loads(settings["HEALTHCHECK"].removeprefix("CMD ")), timeout=60)
        finally:
            process.send_signal(getattr(signal, settings["STOPSIGNAL"]))
            process.wait(60)
    assert process.returncode == 0
    assert (image.folder / "data" / "below-the-line.sqlite").exists()


def test_the_image_is_of_a_python_that_is_supported():
    version = re.match(r"python:(3\.\d+)-slim", dict(steps())["FROM"])[1]
    assert f"Python :: {version}" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("server", ["btl", "gunicorn"])
def test_what_was_begun_is_finished_when_it_is_told_to_stop(tmp_path, server):
    """A comment that waits for the store when SIGTERM comes is stored and answered."""
    path, port = tmp_path / "store.sqlite", free_port()
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "live.toml").write_text('[[sender]]\nname = "paper"\nsecret_file = "secret"\n')
    with Store.open(f"sqlite:///{path}") as store:
        store.accounts.create("ann", "admin", GOOD, actor="local")
    environment = {
        **os.environ,
        "BTL_DATABASE": f"sqlite:///{path}",
        "BTL_KEY_FILE": str(tmp_path / "key"),
        "BTL_LIVE_FILE": str(tmp_path / "live.toml"),
        "BTL_PORT": str(port),
    }
    programs = {
        "btl": ["-m", "threads", "serve"],
        "gunicorn": ["-m", "gunicorn", "--config", "python:dashboard.gunicorn_settings", "--workers", "1"],
    }
    address, body = f"http://127.0.0.1:{port}", json.dumps(change()).encode()

    def push():
        return urllib3.request(
            "POST", f"{address}/hooks/comments", body=body, headers=signed(body), retries=False, timeout=60
        ).status

    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, *programs[server]], env=environment, stderr=log, stdout=log
        ) as process,
        ThreadPoolExecutor(1) as pool,
    ):
        try:
            assert wait_for(address, process) == 200
            assert push() == 200  # and models are loaded
            body = json.dumps(change(2)).encode()
            lock = sqlite3.connect(path, isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
            answer = pool.submit(push)
            time.sleep(1.0)  # it is judged, and waits for the lock
            assert not answer.done()
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            lock.rollback()
            lock.close()
            assert answer.result(60) == 200
        finally:
            process.terminate()
            assert process.wait(60) == 0
    with Store.open(f"sqlite:///{path}") as store:
        assert sorted(store.comments()["comment_id"]) == ["1", "2"]
