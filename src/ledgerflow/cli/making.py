"""Making books from what the user said, and showing what was made."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typer

from ledgerflow.assembly import Application
from ledgerflow.billing.errors import BillingError, Finding, InputRefused
from ledgerflow.cli.options import chosen, in_reserve, read_bytes, without_password
from ledgerflow.cli.output import complain, progress_bar, show_facts, show_json, show_table
from ledgerflow.cli.stopping import stop_at_a_step
from ledgerflow.export.tables import TABLES
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.books import Books, Order, make_books
from ledgerflow.rendering.figures import grouped
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.reading import read_configuration
from ledgerflow.store.ledger import DatabaseLedger

LEDGER = "ledger.db"


@dataclass(frozen=True, slots=True)
class Wish:
    """The words of the command; empty where the user said nothing."""

    config: Path
    catalogue: Path
    out: Path
    formats: str
    count: int | None = None
    seed: int | None = None
    database: str = ""
    tenant: str = ""
    first_day: date | None = None
    last_day: date | None = None


def make(wish: Wish, pool: ProcessPoolExecutor | None, *, check: bool, as_json: bool) -> None:
    """Makes the books, verifies them if asked to, and tells where things lie and what they come to."""
    application = Application(in_reserve())
    codes = [code.strip() for code in wish.formats.split(",") if code.strip()]
    formats = tuple(application.format(code) for code in codes if code != TABLES)
    config = read_wish(wish)
    goods = read_catalogue(read_bytes(wish.catalogue, "catalogue"))
    complain(*goods.warnings)
    address, tenant = chosen(wish.database, wish.tenant) if not check else ("", "default")
    order = Order(config, goods.products, formats, datetime.now(UTC), "command line", TABLES in codes)

    with _standing(application, address, tenant) as known, stop_at_a_step() as step, progress_bar(step) as progress:
        run = _Run(address, wish.out, progress)

        def ledger(desk: Path) -> DatabaseLedger:
            return application.open_ledger(address or str(desk / LEDGER), tenant)

        last = {"last": known.last} if known else {}
        with run.telling_what_is_kept():
            books = make_books(order, application.laws, wish.out, ledger, pool, run.advance, **last)
            run.is_laid_out = True
            sound = run.verify(books.archive) if check else None
    _show(books, sound, without_password(address) or str(wish.out / LEDGER), as_json=as_json)
    if sound is False:
        raise typer.Exit(1)


@contextmanager
def _standing(application: Application, address: str, tenant: str) -> Iterator[DatabaseLedger | None]:
    """The ledger that books are added to, if there is one yet: it is reached before any work is done."""
    known = application.look_into(address, tenant) if address else None
    with known or nullcontext():
        yield known


@dataclass
class _Run:
    """How far making books has come: who ends it early is told what there is already."""

    address: str
    out: Path
    progress: Callable[[str, int, int], None]
    entered: int = 0
    is_laid_out: bool = False

    def advance(self, stage: str, done: int, total: int) -> None:
        if stage == "record":
            self.entered = total
        self.progress(stage, done, total)

    @contextmanager
    def telling_what_is_kept(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            complain(f"stopped: {self._kept()}")
            raise typer.Exit(130) from None
        except (OSError, BillingError):
            if self.entered and self.address:
                complain(self._kept())
            raise

    def verify(self, archive: Path) -> bool:
        from ledgerflow.export.verification import verify  # only the demonstration verifies what it made

        self.progress("verify", 0, 1)
        result = verify(archive)
        self.progress("verify", 1, 1)
        complain(*(str(fault) for fault in result.faults))
        return result.accepted

    def _kept(self) -> str:
        if self.is_laid_out:
            return f"the books are in {self.out}, but nobody has verified them."
        if self.entered and self.address:
            ledger = without_password(self.address)
            return f"{self.entered} documents are in the ledger {ledger}; no archive was made, {self.out} is as it was."
        return f"nothing was entered in a ledger, and {self.out} is as it was."


def read_wish(wish: Wish) -> SimulationConfig:
    """The configuration, with what the command says instead of it; the user hears what deserves a look."""
    content = read_bytes(wish.config, "configuration")
    names = ("count", "seed", "first_day", "last_day")
    said = {name: value for name in names if (value := getattr(wish, name)) is not None}
    try:
        reading = read_configuration(content.decode("utf-8-sig"), str(wish.config), **said)
    except UnicodeDecodeError as error:
        message = "The configuration is no UTF-8 text."
        finding = Finding("config.not_text", str(wish.config), message, "Save it as UTF-8.")
        raise InputRefused([finding]) from error
    complain(*reading.warnings)
    return reading.config


def _show(books: Books, sound: bool | None, ledger: str, *, as_json: bool) -> None:
    if as_json:
        show_json(_made(books, sound, ledger))
        return
    kinds = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in books.invoices.items())
    verdict = {True: ", verified", False: ", NOT SOUND", None: ""}[sound]
    show_facts(
        {
            "documents": f"{books.batch.size} ({kinds})",
            "archive": f"{books.archive} ({books.files} files{verdict})",
            **{f"register {path.suffix[1:]}": str(path) for path in books.registers},
            **{f"table {path.stem}": str(path) for path in books.tables},
            **{f"labels {path.suffix[1:]}": str(path) for path in books.labels},
            "report": str(books.report),
            "ledger": ledger,
            "generation": books.batch.generation_id,
        }
    )
    rows = []
    for total in books.totals:
        figures = {"taxable value": total.taxable_value, "exempt value": total.exempt_value, **total.taxes}
        for name, amount in {**figures, "grand total": total.grand_total}.items():
            rows.append([total.currency.code, name, grouped(amount, total.currency)])
    show_table("\nTotals", ["currency", "figure", "amount"], rows, right=["amount"])


def _made(books: Books, sound: bool | None, ledger: str) -> dict[str, Any]:
    return {
        "generation_id": books.batch.generation_id,
        "batch": books.batch.number,
        "documents": dict(books.invoices),
        "archive": str(books.archive),
        "files": books.files,
        "verified": sound,
        "registers": [str(path) for path in books.registers],
        "tables": [str(path) for path in books.tables],
        "labels": [str(path) for path in books.labels],
        "report": str(books.report),
        "ledger": ledger,
        "totals": [asdict(total) | {"currency": total.currency.code} for total in books.totals],
    }
