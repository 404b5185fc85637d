"""Signing in with an OpenID Connect provider, which runs beside the test."""

import json
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from browsing import ADDRESS, GOOD, get

from dashboard import create_app
from dashboard.security.single_sign_on import role_map
from threads.errors import SettingError
from threads.settings import Settings
from threads.storage import Store

USERS = [
    {"sub": "1", "preferred_username": "Eve.Reader"},
    {"sub": "2", "preferred_username": "mo", "roles": ["desk", "x"]},
    {"sub": "3", "preferred_username": "boss", "roles": ["desk", "lead"]},
    {"sub": "4", "preferred_username": "ann"},
    {"sub": "5", "preferred_username": "Ünfit name"},
]


@pytest.fixture(scope="module")
def provider():
    """The address of a provider that knows USERS, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    known = [part for user in USERS for part in ("--user-claims", json.dumps(user))]
    command = [
        sys.executable,
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
        *known,
    ]
    address = f"http://localhost:{port}"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(process, address)
            yield address
        finally:
            process.kill()


def wait_for(process, address):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the provider has ended"
        try:
            urllib3.request("GET", address, retries=False, timeout=60)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the provider does not answer")


@pytest.fixture
def store(tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'team.sqlite'}") as store:
        store.accounts.create("ann", "admin", GOOD, actor="local")
        yield store


@pytest.fixture
def make_client(tmp_path, store, provider):
    def make(**more):
        secret = tmp_path / "client.secret"
        secret.write_text("a secret of the provider's\n")
        settings = Settings(
            key_file=str(tmp_path / "secret.key"),
            oidc_issuer=provider,
            oidc_client_id="below-the-line",
            oidc_secret_file=str(secret),
        ).replace(**more)
        return create_app(store, settings).server.test_client()

    return make


def at_provider(address, subject=None):
    """Allow at the provider, as `subject`, or deny; return where the provider sends one back to."""
    fields = {"sub": subject} if subject else {"action": "deny"}
    answer = urllib3.request(
        "POST",
        address,
        body="&".join("=".join(item) for item in fields.items()),
        redirect=False,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 302, answer.data
    return answer.headers["Location"]


def sign_in(client, subject, following="/"):
    start = get(client, f"/sign-in/provider?next={following}")
    back = urlsplit(at_provider(start.headers["Location"], subject))
    return get(client, f"{back.path}?{back.query}")


def test_the_form_offers_the_provider(make_client):
    assert "Sign in with localhost" in get(make_client(), "/sign-in?next=/guide").text


def test_whoever_the_provider_vouches_for_comes_in_as_a_viewer_and_goes_where_they_were(make_client, store):
    client = make_client()
    answer = sign_in(client, "1", "/guide")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/guide")
    assert get(client, "/guide").status_code == 200
    assert get(client, "/moderation").status_code == 403
    account = store.accounts.find("eve.reader")
    assert (account.role, account.has_password, account.subject[-2:]) == ("viewer", False, "#1")


@pytest.mark.parametrize(("subject", "name", "role"), [("2", "mo", "moderator"), ("3", "boss", "admin")])
def test_roles_are_what_the_claim_means(make_client, store, subject, name, role):
    roles = {"oidc_roles": "desk=moderator, lead=admin"}
    assert sign_in(make_client(**roles), subject).status_code == 303
    assert store.accounts.find(name).role == role
    assert sign_in(make_client(oidc_roles="other=admin"), subject).status_code == 303
    assert store.accounts.find(name).role == "viewer", "what the claim no longer gives is taken"


def test_the_way_there_asks_for_a_code_with_a_challenge_a_nonce_and_a_state(make_client):
    asked = parse_qs(urlsplit(get(make_client(), "/sign-in/provider").headers["Location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert asked["state"][0] != asked["nonce"][0]
    assert asked["redirect_uri"] == [f"{ADDRESS}/sign-in/provider/done"]


def test_a_name_that_is_anothers_gets_nobody_in(make_client, store):
    client = make_client()
    answer = sign_in(client, "4")
    assert answer.status_code == 401
    assert "another account" in answer.text
    assert get(client, "/").status_code == 401


def test_a_name_that_cannot_be_one_is_told(make_client):
    assert "cannot be the name" in sign_in(make_client(), "5").text


def test_a_disabled_account_stays_out(make_client, store):
    sign_in(make_client(), "1")
    store.accounts.set_disabled("eve.reader", True, actor="ann")
    assert sign_in(make_client(), "1").status_code == 401


def test_who_denies_is_not_let_in(make_client):
    client = make_client()
    back = urlsplit(at_provider(get(client, "/sign-in/provider").headers["Location"]))
    answer = get(client, f"{back.path}?{back.query}")
    assert answer.status_code == 401
    assert "did not vouch" in answer.text


def test_an_answer_that_was_not_asked_for_is_refused(make_client):
    """Somebody lures a browser to the address with a code of their own."""
    thief, victim = make_client(), make_client()
    back = urlsplit(at_provider(get(thief, "/sign-in/provider").headers["Location"], "1"))
    assert get(victim, f"{back.path}?{back.query}").status_code == 401
    assert get(victim, "/").status_code == 401
    assert get(thief, f"{back.path}?{back.query}").status_code == 303
    assert get(thief, f"{back.path}?{back.query}").status_code == 401, "a code is good once"
    assert get(victim, "/sign-in/provider/done").status_code == 401


def test_a_provider_that_is_away_is_told(make_client):
    answer = get(make_client(oidc_issuer="http://localhost:9"), "/sign-in/provider")
    assert answer.status_code == 502
    assert "does not answer" in answer.text


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("oidc_issuer", "http://id.example.org", "not an https address"),
        ("oidc_client_id", "", "BTL_OIDC_CLIENT_ID"),
        ("oidc_secret_file", "/no/such/file", "BTL_OIDC_SECRET_FILE"),
        ("oidc_roles", "desk", "BTL_OIDC_ROLES"),
        ("oidc_roles", "desk=owner", "BTL_OIDC_ROLES"),
    ],
)
def test_settings_that_cannot_work_are_told_at_the_start(make_client, setting, value, problem):
    with pytest.raises(SettingError, match=problem):
        make_client(**{setting: value})


def test_a_value_may_hold_an_equals_sign():
    assert role_map("cn=desk=moderator") == {"cn=desk": "moderator"}
