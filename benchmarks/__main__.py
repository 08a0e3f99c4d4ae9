"""`python -m benchmarks`: simulation against a Faker script, pages against WeasyPrint, a large catalogue read, and
imported over HTTP; numbers and invoices on PostgreSQL.
"""

from io import BytesIO

import xlsxwriter

from benchmarks import faker_script
from benchmarks.allocations import allocations
from benchmarks.entering import invoices_entered
from benchmarks.html_page import html
from benchmarks.importing import imports_over_http
from benchmarks.measuring import RUNS, best, best_in_turn, record
from benchmarks.servers import postgresql
from benchmarks.shop import demonstration, goods
from ledgerflow.assembly import Application
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import TaxContext
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.rendering.layout import layout
from ledgerflow.rendering.pdf import draw_page
from ledgerflow.simulation.simulate import simulate

COUNT = 2_000


def simulation_against_faker() -> None:
    """Invoices of five lines with tax, against names, dates and five random lines without."""
    laws = Application().laws
    config, products = demonstration(COUNT, 5), goods()
    desks = {place.key: laws[place.strategy] for place in config.business.establishments}

    def ours() -> None:
        for sale in simulate(config, products, laws):
            desks[sale.establishment].assess(TaxContext(sale.supply))

    mine, theirs = best_in_turn(ours, lambda: faker_script.invoices(COUNT, 1))
    detail = f"ours {COUNT / mine:,.0f}/s, Faker {COUNT / theirs:,.0f}/s, one process"
    record("simulation_rate_to_faker", theirs / mine, "at least 1.0", met=mine <= theirs, detail=detail)


def pages_against_weasyprint() -> None:
    """Tax invoices of a dozen lines drawn and read back, against WeasyPrint drawing the same texts; no page twice."""
    from weasyprint import HTML

    pages = iter([layout(invoice) for invoice in _tax_invoices(RUNS + 1)])
    texts = iter([html(layout(invoice)) for invoice in _tax_invoices(RUNS)])
    draw_page(next(pages))
    ours, theirs = best_in_turn(
        lambda: draw_page(next(pages)), lambda: HTML(string=next(texts)).write_pdf(pdf_variant="pdf/ua-1")
    )
    detail = f"ours {ours * 1000:.0f} ms, WeasyPrint {theirs * 1000:.0f} ms, 12 lines"
    record("pdf_rate_to_weasyprint", theirs / ours, "at least 10", met=theirs >= 10 * ours, detail=detail)


def _tax_invoices(count: int) -> list[Invoice]:
    laws = Application().laws
    sales = [sale for sale in simulate(demonstration(4 * count, 12), goods(), laws) if sale.establishment == "mumbai"]
    return [
        Invoice(
            f"SCT/26-27/{n:06}",
            "SCT/{fy}/{n:06}",
            "gst",
            n,
            "0" * 16,
            sale.supply,
            laws["gst"].assess(TaxContext(sale.supply)),
        )
        for n, sale in enumerate(sales[:count], 1)
    ]


def import_of_a_large_catalogue() -> None:
    """Ten thousand rows of a workbook, read and checked."""
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["SKU", "Product Name", "Base Price", "Unit", "HSN"])
        for row in range(1, 10_001):
            sheet.write_row(row, 0, [f"S{row}", f"Product number {row}", 10 + row / 100, "NOS", "8539"])
    took = best(lambda: read_catalogue(content.getvalue()))
    record("import_10000_rows_seconds", took, "at most 2", met=took <= 2)


if __name__ == "__main__":
    simulation_against_faker()
    pages_against_weasyprint()
    import_of_a_large_catalogue()
    imports_over_http()
    with postgresql() as a_server:
        invoices_entered(a_server)
        allocations(a_server)
