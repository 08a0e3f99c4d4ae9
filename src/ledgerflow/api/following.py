"""A batch followed: each state as a server-sent event, until nobody works at it.

An event bears the whole state, and its id follows from that: who comes back with the last id it saw misses nothing and
hears nothing twice. A look is one row read in a thread; between two looks, however slow the client, no thread is held.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import monotonic

import anyio
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

from ledgerflow.store.database import LedgerUnreachable

SOONEST, LATEST = 0.2, 1.0  # seconds between two looks: soon while something changes, later while nothing does
_BEAT = 15.0  # seconds of silence after which a comment is sent, so that nobody on the way takes the line for dead
_LOOKERS = 4
_lookers: RunVar[anyio.CapacityLimiter] = RunVar("lookers")


@dataclass(frozen=True, slots=True)
class State:
    """What is told of a batch, as JSON; `is_open` while a worker has it or will have it."""

    id: str
    content: str
    is_open: bool


async def look(at: Callable[[], State]) -> State:
    """One look, in a thread that others wait for too."""
    try:
        limiter = _lookers.get()
    except LookupError:
        _lookers.set(limiter := anyio.CapacityLimiter(_LOOKERS))
    return await run_sync(at, limiter=limiter)


async def events(
    first: State, at: Callable[[], State], known: str, is_closing: Callable[[], bool], longest: float
) -> AsyncIterator[str]:
    """Events from the first state on, unless it is the one that is known; `is_closing` ends them with the server, and
    so do so many seconds: the client comes again."""
    state, begun, told, pause = first, monotonic(), monotonic(), SOONEST
    yield "retry: 1000\n\n"
    while True:
        if state.id != known:
            known, told, pause = state.id, monotonic(), SOONEST
            yield f"id: {state.id}\nevent: {'progress' if state.is_open else 'end'}\ndata: {state.content}\n\n"
        elif monotonic() - told >= _BEAT:
            told = monotonic()
            yield ": still there\n\n"
        if not state.is_open or is_closing() or monotonic() - begun >= longest:
            return
        await anyio.sleep(pause)
        pause = min(LATEST, pause * 1.3)
        try:
            state = await look(at)
        except LedgerUnreachable:
            continue  # it may be back at the next look; meanwhile the line is kept
