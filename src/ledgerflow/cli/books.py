"""`ledgerflow demo`, `simulate`, `verify`, `invoices`, `schema`: the commands that make books and check them."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ledgerflow.assembly import Application
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import AsJson, Database, Tenant, chosen, read_bytes, required
from ledgerflow.cli.output import complain, progress_bar, show_facts, show_json, show_table
from ledgerflow.export.register import kind_words
from ledgerflow.export.verification import Verification
from ledgerflow.export.verification import verify as verify_archive
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.books import Books, Order, make_books
from ledgerflow.rendering.figures import grouped
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.reading import read_config
from ledgerflow.simulation.reading import schema as simulation_schema
from ledgerflow.store.ledger import DatabaseLedger

app = typer.Typer(
    help="Simulates the books of a business: tax-correct, realistic, verifiable invoices.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

LEDGER = "ledger.db"
Formats = Annotated[str, typer.Option("--format", help="Formats, separated by commas. JSON is always among them.")]
Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes that draw pages; 0 takes one a core.")]


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the books go.")] = Path("out/demo"),
    examples: Annotated[Path, typer.Option(help="Folder with demo.yaml and catalogue.xlsx.")] = Path("examples"),
    workers: Workers = 0,
    as_json: AsJson = False,
) -> None:
    """Makes the demonstration: 100 invoices from the sample catalogue, packed and verified, in a ledger of its own."""
    config = _read_config(examples / "demo.yaml", None, None)
    _make(config, examples / "catalogue.xlsx", out, "pdf,json,csv,xlsx", workers, "", "default", as_json)


@app.command()
def simulate(
    config: Annotated[Path, typer.Argument(help="What to simulate, as YAML or JSON.")],
    catalogue: Annotated[Path, typer.Option("--catalogue", help="The products: .xlsx, .xls or .csv.")],
    out: Annotated[Path, typer.Option("--out", help="Where the books go.")],
    count: Annotated[int | None, typer.Option("--count", help="Invoices, instead of the configuration's.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed, instead of the configuration's.")] = None,
    workers: Workers = 0,
    database: Database = "",
    tenant: Tenant = "",
    formats: Formats = "pdf,json,csv,xlsx",
    as_json: AsJson = False,
) -> None:
    """Makes books: a ledger, one ZIP with every document, the register and a report."""
    address, whose = chosen(database, tenant)
    _make(_read_config(config, count, seed), catalogue, out, formats, workers, address, whose, as_json)


@app.command()
def verify(
    archive: Annotated[Path, typer.Argument(help="A ZIP that LedgerFlow made.")],
    as_json: AsJson = False,
) -> None:
    """Recomputes every invoice of an archive and checks hashes, PDFs and numbers; exit 1 and the faults if any."""
    result = verify_archive(archive)
    if as_json:
        show_json(_verified(result))
    else:
        complain(*(str(fault) for fault in result.faults))
        words = "sound" if result.accepted else f"{len(result.faults)} fault(s)"
        counts = {"files": result.members, "invoices": result.invoices, "PDFs": result.pdfs}
        show_facts({"archive": words, **{name: str(count) for name, count in counts.items()}})
    if result.faults:
        raise typer.Exit(1)


@app.command()
def invoices(database: Database = "", tenant: Tenant = "", as_json: AsJson = False) -> None:
    """The invoices of a ledger, oldest batch first."""
    address, whose = chosen(database, tenant)
    with Application().open_ledger(required(address), whose) as ledger:
        found = list(ledger.invoices())
    rows = [
        {
            "number": invoice.number,
            "date": str(invoice.day),
            "document": kind_words(invoice),
            "buyer": invoice.supply.buyer.name,
            "currency": invoice.supply.currency.code,
            "payable": str(invoice.tax.totals.payable),
        }
        for invoice in found
    ]
    if as_json:
        show_json(rows)
    else:
        columns = ["number", "date", "document", "buyer", "currency", "payable"]
        show_table("", columns, [list(row.values()) for row in rows], right=["payable"])


@app.command()
def schema(name: Annotated[str, typer.Argument(help="simulation-config")] = "simulation-config") -> None:
    """The JSON Schema of what a person may type in."""
    if name != "simulation-config":
        raise typer.BadParameter("There is only simulation-config.", param_hint="NAME")
    show_json(simulation_schema())


def _read_config(path: Path, count: int | None, seed: int | None) -> SimulationConfig:
    content = read_bytes(path, "configuration")
    try:
        config = read_config(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        finding = Finding("config.not_text", str(path), "The configuration is not UTF-8 text.", "Save it as UTF-8.")
        raise InputRefused([finding]) from error
    changes = {name: value for name, value in (("count", count), ("seed", seed)) if value is not None}
    return SimulationConfig.model_validate({**config.model_dump(), **changes}) if changes else config


def _make(
    config: SimulationConfig,
    catalogue: Path,
    out: Path,
    formats: str,
    workers: int,
    address: str,
    tenant: str,
    as_json: bool,
) -> None:
    application = Application()
    wanted = tuple(application.format(code.strip()) for code in formats.split(",") if code.strip())
    goods = read_catalogue(read_bytes(catalogue, "catalogue"))
    complain(*goods.warnings)
    order = Order(config, goods.products, wanted, workers or os.cpu_count() or 1, datetime.now(UTC), "command line")

    def ledger() -> DatabaseLedger:
        return application.open_ledger(address or _fresh(out / LEDGER), tenant)

    with progress_bar() as progress:
        books = make_books(order, application.laws, out, ledger, progress)
        progress("verify", 0, 1)
        result = verify_archive(books.archive)
        progress("verify", 1, 1)
    complain(*(str(fault) for fault in result.faults))
    if as_json:
        show_json(_made(books, result, address or str(out / LEDGER)))
    else:
        _show(books, result, address or str(out / LEDGER))
    if result.faults:
        raise typer.Exit(1)


def _fresh(path: Path) -> str:
    """Clears away the ledger of an earlier run in the folder: without --database every run begins at number one."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return str(path)


def _show(books: Books, result: Verification, ledger: str) -> None:
    kinds = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in books.invoices.items())
    show_facts(
        {
            "documents": f"{books.batch.size} ({kinds})",
            "archive": f"{books.archive} ({result.members} files, {'verified' if result.accepted else 'NOT SOUND'})",
            **{f"register {path.suffix[1:]}": str(path) for path in books.registers},
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


def _made(books: Books, result: Verification, ledger: str) -> dict[str, Any]:
    return {
        "generation_id": books.batch.generation_id,
        "batch": books.batch.number,
        "documents": dict(books.invoices),
        "archive": str(books.archive),
        "registers": [str(path) for path in books.registers],
        "report": str(books.report),
        "ledger": ledger,
        "verification": _verified(result),
    }


def _verified(result: Verification) -> dict[str, Any]:
    return {
        "accepted": result.accepted,
        "faults": [{"code": fault.code, "place": fault.place, "words": str(fault)} for fault in result.faults],
        "files": result.members,
        "invoices": result.invoices,
        "pdfs": result.pdfs,
        "totals": [
            {
                "currency": total.currency,
                "documents": total.documents,
                "taxable_value": str(total.taxable_value),
                "exempt_value": str(total.exempt_value),
                "taxes": {tax: str(amount) for tax, amount in total.taxes.items()},
                "grand_total": str(total.grand_total),
            }
            for total in result.totals
        ],
    }
