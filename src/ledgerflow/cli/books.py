"""`ledgerflow demo`, `simulate`, `verify`, `invoices`, `schema`: the commands that make books and check them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from ledgerflow.assembly import Application, open_ledger
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import AsJson, Database, Tenant, chosen, read_bytes, required
from ledgerflow.cli.output import complain, progress_bar, show_facts, show_json, show_table
from ledgerflow.export.register import kind_words, totals
from ledgerflow.export.verification import verify as verify_archive
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.books import Books, Order, make_books
from ledgerflow.simulation.configuration import read_config, schema as simulation_schema
from ledgerflow.simulation.config import SimulationConfig

app = typer.Typer(
    help="Simulates the books of a business: tax-correct, realistic, verifiable invoices.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

Formats = Annotated[str, typer.Option("--format", help="Formats, separated by commas. JSON is always among them.")]
Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes that draw pages; 0 takes one a core.")]
ALL = "pdf,json,csv,xlsx"


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the books go.")] = Path("out/demo"),
    examples: Annotated[Path, typer.Option(help="Folder with demo.yaml and catalogue.xlsx.")] = Path("examples"),
    workers: Workers = 0,
    as_json: AsJson = False,
) -> None:
    """Makes the demonstration: 100 invoices from the sample catalogue, packed and verified."""
    simulate(examples / "demo.yaml", examples / "catalogue.xlsx", out, workers=workers, as_json=as_json)


@app.command()
def simulate(
    config: Annotated[Path, typer.Argument(help="What to simulate, as YAML or JSON.")],
    catalogue: Annotated[Path, typer.Option("--catalogue", help="The products: .xlsx or .xls.")],
    out: Annotated[Path, typer.Option("--out", help="Where the books go.")],
    count: Annotated[int | None, typer.Option("--count", min=1, help="Invoices, instead of the configuration's.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed, instead of the configuration's.")] = None,
    workers: Workers = 0,
    database: Database = "",
    tenant: Tenant = "",
    formats: Formats = ALL,
    as_json: AsJson = False,
) -> None:
    """Makes books: a ledger, one ZIP with every document, the register and a report."""
    application = Application()
    wanted = [application.format(code) for code in formats.split(",") if code]
    simulation = _read(config, count, seed)
    goods = read_catalogue(read_bytes(catalogue, "catalogue"))
    complain(*goods.warnings)
    address, whose = chosen(database, tenant)
    order = Order(simulation, goods.products, tuple(wanted), workers, datetime.now(UTC), "command line")
    with progress_bar() as progress:
        books = make_books(order, application.laws, out, lambda: _ledger(address, whose, out), progress)
    result = verify_archive(books.archive)
    complain(*(str(fault) for fault in result.faults))
    _show(books, as_json)
    if result.faults:
        raise typer.Exit(1)
