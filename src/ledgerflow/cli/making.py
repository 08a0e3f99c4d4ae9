"""Making books from what the user said, and showing what was made."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from ledgerflow.assembly import Application
from ledgerflow.billing.errors import BillingError
from ledgerflow.cli.options import chosen, in_reserve, without_password
from ledgerflow.cli.output import complain, progress_bar, show_facts, show_json, show_table
from ledgerflow.cli.stopping import stop_at_a_step
from ledgerflow.cli.wishes import Wish, read_formats, read_goods, read_wish
from ledgerflow.issuing.books import Books, Order, make_books
from ledgerflow.rendering.figures import grouped
from ledgerflow.store.ledger import DatabaseLedger

LEDGER = "ledger.db"


def make(wish: Wish, pool: ProcessPoolExecutor | None, *, check: bool, as_json: bool) -> None:
    """Makes the books, verifies them if asked to, and tells where things lie and what they come to."""
    application = Application(in_reserve())
    formats, tables = read_formats(wish, application)
    config, goods = read_wish(wish), read_goods(wish)
    address, tenant = chosen(wish.database, wish.tenant) if not check else ("", "default")
    order = Order(config, goods, formats, datetime.now(UTC), "command line", tables)

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
