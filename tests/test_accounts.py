"""Accounts, sessions and tokens in the store, on SQLite and on PostgreSQL."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from threads import passwords
from threads.errors import AccountError
from threads.storage import Store
from threads.storage.audit import rows
from threads.storage.engine import reading
from threads.storage.sessions import (
    FAILURES_OF_ACCOUNT,
    FAILURES_OF_ADDRESS,
    IDLE,
    LONGEST,
    WINDOW,
    network_of,
)

GOOD = "correct horse battery staple"
OTHER = "seven purple kettles whistle"
HERE = "192.0.2.1"


class Clock:
    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, step):
        self.now += step


@pytest.fixture(autouse=True)
def cheap(request, monkeypatch):
    """Hash fast, but where the time is what is tested."""
    if "slow_hash" not in request.fixturenames:
        monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def slow_hash():
    """The hashing of real use."""


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(database, clock):
    with Store.open(database, clock=clock) as opened:
        yield opened


@pytest.fixture
def team(store):
    """An admin and a viewer, who has the good password too."""
    store.accounts.create("ann", "admin", GOOD, actor="local")
    store.accounts.create("vic", "viewer", GOOD, actor="ann")
    return store


def events(store):
    with reading(store._engine) as connection:
        return [(row.event, row.actor, dict(row.details)) for row in rows(connection)]


# Passwords


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "password1234",
        "Passw0rd1234",
        "qwertyuiop[]",
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "iloveyou2024",
        "belowtheline1",
        "x" * 1001,
    ],
)
def test_short_and_common_passwords_are_refused(password):
    assert passwords.problem(password)


def test_the_own_name_is_no_password():
    assert passwords.problem("maximilian-hollerbach", "maximilian-hollerbach")


@pytest.mark.parametrize("password", [GOOD, OTHER, "gT7#kq0!Vz2m", "früh sieben Katzen löschen Brot"])
def test_good_passwords_are_taken(password):
    assert passwords.problem(password) is None


def test_what_is_kept_is_argon2id_with_a_salt_of_its_own():
    first, second = passwords.hashed(GOOD), passwords.hashed(GOOD)
    assert first.startswith("$argon2id$")
    assert first != second
    assert passwords.matches(first, GOOD)
    assert not passwords.matches(first, OTHER)
    assert not passwords.matches(None, GOOD)


# Accounts


def test_the_first_account_is_an_admin(store):
    assert not store.accounts.exist()
    with pytest.raises(AccountError, match="first account is an admin"):
        store.accounts.create("vic", "viewer", GOOD, actor="local")
    assert store.accounts.create("ann", "admin", GOOD, actor="local").role == "admin"
    assert store.accounts.exist()


@pytest.mark.parametrize("name", ["", "local", "Local", "a b", "аdmin", "x" * 65, "-x", "a\x00"])
def test_names_that_could_be_mistaken_are_refused(store, name):
    with pytest.raises(AccountError, match="name of an account"):
        store.accounts.create(name, "admin", GOOD, actor="local")


def test_a_name_is_taken_once_whatever_its_case(team):
    with pytest.raises(AccountError, match="already"):
        team.accounts.create("ANN", "viewer", GOOD, actor="ann")


@pytest.mark.parametrize(
    "change",
    [lambda a: a.set_role("ann", "viewer", actor="ann"), lambda a: a.set_disabled("ann", True, actor="ann")],
)
def test_the_last_admin_stays(team, change):
    with pytest.raises(AccountError, match="last admin"):
        change(team.accounts)
    assert team.accounts.find("ann").role == "admin"
    team.accounts.create("bea", "admin", GOOD, actor="ann")
    change(team.accounts)
    assert team.accounts.has_admin()


def test_an_unknown_role_or_account_is_told(team):
    with pytest.raises(AccountError, match="no role"):
        team.accounts.set_role("vic", "owner", actor="ann")
    with pytest.raises(AccountError, match="no such account"):
        team.accounts.set_role("nobody", "viewer", actor="ann")


def test_preferences_are_kept(team):
    team.accounts.set_preferences("vic", {"approve": "a"})
    assert team.accounts.preferences("vic") == {"approve": "a"}
    assert team.accounts.preferences("nobody") == {}


# Signing in


def test_a_session_opens_with_its_secret_alone_which_is_not_stored(team):
    secret = team.sessions.sign_in("Vic ", GOOD, HERE)
    session = team.sessions.of(secret)
    assert (session.account.name, session.account.role) == ("vic", "viewer")
    assert team.sessions.of(session.id) is None
    with reading(team._engine) as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM sessions")).all())


@pytest.mark.parametrize(("name", "password"), [("vic", OTHER), ("nobody", GOOD), ("vic", ""), ("", GOOD)])
def test_whatever_is_wrong_the_answer_is_the_same(team, name, password):
    with pytest.raises(AccountError) as refused:
        team.sessions.sign_in(name, password, HERE)
    assert str(refused.value) == "sign-in: name or password is wrong"


def test_an_unknown_name_takes_as_long_as_a_known_one(slow_hash, team):
    passwords.warm()

    def seconds(name, address):
        start = time.perf_counter()
        with pytest.raises(AccountError, match="wrong"):
            team.sessions.sign_in(name, OTHER, address)
        return time.perf_counter() - start

    known, unknown = [], []
    for n in range(FAILURES_OF_ACCOUNT):
        known.append(seconds("vic", f"198.51.100.{n}"))
        unknown.append(seconds("nobody", f"198.51.100.{n}"))
    assert statistics.median(known) == pytest.approx(statistics.median(unknown), rel=0.5)
    assert min(unknown) > 0.5 * min(known)


@pytest.mark.parametrize("name", ["vic", "nobody"])
def test_five_failures_lock_an_account_for_fifteen_minutes(team, clock, name):
    for _ in range(FAILURES_OF_ACCOUNT):
        with pytest.raises(AccountError, match="wrong"):
            team.sessions.sign_in(name, OTHER, HERE)
    with pytest.raises(AccountError, match="too many"):
        team.sessions.sign_in(name, GOOD, "203.0.113.9")
    assert team.sessions.sign_in("ann", GOOD, HERE)
    clock.forward(WINDOW)
    if name == "vic":
        assert team.sessions.sign_in("vic", GOOD, HERE)


def test_a_sign_in_forgets_the_failures_before_it(team):
    for _ in range(3):
        for _ in range(FAILURES_OF_ACCOUNT - 1):
            with pytest.raises(AccountError, match="wrong"):
                team.sessions.sign_in("vic", OTHER, HERE)
        assert team.sessions.sign_in("vic", GOOD, HERE)


def test_twenty_failures_lock_an_address(team):
    for n in range(FAILURES_OF_ADDRESS):
        with pytest.raises(AccountError, match="wrong"):
            team.sessions.sign_in(f"guess{n}", OTHER, HERE)
    with pytest.raises(AccountError, match="too many"):
        team.sessions.sign_in("vic", GOOD, HERE)
    assert team.sessions.sign_in("vic", GOOD, "192.0.2.2")


def test_guesses_at_once_are_counted_one_by_one(team):
    def guess(_):
        try:
            team.sessions.sign_in("vic", OTHER, HERE)
        except AccountError as error:
            return error.problem
        return "in"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))
    assert sum("wrong" in answer for answer in answers) == FAILURES_OF_ACCOUNT


def test_the_typed_name_of_nobody_is_not_kept(team):
    with pytest.raises(AccountError):
        team.sessions.sign_in("my secret passphrase", "", HERE)
    with reading(team._engine) as connection:
        assert "passphrase" not in str(connection.execute(text("SELECT * FROM failed_sign_ins")).all())
    assert events(team)[-1] == ("sign_in_failed", "unknown", {})


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "none"),
    ],
)
def test_a_network_counts_as_one_address(address, network):
    assert network_of(address) == network


# Sessions


def test_a_session_ends_when_it_is_not_used(team, clock):
    secret = team.sessions.sign_in("vic", GOOD, HERE)
    for _ in range(3):
        clock.forward(IDLE - timedelta(seconds=1))
        team.sessions.use(team.sessions.of(secret))
    clock.forward(IDLE)
    assert team.sessions.of(secret) is None


def test_looking_a_session_up_is_no_use_of_it(team, clock):
    secret = team.sessions.sign_in("vic", GOOD, HERE)
    for _ in range(3):
        clock.forward(IDLE / 3)
        seen = team.sessions.of(secret)
    assert seen is None


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(team, clock):
    secret, used = team.sessions.sign_in("vic", GOOD, HERE), timedelta()
    while used < LONGEST - IDLE / 2:
        clock.forward(IDLE / 2)
        used += IDLE / 2
        team.sessions.use(team.sessions.of(secret))
    clock.forward(IDLE / 2)
    assert team.sessions.of(secret) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.accounts.set_role("vic", "moderator", actor="ann"),
        lambda s: s.accounts.set_password("vic", OTHER, actor="vic"),
        lambda s: s.accounts.set_disabled("vic", True, actor="ann"),
        lambda s: s.sessions.end(s.sessions.all(s.accounts.find("vic"))[0].id, s.accounts.find("vic")),
    ],
    ids=["role", "password", "disabled", "signed out"],
)
def test_what_ends_a_session(team, change):
    secret, others = team.sessions.sign_in("vic", GOOD, HERE), team.sessions.sign_in("ann", GOOD, HERE)
    change(team)
    assert team.sessions.of(secret) is None
    assert team.sessions.of(others)


def test_nobody_ends_anothers_session(team):
    secret = team.sessions.sign_in("vic", GOOD, HERE)
    team.sessions.end(team.sessions.of(secret).id, team.accounts.find("ann"))
    assert team.sessions.of(secret)


def test_a_disabled_account_does_not_sign_in(team):
    team.accounts.set_disabled("vic", True, actor="ann")
    with pytest.raises(AccountError, match="wrong"):
        team.sessions.sign_in("vic", GOOD, HERE)
    team.accounts.set_disabled("vic", False, actor="ann")
    assert team.sessions.sign_in("vic", GOOD, HERE)


def test_ones_own_password_takes_the_old_one_and_ends_every_session_but_a_new_one(team):
    vic, old = team.accounts.find("vic"), team.sessions.sign_in("vic", GOOD, HERE)
    with pytest.raises(AccountError, match="wrong"):
        team.sessions.change_password(vic, OTHER, OTHER, HERE)
    with pytest.raises(AccountError, match="easy to guess"):
        team.sessions.change_password(vic, GOOD, "password1234", HERE)
    new = team.sessions.change_password(vic, GOOD, OTHER, HERE)
    assert team.sessions.of(old) is None
    assert team.sessions.of(new).account == vic
    assert team.sessions.sign_in("vic", OTHER, HERE)


# Through a provider


def test_whom_a_provider_vouches_for_gets_a_viewers_account(team):
    session = team.sessions.of(team.sessions.sign_in_elsewhere("https://id#1", "Eve@Example.org", None))
    assert (session.account.name, session.account.role) == ("eve@example.org", "viewer")
    again = team.sessions.of(team.sessions.sign_in_elsewhere("https://id#1", "renamed", "moderator"))
    assert (again.account.id, again.account.role) == (session.account.id, "moderator")


def test_a_provider_gives_nobody_an_account_that_is_anothers(team):
    with pytest.raises(AccountError, match="another account's"):
        team.sessions.sign_in_elsewhere("https://id#1", "ann", "admin")


def test_a_provider_does_not_take_the_last_admin_away(store):
    store.sessions.sign_in_elsewhere("https://id#1", "ann", "admin")
    session = store.sessions.of(store.sessions.sign_in_elsewhere("https://id#1", "ann", "viewer"))
    assert session.account.role == "admin"


def test_an_account_without_a_password_takes_none(team):
    team.sessions.sign_in_elsewhere("https://id#1", "eve", None)
    with pytest.raises(AccountError, match="wrong"):
        team.sessions.sign_in("eve", "", HERE)


# Tokens


def test_a_token_opens_what_its_role_and_its_owners_role_open(team, clock):
    ann = team.accounts.find("ann")
    whole, part = team.tokens.create(ann, "all", "admin", 30), team.tokens.create(ann, "export", "viewer", 30)
    assert team.tokens.bearer_of(whole).role == "admin"
    assert team.tokens.bearer_of(part).role == "viewer"
    team.accounts.create("bea", "admin", GOOD, actor="ann")
    team.accounts.set_role("ann", "moderator", actor="bea")
    assert team.tokens.bearer_of(whole).role == "moderator"
    assert team.tokens.bearer_of(part).role == "viewer"


def test_a_token_may_do_no_more_than_its_owner(team):
    with pytest.raises(AccountError, match="no more than its owner"):
        team.tokens.create(team.accounts.find("vic"), "more", "admin", 30)


def test_a_token_is_for_what_it_was_made_for(team):
    vic = team.accounts.find("vic")
    usual, chosen = (
        team.tokens.create(vic, "usual", "viewer", 30),
        team.tokens.create(vic, "chosen", "viewer", 30, ["decide", "read"]),
    )
    assert team.tokens.bearer_of(usual).scopes == {"read", "score"}
    assert team.tokens.bearer_of(chosen).scopes == {"read", "decide"}
    assert [token.scopes for token in team.tokens.all(vic)] == [("read", "decide"), ("read", "score")]
    for scopes in ([], ["everything"]):
        with pytest.raises(AccountError, match="read, score, write, decide"):
            team.tokens.create(vic, "none", "viewer", 30, scopes)


@pytest.mark.parametrize(("name", "days"), [("", 1), ("x" * 81, 1), ("x", 0), ("x", 366)])
def test_a_token_has_a_name_and_an_end(team, name, days):
    with pytest.raises(AccountError, match="token"):
        team.tokens.create(team.accounts.find("vic"), name, "viewer", days)


def test_what_ends_a_token(team, clock):
    vic = team.accounts.find("vic")
    secret = team.tokens.create(vic, "export", "viewer", 1)
    (token,) = team.tokens.all(vic)
    team.tokens.revoke(team.accounts.find("ann"), token.id)
    assert team.tokens.bearer_of(secret), "nobody revokes another's"
    team.accounts.set_disabled("vic", True, actor="ann")
    assert team.tokens.bearer_of(secret) is None
    team.accounts.set_disabled("vic", False, actor="ann")
    clock.forward(timedelta(days=1))
    assert team.tokens.bearer_of(secret) is None
    secret = team.tokens.create(vic, "export", "viewer", 1)
    (token,) = team.tokens.all(vic)
    team.tokens.revoke(vic, token.id)
    assert team.tokens.bearer_of(secret) is None
    assert team.tokens.all(vic) == []


# On record


def test_everything_is_on_record_in_one_chain_with_names_and_ids_only(team):
    with pytest.raises(AccountError):
        team.sessions.sign_in("vic", OTHER, HERE)
    session = team.sessions.of(team.sessions.sign_in("vic", GOOD, HERE))
    team.sessions.end(session.id, session.account)
    team.accounts.set_role("vic", "moderator", actor="ann")
    team.accounts.set_password("vic", OTHER, actor="ann")
    team.accounts.set_disabled("vic", True, actor="ann")
    assert events(team) == [
        ("account_created", "local", {"account": "ann", "role": "admin"}),
        ("account_created", "ann", {"account": "vic", "role": "viewer"}),
        ("sign_in_failed", "vic", {}),
        ("sign_in", "vic", {"role": "viewer"}),
        ("sign_out", "vic", {}),
        ("role_changed", "ann", {"account": "vic", "before": "viewer", "role": "moderator"}),
        ("password_changed", "ann", {"account": "vic"}),
        ("account_disabled", "ann", {"account": "vic"}),
    ]
    assert team.verify() == []
