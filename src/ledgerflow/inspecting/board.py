"""The board on which looks are kept: asked often, it looks seldom, and never waits long for a part that is dead.

Each part is looked at by a thread of its own, one at a time: one that hangs holds up no other, and is told as down.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, Thread

from ledgerflow.billing.errors import BillingError, Finding
from ledgerflow.inspecting.looks import Check, Look, down

PATIENCE = 1.5  # seconds that are waited for looks under way


@dataclass(frozen=True, slots=True)
class Standing:
    """A part on the board: how it was when it was last looked at, and since when it is in that state."""

    part: str
    look: Look
    looked_at: datetime
    since: datetime


class Board:
    """Answers with what it knows of each part, no older than its looks are good for."""

    def __init__(self, checks: Sequence[Check], now: Callable[[], datetime], patience: float = PATIENCE) -> None:
        self._posts = {check.part: _Post(check, now) for check in checks}
        self._patience = patience

    def standing(self, *parts: str) -> Sequence[Standing]:
        """The parts that are named, or all, in their order. Takes as long as the patience at most."""
        posts = [post for name, post in self._posts.items() if not parts or name in parts]
        for post in posts:
            post.begin()
        end = time.monotonic() + self._patience
        return [post.standing(end) for post in posts]


class _Post:
    """One part, and whoever looks at it."""

    def __init__(self, check: Check, now: Callable[[], datetime]) -> None:
        self._check = check
        self._now = now
        self._changed = Condition()
        self._begun: tuple[float, datetime] | None = None
        self._looked = float("-inf")
        self._kept: Standing | None = None

    def begin(self) -> None:
        """Has the part looked at, if it is time and nobody is at it."""
        with self._changed:
            if self._begun is not None or time.monotonic() - self._looked < self._check.good_for:
                return
            self._begun = (time.monotonic(), self._now())
        Thread(target=self._look, name=f"look at {self._check.part}", daemon=True).start()

    def standing(self, end: float) -> Standing:
        """What is known, once the look under way is over or its time is."""
        with self._changed:
            self._changed.wait_for(lambda: self._begun is None, max(0.0, end - time.monotonic()))
            if self._begun is not None:
                began, at = self._begun
                return self._keep(down(_silent(time.monotonic() - began)), at)
            assert self._kept is not None
            return self._kept

    def _look(self) -> None:
        look = _seen(self._check)
        with self._changed:
            self._keep(look, self._now())
            self._begun = None
            self._looked = time.monotonic()
            self._changed.notify_all()

    def _keep(self, look: Look, at: datetime) -> Standing:
        before = self._kept
        since = before.since if before and before.look.state is look.state else at
        self._kept = Standing(self._check.part, look, at, since)
        return self._kept


def _seen(check: Check) -> Look:
    """Whatever goes wrong in looking is told as a fault of the part."""
    try:
        return check.look()
    except BillingError as trouble:
        return down(_trouble(str(trouble)))
    except Exception as trouble:  # what it was, nobody could know beforehand
        return down(_trouble(f"{type(trouble).__name__}: {trouble}"))


def _trouble(reason: str) -> Finding:
    return Finding(
        "health.trouble",
        "",
        f"To look at it failed: {reason}",
        "The message says where; mend that, and look again.",
        {"reason": reason},
    )


def _silent(seconds: float) -> Finding:
    waited = f"{seconds:.0f}"
    return Finding(
        "health.silent",
        "",
        f"It has given no answer for {waited} second(s).",
        "See whether it runs, and whether the network lets it be reached.",
        {"seconds": waited},
    )
