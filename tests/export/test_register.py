"""The register: exact amounts in CSV and Excel, columns that add up, and names that cannot turn into formulas."""

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from tests.export.books import ASHA, GST_18, SHOP, batch, invoice, line, sale

from ledgerflow.billing.invoice import Invoice, from_json
from ledgerflow.export.format import Format
from ledgerflow.export.formats import document
from ledgerflow.export.formats import register as formats
from ledgerflow.export.register import register, register_totals, totals

FORMATS: list[Format] = [formats.csv, formats.xlsx, document.format]


def rows_of(invoices: Sequence[Invoice]) -> list[dict[str, str]]:
    ((path, content),) = formats.csv.files(invoices)
    assert path == "register.csv"
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def workbook_of(invoices: Sequence[Invoice]) -> bytes:
    ((path, content),) = formats.xlsx.files(invoices)
    assert path == "register.xlsx"
    return content


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: str(one.code))
def test_the_same_invoices_give_the_same_bytes(one: Format) -> None:
    assert list(one.files(batch())) == list(one.files(batch()))


def test_each_invoice_is_a_json_file_that_reads_back() -> None:
    invoices = batch()
    files = dict(document.format.files(invoices))
    assert from_json(files["json/INV-26-27-0001.json"]) == invoices[0]
    assert len(files) == len(invoices)


def test_the_register_says_of_each_row_that_it_is_simulated() -> None:
    rows = rows_of(batch())
    assert len(rows) == len(batch())
    assert {row["Simulated"] for row in rows} == {"yes"}


def test_the_columns_of_tax_are_those_of_the_batch() -> None:
    titles = [column.title for column in register(batch()).columns]
    assert titles[14:18] == ["CGST", "SGST", "CESS", "VAT"]


def test_columns_add_up_because_a_credit_note_is_negative() -> None:
    rupees = [row for row in rows_of(batch()) if row["Currency"] == "INR"]
    assert rows_of(batch())[-1]["Grand total"] == "-589.99"
    assert sum(Decimal(row["CGST"]) for row in rupees) == totals(batch())[0].taxes["CGST"]


def test_nothing_is_ever_minus_nothing() -> None:
    assert "-0.00" not in rows_of(batch())[-1].values()


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_name_is_no_formula(name: str) -> None:
    buyer = type(ASHA)(name=name, place=ASHA.place)
    one = invoice("INV/26-27/0001", sale(line("1", name=name), buyer=buyer), [GST_18])
    assert rows_of([one])[0]["Buyer"] == f"'{name}"
    for sheet in openpyxl.load_workbook(BytesIO(workbook_of([one]))):
        assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "d"}  # no "f"


def test_amounts_come_back_exactly_from_excel() -> None:
    sheet = CalamineWorkbook.from_filelike(BytesIO(workbook_of(batch()))).get_sheet_by_name("Register").to_python()
    table = register(batch())
    assert sheet[0] == [column.title for column in table.columns]
    for read, row in zip(sheet[1:], table.rows, strict=True):
        for cell, value in zip(read, row, strict=True):
            if isinstance(value, Decimal):
                assert Decimal(repr(cell)) == value
            elif isinstance(value, date):
                assert cell == value
            else:
                assert cell == (value or "")


def test_an_amount_that_excel_would_blur_stands_as_text() -> None:
    one = invoice("INV/26-27/0001", sale(line("12345678901234.56")), [GST_18])
    sheet = CalamineWorkbook.from_filelike(BytesIO(workbook_of([one]))).get_sheet_by_name("Lines").to_python()
    assert "12345678901234.56" in sheet[1]


def test_the_workbook_is_made_for_reading() -> None:
    book = openpyxl.load_workbook(BytesIO(workbook_of(batch())))
    assert book.sheetnames == ["Register", "Lines", "Totals"]
    register_sheet = book["Register"]
    assert register_sheet.freeze_panes == "C2"
    assert register_sheet.auto_filter.ref == "A1:X7"
    assert {cell.number_format for cell in register_sheet["C"][1:]} == {"yyyy-mm-dd"}
    assert register_sheet["M5"].number_format == "#,##0.000"
    assert register_sheet["M2"].number_format.endswith("#,##0.00")
    assert "##\\,##\\,##0.00" in register_sheet["M2"].number_format


def test_the_lines_of_the_workbook_carry_their_taxes() -> None:
    book = openpyxl.load_workbook(BytesIO(workbook_of(batch())))
    titles, *lines = book["Lines"].iter_rows(values_only=True)
    assert len(lines) == sum(len(one.supply.lines) for one in batch())
    cess = dict(zip(titles, lines[2], strict=True))
    assert (cess["Number"], cess["Quantity"], cess["CESS"], cess["Rate %"]) == ("INV/26-27/0002", 1000, 15000000, 40)
    returned = dict(zip(titles, lines[-1], strict=True))
    assert (returned["Quantity"], returned["Total"]) == (-1, -589.99)


def test_totals_are_by_currency_and_tax() -> None:
    figures = {(row[1], row[2]): row[4] for row in register_totals(batch()).rows}
    assert figures["BHD", "VAT"] == Decimal("1.565")
    assert figures["INR", "Reverse charge"] == Decimal("17.98")
    assert figures["INR", "Grand total"] == sum(
        (row["Grand total"] and Decimal(row["Grand total"]) for row in rows_of(batch()) if row["Currency"] == "INR"),
        Decimal(0),
    )


def test_an_empty_batch_has_headings_only() -> None:
    assert rows_of([]) == []
    book = openpyxl.load_workbook(BytesIO(workbook_of([])))
    assert book["Register"].max_row == 1
    assert SHOP.name not in book["Register"]["A1"].value
