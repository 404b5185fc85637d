"""Who answers whom, who is answered most, and in what tone. Frames in, frames out.

Tone is the mean sentiment, or offensiveness, of the replies to a person, against that of the replies to all
others. Who replies varies, so intervals are by bootstrap over the people who reply.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from threads.dynamics.network import linked, network_of, weights_back
from threads.dynamics.people import known, person_of_each
from threads.dynamics.sentences import Sentence, plain
from threads.dynamics.tree import Integers, tree_of
from threads.frames import typed
from threads.language import _, number, signed
from threads.records import Column

SEED: Final = 20_240_517
FEWEST_REPLIES: Final = 10  # to a person, and
FEWEST_REPLIERS: Final = 5  # people who wrote them, for the tone of replies to them
MOST_TONES: Final = 50  # people whose tone is measured, those with the most replies
REPLICATES: Final = 1_000
DRAWS: Final = 1_500_000  # people in all replicates together
ALARMS: Final = 0.05  # false discoveries among the people named
TONES: Final = ("sentiment", "offensive")

ANSWER_COLUMNS: tuple[Column, ...] = (
    Column("author", "text", "Who replies."),
    Column("author_id", "text", "The platform's own id of who replies."),
    Column("answered", "text", "Who is answered."),
    Column("answered_id", "text", "The platform's own id of who is answered."),
    Column("replies", "integer", "Number of replies."),
    Column("back", "integer", "Number of replies the other way."),
    Column("agrees", "integer", "Of the replies, those that agree."),
    Column("disagrees", "integer", "Of the replies, those that disagree."),
    Column("judged", "integer", "Of the replies, those whose relation was judged."),
)
ANSWERED_COLUMNS: tuple[Column, ...] = (
    Column("author", "text", "Who is answered."),
    Column("author_id", "text", "The platform's own id."),
    Column("comments", "integer", "Comments the person wrote."),
    Column("replies", "integer", "Replies by others."),
    Column("replies_a_comment", "number", "Replies by others, by comments.", "replies"),
    Column("repliers", "integer", "Number of people with a name who replied."),
    *(
        column
        for tone in TONES
        for column in (
            Column(f"{tone}_after", "number", f"Mean {tone} of the replies; missing for few of them."),
            Column(f"{tone}_difference", "number", "That less the mean of replies to everybody else."),
            Column(f"{tone}_low", "number", "Lower end of the difference's 95% interval."),
            Column(f"{tone}_high", "number", "Upper end of the difference's 95% interval."),
            Column(f"{tone}_q", "number", "p of no difference, adjusted for the number of people."),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """Who is answered: ANSWERED_COLUMNS, the most replies first; `missing` says why a tone is nowhere."""

    rows: pd.DataFrame
    missing: dict[str, str] = field(default_factory=dict)

    def sentence(self) -> Sentence:
        """Return who is answered most, and whose replies differ most in their sentiment."""
        if self.rows.empty:
            return plain(_("Nobody with a name is known to be answered by somebody else."))
        most, replies = self.rows.iloc[0], self.rows["replies"].sum()
        said = _(
            "{name} is answered most, by {replies} of {all} replies",
            name=_name(most),
            replies=number(most["replies"]),
            all=number(replies),
        )
        out = self.rows[self.rows["sentiment_q"] <= ALARMS]
        if out.empty:
            return plain(f"{said}.")
        person = out.iloc[int(out["sentiment_difference"].abs().argmax())]
        kind = _("friendlier") if person["sentiment_difference"] > 0 else _("sharper")
        return plain(
            _(
                "{said}; replies to {name} are {kind} than those to others (mean sentiment "
                "{sentiment_after}, a difference of {sentiment_difference}, between {sentiment_low} "
                "and {sentiment_high}).",
                said=said,
                name=_name(person),
                kind=kind,
                sentiment_after=signed(person["sentiment_after"], 2),
                sentiment_difference=signed(person["sentiment_difference"], 2),
                sentiment_low=signed(person["sentiment_low"], 2),
                sentiment_high=signed(person["sentiment_high"], 2),
            )
        )


def who_answers_whom(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a pair of people, ANSWER_COLUMNS, the most replies first; no answers to oneself."""
    persons = person_of_each(frame)
    network = network_of(frame, tree_of(frame).parents, persons)
    who, ids = names_of(frame, persons)
    table = pd.DataFrame(
        {
            "author": who[network.sources],
            "author_id": ids[network.sources],
            "answered": who[network.targets],
            "answered_id": ids[network.targets],
            "replies": network.weights,
            "back": weights_back(network),
            "agrees": network.agrees,
            "disagrees": network.disagrees,
            "judged": network.judged,
        }
    )
    return typed(
        table.sort_values("replies", ascending=False, kind="stable", ignore_index=True), ANSWER_COLUMNS
    )


def answered(frame: pd.DataFrame) -> Answered:
    """Return who is answered how often and in what tone, one row a person who is answered.

    Replies count where both have a name and are not the same person. A tone is given from FEWEST_REPLIES
    scored replies by FEWEST_REPLIERS people on, for the MOST_TONES people with the most replies.
    """
    persons = person_of_each(frame)
    rows, above = linked(tree_of(frame).parents, persons)
    people = int(persons.max(initial=-1)) + 1
    replies = np.bincount(persons[above], minlength=people)
    pairs = np.unique(persons[above] * people + persons[rows])
    comments = np.bincount(persons[persons >= 0], minlength=people)
    who, ids = names_of(frame, persons)
    order = np.argsort(-replies, kind="stable")
    order = order[replies[order] > 0]
    table = pd.DataFrame(
        {
            "author": who[order],
            "author_id": ids[order],
            "comments": comments[order],
            "replies": replies[order],
            "replies_a_comment": replies[order] / comments[order],
            "repliers": np.bincount(pairs // max(people, 1), minlength=people)[order],
        }
    )
    missing: dict[str, str] = {}
    chosen = order[:MOST_TONES]
    for tone in TONES:
        found, reason = _tone(frame, tone, rows, persons[rows], persons[above], chosen)
        if reason:
            missing[tone] = reason
        else:
            table = pd.concat([table, found.set_axis(range(len(found)))], axis="columns")
    return Answered(typed(table, ANSWERED_COLUMNS), missing)


def _tone(
    frame: pd.DataFrame, tone: str, rows: Integers, repliers: Integers, targets: Integers, chosen: Integers
) -> tuple[pd.DataFrame, str]:
    """Return the tone of replies to each of `chosen`, or the reason why there is none."""
    nothing = pd.DataFrame()
    if tone not in frame:
        return nothing, _("{tone} was not scored.", tone=_(tone))
    values = pd.to_numeric(frame[tone]).to_numpy(dtype=np.float64, na_value=np.nan)[rows]
    scored = np.isfinite(values)
    values, repliers, targets = values[scored], repliers[scored], targets[scored]
    people = 1 + int(max(targets.max(initial=-1), repliers.max(initial=-1), chosen.max(initial=-1)))
    counts = np.bincount(targets, minlength=people)[chosen]
    different = np.bincount(np.unique(targets * people + repliers) // people, minlength=people)[chosen]
    enough = (counts >= FEWEST_REPLIES) & (different >= FEWEST_REPLIERS) & (counts < len(values))
    if not enough.any():
        return nothing, (
            _(
                "Nobody has {fewest_replies} replies with {tone} by {fewest_repliers} people: fewer "
                "say nothing of a tone.",
                fewest_replies=FEWEST_REPLIES,
                tone=_(tone),
                fewest_repliers=FEWEST_REPLIERS,
            )
        )
    found = _differences(values, repliers, targets, chosen[enough])
    table = pd.DataFrame(
        index=range(len(chosen)), columns=[f"{tone}_{name}" for name in _ESTIMATES], dtype=float
    )
    table.loc[enough] = found
    return table, ""


_ESTIMATES: Final = ("after", "difference", "low", "high", "q")


def _differences(
    values: npt.NDArray[np.float64], repliers: Integers, targets: Integers, chosen: Integers
) -> npt.NDArray[np.float64]:
    """Return for each chosen person the _ESTIMATES of the replies to them, by bootstrap over repliers."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import
    from scipy.stats import false_discovery_control, norm  # noqa: PLC0415

    clusters = np.unique(repliers, return_inverse=True)[1]
    size = int(clusters.max()) + 1
    column = np.full(int(targets.max()) + 1, len(chosen))  # the last column is for everybody else
    column[chosen] = np.arange(len(chosen))
    shape = (size, len(chosen) + 1)
    sums = csr_array((values, (clusters, column[targets])), shape=shape)
    counts = csr_array((np.ones(len(values)), (clusters, column[targets])), shape=shape)
    replicates = int(np.clip(DRAWS // size, 200, REPLICATES))
    random = np.random.default_rng(SEED)
    weights = np.ones((replicates + 1, size))
    weights[1:] = random.poisson(1.0, size=(replicates, size))
    sums, counts = weights @ sums, weights @ counts
    others = counts.sum(axis=1, keepdims=True) - counts
    with np.errstate(invalid="ignore", divide="ignore"):
        after = sums / counts
        differences = (after - (sums.sum(axis=1, keepdims=True) - sums) / others)[:, :-1]
    low, high = np.nanpercentile(differences[1:], [2.5, 97.5], axis=0)
    spread = np.nanstd(differences[1:], axis=0)
    z = np.divide(differences[0], spread, out=np.zeros(len(chosen)), where=spread > 0)
    q = false_discovery_control(2 * norm.sf(np.abs(z)))
    return np.column_stack([after[0, :-1], differences[0], low, high, q])


def names_of(frame: pd.DataFrame, persons: Integers) -> tuple[np.ndarray, np.ndarray]:
    """Return the first name and the first id of each person."""
    grouped = pd.DataFrame({"author": known(frame, "author"), "author_id": known(frame, "author_id")})
    named = persons >= 0
    first = grouped[named].groupby(persons[named], sort=True).first()
    return first["author"].to_numpy(dtype=object), first["author_id"].to_numpy(dtype=object)


def _name(row: pd.Series[Any]) -> str:
    author, own = row["author"], row["author_id"]
    return author if isinstance(author, str) else str(own)
