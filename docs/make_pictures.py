"""Draws one page of each kind into pictures/, for the README. Run it as `make pictures`."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ledgerflow.assembly import Application
from ledgerflow.billing.invoice import Invoice
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.batch import generation_id, issue_batch
from ledgerflow.rendering.pdf import picture
from ledgerflow.simulation.reading import read_config
from ledgerflow.simulation.simulate import simulate

DOCS = Path(__file__).parent
KINDS = {
    "gst-tax-invoice": ("SCT/", "tax_invoice"),
    "gst-credit-note": ("SCC/", "credit_note"),
    "gst-bill-of-supply": ("KGB/", "bill_of_supply"),
    "bahrain-tax-invoice": ("BH-", "tax_invoice"),
    "saudi-simplified-invoice": ("SA-", "simplified_tax_invoice"),
    "cash-memo": ("CM/", "cash_memo"),
}


def books() -> Iterator[Invoice]:
    """The invoices of pictures.yaml, numbered in a ledger that is thrown away."""
    application = Application()
    config = read_config((DOCS / "pictures.yaml").read_text("utf-8"), "pictures.yaml")
    goods = read_catalogue((DOCS.parent / "examples" / "catalogue.xlsx").read_bytes()).products
    sales = simulate(config, goods, application.laws)
    identity = generation_id(config, goods)
    with TemporaryDirectory() as folder, application.open_ledger(str(Path(folder) / "ledger.db"), "default") as ledger:
        at = datetime(2026, 7, 1, tzinfo=UTC)
        issue_batch(config, sales, application.laws, ledger, identity, at=at, actor="pictures")
        yield from ledger.invoices()


def main() -> None:
    """One picture a kind: the fullest invoice of it."""
    made = list(books())
    for name, (prefix, kind) in KINDS.items():
        pages = [page for page in made if page.number.startswith(prefix) and page.kind.value == kind]
        if not pages:
            sys.exit(f"pictures.yaml makes no {kind} under {prefix}")
        fullest = max(pages, key=lambda page: (len(page.supply.lines), page.number))
        (DOCS / "pictures" / f"{name}.png").write_bytes(picture(fullest))
        print(f"{name}: {fullest.number}")


if __name__ == "__main__":
    main()
