"""A sheet becomes a catalogue, or all its mistakes come back at once, each with its row, its column and advice."""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from ledgerflow.billing.catalogue import Product, TaxCategory
from ledgerflow.billing.errors import Finding, InputRefused, Severity
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.intake.findings import MOST_FINDINGS

HEADER = ["Product Name", "Base Price"]


def sheet(rows: Iterable[Sequence[object]], prepare: Callable[[Worksheet], object] = id) -> bytes:
    """An .xlsx with the rows on its only sheet."""
    book = openpyxl.Workbook()
    (first,) = book.worksheets
    for row in rows:
        first.append(list(row))
    prepare(first)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def refusal(content: bytes) -> tuple[Finding, ...]:
    with pytest.raises(InputRefused) as refused:
        read_catalogue(content)
    return refused.value.findings


def errors(content: bytes) -> list[tuple[str, str]]:
    """Code and place of every error; each has a message and advice."""
    findings = [finding for finding in refusal(content) if finding.severity is Severity.ERROR]
    assert all(finding.message and finding.advice for finding in findings)
    return [(finding.code, finding.place) for finding in findings]


@pytest.mark.requirement("FR-5.1")
@pytest.mark.parametrize("header", [HEADER, ["PRODUCT NAME", "base price"], ["product_name", "Base-Price (INR) *"]])
def test_two_columns_suffice_with_defaults_and_one_warning(header: list[str]) -> None:
    catalogue = read_catalogue(sheet([header, ["Tea", 248], ["Soap", 31.5]]))
    assert catalogue.products == (
        Product("P0001", "Tea", Decimal("248.00"), unit="NOS", tax_rate=Decimal(18)),
        Product("P0002", "Soap", Decimal("31.50"), unit="NOS", tax_rate=Decimal(18)),
    )
    (warning,) = catalogue.warnings
    assert warning.code == "catalogue.defaults"
    assert warning.parameters == {"columns": "Unit, HSN/SAC, Tax Category"}
    for told in ("unit NOS", "no HSN", "18 %", "standard"):
        assert told in warning.message
    assert "5 crore" in warning.advice
    assert catalogue.mapping == {header[0]: "Product Name", header[1]: "Base Price"}


@pytest.mark.requirement("FR-5.1")
def test_every_column_is_read_under_the_names_that_people_use() -> None:
    content = sheet(
        [
            ["Price list", None, "April 2026"],
            [],
            [
                "Item Code",
                "Description",
                "Arabic Name",
                "HSN Code",
                "UOM",
                "MRP",
                "Taxability",
                "GST %",
                "Cess %",
                "Category",
            ],
            ["T1", " Green  Tea ", "شاي أخضر", "0902 10 20", "Pkt.", "₹1,250.50", "Zero-rated", 0.05, 0, "Beverages"],
            [],
            [1001, 501, None, "99.83.14", "hours", "Rs. 1,25,000/-", "RCM", "GST 18%", None, None],
        ]
    )
    catalogue = read_catalogue(content)
    assert catalogue.products == (
        Product(
            sku="T1",
            name="Green Tea",
            price=Decimal("1250.50"),
            unit="PAC",
            commodity_code="09021020",
            tax_category=TaxCategory.ZERO,
            name_local="شاي أخضر",
            group="Beverages",
            tax_rate=Decimal(5),
        ),
        Product(
            sku="1001",
            name="501",
            price=Decimal("125000.00"),
            unit="OTH",
            commodity_code="998314",
            tax_category=TaxCategory.REVERSE_CHARGE,
            tax_rate=Decimal(18),
        ),
    )
    assert catalogue.warnings == ()
    assert catalogue.mapping["MRP"] == "Base Price"
    assert catalogue.mapping["Category"] == "Group"


def test_an_hsn_leaves_the_rate_to_the_book_and_an_untaxed_category_needs_none() -> None:
    content = sheet(
        [
            [*HEADER, "HSN", "Tax Category", "Unit"],
            ["Tea", 1, "0902", "standard", "KGS"],
            ["Bread", 1, "", "exempt", "NOS"],
        ]
    )
    assert [product.tax_rate for product in read_catalogue(content).products] == [None, 0]


def test_csv_is_read_with_any_of_three_separators_and_a_byte_order_mark() -> None:
    for separator in ",;\t":
        lines = [["Product Name", "Base Price", "Unit"], ['"Tea, green"', "248.00", "PAC"], ["شاي", '"1,250.5"', "KGS"]]
        text = "\r\n".join(separator.join(line) for line in lines)
        catalogue = read_catalogue(text.encode("utf-8-sig"))
        assert [(product.name, product.price) for product in catalogue.products] == [
            ("Tea, green", Decimal(248)),
            ("شاي", Decimal("1250.5")),
        ]


def test_invented_skus_pass_over_those_that_the_sheet_has_taken() -> None:
    content = sheet([[*HEADER, "SKU"], ["Tea", 1, "P0002"], ["Soap", 1], ["Rice", 1], ["Salt", 1, "S-9"], ["Oil", 1]])
    assert [product.sku for product in read_catalogue(content).products] == ["P0002", "P0003", "P0004", "S-9", "P0006"]


@pytest.mark.requirement("FR-5.2")
def test_all_mistakes_of_a_sheet_come_back_at_once() -> None:
    content = sheet(
        [
            [*HEADER, "HSN", "Unit", "GST Rate", "Tax Category", "SKU", "Cess"],
            ["Tea", "abc", "0902", "PAC", 5, "standard", "T1", 0],
            ["TEA", -4, "09x2", "crate", 17, "luxury", "t1", 0.12],
            ["Soap", 0, "3401", "NOS", "abc", "standard", "S1", "much"],
            [None, 12.5, "3401", "NOS", 5, "standard", "S2"],
            ["Salt", None, "2501", "PAC", 0, "standard", "S3"],
            ["Ring", 10**10, "7113", "GMS", 3, "standard", "S4"],
            ["Rice", True, "1006", "KGS", 5, "standard", "S5"],
            [date(2026, 5, 1), 3, "1006", "KGS", 5, "standard", "S6"],
        ]
    )
    assert errors(content) == [
        ("price.text", "row 2, column Base Price"),
        ("price.negative", "row 3, column Base Price"),
        ("unit.unknown", "row 3, column Unit"),
        ("hsn.malformed", "row 3, column HSN"),
        ("category.unknown", "row 3, column Tax Category"),
        ("rate.unknown", "row 3, column GST Rate"),
        ("cess.unknown", "row 3, column Cess"),
        ("name.duplicate", "row 3, column Product Name"),
        ("sku.duplicate", "row 3, column SKU"),
        ("price.zero", "row 4, column Base Price"),
        ("rate.unknown", "row 4, column GST Rate"),
        ("cess.unknown", "row 4, column Cess"),
        ("cell.missing", "row 5, column Product Name"),
        ("cell.missing", "row 6, column Base Price"),
        ("price.too_large", "row 7, column Base Price"),
        ("price.text", "row 8, column Base Price"),
        ("name.type", "row 9, column Product Name"),
    ]


@pytest.mark.requirement("FR-5.2")
def test_a_finding_names_row_column_and_value_for_a_program_too() -> None:
    (finding, *_) = refusal(sheet([HEADER, ["Tea", "abc"]]))
    assert finding.parameters == {"row": "2", "column": "Base Price", "value": "abc"}
    assert str(finding) == "row 2, column Base Price: 'abc' is not a price. Write a number such as 1250.50."


@pytest.mark.requirement("FR-5.2")
def test_missing_columns_are_named_and_the_rest_is_still_checked() -> None:
    content = sheet([["Product Name", "HSN"], ["Tea", "x"], ["tea", "0902"]])
    assert errors(content) == [
        ("column.missing", "row 1, column Base Price"),
        ("hsn.malformed", "row 2, column HSN"),
        ("name.duplicate", "row 3, column Product Name"),
    ]
    assert "MRP" not in refusal(content)[0].advice
    assert "Unit Price" in refusal(content)[0].advice
    assert errors(sheet([["Hello", "world"], [1, 2]])) == [
        ("column.missing", "row 1, column Product Name"),
        ("column.missing", "row 1, column Base Price"),
    ]


def test_two_columns_of_one_name_are_a_mistake_and_two_synonyms_are_not() -> None:
    assert errors(sheet([["Product Name", "Price", "PRICE"], ["Tea", 1, 2]])) == [
        ("column.twice", "row 1, column PRICE")
    ]
    catalogue = read_catalogue(sheet([["Description", "Item Name", "MRP", "Base Price"], ["long", "Tea", 9, 8]]))
    assert [(product.name, product.price) for product in catalogue.products] == [("Tea", Decimal(8))]
    assert catalogue.mapping == {"Item Name": "Product Name", "Base Price": "Base Price"}


def test_a_header_without_products_is_refused() -> None:
    assert errors(sheet([HEADER])) == [("catalogue.no_products", "sheet Sheet")]
    assert errors(sheet([HEADER, ["  ", " "]])) == [("catalogue.no_products", "sheet Sheet")]


@pytest.mark.requirement("FR-5.2")
def test_merged_cells_among_the_products_are_one_mistake_each() -> None:
    def merge(page: Worksheet) -> None:
        page.merge_cells("B4:B6")
        page.merge_cells("A1:B1")  # a title: harmless
        page.merge_cells("D4:D5")  # a column that is not read: harmless

    rows: list[Sequence[object]] = [["Our prices"], HEADER, ["Tea", 1], ["Soap", 2], ["Rice"], ["Salt"]]
    assert errors(sheet(rows, merge)) == [("cells.merged", "rows 4 to 6, column Base Price")]


def test_thousands_of_merged_areas_do_not_hold_the_reader_up() -> None:
    def merge(page: Worksheet) -> None:
        for row in range(2, 300):
            page.merge_cells(f"A{row}:B{row}")

    found = refusal(sheet([HEADER, *[["Tea", 1]] * 300], merge))
    assert len(found) == MOST_FINDINGS
    assert found[0].code == "cells.merged"


@pytest.mark.requirement("FR-5.2")
def test_a_formula_counts_as_its_saved_value_and_one_never_calculated_is_a_mistake() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, [*HEADER, "Group"])
        for row in range(1, 9):
            page.write_string(row, 0, f"Tea {row}")
            page.write_formula(row, 1, "=2*124", value=248)
            page.write_formula(row, 2, '="Tea"', value="Tea")
            page.write_formula(row, 4, "=1+1", value=2)  # a column that is not read
    catalogue = read_catalogue(buffer.getvalue())
    assert {product.price for product in catalogue.products} == {Decimal(248)}
    formulas = [warning for warning in catalogue.warnings if warning.code == "cell.formula"]
    assert [warning.place for warning in formulas] == [
        "rows 2, 3, 4, 5, 6 and 3 more, column Base Price",
        "rows 2, 3, 4, 5, 6 and 3 more, column Group",
    ]
    assert formulas[0].parameters["rows"] == "8"
    assert errors(sheet([HEADER, ["Tea", "=2*124"]])) == [("cell.formula_without_value", "row 2, column Base Price")]


def test_an_error_in_a_cell_is_told_as_such() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_string(1, 0, "Tea")
        page.write_formula(1, 1, "=1/0", value="#DIV/0!")
    assert errors(buffer.getvalue()) == [("cell.error", "row 2, column Base Price")]


def test_names_must_fit_on_a_line_of_an_invoice() -> None:
    rows: list[Sequence[object]] = [HEADER, ["x" * 300, 1], ["y" * 301, 1], ["Green\nTea", 1], ["Tea \u202egpj", 1]]
    assert errors(sheet(rows)) == [
        ("name.too_long", "row 3, column Product Name"),
        ("name.control", "row 4, column Product Name"),
        ("name.control", "row 5, column Product Name"),
    ]


def test_other_sheets_and_hidden_ones_are_told_of() -> None:
    book = openpyxl.Workbook()
    (first,) = book.worksheets
    first.append(["Notes"])
    for title, state in (("Old", "hidden"), ("New", "visible")):
        page = book.create_sheet(title)
        page.sheet_state = state
        page.append(HEADER)
        page.append([f"{title} tea", 1])
    book.create_sheet("Blank")
    catalogue = read_catalogue(saved(book))
    assert (catalogue.sheet, catalogue.products[0].name) == ("New", "New tea")
    assert catalogue.warnings[0].parameters == {"sheet": "New", "others": "Sheet, Old"}
    book.remove(book["New"])
    catalogue = read_catalogue(saved(book))
    assert catalogue.sheet == "Old"
    assert "workbook.hidden_sheet" in [warning.code for warning in catalogue.warnings]


def test_warnings_of_one_kind_are_folded_and_name_their_rows() -> None:
    content = sheet(
        [[*HEADER, "HSN", "Unit", "Tax Category"], ["Milk", 54, 401, None, "zero"], ["Butter", 9, 405, None, "s"]]
    )
    catalogue = read_catalogue(content)
    assert [product.commodity_code for product in catalogue.products] == ["0401", "0405"]
    assert [(warning.code, warning.place) for warning in catalogue.warnings] == [
        ("cell.default", "rows 2, 3, column Unit"),
        ("hsn.zero_restored", "rows 2, 3, column HSN"),
    ]


@pytest.mark.requirement("FR-5.2")
def test_a_long_list_of_findings_ends_with_how_many_more() -> None:
    found = refusal(sheet([HEADER, *[[f"Tea {row}", "abc"] for row in range(500)]]))
    assert len(found) == MOST_FINDINGS
    assert (found[-1].code, found[-1].parameters["more"]) == ("findings.more", "302")


def test_errors_come_before_warnings() -> None:
    found = refusal(sheet([[*HEADER, "Unit"], ["Tea", 1.23456, None], ["Soap", "abc", None]]))
    assert [finding.severity for finding in found] == sorted(finding.severity for finding in found)
    assert found[0].code == "price.text"
