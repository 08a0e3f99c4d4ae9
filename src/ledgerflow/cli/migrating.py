"""`ledgerflow db`: the books brought forward to what this program keeps, taken back, and held against it."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from ledgerflow.cli.options import AsJson, Database

if TYPE_CHECKING:  # whoever calls another command does not wait for the database
    from ledgerflow.store.changes import Change
    from ledgerflow.store.schema import Migrated

app = typer.Typer(help="The schema of the books: upgrade, downgrade, current, check.", no_args_is_help=True)

_WORDS = {
    "tenant": "tenants entered",
    "number": "invoices renumbered",
    "switches": "profiles for switches",
    "amount": "amounts rounded",
    "name": "configurations renamed",
}
_FORMS = (".json", ".csv")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_AMOUNT = re.compile(r"-[0-9]+(\.[0-9]+)?")


@app.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="How far.")] = "head",
    database: Database = "",
    report: Annotated[
        Path | None, typer.Option(help="Writes all that migrations changed in the books, as .json or .csv.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Brings the books forward, or makes them. All of it is done, or nothing.

    On PostgreSQL the tables of the jobs' engine are made besides, so that a worker's user need not be their owner.
    """
    from ledgerflow.store.schema import HEAD, changes, upgrade
    from ledgerflow.worker.engine import make_engine_tables

    url = _address(database)
    with _reporting(report) as file:
        done = upgrade(url, revision, at=datetime.now(UTC))
        if file is not None and report is not None:
            _write(file, report.suffix, changes(url))
    if done.after == HEAD:
        make_engine_tables(url)
    _show(done, as_json=as_json)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="The revision to go back to.")],
    database: Database = "",
    accept_data_loss: Annotated[
        bool, typer.Option("--accept-data-loss", help="Goes on where that loses what came after the upgrade.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Takes the books back, with their old rows and numbers. All of it is done, or nothing."""
    from ledgerflow.store.schema import downgrade

    _show(downgrade(_address(database), revision, accept_data_loss=accept_data_loss), as_json=as_json)


@app.command()
def current(database: Database = "", as_json: AsJson = False) -> None:
    """Says which revision the books have."""
    from ledgerflow.cli.output import show_facts, show_json
    from ledgerflow.store.schema import HEAD, current

    found = current(_address(database))
    if as_json:
        show_json({"revision": found, "head": HEAD})
    else:
        show_facts({"revision": found or "none: there are no books yet", "this program's": HEAD})


@app.command()
def check(database: Database = "", as_json: AsJson = False) -> None:
    """Whether the database is as this program has it; exit 1 where it has drifted, with what is other."""
    from ledgerflow.cli.output import complain, show_facts, show_json
    from ledgerflow.store.schema import drift

    found = drift(_address(database))
    if as_json:
        show_json({"drift": list(found)})
    else:
        complain(*found)
        show_facts({"schema": f"{len(found)} difference(s)" if found else "as it should be"})
    if found:
        raise typer.Exit(1)


def _address(database: str) -> str:
    """The owner's road to the database: from the option, else from the environment."""
    from ledgerflow.cli.options import required
    from ledgerflow.settings import Settings

    settings = Settings(tenant="default")  # whose books does not matter here: all of them
    return required(database or settings.migration_url or settings.database_url)


@contextmanager
def _reporting(report: Path | None) -> Iterator[TextIO | None]:
    """The report's file, tried before anything is changed; a file of the same name stays as it was until it is done."""
    if report is None:
        yield None
        return
    _require_form(report)
    aside = report.with_name(f".{report.name}.part")
    try:
        with aside.open("w", encoding="utf-8", newline="") as file:
            yield file
        aside.replace(report)
    finally:
        aside.unlink(missing_ok=True)


def _require_form(report: Path) -> None:
    from ledgerflow.billing.errors import Finding, InputRefused

    if report.suffix not in _FORMS:
        message = f"{report.name} is neither .json nor .csv."
        raise InputRefused([Finding("report.form", "--report", message, "Name a file that ends in one of them.")])


def _write(file: TextIO, suffix: str, changes: "Sequence[Change]") -> None:
    rows = [asdict(change) for change in changes]
    if suffix == ".json":
        json.dump(rows, file, ensure_ascii=False, indent=2)
        return
    from ledgerflow.store.changes import Change

    table = csv.DictWriter(file, [field.name for field in fields(Change)])
    table.writeheader()
    table.writerows({name: _harmless(cell) for name, cell in row.items()} for row in rows)


def _harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula is led by an apostrophe (CWE-1236); a negative amount is none."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _AMOUNT.fullmatch(cell) else cell


def _show(done: "Migrated", *, as_json: bool) -> None:
    from ledgerflow.cli.output import show_facts, show_json

    if as_json:
        show_json({"from": done.before, "to": done.after, "changes": [asdict(change) for change in done.changes]})
        return
    if done.before == done.after:
        show_facts({"revision": f"{done.after}, as before"})
        return
    counts = Counter(_WORDS[change.what.partition(" ")[0]] for change in done.changes)
    facts = {words: f"{counts[words]:,}" for words in _WORDS.values() if words in counts}
    show_facts({"revision": f"{done.before or 'none'} to {done.after}", **facts})
