"""Scripts on the wire: the smaller of plotly's bundles, and assets that browsers keep by their content."""

import re

import pytest
from browsing import get
from plotly.offline import get_plotlyjs_version

from dashboard import create_app, static_files
from dashboard.static_files import ASSETS, FOREVER, by_hash, hash_of

PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"


@pytest.fixture(scope="module")
def client(sampled):
    return create_app(sampled.store, sampled.settings).server.test_client()


def test_charts_come_from_the_smaller_bundle_of_the_release_that_plotly_has(client):
    answer = get(client, PLOTLY)
    assert f"plotly.js (cartesian - minified) v{get_plotlyjs_version()}" in answer.text[:100]
    assert get(client, PLOTLY, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_assets_are_asked_for_by_their_content_and_kept_for_good(client):
    page = get(client, "/").text
    asked = re.findall(r"/assets/[^\"]+", page)
    assert {path.partition("?")[0].rpartition("/")[2] for path in asked} == {p.name for p in ASSETS.iterdir()}
    icon = re.search(r"/_favicon.ico\?v=[^\"]+", page)[0]
    for path in (*asked, icon):
        assert get(client, path).headers["Cache-Control"] == FOREVER
    others = ("/assets/style.css", "/assets/style.css?v=0123456789abcdef", "/assets/style.css?m=1")
    for path in (*others, "/_favicon.ico"):
        assert "immutable" not in get(client, path).headers.get("Cache-Control", "")
    assert get(client, "/assets/nothing.css?v=").status_code == 404


def test_another_content_has_another_address(monkeypatch, tmp_path):
    monkeypatch.setattr(static_files, "ASSETS", tmp_path)
    addresses = set()
    for content in ("a { color: red }", "a { color: blue; }"):
        (tmp_path / "one.css").write_text(content)
        addresses.add(by_hash('href="/assets/one.css?m=1700000000.5"'))
    assert len(addresses) == 2
    assert hash_of("../static_files.py") == hash_of("none.css") == ""
