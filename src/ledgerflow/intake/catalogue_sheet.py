"""A catalogue file becomes Products and the mapping of its columns, or one refusal that names all its mistakes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, InputRefused, Severity
from ledgerflow.intake.findings import readable
from ledgerflow.intake.header import Header, find_header
from ledgerflow.intake.product_rows import DEFAULTS, read_products
from ledgerflow.intake.titles import Column
from ledgerflow.intake.workbook import Sheet, Workbook, read_workbook


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The products of a sheet. `mapping` says which of its columns was read as what (`Rate` → `Base Price`)."""

    products: tuple[Product, ...]
    warnings: tuple[Finding, ...]
    mapping: Mapping[str, str]
    sheet: str


def read_catalogue(content: bytes) -> Catalogue:
    """Reads a catalogue from an .xlsx, .xls or CSV file; raises InputRefused with all that is wrong with it."""
    workbook = read_workbook(content)
    sheet, header = find_header(workbook.sheets)
    products, about_rows = read_products(sheet, header)
    findings = readable(
        (
            *header.findings(),
            *about_rows,
            *workbook.warnings,
            *_about_sheets(workbook, sheet),
            *_about_defaults(sheet, header),
        )
    )
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise InputRefused(findings)
    if not products:
        raise InputRefused([_no_products(sheet)])
    mapping = {title: column.value for column, title in header.titles.items()}
    return Catalogue(products, tuple(findings), mapping, sheet.name)


def _about_sheets(workbook: Workbook, taken: Sheet) -> Iterator[Finding]:
    others = ", ".join(sheet.name for sheet in workbook.sheets if sheet is not taken)
    if others:
        yield Finding(
            "workbook.other_sheets",
            f"sheet {taken.name}",
            f"The products were read from this sheet; not from {others}.",
            "Put all products on one sheet if some are missing.",
            {"sheet": taken.name, "others": others},
            Severity.WARNING,
        )
    if taken.hidden:
        yield Finding(
            "workbook.hidden_sheet",
            f"sheet {taken.name}",
            "The products were read from a hidden sheet.",
            "Show the sheet and check that it is the one you mean.",
            {"sheet": taken.name},
            Severity.WARNING,
        )


def _about_defaults(sheet: Sheet, header: Header) -> Iterator[Finding]:
    absent = [column for column in DEFAULTS if column not in header.places]
    if not absent:
        return
    without_code = (
        " GST lets only sellers up to 5 crore turnover leave the HSN off, and only on invoices to consumers."
        if Column.CODE in absent
        else ""
    )
    defaults = ", ".join(DEFAULTS[column] for column in absent)
    yield Finding(
        "catalogue.defaults",
        f"sheet {sheet.name}",
        f"There is no column {', '.join(absent)}: every product has {defaults}.",
        f"Good enough to begin with; add what is missing for true units and rates.{without_code}",
        {"columns": ", ".join(absent)},
        Severity.WARNING,
    )


def _no_products(sheet: Sheet) -> Finding:
    return Finding(
        "catalogue.no_products",
        f"sheet {sheet.name}",
        "There is no row below the header.",
        "Write one row for each product.",
        {"sheet": sheet.name},
    )
