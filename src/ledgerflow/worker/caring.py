"""What a worker does beside the work: gives signs of life, hands on what dead workers had begun, takes up new jobs."""

import time
from collections.abc import Callable, Sequence
from threading import Event, Thread

from structlog.stdlib import BoundLogger

from ledgerflow.store.database import LedgerUnreachable
from ledgerflow.store.lobby import OpenJob
from ledgerflow.store.pulse import Pulse
from ledgerflow.telemetry.meters import LOST_WORKERS
from ledgerflow.worker.engine import JobEngine

_BEAT = 0.3  # seconds between signs of life
_MISSED = 1.0  # seconds after which one who gives none is dead: more than a connection takes to be made anew
_LOOK = 0.25  # seconds between two looks for new jobs
_SWEEP = 20  # looks, after which is looked for what no single one would show
_SHORT = 1.0  # seconds of rest after trouble


class Care:
    """Threads that go on until they are stopped. Trouble with the database is told, and waited out."""

    def __init__(self, log: BoundLogger) -> None:
        self._log = log
        self._stop = Event()
        self._threads: list[Thread] = []

    def look_after(self, pulse: Pulse, engine: JobEngine) -> None:
        """Gives signs of life. One worker of all hands on what those had begun that give none."""
        silent: dict[str, float] = {}
        looks, known = 0, None

        def turn() -> None:
            nonlocal looks, known
            if not pulse.beat() or not pulse.leads():
                silent.clear()
                known = None
                return
            looks += 1
            roll = pulse.roll()
            if roll == known and not silent and looks % _SWEEP:
                return  # nobody came or went
            begun = engine.begun()
            now = time.monotonic()
            quiet = {name for name in {piece.executor for piece in begun} if name not in roll}
            for name in set(silent) - quiet:
                del silent[name]
            dead = {name for name in quiet if now - silent.setdefault(name, now) >= _MISSED}
            left = [piece for piece in begun if piece.executor in dead]
            if left:
                self._log.warning("worker_lost", workers=sorted(dead), pieces=len(left))
                engine.hand_back(left)
                LOST_WORKERS.inc(len({piece.executor for piece in left}))
            known = roll

        self._start(turn, _BEAT)

    def take_up(self, open_jobs: Callable[[], Sequence[OpenJob]], engine: JobEngine, fail: Callable[..., None]) -> None:
        """Has new jobs done, and tells the books of those that the engine gave up."""
        known = set[tuple[str, str, int]]()
        looks = 0

        def turn() -> None:
            nonlocal looks, known
            looks += 1
            waiting = {(job.tenant, job.id, job.run): job for job in open_jobs()}
            known &= waiting.keys()
            for key in [key for key in waiting if key not in known]:  # in their order
                engine.take_up(*key, priority=waiting[key].priority)
                known.add(key)
            if looks % _SWEEP == 0:
                for key in waiting:
                    reason = engine.ended_badly(*key)
                    if reason:
                        fail(*key, reason)

        self._start(turn, _LOOK)

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _start(self, turn: Callable[[], None], rest: float) -> None:
        def go_on() -> None:
            while not self._stop.wait(rest):
                try:
                    turn()
                except (LedgerUnreachable, ConnectionError) as trouble:
                    self._log.warning("database_away", reason=str(trouble))
                    self._stop.wait(_SHORT)
                except Exception as trouble:  # the next turn may do better, and a worker without care would be lost
                    self._log.exception("care_failed", exc_info=trouble)
                    self._stop.wait(_SHORT)

        thread = Thread(target=go_on, name=turn.__qualname__, daemon=True)
        thread.start()
        self._threads.append(thread)
