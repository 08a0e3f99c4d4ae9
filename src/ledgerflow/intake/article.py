"""One product that is typed in rather than read from a sheet: the same words, the same checks, the same findings."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, InputRefused, Severity
from ledgerflow.intake.header import Header
from ledgerflow.intake.product_rows import read_rows, with_rate
from ledgerflow.intake.titles import COLUMNS
from ledgerflow.intake.workbook import Cell, Sheet


def product_of(fields: Mapping[str, str | Decimal]) -> Product:
    """The product that the fields say, by the names of `Product`; one without SKU has none yet. Raises InputRefused
    with all that is wrong, each finding with a pointer to its field."""
    said = {field: _cell(value) for field, value in fields.items() if value != ""}
    places = {COLUMNS[field]: place for place, field in enumerate(said)}
    header = Header(-1, places, {COLUMNS[field]: field for field in said})
    missing = [_missing(field) for field in ("name", "price") if field not in said]
    products, findings = read_rows(Sheet("", (tuple(said.values()),)), header) if not missing else ((), missing)
    wrong = [_pointed(finding) for finding in findings if finding.severity is Severity.ERROR]
    if wrong or not products:
        raise InputRefused(wrong)
    return with_rate(products[0])


def _cell(value: str | Decimal) -> Cell:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _missing(field: str) -> Finding:
    return Finding("cell.missing", f"/{field}", f"There is no {field}.", "Say it.", {"column": field})


def _pointed(finding: Finding) -> Finding:
    return replace(finding, place=f"/{finding.parameters['column']}")
