"""The commands that make books and check them: `demo`, `simulate`, `fit`, `verify`, `invoices`, `schema`.

Only what the words of a command need is imported above; the deeds come when a command runs, and the workers that draw
pages have been started by then.
"""

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ledgerflow import __version__
from ledgerflow.cli.options import ALL, AsJson, Database, Formats, Tenant, day_option
from ledgerflow.issuing.workshop import open_workshop

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"ledgerflow {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version.")
    ] = False,
) -> None:
    """Simulates the books of a business: tax-correct, realistic, verifiable invoices."""


MOST_WORKERS = 128
Workers = Annotated[
    int, typer.Option("--workers", min=0, max=MOST_WORKERS, help="Processes that draw pages; 0 takes one a core.")
]


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the books go.")] = Path("out/demo"),
    examples: Annotated[Path, typer.Option(help="Folder with demo.yaml and catalogue.xlsx.")] = Path("examples"),
    workers: Workers = 0,
    as_json: AsJson = False,
) -> None:
    """Makes the demonstration: 100 invoices from the sample catalogue, packed and verified, in a ledger of its own."""
    with open_workshop(workers or min(os.cpu_count() or 1, MOST_WORKERS)) as pool:
        from ledgerflow.cli.making import make
        from ledgerflow.cli.wishes import Wish

        wish = Wish(examples / "demo.yaml", examples / "catalogue.xlsx", out, ALL)
        make(wish, pool, check=True, as_json=as_json)


@app.command()
def simulate(
    out: Annotated[Path, typer.Option("--out", help="Where the books go.")],
    config: Annotated[Path | None, typer.Argument(help="What to simulate, as YAML or JSON.")] = None,
    catalogue: Annotated[Path | None, typer.Option("--catalogue", help="The products: .xlsx, .xls or .csv.")] = None,
    profile: Annotated[
        Path | None, typer.Option("--profile", help="Habits that `fit` learnt, instead of a configuration.")
    ] = None,
    count: Annotated[int | None, typer.Option("--count", help="Invoices, instead of the configuration's.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed, instead of the configuration's.")] = None,
    first: Annotated[date | None, day_option("--from", "First day.")] = None,
    last: Annotated[date | None, day_option("--to", "Last day.")] = None,
    workers: Workers = 0,
    database: Database = "",
    tenant: Tenant = "",
    formats: Formats = ALL,
    as_json: AsJson = False,
) -> None:
    """Makes books: a ledger, one ZIP with every document, the register and a report.

    With --format lines it writes DIR/lines.parquet alone, the lines of all invoices: of a configuration, or of the twin
    of a business whose profile is given.
    """
    if profile or formats == "lines":
        from ledgerflow.cli.twins import Sources, make_lines
        from ledgerflow.cli.wishes import Wish

        asked = Wish(config or Path(), catalogue or Path(), out, formats, count, seed, database, tenant, first, last)
        make_lines(Sources(config, catalogue, profile), asked, as_json=as_json)
        return
    if config is None or catalogue is None:
        raise typer.BadParameter("Name a configuration and its --catalogue, or a --profile with --format lines.")
    with open_workshop(workers or min(os.cpu_count() or 1, MOST_WORKERS)) as pool:
        from ledgerflow.cli.making import make
        from ledgerflow.cli.wishes import Wish

        wish = Wish(config, catalogue, out, formats, count, seed, database, tenant, first, last)
        make(wish, pool, check=False, as_json=as_json)


@app.command()
def fit(
    lines: Annotated[Path, typer.Argument(help="Invoice lines: .csv, .parquet or .xlsx.", metavar="LINES")],
    out: Annotated[Path, typer.Option("--out", help="Where the profile goes.")] = Path("profile.yaml"),
    as_json: AsJson = False,
) -> None:
    """Learns how a business sells from its own invoice lines: a profile without a row, a name, a product or a buyer."""
    from ledgerflow.cli.twins import learn

    learn(lines, out, as_json=as_json)


@app.command()
def verify(
    archive: Annotated[Path, typer.Argument(help="A ZIP that LedgerFlow made.")],
    labels: Annotated[
        Path | None, typer.Option("--labels", help="The labels.csv of anomalies put in on purpose.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recomputes every invoice of an archive and checks hashes, PDFs and numbers; exit 1 and the faults if any.

    With --labels, what was put wrong on purpose is no fault.
    """
    from ledgerflow.cli.checking import check

    if not check(archive, labels, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def invoices(
    number: Annotated[str, typer.Option("--number", help="How the number begins.")] = "",
    buyer: Annotated[str, typer.Option("--buyer", help="How the buyer's name begins; A and a are the same.")] = "",
    first: Annotated[date | None, day_option("--from", "First day.")] = None,
    last: Annotated[date | None, day_option("--to", "Last day.")] = None,
    currency: Annotated[str, typer.Option("--currency", help="Of the amounts, as in INR.")] = "",
    least: Annotated[str, typer.Option("--least", help="The least that is payable.")] = "",
    most: Annotated[str, typer.Option("--most", help="The most that is payable.")] = "",
    limit: Annotated[int | None, typer.Option("--limit", min=1, max=10_000, help="How many are found: 50.")] = None,
    database: Database = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    """The invoices of a ledger, oldest batch first; or those that fit all that is asked for, the latest first."""
    from ledgerflow.cli.listing import Question, list_invoices

    asked = Question(number, buyer, first, last, currency, least, most, limit)
    list_invoices(database, tenant, asked, as_json=as_json)


@app.command()
def schema(name: Annotated[str, typer.Argument(help="simulation-config")] = "simulation-config") -> None:
    """The JSON Schema of what a person may type in."""
    from ledgerflow.cli.output import show_json
    from ledgerflow.simulation.reading import schema as simulation_schema

    if name != "simulation-config":
        raise typer.BadParameter("There is only simulation-config.", param_hint="NAME")
    show_json(simulation_schema())
