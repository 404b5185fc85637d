"""Elements made without Dash's checks: they are Dash's own to the browser and to whoever asks."""

import json

import dash
import pytest
from dash import dcc

from dashboard.elements import html, static


def built(kinds):
    button = kinds.Button(
        "<b>", id={"type": "go", "index": 1}, n_clicks=0, **{"data-x": "1", "aria-label": "Go"}
    )
    return kinds.Div(["text", button, kinds.P(None, className="")], id="whole", hidden=True)


def test_the_browser_is_sent_what_dash_sends():
    def sent(component):
        return json.loads(json.dumps(component, default=lambda part: part.to_plotly_json()))

    assert sent(built(html)) == sent(built(dash.html))


def test_an_element_is_one_of_dash():
    whole = built(html)
    assert isinstance(whole, dash.html.Div)
    assert whole.children[1].children == "<b>"
    assert not hasattr(html.Div(), "children")


def test_what_an_element_does_not_have_is_refused_each_time():
    for _ in range(2):
        with pytest.raises(TypeError, match="klass"):
            html.Span("text", klass="muted")
    with pytest.raises(AttributeError, match="Spam"):
        html.Spam("text")


def test_what_is_static_is_one_component_with_all_that_is_in_it():
    link = dcc.Link("<b>", href="/guide", className="on")
    whole = static(html.Div([html.Span("text", title="t"), None, link], className="c")).to_plotly_json()
    assert (whole["namespace"], whole["type"]) == ("btl_components", "Static")
    assert whole["props"]["tree"] == [
        *("Div", {"className": "c"}),
        ["Span", {"title": "t"}, "text"],
        None,
        ["Link", {"href": "/guide", "className": "on"}, "<b>"],
    ]


def test_what_needs_dash_cannot_be_static():
    with pytest.raises(TypeError, match="Store cannot be static"):
        static(html.Div(dcc.Store(id="kept")))
