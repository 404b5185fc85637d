"""The weekly report: what came in, what was flagged, how right that was, how long decisions took.

A report is of decisions as they stand when it is made: one that is undone later is gone from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from threads.frames import typed
from threads.language import N_, _, counted, localised, number, percent
from threads.moderation.agreement import Agreement, alpha, kappa
from threads.moderation.decisions import REASONS
from threads.moderation.precision import FEWEST, LEVEL, Recall, Share, by_reason, by_rule, difference
from threads.moderation.rules import title_of
from threads.moderation.weeks import Week
from threads.moderation.workload import (
    QueueAge,
    Waiting,
    by_hour,
    by_moderator,
    in_words,
    time_to_decision,
)
from threads.records import Column

NOT_KNOWN: Final = N_(
    "How much of what ought to be rejected no rule flagged cannot be seen in the queue. It is "
    "estimated once {fewest} comments without a flag are decided, and rightly only if they were not "
    "picked for looking bad."
)
WITHOUT: Final = N_("Without a reason")
ROW_COLUMNS: tuple[Column, ...] = (
    Column("week", "text", "The week of ISO 8601."),
    Column("section", "text", "What the row is about."),
    Column("item", "text", "Which one: a rule, a moderator, an hour; missing for the whole."),
    Column("measure", "text", "What was measured, with its unit."),
    Column("value", "number", "The figure; missing where there is none."),
    Column("low", "number", "Lower end of its 95% interval."),
    Column("high", "number", "Upper end."),
    Column("n", "integer", "How many it rests on."),
)
Row = tuple[str, str | None, str, float | None, float | None, float | None, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one week holds.

    Comments that came in, those flagged, discussions they belong to; the flags `raised` on them (rule, value,
    comments); flags `judged` (JUDGED_COLUMNS) and decisions `made` (MADE_COLUMNS) in it; `ratings` of second
    opinions given in it (unit, rater, label).
    """

    comments: int
    flagged: int
    discussions: int
    raised: pd.DataFrame
    judged: pd.DataFrame
    made: pd.DataFrame
    ratings: pd.DataFrame

    @property
    def decisions(self) -> Share:
        """Decisions of the week that were undone, of all but the undoing."""
        decided = self.made[self.made["action"] != "undo"]
        return Share(int(decided["undone"].sum()), len(decided))

    @property
    def by_rule(self) -> dict[str, int]:
        """Comments that came in and each rule flagged, the most first."""
        counts = self.raised.groupby("rule")["comments"].sum().sort_values(ascending=False, kind="stable")
        return {str(rule): int(count) for rule, count in counts.items()}

    @property
    def waiting(self) -> Waiting:
        """How long comments first decided in the week had waited."""
        return time_to_decision(self.made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two moderators, and how they agree."""

    first: str
    second: str
    agreement: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A week beside the one before; `earlier` is the precision of rules in all time before it.

    `precision` and `earlier` have RULE_COLUMNS, `reasons` REASON_COLUMNS, `moderators` BY_MODERATOR_COLUMNS,
    `hours` is weekdays × hours. `queue` is of when the report was made.
    """

    week: Week
    now: Figures
    before: Figures
    precision: pd.DataFrame
    earlier: pd.DataFrame
    reasons: pd.DataFrame
    hours: pd.DataFrame
    moderators: pd.DataFrame
    agreement: Agreement | None
    pairs: tuple[Pair, ...]
    queue: QueueAge
    recall: Recall | None
    changes: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing came in and nothing was decided."""
        return not self.now.comments and self.now.made.empty

    def seen_by(self, actor: str | None) -> Report:
        """Return the report with nobody's own figures but those of `actor`; None: with nobody's."""
        return replace(
            self,
            moderators=self.moderators[self.moderators["actor"] == actor].reset_index(drop=True),
            pairs=tuple(pair for pair in self.pairs if actor in (pair.first, pair.second)),
        )


def report_of(
    week: Week,
    now: Figures,
    before: Figures,
    *,
    earlier: pd.DataFrame,
    queue: QueueAge,
    recall: Recall | None,
) -> Report:
    """Return the report of a week; `earlier` are the flags judged before it, JUDGED_COLUMNS."""
    precision = by_rule(now.judged)
    return Report(
        week=week,
        now=now,
        before=before,
        precision=precision,
        earlier=by_rule(earlier),
        reasons=by_reason(now.judged),
        hours=by_hour(now.made),
        moderators=by_moderator(now.made),
        agreement=alpha(now.ratings),
        pairs=tuple(_pairs(now.ratings)),
        queue=queue,
        recall=recall,
        changes=tuple(_changes(now, before)),
    )


def _pairs(ratings: pd.DataFrame) -> Iterator[Pair]:
    labels = ratings.pivot(index="unit", columns="rater", values="label")
    raters = sorted(labels.columns)
    for place, first in enumerate(raters):
        for second in raters[place + 1 :]:
            both = labels[[first, second]].dropna()
            found = kappa(both[first].tolist(), both[second].tolist())
            if found is not None:
                yield Pair(first=first, second=second, agreement=found)


# --- what changed, in sentences


def _changes(now: Figures, before: Figures) -> Iterator[str]:
    if not before.comments and before.made.empty:
        yield _(
            "Nothing came in and nothing was decided the week before, so there is nothing to compare with."
        )
        return
    yield _(
        "{comments} came in, {more_or_less}.",
        comments=counted(now.comments, "comment", "comments"),
        more_or_less=_more_or_less(now.comments, before.comments),
    )
    yield from _changed_share(
        (
            N_("{now} of them were flagged, more than the week before ({before}); {seldom}"),
            N_("{now} of them were flagged, less than the week before ({before}); {seldom}"),
        ),
        Share(now.flagged, now.comments),
        Share(before.flagged, before.comments),
    )
    yield from _changed_rules(now, before)
    yield from _changed_waiting(now.waiting, before.waiting)
    yield from _changed_share(
        (
            N_("{now} of decisions were undone, more than the week before ({before}); {seldom}"),
            N_("{now} of decisions were undone, less than the week before ({before}); {seldom}"),
        ),
        now.decisions,
        before.decisions,
    )


def _more_or_less(now: int, before: int) -> str:
    if now == before:
        return _("as many as the week before")
    many = number(abs(now - before))
    if now > before:
        return _("{many} more than the week before", many=many)
    return _("{many} fewer than the week before", many=many)


def _changed_share(said: tuple[str, str], now: Share, before: Share) -> Iterator[str]:
    """Yield how a share surely changed, `said` of more and of less: its interval is without 0."""
    if now.thin or before.thin or now.value is None or before.value is None:
        return
    low, high = difference(now, before)
    if low > 0 or high < 0:
        yield _(
            said[0] if low > 0 else said[1],
            now=percent(now.value),
            before=percent(before.value),
            seldom=_("chance alone seldom does that."),
        )


def _changed_rules(now: Figures, before: Figures) -> Iterator[str]:
    shares = [_shares(by_rule(figures.judged)) for figures in (now, before)]
    thick = [rule for rule in shares[0] if not _thin(rule, shares)]
    changed = 0
    for rule in thick:  # each comparison may err; what they may err in together is shared out (Bonferroni)
        this, last = shares[0][rule], shares[1][rule]
        low, high = difference(this, last, 1 - (1 - LEVEL) / len(thick))
        if low > 0 or high < 0:
            changed += 1
            yield (
                _(
                    N_(
                        "The rule {rule} was right more often: {now} of {n}, {before} of {n_before} "
                        "the week before."
                    )
                    if low > 0
                    else N_(
                        "The rule {rule} was right less often: {now} of {n}, {before} of {n_before} "
                        "the week before."
                    ),
                    rule=_(title_of(rule)),
                    now=percent(this.value),
                    n=number(this.n),
                    before=percent(last.value),
                    n_before=number(last.n),
                )
            )
    if thick and not changed:
        yield _("No rule was surely right more or less often than the week before.")
    elif not thick:
        yield _(
            "No rule has {fewest} decided comments in both weeks: whether one got better cannot be said.",
            fewest=FEWEST,
        )
    for rule in sorted(set(before.by_rule) - set(now.by_rule)):
        count = counted(before.by_rule[rule], "comment", "comments")
        yield _(
            "The rule {rule} flagged nothing; the week before {count}.", rule=_(title_of(rule)), count=count
        )
    for rule in sorted(set(now.by_rule) - set(before.by_rule)):
        count = counted(now.by_rule[rule], "comment", "comments")
        yield _(
            "The rule {rule} flagged {count}; nothing the week before.", rule=_(title_of(rule)), count=count
        )


def _thin(rule: str, shares: list[dict[str, Share]]) -> bool:
    return any(rule not in share or share[rule].thin for share in shares)


def _shares(rules: pd.DataFrame) -> dict[str, Share]:
    counts = zip(rules["rule"], rules["right"], rules["decided"], strict=True)
    return {rule: Share(int(right), int(decided)) for rule, right, decided in counts}


def _changed_waiting(now: Waiting, before: Waiting) -> Iterator[str]:
    if min(now.n, before.n) >= FEWEST:
        yield (
            _(
                "Half of the decisions came within {median} and nine in ten within {most}; "
                "the week before, within {median_before} and {most_before}.",
                median=in_words(now.median),
                most=in_words(now.p90),
                median_before=in_words(before.median),
                most_before=in_words(before.p90),
            )
        )


# --- as text and as a table


def report_lines(report: Report) -> Iterator[str]:
    """Yield the report for a terminal; figures that rest on little are in brackets."""
    now, last = report.now, report.week.end
    yield f"Week {report.week}: {report.week.start:%d %b} to {last:%d %b %Y}, 00:00 UTC"
    yield ""
    yield (
        f"Came in: {counted(now.comments, 'comment', 'comments')} in "
        f"{counted(now.discussions, 'discussion', 'discussions')}; {now.flagged:,} flagged"
    )
    for rule, count in now.by_rule.items():
        yield f"  {title_of(rule):<20} {count:>7,}"
    yield ""
    yield from _precision_lines(report)
    yield ""
    yield from _work_lines(report)
    yield ""
    yield from _agreement_lines(report)
    yield ""
    yield "What changed:"
    yield from (f"  {sentence}" for sentence in report.changes)


def _precision_lines(report: Report) -> Iterator[str]:
    yield "How often a flag was right (its comment was rejected), of those decided in the week:"
    if report.precision.empty:
        yield "  no flagged comment was decided"
    earlier = _shares(report.earlier)
    for rule, share in _shares(report.precision).items():
        before = share_words(earlier.get(rule, Share(0, 0)))
        yield f"  {title_of(rule):<20} {share_words(share)}; before {before}"
    yield recall_words(report.recall)


def _work_lines(report: Report) -> Iterator[str]:
    now, waited, queue = report.now, report.now.waiting, report.queue
    yield f"Decisions: {now.decisions.n:,}, {now.decisions.right:,} of them undone"
    if waited.n:
        yield (
            f"From arrival to decision: half within {in_words(waited.median)}, nine in ten within "
            f"{in_words(waited.p90)} ({waited.n:,})"
        )
    for actor, count, undone, undoing in totals_by_moderator(report.moderators):
        many = counted(count, "decision", "decisions")
        yield f"  {actor:<20} {many:>17}, {undone:,} undone later; undid {undoing:,}"
    yield (
        f"Waiting now: {queue.waiting:,}"
        + (
            f", half for {in_words(queue.median)} or longer, the oldest for {in_words(queue.oldest)}"
            if queue.waiting
            else ""
        )
    )


def _agreement_lines(report: Report) -> Iterator[str]:
    yield f"Agreement beyond chance (Krippendorff's alpha): {agreement_words(report.agreement)}"
    for pair in report.pairs:
        yield f"  {pair.first} and {pair.second} (Cohen's kappa): {agreement_words(pair.agreement)}"


def share_words(share: Share) -> str:
    """Return a share with its interval and number: "82% (71 to 90%) of 60"; in brackets where it is thin."""
    if share.value is None:
        return _("none decided")
    low, high = share.interval
    text = _(
        "{value} ({low} to {high}) of {n}",
        value=percent(share.value),
        low=localised(f"{100 * low:.0f}"),
        high=percent(high),
        n=number(share.n),
    )
    return _("[{text}: too few to say]", text=text) if share.thin else text


def agreement_words(found: Agreement | None) -> str:
    """Return agreement with its interval; in brackets where it is thin."""
    if found is None:
        return _("no comment was decided by two")
    if found.value is None:
        return _(
            "not defined: all decided alike on {counted}", counted=counted(found.units, "comment", "comments")
        )
    text = _(
        "{value} ({low} to {high}) on {counted}",
        value=number(found.value, 2),
        low=number(found.low, 2),
        high=number(found.high, 2),
        counted=counted(found.units, "comment", "comments"),
    )
    return _("[{text}: too few to say]", text=text) if found.thin else text


def recall_words(found: Recall | None) -> str:
    """Return what can be said of recall."""
    if found is None:
        return _(NOT_KNOWN, fewest=FEWEST)
    return _(
        "Of what ought to be rejected about {value} was flagged ({low} to {high}): of {counted} "
        "decided without a flag {right} were rejected. That holds if they were not picked for looking bad.",
        value=percent(found.value),
        low=localised(f"{100 * found.low:.0f}"),
        high=percent(found.high),
        counted=counted(found.looked_at.n, "comment", "comments"),
        right=number(found.looked_at.right),
    )


def totals_by_moderator(moderators: pd.DataFrame) -> list[tuple[str, int, int, int]]:
    """Return (moderator, decisions, undone later, undoing) over all days, the most decisions first."""
    totals = moderators.groupby("actor")[["decisions", "undone", "undoing"]].sum()
    totals = totals.sort_values("decisions", ascending=False, kind="stable")
    return [
        (str(actor), int(made), int(undone), int(undid)) for actor, made, undone, undid in totals.itertuples()
    ]


def reason_words(code: Any) -> str:
    """Return what a reason's code says to people."""
    return REASONS.get(code, WITHOUT) if isinstance(code, str) else WITHOUT


def report_table(report: Report) -> pd.DataFrame:
    """Return the report as one long table, columns as in ROW_COLUMNS."""
    rows = [(str(report.week), *row) for row in _rows(report)]
    return typed(pd.DataFrame(rows, columns=[c.name for c in ROW_COLUMNS], dtype=object), ROW_COLUMNS)


def _rows(report: Report) -> Iterator[Row]:
    now = report.now
    for measure, value in (
        ("comments", now.comments),
        ("flagged", now.flagged),
        ("discussions", now.discussions),
    ):
        yield _plain("came in", None, measure, value)
    for rule, count in now.by_rule.items():
        yield _plain("flagged", rule, "comments", count)
    for section, frame in (("precision", report.precision), ("precision before the week", report.earlier)):
        for rule, share in _shares(frame).items():
            yield section, rule, "share rejected", share.value, *share.interval, share.n
    for row in report.precision.to_dict("records"):
        alone = Share(int(row["alone_right"]), int(row["alone_decided"]))
        yield (
            "precision without another rule",
            str(row["rule"]),
            "share rejected",
            alone.value,
            *alone.interval,
            alone.n,
        )
    for row in report.reasons.to_dict("records"):
        item = f"{row['rule']}: {reason_words(row['reason'])}"
        yield "reasons", item, "share rejected for it", row["share"], row["low"], row["high"], row["rejected"]
    if report.recall is not None:
        found = report.recall
        yield (
            "recall",
            None,
            "share flagged, estimated",
            found.value,
            found.low,
            found.high,
            found.looked_at.n,
        )
    yield from _work_rows(report)
    agreements = [("alpha", report.agreement)]
    agreements += [(f"{pair.first} and {pair.second}: kappa", pair.agreement) for pair in report.pairs]
    for name, agreed in agreements:
        if agreed is not None:
            yield "agreement", name, "beyond chance", agreed.value, agreed.low, agreed.high, agreed.units


def _work_rows(report: Report) -> Iterator[Row]:
    waited, queue, undone = report.now.waiting, report.queue, report.now.decisions
    yield "decisions", None, "share undone", undone.value, *undone.interval, undone.n
    yield "time to decision", None, "median, seconds", waited.median, None, None, waited.n
    yield "time to decision", None, "9th decile, seconds", waited.p90, None, None, waited.n
    yield "waiting when made", None, "comments", float(queue.waiting), None, None, None
    yield "waiting when made", None, "median, seconds", queue.median, None, None, queue.waiting
    yield "waiting when made", None, "oldest, seconds", queue.oldest, None, None, queue.waiting
    for row in report.moderators.to_dict("records"):
        for measure in ("decisions", "undone", "undoing"):
            yield _plain("moderators", f"{row['actor']}, {row['day']:%Y-%m-%d}", measure, row[measure])
    for day, hours in report.hours.iterrows():
        for hour, count in hours.items():
            if count:
                yield _plain("workload", f"{day} {hour:02}:00", "decisions", count)


def _plain(section: str, item: str | None, measure: str, value: Any) -> Row:
    return section, item, measure, float(value), None, None, None
