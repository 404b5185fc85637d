"""The courier: takes what waits in the outbox to its target, one after the other, and records the answers."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from threads.delivery.base import Message
from threads.delivery.configured import Refused, Target, Unneeded
from threads.errors import SettingError, StoreError
from threads.moderation.deliveries import DeliveryState
from threads.storage.outbox import NOTHING_SENT, Answer, Outbox, Waiting

MOST_FAILURES = 3  # in a row; then the target is left alone until the next round
_SPARE_SECONDS = 30.0  # between the limit of a conversation and the end of a lease


@dataclass(frozen=True, slots=True)
class Planned:
    """A decision that waits, and what would be done with it: sent, refused, or nothing."""

    target: Target
    waiting: Waiting
    outcome: Message | Refused | Unneeded


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a delivery in a round; `answer` is the platform's, or why it was not asked."""

    waiting: Waiting
    state: DeliveryState
    answer: str


class Courier:
    """Delivers for some targets.

    Parameters
    ----------
    outbox
        Of the store.
    targets
        From `read_targets`.
    seconds
        Longest that telling a target may take.
    actor
        Who delivers, for the audit log.
    chance
        Gives numbers from 0 to 1 that scatter attempts.
    """

    def __init__(
        self,
        outbox: Outbox,
        targets: Sequence[Target],
        *,
        seconds: float,
        actor: str = "delivery",
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._outbox, self._targets = outbox, targets
        self._lease = timedelta(seconds=seconds + _SPARE_SECONDS)
        self._actor, self._chance = actor, chance
        self._seen: int | None = None

    def planned(self) -> Iterator[Planned]:
        """Yield what would be delivered; asks nobody and changes nothing."""
        for target in self._targets:
            for waiting in self._outbox.planned([target.route]):
                outcome = Unneeded(NOTHING_SENT) if waiting.takes_back_nothing else target.message(waiting)
                yield Planned(target, waiting, outcome)

    def round(self) -> Iterator[Told]:
        """Take in new decisions, deliver what is due, and yield what became of each."""
        self._seen = self._outbox.fill([target.route for target in self._targets], self._seen)
        for target in self._targets:
            yield from self._deliver(target)

    def watch(
        self,
        stop: threading.Event,
        pause: float,
        tell: Callable[[Told], None],
        trouble: Callable[[StoreError], None],
    ) -> None:
        """Do rounds, with so many seconds between them, until `stop` is set; what is being sent is finished.

        A store that is away for a while is told to `trouble` and asked again in the next round.
        """
        while not stop.is_set():
            try:
                for told in self.round():
                    tell(told)
                    if stop.is_set():
                        break
            except StoreError as error:
                trouble(error)
            stop.wait(pause)

    def _deliver(self, target: Target) -> Iterator[Told]:
        failures, seen = 0, set[int | None]()
        while due := [waiting for waiting in self._outbox.due(target.name) if waiting.id not in seen]:
            for waiting in due:
                seen.add(waiting.id)
                told, answer = self._tell(target, waiting)
                if told is not None:
                    yield told
                if answer is not None:
                    failures = failures + 1 if answer.status == "later" else 0
                if failures == MOST_FAILURES or (answer is not None and answer.rest):
                    return

    def _tell(self, target: Target, waiting: Waiting) -> tuple[Told | None, Answer | None]:
        message = target.message(waiting)
        if isinstance(message, Refused):
            self._outbox.close(waiting, "failed", message.reason)
            return Told(waiting, "failed", message.reason), None
        if isinstance(message, Unneeded):
            self._outbox.close(waiting, "unneeded", message.reason)
            return Told(waiting, "unneeded", message.reason), None
        claim = self._outbox.claim(waiting, message.action, self._lease, self._actor)
        if claim is None:
            return None, None
        answer = _answer(target, replace(message, last=claim.last))
        state = self._outbox.settle(waiting, claim, answer, self._chance(), self._actor)
        return Told(waiting, state, answer.text), answer


def _answer(target: Target, message: Message) -> Answer:
    try:
        return target.platform.send(message)
    except SettingError as error:  # a secret is not there; once it is, the rest follows
        return Answer("later", error.problem)


def summary(told: Sequence[Told]) -> str:
    """Return how many deliveries came to what."""
    counts = Counter(one.state for one in told)
    return (
        ", ".join(f"{number:,} {state}" for state, number in sorted(counts.items())) or "nothing to deliver"
    )
