"""`ledgerflow realism`: how real a set of invoice lines is, in words, as JSON and as a page."""

from pathlib import Path
from typing import Annotated

import typer

Lines = Annotated[Path, typer.Argument(help="Invoice lines: .csv, .parquet or .xlsx.", metavar="LINES")]
Against = Annotated[Path | None, typer.Option("--against", help="Real lines to compare with.", metavar="LINES")]
Shape = Annotated[bool, typer.Option("--shape", help="Divide money by the median invoice, for another currency.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write figures here.", metavar="FILE")]
HtmlFile = Annotated[Path | None, typer.Option("--html", help="Write a page with pictures here.", metavar="FILE")]


def realism(
    lines: Lines,
    against: Against = None,
    shape: Shape = False,
    json_file: JsonFile = None,
    html_file: HtmlFile = None,
) -> None:
    """Scores invoice lines against real ones, 0 to 1; without --against describes them alone.

    Columns: inv, ts, cust (empty where unnamed), prod, qty, price, and total, credit, currency where there are any.
    """
    from ledgerflow.cli.measuring import measure
    from ledgerflow.likeness.classifier import boosted_auc, is_installed

    classify = boosted_auc if is_installed() else None
    measure(lines, against, classify, shape=shape, json_file=json_file, html_file=html_file)
