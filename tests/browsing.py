"""What a browser does, for tests without one: it signs in, and sends callbacks what they ask for."""

import json
import re

from dashboard.filters import Filters

ADDRESS = "http://127.0.0.1:8050"
GOOD = "correct horse battery staple"
CALLBACKS = "/_dash-update-component"


def get(client, path, **headers):
    answer = client.get(path, base_url=ADDRESS, headers=headers)
    answer.get_data()
    answer.close()  # a file that is sent stays open until then
    return answer


def sign_in(client, name, password=GOOD, following="/"):
    """Sign in as a browser does: open the form, send it with its token, and open the page that follows."""
    token = form_token(get(client, "/sign-in").text)
    answer = client.post(
        "/sign-in",
        data={"csrf_token": token, "name": name, "password": password, "next": following},
        base_url=ADDRESS,
        headers={"Origin": ADDRESS},
    )
    if answer.status_code == 303:
        get(client, "/")
    return answer


def sign_out(client):
    token = csrf_token(client)
    return client.post("/sign-out", data={"csrf_token": token}, base_url=ADDRESS, headers={"Origin": ADDRESS})


def form_token(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def csrf_token(client):
    """What Dash would send along: the cookie that came with the page."""
    cookie = client.get_cookie("_csrf_token", domain="127.0.0.1")
    return cookie.value if cookie else ""


def post(client, body, *, path=CALLBACKS, origin=ADDRESS, token=None):
    """Send a body to the callbacks, or elsewhere, with the headers that a page of the dashboard sends."""
    headers = {"Origin": origin, "X-CSRFToken": csrf_token(client) if token is None else token}
    return client.post(path, json=body, base_url=ADDRESS, headers=headers)


def server_callbacks(app):
    """The callbacks that run on the server, as MODULE.FUNCTION → their output."""
    return {
        f"{spec['callback'].__module__.rpartition('.')[2]}.{spec['callback'].__name__}": output
        for output, spec in app.callback_map.items()
        if "callback" in spec
    }


def body_for(app, output, values=lambda _spec: None):
    """A body as a browser sends it to a callback; `values` gives the value of each input and state."""
    spec = app.callback_map[output]
    filled = [
        [[] if item["id"].startswith("{") else {**item, "value": values(item)} for item in spec[part]]
        for part in ("inputs", "state")
    ]
    outputs = [
        [] if part.startswith("{") else dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
        for part in output.strip(".").split("...")
    ]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": filled[0],
        "state": filled[1],
        "changedPropIds": [
            f"{i['id']}.{i['property']}" for i in spec["inputs"][:1] if not i["id"].startswith("{")
        ],
    }


def as_json(components):
    """Components as the browser gets them, for looking what they say."""
    return json.dumps(components, default=lambda c: c.to_plotly_json(), ensure_ascii=False)


def said(shown, context, thread_id, query=""):
    """What a page about one discussion shows of it under the filters of a query, as JSON to search in."""
    return as_json(shown.subject(context, thread_id).view(Filters.from_query(query)).content)
