"""A table with text alone is enough: pages that need more say what they lack."""

import pytest
from dash.development.base_component import Component
from test_dashboard import texts_of_tree

from dashboard import create_app
from dashboard.elements import Static
from dashboard.filters import Filters
from dashboard.pages import PAGES
from dashboard.pages.base import Context
from threads.analysis import import_parsed
from threads.parse import Options, Source, parse
from threads.settings import Settings
from threads.storage import Store


def words(node):
    """Every text in a component, in its order."""
    if isinstance(node, str):
        return node
    if isinstance(node, Static):
        return texts_of_tree(node.tree)
    if isinstance(node, list | tuple):
        return " ".join(words(part) for part in node)
    return words(getattr(node, "children", None)) if isinstance(node, Component) else ""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What each page with comments shows of a table that has only texts, by the page's path."""
    table = "comment\n" + "".join(f'"Swing number {n} is gone, and nobody asked."\n' for n in range(12))
    parsed = parse(Source.from_text(table, "swings"), Options())
    folder = tmp_path_factory.mktemp("texts")
    with Store.open(f"sqlite:///{folder / 'store.sqlite'}") as store:
        settings = Settings(key_file=str(folder / "key"))
        import_parsed(store, parsed, settings)
        app, context = create_app(store, settings), Context(store, settings)
        with app.server.test_request_context("/"):
            pages = [page for page in PAGES if hasattr(page, "subject")]
            yield {
                page.path: words(
                    page.subject(context, "" if page.path == "/" else parsed.discussions[0].thread_id)
                    .view(Filters())
                    .content
                )
                for page in pages
            }


@pytest.mark.parametrize(
    ("path", "reasons"),
    [
        (
            "/",
            [
                "no times",
                "people without a name",
                "None of these comments carries a time that could be read.",
            ],
        ),
        (
            "/thread",
            [
                "no times",
                "no comment has a name",
                "None of these comments carries a time that could be read.",
            ],
        ),
        ("/people", ["No comment has a name or an id", "No comment is known to answer another"]),
        ("/topics", ["too few for topics"]),
    ],
)
def test_each_page_says_what_it_lacks(shown, path, reasons):
    for reason in reasons:
        assert reason in shown[path]
