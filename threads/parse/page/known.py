"""Sections of platforms that are known: items by the platform's selectors, fields with its hints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from threads.parse.page.choice import Section, section
from threads.parse.page.items import Item, PageFacts, item_of
from threads.parse.page.marks import Mark
from threads.parse.page.own import Fields, Own
from threads.parse.page.platforms import Platform
from threads.parse.page.selectors import Index, select
from threads.parse.page.texts import split_name
from threads.parse.timestamps import machine_timestamp

_KNOWN = 3.0  # what it counts that a platform's own markup was found


def known_sections(page: PageFacts, platforms: Sequence[Platform]) -> Iterator[tuple[Platform, Section]]:
    """Yield the sections that platforms give, each with its platform."""
    if not platforms:
        return
    index = Index(page.tree)
    for platform in platforms:
        items = _items(page, index, platform)
        if not items:
            continue
        found = section(page, items)
        pairs = zip(found.own, found.fields, strict=True)
        texts = sum(_apply(page, platform, own, fields) for own, fields in pairs)
        _forget_guesses(page, platform, found)
        if platform.text and texts < 0.5 * len(items):
            continue  # another site that uses the same names
        found.why["known"] = _KNOWN
        found.evidence += _KNOWN
        found.value = found.evidence * sum(bool(f.body) for f in found.fields)
        if found.value:
            yield platform, found


def _forget_guesses(page: PageFacts, platform: Platform, found: Section) -> None:
    """Take the name off items where the platform shows none, if it shows one on most: removed comments."""
    named = [any(True for _ in values(page, own, platform.author)) for own in found.own]
    if platform.author and sum(named) > 0.5 * len(named):
        for fields, has_name in zip(found.fields, named, strict=True):
            if not has_name:
                fields.author = None


def _items(page: PageFacts, index: Index, platform: Platform) -> list[Item]:
    roots = index.select(platform.item)
    skipped = set(select(page.tree, roots, platform.skip)) if platform.skip else set()
    return [item_of(page.tree, root, root) for root in roots if root not in skipped]


def _apply(page: PageFacts, platform: Platform, own: Own, fields: Fields) -> bool:
    """Set the fields that the platform's selectors find; return whether its text was among them."""
    _apply_author(page, platform, own, fields)
    _apply_time(page, platform, own, fields)
    texts = [element for element, _ in values(page, own, platform.text)]
    if texts:
        inside = {p for e in _outermost(page, texts) for p in page.tree.pieces_of(e)}
        fields.body = [p for p in own.pieces if p in inside] or fields.body
    return bool(texts)


def _apply_author(page: PageFacts, platform: Platform, own: Own, fields: Fields) -> None:
    for element, value in values(page, own, platform.author):
        inside = element <= fields.author_element < page.tree.ends[element]
        if inside and fields.author and page.tree.text(element) == value:
            return  # the name within it was found already, without what stands around it
        name, _, _ = split_name(" ".join(value.split()))
        if name:
            fields.author_element, fields.author = element, name
            return


def _apply_time(page: PageFacts, platform: Platform, own: Own, fields: Fields) -> None:
    for part in platform.time.split(","):
        for element, value in values(page, own, part):
            stamp = machine_timestamp(value.strip()[:64]) if "@" in part else None
            inside = (m for m in own.marks if element <= m.element < page.tree.ends[element])
            shown = next((m for m in inside if stamp is None or m.stamp is not None), None)
            if stamp is not None:
                shown = shown or fields.mark
                fields.mark = Mark(element, None if shown is None else shown.stamp, stamp)
                return
            if shown is not None:
                fields.mark = shown
                return


def _outermost(page: PageFacts, elements: Sequence[int]) -> list[int]:
    kept: list[int] = []
    for element in elements:
        if not kept or element >= page.tree.ends[kept[-1]]:
            kept.append(element)
    return kept


def values(page: PageFacts, own: Own, where: str) -> Iterator[tuple[int, str]]:
    """Yield the elements of an item that `where` selects, with their text or the attribute it names."""
    for part in where.split(","):
        selector, _, attribute = part.strip().partition("@")
        if not selector and not attribute:
            continue
        elements = select(page.tree, own.all_elements(), selector) if selector else [own.item.root]
        for element in elements:
            found = page.tree.attributes[element].get(attribute) if attribute else page.tree.text(element)
            if found:
                yield element, found


def stated_levels(page: PageFacts, platform: Platform, own: Sequence[Own]) -> list[float] | None:
    """Return the depths that a platform states, or None unless it does for every item."""
    if not platform.level:
        return None
    found = [next((v for _, v in values(page, o, platform.level)), None) for o in own]
    if any(value is None or not value.strip().isdigit() for value in found):
        return None
    return [float(value or 0) for value in found]


def is_removed(page: PageFacts, platform: Platform, own: Own) -> bool:
    """Return whether a platform marks a comment as taken away."""
    return bool(platform.removed) and bool(select(page.tree, [own.item.root], platform.removed))
