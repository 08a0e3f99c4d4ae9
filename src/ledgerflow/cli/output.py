"""How the command line speaks: results on standard output, everything else on standard error."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from ledgerflow.billing.errors import Finding, Severity

_WIDEST = 10_000  # columns that no table has
_HIGH = 25  # rows; where it is not given, a simple terminal is taken to have 80 columns
_WIDE = 250  # columns, where there is no screen to fit

_Plain = partial(Console, highlight=False, markup=False, emoji=False, soft_wrap=True)

out = _Plain(width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def complain(*faults: Finding | str) -> None:
    """Each fault on a line of its own, with its place and what to do."""
    for fault in faults:
        if isinstance(fault, str):
            print(f"error: {fault}", file=sys.stderr)
            continue
        severity = "warning" if fault.severity is Severity.WARNING else "error"
        print(f"{severity}: {fault} [{fault.code}]", file=sys.stderr)


def tell(words: str) -> None:
    """A word to the user that is neither a fault nor a result: it is in no pipe."""
    print(words, file=sys.stderr)


def show_json(value: Any) -> None:
    """One JSON document on standard output; where the output is no Unicode, its letters are escaped as JSON does."""
    document = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    try:
        document.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        document = json.dumps(value, indent=2, default=str)
    print(document)


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> None:
    """A table; the columns named in `right` are aligned at their end, as amounts are.

    No cell is folded: in a pipe a row is a line, and a narrow screen breaks a line where it ends.
    """
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    needed = out.measure(table, options=out.options.update(max_width=_WIDEST)).maximum
    _Plain(width=max(out.width, needed), height=_HIGH).print(table)


def show_facts(facts: Mapping[str, str]) -> None:
    """Names and values, one a line."""
    width = max(map(len, facts))
    for name, value in facts.items():
        out.print(f"{name:<{width}}  {value}")


@contextmanager
def progress_bar(step: Callable[[], None]) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each stage, on standard error; the function takes the stage, how much is done and how much there is.

    `step` is called each time: the work may be stopped there.
    """
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    stages: dict[str, TaskID] = {}
    with Progress(*columns, console=err) as bar:

        def advance(stage: str, done: int, total: int) -> None:
            step()
            if stage not in stages:
                stages[stage] = bar.add_task(stage, total=total)
            bar.update(stages[stage], completed=done, total=total)

        yield advance
