"""How far a job is, as it is shown: bars on a terminal, a line for each tenth in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil

from rich.progress import BarColumn, Progress, Task, TaskID, TextColumn

from ledgerflow.cli.jobs import standing
from ledgerflow.cli.output import err
from ledgerflow.issuing.jobs import Job, JobStatus, Stage

_WAITING = "waiting"
_Bar = tuple[str, int, int | None]
"""A name, how much is done, and how much there is, if that is known."""


class Stages:
    """Shows a job each time that it was looked at."""

    def __init__(self, progress: Progress, *, by_lines: bool) -> None:
        self._progress = progress
        self._by_lines = by_lines
        self._tasks: dict[str, TaskID] = {}
        self._said = ""

    def show(self, job: Job) -> None:
        bars = _bars(job)
        for name, done, total in bars:
            if name not in self._tasks:
                self._tasks[name] = self._progress.add_task(name, completed=done, total=total, words="")
            task = self._progress.tasks[self._tasks[name]]
            self._progress.update(task.id, completed=done, total=total)
            self._progress.update(task.id, words=_words(task, job, is_last=name == bars[-1][0]))
        if _WAITING in self._tasks:
            self._progress.update(self._tasks[_WAITING], visible=job.status is JobStatus.QUEUED)
        if self._by_lines and bars:
            self._say(job, *bars[-1])

    def _say(self, job: Job, name: str, done: int, total: int | None) -> None:
        tenth = f"{done * 10 // total * 10:>3} %" if total else ""
        change = f"{standing(job)} {name} {tenth}"
        if change != self._said:
            words = self._progress.tasks[self._tasks[name]].fields["words"]
            print("  ".join(part for part in (f"{name:<8}", tenth, words) if part).rstrip(), flush=True)
        self._said = change


@contextmanager
def stages() -> Iterator[Stages]:
    """Bars on standard error; where that or standard output is no terminal, lines on standard output."""
    by_lines = not (err.is_terminal and sys.stdout.isatty())
    columns = (TextColumn("{task.description:<8}"), BarColumn(), TextColumn("{task.fields[words]}"))
    with Progress(*columns, console=err, disable=by_lines) as progress:
        yield Stages(progress, by_lines=by_lines)


def _bars(job: Job) -> list[_Bar]:
    """What a job has been at, and is at now."""
    if job.status is JobStatus.QUEUED:
        return [(_WAITING, 0, None)]
    if job.started_at is None:
        return []
    bars: list[_Bar] = [("issuing", job.issued, job.total or None)]
    if job.stage is Stage.DRAWING or job.drawn:
        bars.append(("drawing", job.drawn, job.total))
    if job.stage is Stage.PACKING or job.archive:
        bars.append(("packing", int(not job.status.is_open), 1))
    return bars


def _words(task: Task, job: Job, *, is_last: bool) -> str:
    """Counts, rate and time left of a bar; what went wrong stands at the one that moves."""
    if task.description == _WAITING:
        return "for a worker"
    words = [] if task.description == "packing" else [f"{int(task.completed)} of {job.total or '?'}"]
    if task.speed and not task.finished:
        words.append(f"{task.speed:.0f}/s")
    if task.time_remaining and not task.finished:
        words.append(f"about {timedelta(seconds=ceil(task.time_remaining))} left")
    if is_last and job.failed:
        words.append(f"{job.failed} failed")
    return ", ".join(words)
