"""Timing: the best of five runs, two things in turn where a ratio is wanted; figures kept in docs/figures.json."""

import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

FIGURES = Path(__file__).parents[1] / "docs" / "figures.json"
RUNS = 5


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes, once."""
    start = perf_counter()
    work()
    return perf_counter() - start


def best(work: Callable[[], object], runs: int = RUNS) -> float:
    """The shortest of several runs."""
    return min(seconds(work) for _ in range(runs))


def best_in_turn(ours: Callable[[], object], theirs: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """The shortest run of each, taken in turn, so that a noisy machine is noisy for both."""
    times = [(seconds(ours), seconds(theirs)) for _ in range(runs)]
    return min(time for time, _ in times), min(time for _, time in times)


def record(name: str, value: float, bar: str, *, met: bool, detail: str = "") -> None:
    """Prints a figure beside its bar and keeps it for the acceptance table."""
    figures = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    figures[name] = {"value": f"{value:.2f}", "bar": bar, "met": met, "detail": detail}
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"{name}: {value:.2f} ({bar}: {'met' if met else 'NOT MET'}) {detail}")
