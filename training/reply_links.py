"""Train who answers whom: `btl train reply_links --data FOLDER --out threads/models`."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson

from threads.models import MANIFEST
from threads.parse.replies import MODEL, Guess, best
from threads.parse.reply_cues import ARTICLE, CUES, Candidate, Thread
from training.reply_threads import Page, Talk, gold_pages, laid_out, rumours, samples, written

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

ROOT: Final = Path(__file__).resolve().parent.parent
VERSION: Final = "2"
RUMOURS: Final = "reply_relation/rumoureval2019_train.jsonl"  # in the folder of labelled data
WRITTEN: Final = ROOT / "training" / "reply_threads.jsonl"
SAMPLES: Final = ROOT / "sample_data"
# Of the pull of weights toward belief: what serves best on threads of a kind not learnt from.
STRENGTH: Final = 48.0
# Log odds that are believed before any data. What points at somebody never speaks against him.
BELIEFS: Final[Mapping[str, float]] = {
    "sign: mention": 7.0,
    "sign: opening full name": 7.0,
    "sign: opening name": 4.0,
    "sign: addition": 5.0,
    "sign: early name": 3.0,
    "sign: named words": 5.0,
    "sign: later name": 2.0,
    "sign: possessive": 2.0,
    "sign: quote": 4.0,
    "sign: opening": 3.0,
    "shared words": 1.0,
    "most shared words": 0.5,
    "article, shared with next above": -1.0,
    "article, next above asks": -0.5,
    "article, begins as answer": -0.5,
    "article, addresses": -0.5,
    "article, not last low": -4.0,
    "article, not lowest": -4.0,
    "not on path, threaded": -8.0,
    "head, nested": -1.0,
    "next above, nested": 1.0,
}
# Cues of words are left at what is believed: whoever writes a thread for training takes words up more often,
# and names people more plainly, than people do. So is the next place in a flat list: in threads so short
# and lively an answer mostly comes next, and on a long page it does not.
HELD: Final = frozenset(
    {
        *(name for name in CUES if name.startswith("sign: ")),
        "shared words",
        "most shared words",
        "article, shared with next above",
        "article, next above asks",
        "article, begins as answer",
        "article, addresses",
        "article, asks",
        "on path, flat list",
        "next above, flat list",
    }
)
SMALLEST_DEVIATION: Final = 0.15  # so that a cue hardly ever seen does not weigh most
RUMOUR_WEIGHT: Final = 0.5  # of a comment of RumourEval, beside 1: its names and times are drawn
RENDERINGS: Final = range(16)  # seeds: each thread is laid out so often, in ways drawn by chance
TRUSTED: Final = 0.75  # share of right links among those emitted, on threads of a kind not learnt from
THRESHOLDS: Final = tuple(percent / 100 for percent in range(50, 95))
MARGIN: Final = 0.05  # added to the lowest threshold that can be trusted so far

DATA: Final = (
    "Threads written for this project: 26 for the training (training/reply_threads.jsonl) and three of the "
    "samples; invented people, in twelve languages",
    "RumourEval 2019, task A (Gorrell, Kochkina, Liakata, Aker, Zubiaga, Bontcheva, Derczynski: SemEval-2019 "
    "Task 7), CC BY 4.0; the trees and texts of the threads of Reddit in its training part, with names and "
    "times drawn by chance",
)
LICENCE: Final = "MIT; trained on threads of our own and on CC BY 4.0 data, attribution above"


@dataclass(frozen=True, slots=True)
class Choices:
    """Rows of cues, one a candidate; where each comment's begin, and which of all rows are right."""

    rows: Vector
    starts: Numbers
    right: Numbers
    weight: Vector  # of each comment


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
            thread.settle(i, parent if parent < i else ARTICLE)
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


def fit(data: Choices) -> dict[str, float]:
    """Return the weight of each cue: a conditional logit (McFadden 1974), pulled to BELIEFS, else zero."""
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

    bounds = [(b, b) if name in HELD else (None, None) for name, b in zip(CUES, believed, strict=True)]
    found = minimize(loss, believed, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000})
    return dict(zip(CUES, (found.x / deviation).round(4).tolist(), strict=True))


# --- how right it is ---


def guesses(page: Page, weights: Mapping[str, float]) -> list[Guess]:
    """Return what each comment of a page, which is to be turned forwards, most likely answers."""
    thread = Thread(page.comments)
    found = []
    for i in range(len(page.comments)):
        found.append(best(thread.candidates(i), weights))
        thread.settle(i, found[-1].parent)
    return found


Answers = list[tuple[int, Guess]]
"""For each comment the index of what it answers, and what is guessed."""


def answers(pages: Iterable[Page], weights: Mapping[str, float]) -> Answers:
    """Return what the comments of pages answer, beside what weights make of it."""
    return [
        (parent, guess)
        for page in (page.forwards for page in pages)
        for parent, guess in zip(page.parents, guesses(page, weights), strict=True)
    ]


def figures(pairs: Answers, threshold: float) -> dict[str, Any]:
    """Return how right guesses are.

    `right` is the share of comments whose link, to the article or a comment, is right, a comment being linked
    where the guess is as sure as `threshold`; `always_article` what linking none reaches. Of the links so
    emitted, `emitted` is the number, `precision` the share of right ones, `confidence` their mean
    probability.
    """
    links = _links(pairs, threshold)
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


def _links(pairs: Answers, threshold: float) -> Answers:
    return [
        (parent, guess)
        for parent, guess in pairs
        if guess.parent != ARTICLE and guess.confidence >= threshold
    ]


def trusted_threshold(pairs: Answers) -> float:
    """Return the lowest of THRESHOLDS from which links are right often enough, and MARGIN more.

    `pairs` come from weights that have learnt on threads of another kind. Where no threshold will do, it is
    1, and no link is emitted.
    """
    for threshold in THRESHOLDS:
        links = _links(pairs, threshold)
        if links and sum(parent == guess.parent for parent, guess in links) >= TRUSTED * len(links):
            return round(threshold + MARGIN, 2)
    return 1.0


# --- weights and card ---


def rendered(talks_of: Callable[[int], Sequence[Talk]]) -> list[Page]:
    """Return threads laid out once for each of RENDERINGS, which `talks_of` is asked for."""
    return [page.forwards for seed in RENDERINGS for page in laid_out(talks_of(seed), seed)]


def main(data: Path, out: Path, pages: Path | None = None, elsewhere: Path | None = None) -> dict[str, Any]:
    """Train, measure and write the model to `out`; return its manifest entry.

    `data` is the folder of labelled data; `pages` and `elsewhere` are folders of gold records of saved pages,
    which are only measured on.
    """
    as_they_are, anew = zip(*samples(SAMPLES), strict=True)
    shown = [page.forwards for page in as_they_are]
    talks = [*anew, *written(WRITTEN)]
    own, others = rendered(lambda _: talks), rendered(lambda seed: rumours(data / RUMOURS, seed))
    share = 1 / len(RENDERINGS)
    own_choices = together([choices(shown, 1.0), choices(own, share)])
    other_choices = choices(others, RUMOUR_WEIGHT * share)
    across = {
        "Written threads, learnt on RumourEval alone": answers(own, fit(other_choices)),
        "RumourEval, learnt on written threads alone": answers(others, fit(own_choices)),
    }
    threshold = trusted_threshold([pair for pairs in across.values() for pair in pairs])
    weights = fit(together([own_choices, other_choices]))
    measured = dict(across)
    for name, folder in (("Saved pages", pages), ("Further saved pages", elsewhere)):
        if folder is not None:
            gold = gold_pages(folder)
            measured[f"{name} with answers"] = answers([page for page in gold if page.has_answers], weights)
            measured[f"{name}, all"] = answers(gold, weights)
    arrays = {
        "cues": np.array(list(weights)),
        "weights": np.array(list(weights.values())),
        "threshold": np.array(threshold),
    }
    return save(arrays, {name: figures(pairs, threshold) for name, pairs in measured.items()}, out)


def save(arrays: Mapping[str, npt.NDArray[Any]], sets: dict[str, Any], out: Path) -> dict[str, Any]:
    """Write weights, card and manifest entry to the folder `out`; return the entry. No date is written."""
    import scipy  # noqa: PLC0415 - slow to import

    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{MODEL}.npz"
    np.savez(file, allow_pickle=False, **dict(arrays))
    first = next(iter(sets.values()))
    saved = sets.get("Saved pages with answers")
    entry = {
        "name": MODEL,
        "version": VERSION,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "data": list(DATA),
        "licence": LICENCE,
        "trained_with": f"scipy {scipy.__version__}",
        "says": _sentence(saved or first, "saved pages" if saved else "threads of another kind"),
        "measured": {
            "speaking": {
                "accuracy": first["precision"],
                "accuracy_elsewhere": saved["precision"] if saved else None,
                "chance": first["always_article"],
                "chance_elsewhere": saved["always_article"] if saved else 0.0,
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


def _sentence(said: Mapping[str, Any], where: str) -> str:
    precision = said["precision"]
    right = "no link is sure enough" if precision is None else f"{10 * precision:.1f} in 10 links are right"
    return (
        f"On {where}, never learnt from, {right}. Of all comments {said['right']:.0%} are then linked right; "
        f"linking none, {said['always_article']:.0%}."
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
        f"Each thread is laid out {len(RENDERINGS)} times as a page might show it, in an order drawn by "
        "chance, with given parents hidden.",
        "## What is set by hand",
        f"The weights of {len(HELD)} cues are not learnt: what a name, a quotation, an opening, a question, "
        "a shared word or the next place in a flat list is worth was set by judgement, since threads written "
        "for training show these more plainly than real ones. The other weights are pulled toward what is "
        "believed of the order of a page, or toward zero, as strongly as "
        f"{STRENGTH:.0f} comments would at one standard deviation.",
        "## What a probability means",
        "The confidence of a link is the probability that the model gives it; it does not assume that the "
        "labels are equally common. On kinds of threads that the model has not learnt from fewer links are "
        "right than that: the last two columns below tell how many.",
        "## How right it is",
        f"A link is emitted from a confidence of {entry['measured']['threshold']:.2f}: {MARGIN} above the "
        f"lowest from which {TRUSTED:.0%} of links are right on the first two rows together. A comment is "
        "linked right where its parent is, or where it answers the article and no link is emitted. Nothing "
        "was fitted to saved pages, but the cues, the weights by hand, the ways of laying threads out and "
        "how much RumourEval counts were chosen with the figures on them in view.",
        entry["says"],
        _table(entry["measured"]["sets"]),
        "## Not for",
        "- Lists in no order of time whose comments answer nobody, such as classified advertisements or "
        "reviews by usefulness: where times jump, it takes a page for threaded, and most false links stand "
        "there.\n"
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name, text in (("data", "The labelled data."), ("out", "Where the weights go.")):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="FOLDER", help=text)
    for name, text in (("pages", "Gold records of saved pages"), ("elsewhere", "Those of further sites")):
        parser.add_argument(f"--{name}", type=Path, metavar="FOLDER", help=f"{text}, only measured on.")
    print(main(**vars(parser.parse_args()))["says"])
