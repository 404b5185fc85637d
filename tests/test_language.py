"""Words come from catalogues: everything that pages say is in them, and every language has all of it."""

import ast
import json
import re
import string
import tomllib
from collections import OrderedDict
from gettext import NullTranslations
from pathlib import Path
from time import process_time

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from browsing import as_json, get

from dashboard import components, create_app, topic_filter
from dashboard.languages import COOKIE
from dashboard.pages import PAGES
from threads import language
from threads.errors import InputError
from threads.language import LANGUAGES, SOURCE, counted, explained, number, retold, using
from threads.parse.exports.tables.presets import PRESETS
from threads.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
OTHERS = [code for code in LANGUAGES if code != SOURCE]


@pytest.fixture(scope="module")
def gathered():
    """Every message of the code, as `make words` gathers it."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    found = Catalog()
    keywords = {**DEFAULT_KEYWORDS, "counted": (2, 3), "noun": (2, 3)}
    for mapping in mappings:
        patterns = mapping["pattern"] if isinstance(mapping["pattern"], list) else [mapping["pattern"]]
        for folder in {pattern.split("/")[0] for pattern in patterns}:
            for path, line, message, _comments, _context in extract_from_dir(
                ROOT / folder,
                [(pattern.removeprefix(f"{folder}/"), mapping["method"]) for pattern in patterns],
                keywords=keywords,
            ):
                found.add(message, locations=[(f"{folder}/{path}", line)])
    return found


def identity(message):
    return message.id if isinstance(message.id, str) else message.id[0]


def places(text):
    """The names of the places of a message, and how often each stands in it."""
    return sorted(re.findall(r"%?\{[^{}]*\}", text))


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_every_message_and_no_other(gathered, code):
    known = {identity(message) for message in language.catalogue(code) if message.id}
    wanted = {identity(message) for message in gathered if message.id}
    assert known == wanted, "run make words, and translate what is new"


def test_no_message_stands_where_it_is_not_gathered(gathered):
    """What gathers messages sees none inside of another one's call, or of an f-string."""
    places = {"_": 0, "N_": 0, "ngettext": 0, "counted": 1, "noun": 1}
    known = {identity(message) for message in gathered if message.id}
    for path in [*ROOT.glob("threads/**/*.py"), *ROOT.glob("dashboard/**/*.py")]:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in places:
                told = call.args[places[call.func.id]]
                if isinstance(told, ast.Constant):
                    assert told.value in known, f"{path}:{call.lineno}"


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated_with_the_same_places(code):
    for message in language.catalogue(code):
        if not message.id:
            continue
        told = [message.string] if isinstance(message.string, str) else message.string
        meant = [message.id] if isinstance(message.id, str) else message.id
        assert all(told), f"not translated: {meant[0]}"
        assert "fuzzy" not in message.flags, meant[0]
        for one in told:
            assert places(one) in [places(text) for text in meant], meant[0]


def test_numbers_and_counts_are_written_as_readers_are_used_to():
    assert (number(12345.6, 1), number(-2), counted(2, "comment", "comments")) == (
        "12,345.6",
        "−2",
        "2 comments",
    )
    with using("de"):
        assert (number(12345.6, 1), counted(1, "comment", "comments")) == ("12.345,6", "1 Kommentar")
        assert language.percent(0.5) == "50\u00a0%"
        assert language.decimals(0.64) == "0,64"
    assert language.decimals(0.64) == ".64"


def test_what_is_stored_in_english_is_told_again():
    reason = "It holds 3 links."
    assert retold(reason) == reason
    with using("de"):
        assert retold(reason) == "Er enthält 3 Links."
        assert retold("The same text was posted 4 times by now, first in comment c{1}.").endswith("c{1}.")
        assert retold("what nobody marked") == "what nobody marked"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("duplicate: the id 7 came before", "doppelt: die Kennung 7 kam schon vor"),
        ("1,200 lines of answers cut, to be continued elsewhere",
         "1.200 Zeilen von Antworten abgeschnitten, anderswo fortgesetzt"),
        ("1 line of answers cut, to be continued elsewhere",
         "1 Zeile von Antworten abgeschnitten, anderswo fortgesetzt"),
        ("page.html: page declares 1,200, found 3", "page.html: die Seite nennt 1.200, gefunden 3"),
        ("the frame b.html is not read: there is nothing in it",
         "der Rahmen b.html wird nicht gelesen: es steht nichts darin"),
        ("line 12", "Zeile 12"),
        ("line of thought", "line of thought"),
        ("post t1_abc", "Beitrag t1_abc"),
        ("post of honour", "post of honour"),
        ("it is empty; closest is body: its name says text, but its values are no times",
         "it is empty; am nächsten kommt body: ihr Name sagt text, aber ihre Werte sind keine Zeiten"),
        ("a worker was ended by signal 9, twice at the same part of the input",
         "ein Arbeitsprozess wurde durch das Signal 9 beendet, zweimal an derselben Stelle der Eingabe"),
        ("row 3, column likes", "Zeile 3, Spalte likes"),
    ],
    ids=[
        *("reason", "number", "one", "file", "nested", "place", "no place"),
        *("word", "words", "closest", "worker", "cell"),
    ],
)  # fmt: skip
def test_what_stands_in_the_places_of_a_message_is_told_again_too(stored, shown):
    with using("de"):
        assert retold(stored) == shown


def test_a_text_of_strangers_costs_little_to_tell_again_however_it_is_made():
    began = process_time()
    with using("de"):
        retold("a: b; c such as " * 5_000)
    assert process_time() - began < 1


def test_an_error_is_put_together_again_in_another_language():
    error = InputError("it is damaged", source="a: b.html", place="line 3", remedy="Save it again")
    assert explained(error) == str(error) == "a: b.html, line 3: it is damaged. Save it again"
    with using("de"):
        assert explained(error) == "a: b.html, Zeile 3: es ist beschädigt. Speichere sie noch einmal"


# What pages say

OPENED, CLOSED = "⟦", "⟧"
SAID = {
    *("children", "label", "placeholder", "title", "description", "alt", "nothingFoundMessage"),
    *("aria-label", "aria-description", "data-said", "name", "text", "hovertemplate", "ticktext", "columns"),
}
CODES = re.compile(
    # names of programs, settings, formats and standards are the same in every language
    # and what a report quotes from an input
    r"(?<=⟧)'[^'⟦⟧]*'|%\{[^}]*\}|<[^<>]*>|`[^`]*`|\bbtl\b|https?://\S+|\b[A-Z]{2,}[A-Z_0-9]*\b|[\w-]+\.(?:toml|md|css)\b|MTLD|Below|\bthe\b|Line"
)


class Marked(NullTranslations):
    """Translates by putting marks around what a translator would change."""

    def gettext(self, message):
        pieces = re.split(r"(%?\{[^{}]*\})", message)
        return "".join(
            f"{OPENED}{p}{CLOSED}" if place % 2 == 0 and p else p for place, p in enumerate(pieces)
        )

    def ngettext(self, one, many, count):
        return self.gettext(one if count == 1 else many)


@pytest.fixture
def marked(monkeypatch):
    monkeypatch.setattr(language, "translations", lambda _code: Marked())
    monkeypatch.setattr(topic_filter, "_found", OrderedDict())  # which has reasons in words
    with using("de"):
        yield


def said_in(tree):
    """Every text that a page shows, with where it stands."""
    if isinstance(tree, dict):
        if tree.get("lang") == SOURCE:
            return  # English on purpose, and says so to a screen reader
        for key, value in tree.items():
            if key == "data-numbers":
                yield from (("data-numbers", column) for column in json.loads(value)["columns"])
            elif key == "data" and isinstance(value, list):
                yield from (
                    ("data", item["label"]) for item in value if isinstance(item, dict) and "label" in item
                )
                yield from (part for item in value for part in said_in(item))
            elif key == "id":
                continue
            elif key in SAID:
                yield from texts_of(key, value)
            else:
                yield from said_in(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from said_in(value)


def texts_of(key, value):
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(key, item)
    else:
        yield from said_in(value)


def unmarked(text):
    """What stands outside of marks."""
    while OPENED in text:
        shorter = re.sub(f"{OPENED}[^{OPENED}{CLOSED}]*{CLOSED}", "\0", text)
        if shorter == text:
            return text
        text = shorter
    return text


def untranslated(tree, data):
    """The texts of a page in which words stand that neither a catalogue nor the data has."""
    for key, text in said_in(tree):
        for piece in unmarked(CODES.sub("\0", text)).split("\0"):
            parts = re.split(r" · |[:;()]|[+−]?\d[\d.,]*", " ".join(piece.split()))
            for part in parts:
                words = part.strip(string.punctuation + string.whitespace + "–—·…“”„’×│→●■◆○%")
                if re.search(r"[A-Za-z]{2,}", words) and words not in data:
                    yield f"{key}: {text[:200]}"


def data_of(context):
    """All that commenters, and who saved the page, wrote."""
    frame = context.comments()
    discussions = [context.store.discussion(key) for key in frame["thread_id"].unique()]
    texts = [
        *frame["text"],
        *frame["author"].dropna(),
        *frame["published_at_raw"].dropna(),
        *frame["comment_id"],
    ]
    texts += [text for d in discussions for text in (d.title, d.article_text, d.source_format, d.thread_id)]
    texts += [preset.mapping.name for preset in PRESETS]
    texts += ["en", "Stunden", "Minuten", "Tage"]  # the language of samples, and units as Babel has them
    joined = " ".join(" ".join(text.split()) for text in texts if text)
    return joined + joined.casefold()


def pages(context, ids):
    for page in PAGES:
        yield page, ""
        if page.path in {"/thread", "/people", "/stance", "/topics"}:
            yield from ((page, key) for key in ids)


@pytest.mark.usefixtures("marked")
def test_pages_say_nothing_that_is_not_in_the_catalogues(sampled, sampled_ids):
    data = data_of(sampled)
    missing = {}
    for page, rest in pages(sampled, sampled_ids):
        tree = json.loads(as_json(page.layout(sampled, rest, "")))
        found = list(dict.fromkeys(untranslated(tree, data)))
        if found:
            missing[f"{page.path}/{rest}"] = found
    assert not missing, json.dumps(missing, indent=1, ensure_ascii=False)


def test_the_browser_its_user_and_the_setting_choose_the_language(sampled):
    client = create_app(sampled.store, Settings()).server.test_client()
    assert '<html lang="en">' in get(client, "/").text
    page = get(client, "/", **{"Accept-Language": "fr, de;q=0.8, en;q=0.5"}).text
    assert '<html lang="de">' in page
    assert "Nicht mehr markiert" in page  # a word of a script
    assert get(client, "/language/en", Referer="http://127.0.0.1:8050/people?q=x").location.endswith(
        "/people?q=x"
    )
    assert get(client, "/language/xx").status_code == 404
    get(client, "/language/de")
    assert client.get_cookie(COOKIE, domain="127.0.0.1").value == "de"
    assert '<html lang="de">' in get(client, "/", **{"Accept-Language": "en"}).text


def test_what_is_shown_comes_in_the_language_of_who_asks(sampled):
    app = create_app(sampled.store, Settings(language="de"))
    client = app.server.test_client()
    get(client, "/")
    shown = get(client, "/_dash-layout").text
    assert "Zum Inhalt springen" in shown


@pytest.mark.parametrize(("code", "said"), [("en", "only comments .93"), ("de", "kommentiert nur 0,93")])
def test_a_reply_that_comments_says_so_with_a_verb_and_not_with_what_reads_as_a_count(code, said):
    with using(code):
        label = components.relation_label({"reply_relation": "comments", "reply_relation_probability": 0.93})
    assert label.children == said
