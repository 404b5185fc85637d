"""What an account that may only view gets to see: never who wrote something."""

import json
import re
from io import BytesIO
from urllib.parse import quote, urlencode

import pandas as pd
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard import create_app
from dashboard.pages import PAGES
from tests.browsing import GOOD, body_for, get, post, sign_in
from tests.security import hostile_store
from tests.security.exports import addresses
from tests.security.rows import Lab, Row, Tally
from threads.settings import Settings
from threads.storage import Store

PEOPLE = 30
SECRET = ("author", "author_id", "published_at_raw", "comment_id")
NAMES = ("Ingrid", "Tomasz", "Priya", "Olufemi", "Saoirse", "Mehmet")


def viewers(lab: Lab) -> Tally:
    """Open everything as a viewer, and look for the names of authors in every answer."""
    tally = Tally()
    for name, url in lab.databases("viewers"):
        with Store.open(url) as store:
            _fill(store)
            app = create_app(store, Settings(key_file=str(lab.folder / f"{name}.key")))
            seen = {}
            for who in ("vic", "mo"):
                client = app.server.test_client()
                assert sign_in(client, who).status_code == 303
                seen[who] = dict(_everything(client, app, store))
            for place, answer in seen["vic"].items():
                found = _names_in(answer)
                tally.hold(not found, f"{name}, {place}: {found[:3]}")
            named = sum(bool(_names_in(answer)) for answer in seen["mo"].values())
            tally.hold(named >= 3, f"{name}: the control: moderators see names in {named} places only")
            _hold_oracles(name, app, tally)
    tally.tried = (
        f"{len(seen['vic'])} pages, filters and exports as a viewer, of {PEOPLE} people with names, ids and "
        "times of their own; guesses in filters and addresses; moderators as the control"
    )
    return tally


def written(number: int, field: str) -> str:
    """Return what a field holds; what may not be seen is known again by a word of its own."""
    first = NAMES[number % len(NAMES)]
    if field in SECRET:
        return f"{first} Q{field.replace('_', '')}{number:03}q"
    if field == "text":
        return f"Number {number} answers {written(max(0, number - 1), 'author')}: the tunnel is late again."
    if field == "url":
        return "http://paper.example/tunnel"
    return {
        "source_format": "pasted",
        "status": "visible",
        "language": "en",
        "published_at_precision": "minute",
    }.get(field, f"the {field.replace('_', ' ')}")


def _fill(store: Store) -> None:
    threads = (hostile_store.discussion("t", range(PEOPLE), written),)
    hostile_store.fill(store, threads, lambda number, field: f"{field} {number}", 3)
    for who, role in (("ann", "admin"), ("mo", "moderator"), ("vic", "viewer")):
        store.accounts.create(who, role, GOOD, actor="local")


def _everything(client: FlaskClient, app: object, store: Store) -> list[tuple[str, str]]:
    """Return (place, answer) of every page, filter and export."""
    files = [address for _, address in addresses(store)]
    files += [f"{address}{'&' if '?' in address else '?'}raw" for address in files]
    answers = [(address, _text(get(client, address))) for address in files]
    for page in PAGES:
        for rest in ("", "/t", "/t?page=2", "/t?q=tunnel&stance=unclear", "/nothing"):
            path, _, query = f"{page.path.rstrip('/')}{rest}".partition("?")
            answers.append((path + query, _page(client, app, path or "/", f"?{query}" if query else "")))
    return answers


def _hold_oracles(name: str, app: object, tally: Tally) -> None:
    """A guess at a name, id or time gets a viewer the same answer as a guess that is wrong."""
    client = app.server.test_client()  # type: ignore[attr-defined]
    sign_in(client, "vic")
    for field, query in (("author", "author"), ("author", "q"), ("author_id", "q"), ("comment_id", "at")):
        right, wrong = written(7, field), written(7, field).replace("007", "908")
        answers = [
            _without(guess, _page(client, app, "/thread/t", f"?{urlencode({query: guess})}"))
            for guess in (right, wrong)
        ]
        tally.hold(
            answers[0] == answers[1], f"{name}: {query}={right!r} is answered otherwise than a wrong guess"
        )
        files = [
            _without(guess, get(client, f"/export.csv?{urlencode({query: guess})}").text)
            for guess in (right, wrong)
        ]
        tally.hold(files[0] == files[1], f"{name}: the export tells that {query}={right!r} is right")


def _page(client: FlaskClient, app: object, path: str, search: str) -> str:
    """Return a page as the application sends it, unescaped."""
    values = {"pathname": path, "search": search}
    body = body_for(app, "..content.children...menu.children..", lambda spec: values.get(spec["property"]))
    answer = post(client, body)
    return json.dumps(json.loads(answer.data), ensure_ascii=False) if answer.is_json else answer.text


def _text(answer: TestResponse) -> str:
    """Return what an answer says; a table of Parquet holds its texts packed."""
    if answer.mimetype != "application/vnd.apache.parquet":
        return answer.text
    return pd.read_parquet(BytesIO(answer.data)).to_csv()


def _names_in(answer: str) -> list[str]:
    fields = "|".join(field.replace("_", "") for field in SECRET)
    return re.findall(rf"Q(?:{fields})\d{{3}}q", answer)


def _without(guess: str, answer: str) -> str:
    """Return an answer without what was sent: a page may say what it was asked for."""
    for form in (guess, quote(guess), guess.replace(" ", "+")):
        answer = answer.replace(form, "")
    return answer


VIEWERS = Row("viewers", "No viewer learns who wrote something", viewers)
