"""`btl user`, and what `btl serve` asks for before it listens where others may come."""

import pytest
from browsing import GOOD
from test_cli import PIPELINE, btl  # noqa: F401 - a fixture

from threads.settings import Settings
from threads.storage import Store

OTHER = "seven purple kettles whistle"


def store():
    return Store.open(Settings().database)


def test_a_user_is_made_listed_changed_and_disabled(btl):  # noqa: F811
    assert btl("user", "add", "ann", "--role", "admin", input=f"{GOOD}\n").exit_code == 0
    assert btl("user", "add", "vic", input=f"{GOOD}\n").exit_code == 0
    assert btl("user", "role", "vic", "moderator").exit_code == 0
    assert btl("user", "password", "vic", input=f"{OTHER}\n").exit_code == 0
    assert btl("user", "disable", "vic").exit_code == 0
    listed = btl("user", "list").stdout.splitlines()
    assert [line.split() for line in listed] == [
        ["ann", "admin", "password"],
        ["vic", "moderator", "disabled"],
    ]
    assert btl("user", "enable", "vic").exit_code == 0
    with store() as opened:
        assert opened.sessions.sign_in("vic", OTHER, "127.0.0.1")
        assert opened.verify() == []


def test_a_password_is_never_an_argument(btl):  # noqa: F811
    assert btl("user", "add", "ann", "--role", "admin", "--password", GOOD).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "typed", "problem"),
    [
        (["add", "ann", "--role", "admin"], "short", "at least 12 characters"),
        (["add", "ann", "--role", "admin"], "password1234", "easy to guess"),
        (["add", "vic"], GOOD, "the first account is an admin"),
        (["add", "local", "--role", "admin"], GOOD, "cannot be the name"),
        (["role", "nobody", "viewer"], "", "there is no such"),
    ],
)
def test_what_cannot_be_is_told(btl, arguments, typed, problem):  # noqa: F811
    result = btl("user", *arguments, input=f"{typed}\n")
    assert result.exit_code == 1
    assert problem in result.stderr
    assert not typed or typed not in result.stderr


def test_a_token_is_printed_once_listed_and_revoked(btl):  # noqa: F811
    btl("user", "add", "ann", "--role", "admin", input=f"{GOOD}\n")
    secret = btl("user", "token", "ann", "--label", "nightly export").stdout.strip()
    listed = btl("user", "token", "ann", "--list").stdout
    assert "nightly export  viewer  read score" in listed
    assert secret not in listed
    with store() as opened:
        assert opened.tokens.bearer_of(secret).role == "viewer"
    asked = [part for scope in ("write", "decide") for part in ("--scope", scope)]
    chosen = btl("user", "token", "ann", "--role", "moderator", *asked).stdout.strip()
    with store() as opened:
        assert opened.tokens.bearer_of(chosen).scopes == {"write", "decide"}
    assert btl("user", "token", "ann", "--scope", "everything").exit_code == 2
    assert btl("user", "token", "ann", "--revoke", listed.split()[0]).exit_code == 0
    with store() as opened:
        assert opened.tokens.bearer_of(secret) is None


@pytest.mark.parametrize("arguments", [["--host", "0.0.0.0"], ["--host", "192.0.2.1"]])
def test_without_an_admin_it_does_not_listen_elsewhere(btl, arguments):  # noqa: F811
    assert btl("serve", *arguments).exit_code == 1, "there is no store, and none is made for this"
    btl("import", PIPELINE)
    result = btl("serve", *arguments)
    assert result.exit_code == 2
    assert "there is no admin yet" in result.stderr


def test_with_an_admin_it_asks_for_the_address_that_people_open(btl):  # noqa: F811
    btl("user", "add", "ann", "--role", "admin", input=f"{GOOD}\n")
    result = btl("serve", "--host", "0.0.0.0")
    assert result.exit_code == 2
    assert "BTL_PUBLIC_URL" in result.stderr


def test_a_key_that_can_be_guessed_is_refused_for_a_team(btl, tmp_path, monkeypatch):  # noqa: F811
    from dashboard.wsgi import create
    from threads.errors import SettingError

    btl("import", PIPELINE)
    with pytest.raises(SettingError, match="no admin"):
        create()
    btl("user", "add", "ann", "--role", "admin", input=f"{GOOD}\n")
    (tmp_path / "below-the-line.key").write_text("00" * 32)
    (tmp_path / "below-the-line.key").chmod(0o600)
    with pytest.raises(SettingError, match="guessed"):
        create()
    (tmp_path / "below-the-line.key").unlink()
    assert create().test_client().get("/healthz", base_url="http://127.0.0.1").json == {"status": "ok"}
