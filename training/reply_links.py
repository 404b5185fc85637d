"""Train who answers whom: `python -m training.reply_links --pages DIR --exports DIR --out threads/models`."""

from __future__ import annotations

import argparse
import hashlib
import html
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
import orjson

from threads.models import MANIFEST
from threads.parse.calendar_words import UNIT_SECONDS
from threads.parse.replies import MODEL, Guess, best
from threads.parse.reply_cues import ARTICLE, CUES, Candidate, Thread
from threads.parse.timestamps import search_timestamp
from threads.records import Comment

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

VERSION: Final = "1"
EXPORT_WEIGHT: Final = 0.1  # of a comment of an export, beside 1 of a page
STRENGTH: Final = 2.0  # of the pull of weights toward zero, per standard deviation
# Log odds that a sign in the words gives before any data: what points at somebody never speaks against him.
BELIEFS: Final[Mapping[str, float]] = {
    "sign: mention": 5.0,
    "sign: opening full name": 6.0,
    "sign: opening name": 4.0,
    "sign: addition": 5.0,
    "sign: early name": 3.0,
    "sign: named words": 5.0,
    "sign: later name": 2.0,
    "sign: possessive": 2.0,
    "sign: quote": 4.0,
    "sign: opening": 3.0,
}
# Signs that weigh no less than is believed: the records of pages without threads know of no answer, as if
# whoever is named there were not addressed.
UNDOUBTED: Final = frozenset({"sign: opening full name", "sign: addition", "sign: named words"})
SMALLEST_DEVIATION: Final = 0.15  # so that a cue hardly ever seen does not weigh most
RENDERINGS: Final = (0, 7)  # seeds: each thread of an export is laid out twice, in ways drawn by chance
ORDERS: Final = ("oldest", "oldest", "newest", "newest", "newest throughout", "score", "flat")
LONGEST_PAGE: Final = 60
SHORTEST_THREAD: Final = 4
ONE_LEVEL: Final = 0.4  # share of layouts that show answers to answers as answers to the head of the thread
UNTIMED: Final = 0.1
THRESHOLD: Final = 0.75  # of the probability of a link, from which it is emitted: three to one
CAPTURED: Final = datetime(2024, 1, 1, tzinfo=UTC)  # what relative times count from; only differences matter

DATA: Final = (
    "Gold records of 26 saved pages of 26 sites with their comments, 142 answers among them; no licence of "
    "their own",
    "Threads of exports: two WordPress blogs, Reddit (a thread, a flat list, a ConvoKit corpus), each laid "
    "out twice as a page would; public repositories without a licence for the data",
)
LICENCE: Final = (
    "MIT; numbers about order, closeness and names: no word of the data is in them, nor can be got from them"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A thread as a page shows it, and for each comment the index of the one answered, or ARTICLE."""

    name: str
    comments: tuple[Comment, ...]
    parents: tuple[int, ...]

    @property
    def has_answers(self) -> bool:
        """Whether any comment answers another."""
        return any(parent != ARTICLE for parent in self.parents)


@dataclass(frozen=True, slots=True)
class Post:
    """A comment of an export."""

    key: str
    parent: str
    author: str | None
    time: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Rows of cues, one a candidate; where each comment's begin, and which of all rows are right."""

    rows: Vector
    starts: Numbers
    right: Numbers
    weight: Vector  # of each comment


# --- pages ---


def gold_pages(folder: Path) -> list[Page]:
    """Return the pages of a folder of gold records that have comments, by name."""
    pages = []
    for path in sorted(folder.glob("*.json")):
        gold = orjson.loads(path.read_bytes())
        rows = [(c["author"], _gold_time(c), c["text"], _index(c["parent"])) for c in gold["comments"]]
        # A parent below its answer is a quotation out of another list: no place on the page tells of it.
        if rows and all(parent < i for i, (_, _, _, parent) in enumerate(rows)):
            pages.append(_page(gold["name"], rows))
    return pages


def _index(parent: int | None) -> int:
    return ARTICLE if parent is None else parent


def _gold_time(comment: Mapping[str, Any]) -> datetime | None:
    if comment["iso"]:
        time = datetime.fromisoformat(comment["iso"])
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    stamp = search_timestamp(comment["timestamp"] or "")
    if stamp is None or not stamp.spans:
        return None
    return CAPTURED - timedelta(seconds=sum(amount * UNIT_SECONDS[unit] for amount, unit in stamp.spans))


def _page(name: str, rows: Iterable[tuple[str | None, datetime | None, str, int]]) -> Page:
    listed = list(rows)
    comments = tuple(
        Comment(
            thread_id=name,
            comment_id=str(i),
            position=i + 1,
            author=author,
            published_at=time,
            text=text,
            source_format="training",
        )
        for i, (author, time, text, _) in enumerate(listed)
    )
    return Page(name, comments, tuple(parent for *_, parent in listed))


# --- exports ---


def exports(folder: Path) -> list[tuple[str, list[Post]]]:
    """Return the threads of the exports in a folder, each with the name of its source."""
    readers: list[tuple[str, Callable[[Path], Iterable[list[Post]]]]] = [
        ("wxr/bitcoinfrance.xml", _wordpress),
        ("wxr/spotthevuln.xml", _wordpress),
        ("reddit/3hahrw.json", _reddit),
        ("json/reddit_comments_flat.json", _flat),
        ("convokit/utterances.jsonl", _convokit),
    ]
    return [
        (name, posts)
        for name, reader in readers
        for posts in reader(folder / name)
        if len(posts) >= SHORTEST_THREAD
    ]


def _wordpress(path: Path) -> Iterator[list[Post]]:
    # The files are named in the training notes, so that a hostile one is not met.
    for item in ET.parse(path).getroot().iter("item"):
        found = ({field.tag.rpartition("}")[2]: field.text or "" for field in c} for c in item)
        yield [
            Post(
                c["comment_id"],
                c["comment_parent"],
                c["comment_author"],
                datetime.fromisoformat(c["comment_date_gmt"]).replace(tzinfo=UTC),
                re.sub("<[^>]+>", " ", html.unescape(c["comment_content"])),
            )
            for c in found
            if c.get("comment_approved") == "1" and not c["comment_type"]
        ]


def _reddit(path: Path) -> Iterator[list[Post]]:
    posts, waiting = [], [orjson.loads(path.read_bytes())[1]]
    while waiting:
        for child in waiting.pop()["data"]["children"]:
            if child["kind"] == "t1":
                c = child["data"]
                posts.append(
                    Post(c["name"], c["parent_id"], c["author"], _epoch(c["created_utc"]), c["body"])
                )
                waiting += [c["replies"]] if c["replies"] else []
    yield posts


def _flat(path: Path) -> Iterable[list[Post]]:
    threads: defaultdict[str, list[Post]] = defaultdict(list)
    for c in orjson.loads(path.read_bytes()):
        time = datetime.fromisoformat(c["date"]).replace(tzinfo=UTC)
        threads[c["post_id"]].append(Post(f"t1_{c['id']}", c["parent_id"], c["username"], time, c["content"]))
    return threads.values()


def _convokit(path: Path) -> Iterable[list[Post]]:
    threads: defaultdict[str, list[Post]] = defaultdict(list)
    for line in path.read_bytes().splitlines():
        c = orjson.loads(line)
        if c["id"] != c["conversation_id"]:
            threads[c["conversation_id"]].append(
                Post(c["id"], c["reply-to"], c["speaker"], _epoch(c["timestamp"]), c["text"])
            )
    return threads.values()


def _epoch(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


def laid_out(threads: Sequence[tuple[str, list[Post]]], seed: int) -> list[Page]:
    """Return threads as pages show them, each in an order drawn by chance."""
    chance = random.Random(seed)
    pages = []
    for name, posts in threads:
        order = chance.choice(ORDERS)
        is_flat = order == "flat"
        has_one_level = not is_flat and chance.random() < ONE_LEVEL
        is_untimed = not is_flat and chance.random() < UNTIMED
        shown = _flat_list(posts) if is_flat else _threaded(posts, order, chance, has_one_level)
        pages.append(_as_page(f"{name}, {order}", shown, is_untimed=is_untimed))
    return pages


def _as_page(name: str, shown: Sequence[tuple[Post, str | None]], *, is_untimed: bool) -> Page:
    kept = shown[:LONGEST_PAGE]
    places = {post.key: i for i, (post, _) in enumerate(kept)}
    return _page(
        name,
        (
            (
                post.author,
                None if is_untimed else post.time.replace(second=0),
                post.text,
                places.get(parent or "", ARTICLE),
            )
            for post, parent in kept
        ),
    )


def _flat_list(posts: Sequence[Post]) -> list[tuple[Post, str | None]]:
    return [(post, post.parent) for post in sorted(posts, key=lambda p: p.time)]


def _threaded(
    posts: Sequence[Post], order: str, chance: random.Random, has_one_level: bool
) -> list[tuple[Post, str | None]]:
    keys = {post.key for post in posts}
    answers: defaultdict[str | None, list[Post]] = defaultdict(list)
    for post in posts:
        answers[post.parent if post.parent in keys else None].append(post)
    shown: list[tuple[Post, str | None]] = []
    for head in _siblings(answers[None], order, chance, is_top=True):
        below: list[Post] = []
        waiting = _siblings(answers[head.key], order, chance)[::-1]
        while waiting:
            below.append(waiting.pop())
            waiting += _siblings(answers[below[-1].key], order, chance)[::-1]
        if has_one_level:
            below.sort(key=lambda post: post.time)
        shown.append((head, None))
        shown += [(post, head.key if has_one_level else post.parent) for post in below]
    return shown


def _siblings(posts: list[Post], order: str, chance: random.Random, *, is_top: bool = False) -> list[Post]:
    if order == "score":
        return chance.sample(posts, len(posts))
    is_newest_first = order == "newest throughout" or (order == "newest" and is_top)
    return sorted(posts, key=lambda post: post.time, reverse=is_newest_first)


# --- the ranker ---


def choices(pages: Sequence[Page], weight: float) -> Choices:
    """Return the choices that the comments of pages make among candidates, the right one being among them."""
    rows: list[Vector] = []
    right: list[int] = []
    starts: list[int] = []
    size = 0
    for page in pages:
        thread = Thread(page.comments)
        for i, parent in enumerate(page.parents):
            candidates = thread.candidates(i)
            thread.settle(i, parent)
            places = [candidate.index for candidate in candidates]
            if parent in places and len(places) > 1:
                starts.append(size)
                right.append(size + places.index(parent))
                rows.append(_matrix(candidates))
                size += len(candidates)
    return Choices(
        np.concatenate([np.empty((0, len(CUES))), *rows]),
        np.array(starts, dtype=np.intp),
        np.array(right, dtype=np.intp),
        np.full(len(starts), weight),
    )


def _matrix(candidates: Sequence[Candidate]) -> Vector:
    return np.array([[float(c.cues.get(name, 0.0)) for name in CUES] for c in candidates])


def together(parts: Sequence[Choices]) -> Choices:
    """Return the choices of several parts in one."""
    shifts = np.cumsum([0, *(len(part.rows) for part in parts)])
    return Choices(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.starts + shift for part, shift in zip(parts, shifts, strict=False)]),
        np.concatenate([part.right + shift for part, shift in zip(parts, shifts, strict=False)]),
        np.concatenate([part.weight for part in parts]),
    )


def fit(data: Choices, start: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the weight of each cue: a conditional logit (McFadden 1974), pulled toward BELIEFS, else zero.

    `start` are weights to begin from; they change the time that it takes, and not the answer.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    deviation = np.maximum(data.rows.std(axis=0), SMALLEST_DEVIATION)
    rows = data.rows / deviation
    group = np.repeat(np.arange(len(data.starts)), np.diff([*data.starts, len(rows)]))

    believed = np.array([BELIEFS.get(name, 0.0) for name in CUES]) * deviation

    def loss(weights: Vector) -> tuple[float, Vector]:
        scores = rows @ weights
        scores -= np.maximum.reduceat(scores, data.starts)[group]
        odds = np.exp(scores)
        total = np.add.reduceat(odds, data.starts)
        unlikely = data.weight @ (np.log(total) - scores[data.right])
        pull = rows.T @ (odds / total[group] * data.weight[group]) - data.weight @ rows[data.right]
        apart = weights - believed
        return float(unlikely + STRENGTH / 2 * apart @ apart), pull + STRENGTH * apart

    first = np.array([(start or {}).get(name, 0.0) for name in CUES]) * deviation
    least = [low if name in UNDOUBTED else None for name, low in zip(CUES, believed, strict=True)]
    bounds = [(low, None) for low in least]
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000})
    return dict(zip(CUES, (found.x / deviation).round(4).tolist(), strict=True))


# --- how right it is ---


def guesses(page: Page, weights: Mapping[str, float]) -> list[Guess]:
    """Return what each comment of a page most likely answers."""
    thread = Thread(page.comments)
    found = []
    for i in range(len(page.comments)):
        found.append(best(thread.candidates(i), weights))
        thread.settle(i, found[-1].parent)
    return found


def left_out(pages: Sequence[Page], others: Choices, start: Mapping[str, float]) -> list[list[Guess]]:
    """Return the guesses for each page by weights that have not seen it."""
    own = [choices([page], 1.0) for page in pages]
    return [
        guesses(page, fit(together([*own[:k], *own[k + 1 :], others]), start)) for k, page in enumerate(pages)
    ]


def figures(pages: Sequence[Page], found: Sequence[Sequence[Guess]], threshold: float) -> dict[str, Any]:
    """Return how right guesses are.

    `right` is the share of comments whose link, to the article or a comment, is right, a comment being linked
    where the guess is as sure as `threshold`; `always_article` what linking none reaches. Of the links so
    emitted, `emitted` is the number, `precision` the share of right ones, `confidence` their mean
    probability.
    """
    pairs = [
        (parent, guess)
        for page, guessed in zip(pages, found, strict=True)
        for parent, guess in zip(page.parents, guessed, strict=True)
    ]
    links = [
        (parent, guess)
        for parent, guess in pairs
        if guess.parent != ARTICLE and guess.confidence >= threshold
    ]
    right = sum(parent == guess.parent for parent, guess in links)
    silent_right = sum(parent == ARTICLE for parent, _ in pairs) - sum(p == ARTICLE for p, _ in links)
    return {
        "comments": len(pairs),
        "answers": sum(parent != ARTICLE for parent, _ in pairs),
        "always_article": round(sum(parent == ARTICLE for parent, _ in pairs) / len(pairs), 4),
        "right": round((right + silent_right) / len(pairs), 4),
        "emitted": len(links),
        "precision": round(right / len(links), 4) if links else None,
        "confidence": round(sum(guess.confidence for _, guess in links) / len(links), 4) if links else None,
    }


def _with_answers(
    pages: Sequence[Page], found: Sequence[list[Guess]]
) -> tuple[list[Page], list[list[Guess]]]:
    kept = [(page, guessed) for page, guessed in zip(pages, found, strict=True) if page.has_answers]
    return [page for page, _ in kept], [guessed for _, guessed in kept]


# --- weights and card ---


def train(folder: Path, exported: Path, out: Path, elsewhere: Path | None = None) -> dict[str, Any]:
    """Train, measure and write the model to `out`; return its manifest entry.

    `elsewhere` is a folder of gold records of further pages, which are only measured on.
    """
    pages, threads = gold_pages(folder), exports(exported)
    rendered = choices([page for seed in RENDERINGS for page in laid_out(threads, seed)], EXPORT_WEIGHT)
    weights = fit(together([choices(pages, 1.0), rendered]))
    blind = left_out(pages, rendered, weights)
    answered, answered_blind = _with_answers(pages, blind)
    sets = {
        "Pages with answers, each site left out": figures(answered, answered_blind, THRESHOLD),
        "All pages, each site left out": figures(pages, blind, THRESHOLD),
    }
    exports_only = fit(rendered, weights)
    sets["Pages with answers, learnt on exports alone"] = figures(
        answered, [guesses(page, exports_only) for page in answered], THRESHOLD
    )
    if elsewhere is not None:
        further = gold_pages(elsewhere)
        found = [guesses(page, weights) for page in further]
        sets["Other sites with answers, only measured on"] = figures(
            *_with_answers(further, found), THRESHOLD
        )
        sets["Other sites, all pages, only measured on"] = figures(further, found, THRESHOLD)
    arrays = {
        "cues": np.array(list(weights)),
        "weights": np.array(list(weights.values())),
        "threshold": np.array(THRESHOLD),
    }
    return save(arrays, sets, out)


def save(arrays: Mapping[str, npt.NDArray[Any]], sets: dict[str, Any], out: Path) -> dict[str, Any]:
    """Write weights, card and manifest entry to the folder `out`; return the entry. No date is written."""
    import scipy  # noqa: PLC0415 - slow to import

    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{MODEL}.npz"
    np.savez(file, allow_pickle=False, **dict(arrays))
    first = next(iter(sets.values()))
    others = [figures for name, figures in sets.items() if name.startswith("Other sites with")]
    entry = {
        "name": MODEL,
        "version": VERSION,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "data": list(DATA),
        "licence": LICENCE,
        "trained_with": f"scipy {scipy.__version__}",
        "says": _sentence(first, others),
        "measured": {
            "speaking": {
                "accuracy": first["precision"],
                "accuracy_elsewhere": others[0]["precision"] if others else None,
                "chance": first["always_article"],
                "chance_elsewhere": others[0]["always_article"] if others else 0.0,
                "coverage": round(first["emitted"] / first["comments"], 4),
                "never": [],
            },
            "threshold": float(arrays["threshold"]),
            "sets": sets,
        },
    }
    manifest = out / MANIFEST
    known = orjson.loads(manifest.read_bytes())["models"] if manifest.exists() else []
    models = sorted([entry, *(o for o in known if o["name"] != MODEL)], key=lambda item: item["name"])
    manifest.write_bytes(orjson.dumps({"models": models}, option=orjson.OPT_INDENT_2) + b"\n")
    (out / f"{MODEL}.md").write_text(card(entry), "utf-8")
    return entry


def _sentence(first: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    there = f", {10 * others[0]['precision']:.1f} on further sites" if others else ""
    return (
        f"Of its links {10 * first['precision']:.1f} in 10 are right on sites left out of training{there}. "
        f"Of all comments {first['right']:.0%} are then linked right; linking none, "
        f"{first['always_article']:.0%}."
    )


def card(entry: Mapping[str, Any]) -> str:
    """Return the card of the model as Markdown: data, licence, how right it is, what it is not for."""
    parts = [
        f"# {entry['name']}@{entry['version']}",
        "Says which comment above, if any, a comment answers, where a source gives no threads: a conditional "
        f"logit over the article and up to eleven comments above, on {len(CUES)} cues of order, names, "
        "quotations, closeness, people and shared words (threads/parse/reply_cues.py).",
        "## Data and licence",
        "\n".join(f"- {item}" for item in entry["data"]),
        f"Licence of the weights: {entry['licence']}. Trained with {entry['trained_with']}.",
        "## What a probability means",
        "The confidence of a link is the probability that it is right, on a page like those of the data: it "
        "does not assume that the labels are equally common.",
        "## How right it is",
        f"A link is emitted from a confidence of {entry['measured']['threshold']:.2f}. All given parents "
        "were hidden. A comment is linked right where its parent is, or where it answers the article and no "
        "link is emitted. Left out means that the weights were learnt without the site, though the cues were "
        "chosen with all of these pages in view; the further sites were collected after that.",
        entry["says"],
        _table(entry["measured"]["sets"]),
        "## Not for",
        "- Lists in no order of time whose comments answer nobody, such as classified advertisements or "
        "reviews by usefulness: where times jump, it takes a page for threaded, and most false links stand "
        "there (one such page makes up most of those among all pages).\n"
        "- Comments quoted from another list, whose parent stands below them.\n"
        "- Deciding about a person.",
    ]
    return "\n\n".join(parts) + "\n"


def _table(sets: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        "| measured on | comments | answers | linked right | always the article | links | of them right "
        "| mean confidence |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {f['comments']} | {f['answers']} | {f['right']:.3f} | {f['always_article']:.3f} "
        f"| {f['emitted']} | {_share(f['precision'])} | {_share(f['confidence'])} |"
        for name, f in sets.items()
    ]
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def main() -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, text in (
        ("pages", "Gold records of pages."),
        ("exports", "Samples of exports."),
        ("out", "Where the weights go."),
    ):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="FOLDER", help=text)
    parser.add_argument(
        "--elsewhere", type=Path, metavar="FOLDER", help="Gold records of further pages, only measured on."
    )
    given = parser.parse_args()
    print(train(given.pages, given.exports, given.out, given.elsewhere)["says"])


if __name__ == "__main__":
    main()
