"""Figures that take more than a second, worked out beside the requests of people: how far, and cancel."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event, Lock
from typing import Any, Final, Literal

from dash import Dash, Input, Output, State, dcc, no_update
from dash.development.base_component import Component

from dashboard import components as ui
from dashboard.elements import html
from dashboard.log import log_failure
from dashboard.security.access import needs
from threads.dynamics.steps import Stopped, Told
from threads.errors import ThreadsError
from threads.language import N_, _, explained, language, number, using

PATIENCE: Final = 0.7  # seconds that an answer may wait for work, before it says how far it is
POLL: Final = 700  # milliseconds
KEPT: Final = 16  # works that are remembered, with what came of them
LOST: Final = 20  # questions without an answer after which a page is drawn anew


@dataclass(slots=True)
class Work:
    """Something that is worked out: how far it is, what came of it, or what went wrong; `stop` cancels it."""

    key: Hashable
    number: str = field(default_factory=lambda: secrets.token_hex(8))
    done: int = 0
    of: int = 0
    result: Any = None
    problem: str = ""
    state: Literal["at work", "done", "cancelled", "failed"] = "at work"
    stop: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)

    def told(self, done: int, of: int) -> bool:
        """Hear how far it is; return whether to go on."""
        self.done, self.of = done, of
        return not self.stop.is_set()


class Background:
    """The works of one process: two at a time, the latest remembered by their keys."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._works: OrderedDict[Hashable, Work] = OrderedDict()

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=2, thread_name_prefix="figures")

    def ask(self, key: Hashable, task: Callable[[Told], Any]) -> Work:
        """Return the work of a key, which is begun unless it is known; wait a moment for its end.

        `task` hears nothing of who asks: what they may see goes into it, and into the key.
        """
        with self._lock:
            work = self._works.get(key)
            if work is None:
                work = self._works[key] = Work(key)
                self._workers.submit(_do, work, task, language())
                while len(self._works) > KEPT:
                    self._works.popitem(last=False)[1].stop.set()  # nobody can hear of it any more
            self._works.move_to_end(key)
        work.ended.wait(PATIENCE)
        return work

    def known(self, key: Hashable) -> Work | None:
        """Return the work of a key, if it was asked for."""
        with self._lock:
            return self._works.get(key)

    def numbered(self, number: object) -> Work | None:
        """Return a work by its number, which only the page that waits for it knows."""
        with self._lock:
            return next((work for work in self._works.values() if work.number == number), None)

    def forget(self, work: Work) -> None:
        """Let a work be begun anew when it is asked for."""
        with self._lock:
            if self._works.get(work.key) is work:
                del self._works[work.key]


def _do(work: Work, task: Callable[[Told], Any], code: str) -> None:
    try:
        with using(code):
            if work.stop.is_set():
                raise Stopped
            work.result = task(work.told)
        work.state = "done"
    except Stopped:
        work.state = "cancelled"
    except ThreadsError as error:
        with using(code):
            work.problem = explained(error)
        work.state = "failed"
    except Exception as error:
        work.state, work.problem = "failed", N_("This failed; the server's log says why.")
        log_failure(error, work="figures")
        raise
    finally:
        work.ended.set()


def waiting(work: Work) -> Component:
    """Return how far a work is with the way to cancel it, or why there is no result and the way to one."""
    if work.state == "failed":
        said: Any = ui.problem(_(work.problem))
    else:
        said = html.P(_how_far(work), id="work-told", className="muted", role="status")
    cancel = html.Button(_("Cancel"), id="work-cancel", type="button", className="button")
    again = html.Button(_("Try again"), id="work-again", type="button", className="button")
    parts = [said, dcc.Store(id="work-number", data=work.number)]
    if work.state == "at work":
        bar = html.Progress(id="work-bar", value=str(work.done), max=str(max(1, work.of)), **_LABELLED)
        parts += [bar, cancel, dcc.Interval(id="work-poll", interval=POLL)]
    else:
        parts.append(again)
    return html.Div(parts, className="work")


_LABELLED: Final = ui.hyphenated(aria_labelledby="work-told")


def _how_far(work: Work) -> str:
    if work.state == "cancelled":
        return _("Cancelled.")
    if not work.of:
        return _("At work …")
    return _("Step {done} of {of} …", done=number(min(work.done + 1, work.of)), of=number(work.of))


def register_background(app: Dash, background: Background) -> None:
    """Add the callbacks of `waiting`; the page is drawn anew once the work has ended."""

    @app.callback(
        Output("work-told", "children"),
        Output("work-bar", "value"),
        Output("work-bar", "max"),
        Output("work-poll", "disabled"),
        Output("filter-anew", "data", allow_duplicate=True),
        Input("work-poll", "n_intervals"),
        Input("work-cancel", "n_clicks"),
        State("work-number", "data"),
        prevent_initial_call=True,
    )
    @needs("view", poll=True)
    def how_far(ticks: Any, cancelled: Any, named: Any) -> tuple[Any, ...]:
        work = background.numbered(named)
        if work is None:  # another process has it, and is asked the next time; or it is gone
            lost = isinstance(ticks, int) and ticks % LOST == LOST - 1
            return (no_update, no_update, no_update, no_update, f"{named} lost" if lost else no_update)
        if cancelled:
            work.stop.set()
        if work.ended.is_set():
            return _how_far(work), str(work.of), str(max(1, work.of)), True, f"{work.number} {work.state}"
        return _how_far(work), str(work.done), str(max(1, work.of)), False, no_update

    @app.callback(
        Output("filter-anew", "data", allow_duplicate=True),
        Input("work-again", "n_clicks"),
        State("work-number", "data"),
        prevent_initial_call=True,
    )
    @needs("view")
    def again(clicks: Any, named: Any) -> Any:
        if not clicks:
            return no_update
        if (work := background.numbered(named)) is not None:
            background.forget(work)
        return f"{named} again"
