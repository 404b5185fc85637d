"""The OpenAPI document, and what the server really does: schemathesis tries each operation of it."""

import json
import re
from collections import Counter
from urllib.parse import quote

import pytest
import schemathesis
from browsing import ADDRESS, GOOD, get
from conftest import ROOT
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard import create_app
from dashboard.api import OPERATIONS
from dashboard.security.problems import API
from threads.moderation.roles import ROLES, SCOPES, allowed
from threads.scores import score
from threads.settings import Settings
from threads.storage import Store

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 15  # of each operation, as declared and not as declared
HOSTILE = "at://a/b?c#d%2f ünï"
DOCUMENT = f"{API}openapi.json"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("document")
    with Store.open(f"sqlite:///{folder}/store.sqlite") as store:
        root = store.accounts.create("root", "admin", password=GOOD, actor="test")
        token = store.tokens.create(root, "everything", "admin", 30, SCOPES)
        app = create_app(store, Settings(key_file=str(folder / "key"))).server
        shown = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        comments = [{"comment_id": HOSTILE, "text": "You are all stupid idiots!", "author": "Ann"}]
        made = app.test_client().post(
            f"{API}threads",
            json={"thread_id": HOSTILE, "title": "A title", "comments": comments},
            base_url=ADDRESS,
            headers=shown,
        )
        assert made.status_code == 201
        yield app, shown, store


@pytest.fixture(scope="module")
def schema(server):
    app, *_ = server
    return schemathesis.openapi.from_wsgi(DOCUMENT, app, base_url=ADDRESS)


def test_it_has_every_operation_and_perspectives_calls(server):
    app, *_ = server
    found = get(app.test_client(), DOCUMENT).json
    assert found["openapi"].startswith("3.1")
    declared = {(API.rstrip("/") + o.path, o.method.lower()) for o in OPERATIONS}
    google = {"comments:analyze": "post", "comments:suggestscore": "post", "models": "get"}
    theirs = {(f"/v1alpha1/{path}", method) for path, method in google.items()}
    assert {(path, method) for path, item in found["paths"].items() for method in item} == declared | theirs


LABELS = [
    *(f"{o.method} {API.rstrip('/')}{o.path}" for o in OPERATIONS),
    *(f"POST /v1alpha1/comments:{name}" for name in ("analyze", "suggestscore")),
    "GET /v1alpha1/models",
]


@pytest.mark.parametrize("label", LABELS)
def test_what_is_answered_is_documented_and_nothing_fails(server, schema, label):
    _, shown, store = server
    operation = schema.find_operation_by_label(label)
    as_declared, others = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
    # Of three, two as declared and about what is there.
    cases = st.tuples(st.one_of(as_declared, as_declared), st.just(True)) | st.tuples(others, st.just(False))
    answered = Counter()

    def ask(asked):
        case, known = asked
        if known and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, quote(HOSTILE, safe=""))
            if isinstance(case.body, dict) and "expected_version" in case.body:
                case.body["expected_version"] = store.queue_item(HOSTILE, HOSTILE).version
        answer = case.call(headers=shown, base_url=ADDRESS)
        answered[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    for examples in (EXAMPLES, 8 * EXAMPLES):  # more where among the first there is none that is done
        bounded = settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        bounded(given(asked=cases)(ask))()
        if any(status < 300 for status in answered):
            break
    assert any(status < 300 for status in answered), f"nothing was done: {answered}"


def test_the_docs_name_every_operation_with_its_scope_and_role():
    docs = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = [
        line.split("|")[1:-1] for line in docs.splitlines() if line.startswith("| `") and "/api/v1" in line
    ]
    told = {(cells[0].strip(" `"), cells[2].strip(), cells[3].strip()) for cells in rows}
    assert told == {
        (
            f"{o.method} {API.rstrip('/')}{o.path}",
            o.scope,
            next(role for role in ROLES if allowed(role, o.permission)),
        )
        for o in OPERATIONS
    }


def test_the_example_of_the_docs_is_what_is_answered():
    docs = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    sent = json.loads(re.search(r"-d '(.*)'", docs)[1])
    told = json.loads(re.search(r"```json\n(.*?)```", docs, re.DOTALL)[1])
    frame = score([comment["text"] for comment in sent["comments"]], sent["scores"])
    found = frame.iloc[0].to_dict()
    (shown,) = told["comments"]
    assert shown["scores"] == pytest.approx({name: found[name] for name in shown["scores"]}, abs=1e-4)
