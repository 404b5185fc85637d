"""The doors of the dashboard: who gets in, where to, and what nobody gets done."""

import json
import random

import pytest
from argon2 import PasswordHasher
from browsing import (
    ADDRESS,
    CALLBACKS,
    GOOD,
    body_for,
    csrf_token,
    form_token,
    get,
    post,
    server_callbacks,
    sign_in,
    sign_out,
)
from sqlalchemy import select, text

from dashboard import create_app
from dashboard.pages import PAGES
from dashboard.security.access import need_of
from dashboard.security.signing_in import inside
from threads import passwords
from threads.moderation.roles import allowed
from threads.samples import add_samples
from threads.settings import Settings
from threads.storage import Store
from threads.storage.audit import rows
from threads.storage.engine import reading
from threads.storage.tables import metadata

WHO = {None: None, "vic": "viewer", "mo": "moderator", "ann": "admin"}


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """Hash fast: how long it takes is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobodys.cache_clear()
        yield
    passwords._nobodys.cache_clear()


def populate(store):
    list(add_samples(store, Settings()))
    for name, role in (("ann", "admin"), ("mo", "moderator"), ("vic", "viewer")):
        store.accounts.create(name, role, GOOD, actor="local")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(key_file=str(tmp_path_factory.mktemp("key") / "secret.key"))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("team") / "team.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        populate(store)
        yield store


@pytest.fixture(scope="module")
def app(store, settings):
    return create_app(store, settings)


@pytest.fixture
def anonymous(app):
    return app.server.test_client()


@pytest.fixture(scope="module")
def browsers(app):
    """A browser for each of WHO, none of them on the server's own machine."""
    found = {}
    for name in WHO:
        found[name] = app.server.test_client()
        found[name].environ_base["REMOTE_ADDR"] = "192.0.2.50"
        if name:
            assert sign_in(found[name], name).status_code == 303
    return found


def content_of(store):
    """Every row of every table, but for when sessions were used and what users choose for themselves."""
    with reading(store._engine) as connection:
        return {
            table.name: sorted(
                map(
                    str,
                    connection.execute(
                        select(*[c for c in table.c if c.name not in {"seen_at", "preferences"}])
                    ).all(),
                )
            )
            for table in metadata.sorted_tables
        }


# The matrix: what each route, page and callback needs. None: anybody.

ROUTES = {
    "/healthz": None,
    "/readyz": "manage_users",
    "/metrics": "manage_users",
    "/sign-in": None,
    "/language/en": None,
    "/assets/style.css": None,
    "/assets/page.js": "view",
    "/_dash-layout": "view",
    "/_dash-dependencies": "view",
    "/_dash-component-suites/dash/deps/react@18.js": "view",
    "/_favicon.ico": None,
    "/_dash-component-suites/plotly/package_data/plotly.min.js": "view",
    "/comments": "view",
    "/comments/rows": "view",
    "/export.csv": "view",
    "/export.ndjson": "view",
    "/export.parquet": "view",
    "/v1alpha1/models": "view",
    "/thread.html": "view",
    "/$discovery/rest": "view",
    "/export/decisions.csv": "export_people",
    "/export/decisions.json": "export_people",
    "/export/labels.csv": "export_people",
    "/export/flagged.csv": "export_people",
    "/export/flagged.json": "export_people",
    "/": "view",
    "/thread/x": "view",
    "/people/x": "view",
    "/stance/x": "view",
    "/compare": "view",
    "/topics/x": "view",
    "/moderation": "decide",
    "/import": "import",
    "/users": "manage_users",
    "/account": "view",
    "/guide": "view",
    "/report": "decide",
    "/deliveries": "deliver",
    "/rules": "edit_rules",
    "/keeping": "keep",
    "/report.csv": "decide",
    "/thread-changes": "view",
    "/no/such/page": "view",
    "/api/v1/openapi.json": None,
    "/api/v1/no/such/address": None,
    "/api/v1/threads": "view",
    "/api/v1/threads/x": "view",
    "/api/v1/threads/x/comments": "view",
    "/api/v1/threads/x/dynamics": "view",
    "/api/v1/threads/x/export": "view",
    "/api/v1/threads/x/comments/y/flags": "see_people",
    "/api/v1/threads/x/comments/y/decisions": "see_people",
    "/api/v1/queue": "decide",
}
# What pages send to by themselves: as JSON, with the token of the session.
POSTS = {
    "/moderation/save": "decide",
    "/moderation/poll": "decide",
    "/v1alpha1/comments:analyze": "view",
    "/v1alpha1/comments:suggestscore": "view",
    "/api/v1/scores": "view",
    "/api/v1/threads": "import",
    "/api/v1/threads/x/comments": "import",
    "/api/v1/threads/x/comments/y/decisions": "decide",
}
# What platforms send to, whose signature says who they are; tests/test_hooks.py holds them to it.
SIGNED = {"/hooks/comments", "/hooks/coral"}
CALLBACK_NEEDS = {
    "dashboard.show": "view",
    "filtering.refresh": "view",
    "filtering.offer": "view",
    "filtering.offer_topics": "view",
    "compare.choose": "view",
    "background.again": "view",
    "background.how_far": "view",
    "thread.look": "view",
    "moderation.history": "decide",
    "moderation.keep_keys": "decide",
    "bulk.stretch": "decide",
    "deliveries.again": "deliver",
    "limits.redraw": "decide",
    "limits.apply": "edit_rules",
    "rules.preview": "edit_rules",
    "rules.save": "edit_rules",
    "rules.told": "edit_rules",
    "rules.apply": "edit_rules",
    "label_panel.answer": "decide",
    "label_panel.told": "decide",
    "label_panel.apply": "train",
    "keeping.erase": "keep",
    "keeping.retain": "keep",
    "importing.preview": "import",
    "importing.store": "import",
    "importing.changed": "import",
    "importing.save": "import",
    "users.add": "manage_users",
    "users.change": "manage_users",
    "account.set_password": "view",
    "account.end": "view",
    "account.make": "view",
    "account.revoke": "view",
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("path", ROUTES)
def test_a_route_lets_in_whom_the_matrix_says(browsers, path, who):
    need, role = ROUTES[path], WHO[who]
    status = get(browsers[who], path).status_code
    if need is None or allowed(role, need):
        assert status not in {401, 403}
        assert status < 500
    else:
        assert status == (403 if role else 401)


def test_every_page_stands_in_the_matrix():
    for page in PAGES:
        found = [path for path in ROUTES if path == page.path or path.startswith(f"{page.path}/")]
        assert found, f"{page.path} is not in ROUTES: add what opening it needs"
        assert {ROUTES[path] for path in found if page.path != "/"} <= {page.permission}


def test_every_address_that_answers_stands_in_the_matrix(app):
    adapter = app.server.url_map.bind("127.0.0.1")
    known = {adapter.match(path, return_rule=True)[0].rule for path in ROUTES}
    nobodys = {"/static/<path:filename>", "/_reload-hash"}
    rules = list(app.server.url_map.iter_rules())
    readable = {rule.rule for rule in rules if "GET" in rule.methods}
    assert readable - known - nobodys == set(), "say in ROUTES what opening it needs"
    posts = {rule.rule for rule in rules if "POST" in rule.methods}
    known = {adapter.match(path, method="POST", return_rule=True)[0].rule for path in POSTS}
    others = {CALLBACKS, "/sign-in", "/sign-out", "/api/v1/<path:rest>"}
    assert posts == {*known, *SIGNED, *others}, "say in POSTS what sending to it needs"


def test_every_callback_stands_in_the_matrix(app):
    declared = {
        name: need_of(app.callback_map[output]["callback"]).permission
        for name, output in server_callbacks(app).items()
    }
    assert declared == CALLBACK_NEEDS, "say in CALLBACK_NEEDS who may use the callback"


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", CALLBACK_NEEDS)
def test_a_callback_serves_whom_the_matrix_says(app, browsers, name, who):
    role = WHO[who]
    status = post(browsers[who], body_for(app, server_callbacks(app)[name])).status_code
    if allowed(role, CALLBACK_NEEDS[name]):
        assert status in {200, 204, 400}
    else:
        assert status == (403 if role else 401)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("path", POSTS)
def test_what_pages_send_to_takes_it_from_whom_the_matrix_says(browsers, path, who):
    role = WHO[who]
    status = post(browsers[who], {}, path=path).status_code
    if allowed(role, POSTS[path]):
        assert status in {400, 422}, "it is refused for what it holds"
        assert post(browsers[who], {}, path=path, token="").status_code == 403
    else:
        assert status == (403 if role else 401)


@pytest.mark.parametrize("who", ["vic", "mo", "ann"])
def test_the_menu_shows_what_one_may_open_and_the_rest_is_refused_in_the_page_too(app, browsers, who):
    output = server_callbacks(app)["dashboard.show"]

    def opened(path):
        return post(
            browsers[who],
            body_for(app, output, lambda item: {"pathname": path, "search": ""}[item["property"]]),
        )

    for page in PAGES:
        assert opened(page.path).status_code == (200 if allowed(WHO[who], page.permission) else 403)
    menu = json.dumps(opened("/guide").json["response"]["menu"])
    for page in PAGES:
        if page.menu:
            assert (f'"href": "{page.path}"' in menu) == allowed(WHO[who], page.permission)


# Forged and malformed bodies


def anything(chance, depth=0):
    """A random value of JSON, such as somebody would try."""
    kind = chance.randrange(9 if depth < 3 else 6)
    if kind < 6:
        words = ["", "x", "/", "../etc/passwd", "' OR 1=1 --", "\x00", "\ud800", "{}", "a" * 5000, "-1"]
        return [None, True, chance.choice([0, -1, 2**63, 1e308]), chance.choice(words), [], {}][kind]
    if kind < 8:
        return [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {chance.choice(["id", "property", "key", "action", "x"]): anything(chance, depth + 1)}


def forged(app, chance):
    """A body of the right form, with values that no page would send."""
    output = chance.choice(list(server_callbacks(app).values()))
    return body_for(app, output, lambda _spec: anything(chance))


def malformed(app, chance):
    """A body in which one part, at any depth, is something else, gone, or one too many."""
    body = forged(app, chance)
    if not chance.randrange(10):
        return anything(chance)
    place = body
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return body
        key = chance.choice(keys)
        if isinstance(place[key], dict | list) and place[key] and chance.randrange(2):
            place = place[key]
            continue
        if chance.randrange(3):
            place[key] = anything(chance)
        else:
            del place[key]
        return body


def for_post(chance):
    """A body such as the queue sends, with values that it would not send."""
    names = ["actions", "claims", "batches", "after", "search", "second", "x"]
    return {chance.choice(names): anything(chance) for _ in range(chance.randrange(4))}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("make", "count"), [(forged, 500), (malformed, 1_000)])
def test_what_is_forged_or_malformed_does_no_harm(app, store, browsers, who, make, count):
    chance, before = random.Random(f"{make.__name__} {who}"), content_of(store)
    statuses = set()
    for number in range(count // len(WHO)):
        sent_to = [CALLBACKS, *POSTS][number % 5 - 2 if number % 5 > 2 else 0]
        body = make(app, chance) if sent_to == CALLBACKS else for_post(chance)
        answer = post(browsers[who], body, path=sent_to)
        assert answer.status_code < 500, f"{answer.status_code} for {json.dumps(body)[:2000]}"
        statuses.add(answer.status_code)
    assert statuses <= ({200, 204, 400, 403, 415, 422} if who else {401})
    assert content_of(store) == before


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff", b"null", b"[" * 100_000, b'{"output": NaN}', b'{"a":' * 1_000 + b"1" + b"}" * 1_000],
)
def test_what_is_no_json_is_refused(browsers, data):
    headers = {"Origin": ADDRESS, "X-CSRFToken": csrf_token(browsers["ann"])}
    answer = browsers["ann"].post(
        CALLBACKS, data=data, content_type="application/json", base_url=ADDRESS, headers=headers
    )
    assert answer.status_code == 400


# Cross-site


def test_a_post_from_another_site_is_refused_on_every_route(app, browsers, store):
    before = content_of(store)
    for rule in app.server.url_map.iter_rules():
        path = rule.rule.replace("<path:filename>", "x").replace("<path:path>", "x")
        path = path.replace("<string:package_name>", "x").replace("<path:fingerprinted_path>", "x")
        for origin in ("http://evil.example", "null", "http://127.0.0.1:9999", None):
            headers = {"Origin": origin} if origin else {}
            for sent in (
                {"json": {}},
                {"data": {"name": "ann"}},
                {"data": "{}", "content_type": "text/plain"},
            ):
                answer = browsers["ann"].post(path, base_url=ADDRESS, headers=headers, **sent)
                assert answer.status_code == 403, (path, origin, sent)
    assert content_of(store) == before


def test_a_callback_without_the_token_of_the_session_is_refused(app, browsers):
    body = body_for(app, server_callbacks(app)["dashboard.show"])
    assert post(browsers["ann"], body).status_code == 200
    assert post(browsers["ann"], body, token="").status_code == 403
    assert post(browsers["ann"], body, token=csrf_token(browsers["vic"])).status_code == 403


def test_a_sign_in_without_the_token_of_its_form_is_refused(anonymous):
    form = {"name": "vic", "password": GOOD, "csrf_token": "x"}
    answer = anonymous.post("/sign-in", data=form, base_url=ADDRESS, headers={"Origin": ADDRESS})
    assert answer.status_code == 403


# Sessions


def test_a_cookie_copied_before_signing_out_opens_nothing_after(app, anonymous):
    sign_in(anonymous, "vic")
    copied = anonymous.get_cookie("btl_session", domain="127.0.0.1").value
    thief = app.server.test_client()
    thief.set_cookie("btl_session", copied, domain="127.0.0.1")
    assert get(thief, "/").status_code == 200
    assert sign_out(anonymous).status_code == 303
    assert get(anonymous, "/").status_code == 401
    assert get(thief, "/").status_code == 401
    assert post(thief, body_for(app, server_callbacks(app)["dashboard.show"])).status_code == 401


@pytest.mark.parametrize("change", ["role", "password"])
def test_a_change_of_role_or_password_ends_the_session(app, store, anonymous, change):
    name = f"temp-{change}"
    store.accounts.create(name, "moderator", GOOD, actor="ann")
    sign_in(anonymous, name)
    assert get(anonymous, "/moderation").status_code == 200
    if change == "role":
        store.accounts.set_role(name, "viewer", actor="ann")
    else:
        store.accounts.set_password(name, "seven purple kettles whistle", actor="ann")
    assert get(anonymous, "/moderation").status_code == 401


def test_signing_in_gives_a_new_session_and_leaves_nothing_of_the_old_one(anonymous):
    get(anonymous, "/sign-in")
    before = anonymous.get_cookie("btl_session", domain="127.0.0.1").value
    sign_in(anonymous, "vic")
    first = anonymous.get_cookie("btl_session", domain="127.0.0.1").value
    assert len({before, first}) == 2
    with anonymous.session_transaction(base_url=ADDRESS) as kept:
        first_secret = kept["_user_id"]
    sign_out(anonymous)
    sign_in(anonymous, "vic")
    with anonymous.session_transaction(base_url=ADDRESS) as kept:
        assert kept["_user_id"] != first_secret


def test_cookies_are_for_this_site_and_not_for_scripts(app, store, settings):
    client = app.server.test_client()
    cookies = sign_in(client, "vic").headers.getlist("Set-Cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith("btl_session=")]
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    team = create_app(store, settings.replace(public_url="https://desk.example.org")).server.test_client()
    answer = team.get("/sign-in", base_url="https://desk.example.org")
    (session,) = answer.headers.getlist("Set-Cookie")
    assert session.startswith("__Host-btl_session=")
    assert "Secure" in session
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_nothing_for_one_user_is_kept_by_caches(browsers):
    assert get(browsers["vic"], "/export.csv").headers["Cache-Control"] == "no-store"


# The form


def test_whoever_opens_a_page_is_asked_to_sign_in_there_and_then_sees_it(anonymous):
    answer = get(anonymous, "/guide?x=1", Accept="text/html")
    assert answer.status_code == 401
    assert 'name="next" value="/guide?x=1"' in answer.text
    assert sign_in(anonymous, "vic", following="/guide?x=1").headers["Location"] == "/guide?x=1"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\n/evil",
        "",
        "/sign-in",
    ],
)
def test_the_way_on_leads_nowhere_else(address):
    assert inside(address) == "/"


def test_a_wrong_password_gets_the_form_again_with_the_same_words_for_all(anonymous):
    wrong = [sign_in(anonymous, name, "not the password").text for name in ("vic", "nobody")]
    assert "Name or password is wrong." in wrong[0]
    hide = lambda page: page.replace(form_token(page), "")  # noqa: E731
    assert hide(wrong[0]) == hide(wrong[1])


def test_too_many_failures_are_told_with_when_to_come_again(app):
    client = app.server.test_client()
    answers = [sign_in(client, "locked-out", "not the password") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "900"


# Tokens


@pytest.fixture(scope="module")
def token_of(store):
    return {
        name: store.tokens.create(store.accounts.find(name), "test", store.accounts.find(name).role, 30)
        for name in ("vic", "mo", "ann")
    }


def test_a_token_opens_the_export_and_nothing_else(anonymous, token_of):
    shown = {"Authorization": f"Bearer {token_of['ann']}"}
    assert get(anonymous, "/export.csv", **shown).status_code == 200
    for path in ("/", "/_dash-layout", "/moderation"):
        assert get(anonymous, path, **shown).status_code == 403
    answer = anonymous.post(CALLBACKS, json={}, base_url=ADDRESS, headers=shown)
    assert answer.status_code == 403


@pytest.mark.parametrize("value", ["Bearer x", "Bearer ", "Bearer btl_" + "a" * 43, "Basic dmljOng="])
def test_what_is_no_token_opens_nothing(anonymous, value):
    assert get(anonymous, "/export.csv", Authorization=value).status_code == 401


# Names


def test_viewers_get_pseudonyms_and_moderators_names_which_is_put_on_record(browsers, store):
    names = set(store.comments()["author"].dropna())
    seen = get(browsers["vic"], "/export.csv").text
    assert not any(name in seen for name in names if len(name) > 6)
    assert "reader " in seen
    asked = get(browsers["mo"], "/export.csv?q=the&author=Matt+Heitz")
    assert "Matt Heitz" in asked.text
    assert "reader " in get(browsers["mo"], "/export.csv?pseudonyms=1").text
    with reading(store._engine) as connection:
        last = list(rows(connection))[-1]
    assert (last.event, last.actor) == ("export", "mo")
    assert last.details["rows"] == asked.text.count("Matt Heitz")
    assert last.details == {
        "what": "comments",
        **dict.fromkeys(("thread", "since", "until")),
        "stances": [],
        "authors": 1,
        "words": True,
        "rows": last.details["rows"],
    }


# Where it answers


def test_a_team_is_answered_under_its_address_and_no_other(store, settings):
    client = create_app(store, settings.replace(public_url="https://desk.example.org")).server.test_client()
    assert client.get("/healthz", base_url="https://desk.example.org").status_code == 200
    assert client.get("/healthz", base_url="http://127.0.0.1:8000").status_code == 200
    assert client.get("/healthz", base_url="https://desk.example.org:444").status_code == 403
    assert client.get("/healthz", base_url="https://evil.example").status_code == 403


def test_without_accounts_only_this_machine_is_answered(tmp_path, settings):
    with Store.open(f"sqlite:///{tmp_path / 'single.sqlite'}") as store:
        client = create_app(store, settings).server.test_client()
        assert get(client, "/").status_code == 200
        for far in (
            {"REMOTE_ADDR": "192.0.2.1"},
            {"HTTP_X_FORWARDED_FOR": "192.0.2.1"},
            {"HTTP_VIA": "1.1 x"},
        ):
            assert client.get("/", base_url=ADDRESS, environ_overrides=far).status_code == 403
        store.accounts.create("ann", "admin", GOOD, actor="local")
        assert get(client, "/").status_code == 401, "from then on everybody signs in"


def test_the_limits_count_who_stands_before_the_proxy(tmp_path, settings):
    with Store.open(f"sqlite:///{tmp_path / 'proxied.sqlite'}") as store:
        store.accounts.create("ann", "admin", GOOD, actor="local")
        for proxies, network in ((0, "127.0.0.1"), (1, "203.0.113.7")):
            client = create_app(store, settings.replace(proxies=proxies)).server.test_client()
            token = form_token(get(client, "/sign-in").text)
            headers = {"Origin": ADDRESS, "X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
            form = {"name": "x", "password": "x", "csrf_token": token}
            client.post("/sign-in", data=form, base_url=ADDRESS, headers=headers)
            with reading(store._engine) as connection:
                found = connection.scalar(
                    text("SELECT address FROM failed_sign_ins ORDER BY id DESC LIMIT 1")
                )
            assert found == network


def test_it_works_on_both_databases(database, settings):
    with Store.open(database) as store:
        populate(store)
        app = create_app(store, settings)
        client = app.server.test_client()
        assert sign_in(client, "mo", "wrong\x00password").status_code == 401
        assert sign_in(client, "m\x00o").status_code == 401
        assert sign_in(client, "mo").status_code == 303
        for name in CALLBACK_NEEDS:
            assert post(client, body_for(app, server_callbacks(app)[name])).status_code in {
                200,
                204,
                400,
                403,
            }
        assert sign_out(client).status_code == 303
        assert get(client, "/").status_code == 401
