"""How the server is, for those who run it."""

import json
import re
import shutil

import pytest
from browsing import ADDRESS, GOOD, body_for, get, post, server_callbacks

from dashboard import create_app
from threads import metrics, models
from threads.errors import InputError
from threads.moderation.roles import ROLES
from threads.samples import add_samples
from threads.settings import Settings
from threads.storage import Action, Store, health
from threads.storage.engine import writing

FAR = {"REMOTE_ADDR": "192.0.2.1"}
SECRET = "a comment that nobody else may read"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(key_file=str(tmp_path_factory.mktemp("key") / "secret.key"), log_requests=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("watched") / "watched.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        list(add_samples(store, Settings()))
        yield store


@pytest.fixture
def client(store, settings):
    return create_app(store, settings).server.test_client()


@pytest.fixture(scope="module")
def tokens(store):
    """A token of each role, all of one admin."""
    account = store.accounts.create("ann", "admin", GOOD, actor="local")
    return {role: store.tokens.create(account, "prometheus", role, 30) for role in ROLES}


def value(client, name):
    """A figure of /metrics."""
    found = re.search(rf"^{re.escape(name)} ([0-9.e+-]+)$", get(client, "/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_alive_says_nothing_else(client):
    assert get(client, "/healthz").json == {"status": "ok"}


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_a_watching_program_asks_from_the_machine_or_with_an_admins_token(client, tokens, path):
    assert get(client, path).status_code == 200
    assert client.get(path, base_url=ADDRESS, environ_overrides=FAR).status_code == 401
    proxied = {"HTTP_X_FORWARDED_FOR": "192.0.2.1"}
    assert client.get(path, base_url=ADDRESS, environ_overrides=proxied).status_code == 401
    told = {}
    for role, token in tokens.items():
        shown = {"Authorization": f"Bearer {token}"}
        told[role] = client.get(path, base_url=ADDRESS, environ_overrides=FAR, headers=shown).status_code
    assert told == {"viewer": 403, "moderator": 403, "admin": 200}


def test_ready_is_a_store_that_can_be_written_on_a_disk_with_room_and_whole_models(
    client, monkeypatch, tmp_path
):
    assert get(client, "/readyz").json == {"status": "ok", "problems": []}
    monkeypatch.setattr(health, "FEWEST_FREE", 10**18)
    answer = get(client, "/readyz")
    assert answer.status_code == 503
    assert "bytes left" in answer.json["problems"][0]
    monkeypatch.undo()

    folder = tmp_path / "models"
    shutil.copytree(models.FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    with (folder / "offensive.npz").open("ab") as file:
        file.write(b"x")
    monkeypatch.setattr(models, "FOLDER", folder)
    assert "SHA-256 differs" in get(client, "/readyz").json["problems"][0]


def test_a_store_that_cannot_be_written_is_not_ready(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'full.sqlite'}") as store:
        assert store.health.problems() == []
        with writing(store._engine) as connection:
            refuse = "SELECT RAISE(ABORT, 'database or disk is full')"
            connection.exec_driver_sql(
                f"CREATE TRIGGER full BEFORE INSERT ON failed_sign_ins BEGIN {refuse}; END"
            )
        (problem,) = store.health.problems()
        assert "the disk is full" in problem


@pytest.mark.parametrize(
    ("problem", "cause"),
    [
        ("reading it takes longer than the limit of 60 seconds", "time"),
        ("it has 51,000,000 bytes, more than the limit of 50,000,000", "size"),
        ("no format recognises it", "format"),
        ("this is not text (it holds control characters)", "encoding"),
        ("something new", "other"),
    ],
)
def test_inputs_that_cannot_be_read_are_counted_by_cause(client, problem, cause):
    name = f'btl_parse_failures_total{{cause="{cause}"}}'
    before = value(client, name)
    metrics.count_failure(InputError(problem, source="secret name"))
    assert value(client, name) == before + 1
    assert "secret name" not in get(client, "/metrics").text


def test_conflicts_are_counted(client, store):
    (item, *_) = store.queue()
    before = value(client, "btl_conflicts_total")
    for key in ("first", "second"):
        store.decide(
            [
                Action(
                    key=key,
                    thread_id=item.thread_id,
                    comment_id=item.comment_id,
                    action="approve",
                    actor=key,
                    expected_version=item.version,
                )
            ]
        )
    assert value(client, "btl_conflicts_total") == before + 1


def test_the_age_of_the_queue_and_waits_for_the_store_are_told(client):
    assert value(client, "btl_queue_comments") > 0
    assert 0 < value(client, "btl_queue_age_seconds") < 3600
    assert value(client, "btl_lock_wait_seconds_count") > 0


def logged(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_each_request_is_a_line_with_an_id_and_without_what_was_asked(store, settings, capsys):
    client = create_app(store, settings).server.test_client()
    answer = get(client, f"/thread/x?q={SECRET}")
    (line,) = logged(capsys)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["event"], line["route"], line["status"]) == ("request", "/<path:path>", answer.status_code)
    assert SECRET not in json.dumps(line)


def test_a_failure_is_told_by_its_place_and_never_by_its_message(tmp_path, settings, capsys):
    with Store.open(f"sqlite:///{tmp_path / 'single.sqlite'}") as single:
        app = create_app(single, settings)

        def fail(*_arguments, **_more):
            raise ValueError(SECRET)

        output = server_callbacks(app)["dashboard.show"]
        fail._needs = app.callback_map[output]["callback"]._needs
        app.callback_map[output]["callback"] = fail
        app.server.testing = False
        answer = post(app.server.test_client(), body_for(app, output))
    assert answer.status_code == 500
    err = capsys.readouterr().err
    assert SECRET not in err
    (failure,) = [
        json.loads(line) for line in err.splitlines() if line.startswith("{") and '"failure"' in line
    ]
    assert failure["error"] == "ValueError"
    assert failure["places"][-1].endswith(" fail")
    assert failure["request_id"] == answer.headers["X-Request-ID"]
