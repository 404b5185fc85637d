"""Quotations of other comments inside a comment: which pieces they are, and whom they quote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from threads.parse.page.items import PageFacts
from threads.parse.page.own import Fields, Own
from threads.parse.page.texts import split_name
from threads.parse.page.vocabulary import Role, parts


def quoted_pieces(page: PageFacts, own: Own, body: Sequence[int]) -> set[int]:
    """Return the places in `body` that stand inside a quotation."""
    known: dict[int, bool] = {}
    return {place for place in body if _is_quoted(page, page.tree.owners[place], own.item.root, known)}


def _is_quoted(page: PageFacts, element: int, top: int, known: dict[int, bool]) -> bool:
    path = []
    result = False
    while element > top:
        if element in known:
            result = known[element]
            break
        path.append(element)
        if _quotes(page, element):
            result = True
            break
        element = page.tree.parents[element]
    known.update(dict.fromkeys(path, result))
    return result


def _quotes(page: PageFacts, element: int) -> bool:
    """Return whether an element is a quotation, and not one whose class speaks of selecting to quote."""
    tree = page.tree
    classes = tree.attributes[element].get("class", "")
    if _is_labelled(page, element):
        return True
    if tree.tags[element] in ("blockquote", "q"):
        return not page.roles[element] & (Role.BODY | Role.POST)
    if not page.roles[element] & Role.QUOTE:
        return False
    if "bbCodeBlock--quote" in classes or "bbCodeQuote" in classes:
        return True
    named = (parts(name) for name in classes.split())
    return any(words and words[-1] in _QUOTE_WORDS and _SELECTING.isdisjoint(words) for words in named)


def _is_labelled(page: PageFacts, element: int) -> bool:
    """Return whether an element begins with another that says only "Quote:", as in old forums."""
    tree = page.tree
    pieces = tree.pieces_of(element)
    first = element + 1
    if len(pieces) < 2 or first >= tree.ends[element] or len(tree.pieces_of(first)) != 1:
        return False
    return tree.first_pieces[first] == pieces[0] and tree.pieces[pieces[0]].strip().casefold() in _LABELS


_LABELS = frozenset(
    ("quote:", "zitat:", "citation:", "citation :", "cita:", "citazione:", "citaat:", "cytat:", "цитата:")
)
_SELECTING = frozenset(("select", "multi", "to"))  # "js-selectToQuote": what may be quoted, not what is
_QUOTE_WORDS = frozenset(
    ("quote", "quoted", "quotation", "citation", "zitat", "bbcodeblock", "quotecontainer", "block")
)


# --- whom a comment quotes ---

_LEAST_REPEATED = 12  # letters and digits: shorter texts recur by chance
_FIRST_PIECES = 6  # of a quotation: what says whose it is stands there
_ATTRIBUTION = re.compile(
    r"^(?:quote:?\s*)?(?:originally posted by|quoting|quote from|zitat von|citation de|cita de|citat:?"
    r"|iniciado por|(?:originalmente )?(?:escrito|publicado|enviado) por|(?:posté|envoyé|écrit) par"
    r"|inviato da|scritto da|geplaatst door|napisane przez|сообщение от)\s+"
    r"(?P<by>.{1,60}?)(?:\s+(?:view post|on\b.{0,40}))?\s*:?$"
    r"|^(?P<name>.{1,60}?)\s+(?:said|wrote|schrieb|a écrit|escribió|ha scritto|schreef|napisał|escreveu"
    r"|написал\(?а?\)?|yazdı|さんは書きました)\s*:?\s*[↑]?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,20}")


def quoted_parents(
    page: PageFacts, own: Sequence[Own], fields: Sequence[Fields], ids: Sequence[Sequence[str]]
) -> list[int | None]:
    """Return the place of the earlier comment that each comment says it quotes, by a link or by a name."""
    numbers = _by_number(ids)
    names: dict[str, int] = {}
    texts: dict[str, int] = {}
    found: list[int | None] = []
    for i, (o, f) in enumerate(zip(own, fields, strict=True)):
        quoted = quoted_pieces(page, o, f.body)
        place = _quoted(page, i, sorted(quoted), numbers, names) if quoted else None
        found.append(_repeated(page, sorted(quoted), texts) if place is None else place)
        if f.author:
            names[_folded(f.author)] = i
        own_words = _folded("".join(page.tree.pieces[p] for p in f.body if p not in quoted))
        if len(own_words) >= _LEAST_REPEATED:
            texts[own_words] = i
    return found


def _quoted(
    page: PageFacts, i: int, quoted: Sequence[int], numbers: dict[str, int], names: dict[str, int]
) -> int | None:
    for number in _linked_numbers(page, quoted):
        if numbers.get(number, i) < i:
            return numbers[number]
    lines = [page.lines[n].text for n in dict.fromkeys(page.line_of[p] for p in quoted[:_FIRST_PIECES])]
    said = [*lines, *(page.tree.pieces[p] for p in quoted[:_FIRST_PIECES])]
    return next((names[key] for text in said if (key := _attributed(text)) in names), None)


def _repeated(page: PageFacts, quoted: Sequence[int], texts: dict[str, int]) -> int | None:
    """Return the earlier comment whose whole text is quoted, the latest of those that say the same."""
    whole = _folded("".join(page.tree.pieces[p] for p in quoted))
    rest = _folded("".join(page.tree.pieces[p] for p in quoted[1:]))  # behind a line that says whose it is
    return texts.get(whole, texts.get(rest)) if quoted else None


def _linked_numbers(page: PageFacts, quoted: Sequence[int]) -> Iterator[str]:
    """Yield the numbers in links and attributes around quoted pieces: "goto/post?id=881#post-881"."""
    tree = page.tree
    seen: set[int] = set()
    for place in quoted:
        element = tree.owners[place]
        for _ in range(4):
            if element < 0 or element in seen:
                break
            seen.add(element)
            for name in (
                "href",
                "cite",
                "data-source",
                "data-post",
                "data-quote-id",
                "data-post-id",
                "data-comment-id",
            ):
                value = tree.attributes[element].get(name)
                if value:
                    yield from _NUMBER.findall(value)[-1:]
            element = tree.parents[element]


def _by_number(ids: Sequence[Sequence[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for i, names in enumerate(ids):
        for name in names:
            for number in _NUMBER.findall(name)[-1:]:
                found.setdefault(number, i)
    return found


def _attributed(line: str) -> str:
    match = _ATTRIBUTION.match(" ".join(line.split())[:140])
    if match is not None:
        return _folded(match["by"] or match["name"])
    name, _, said = split_name(line[:140])
    return _folded(name) if said or line.rstrip().endswith(":") else ""


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
