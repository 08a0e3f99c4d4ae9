"""Tables of invoice lines: what people export is read, and whatever is wrong is told at once, each with its place."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import xlsxwriter

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.habits.lines import COLUMNS, UNNAMED, Lines
from ledgerflow.intake.lines_table import Names, read_lines, write_lines

GOOD = """inv,ts,cust,prod,qty,price,total,credit
A1,2026-05-04 11:30:00,Asha,tea,2,12.50,25.00,false
A1,2026-05-04 11:30:00,Asha,rice,1,99.99,99.99,false
A2,2026-05-05 09:00:00,,tea,3,12.50,37.50,false
C1,2026-05-09 10:00:00,Asha,rice,-1,99.99,-99.99,true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, text: str, name: str = "lines.csv", encoding: str = "utf-8") -> Lines:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_lines(path)


def refused(folder: Path, text: str) -> dict[str, Finding]:
    """The findings by code and column."""
    with pytest.raises(InputRefused) as caught:
        read(folder, text)
    return {f"{one.code} {one.parameters.get('column', '')}".strip(): one for one in caught.value.findings}


def equal(one: Lines, other: Lines) -> bool:
    return all(np.array_equal(getattr(one, column), getattr(other, column)) for column in COLUMNS)


def test_lines_become_columns(folder: Path) -> None:
    lines = read(folder, GOOD)
    assert lines.inv.tolist() == [0, 0, 1, 2]
    assert lines.cust.tolist() == [0, 0, UNNAMED, 0]
    assert lines.products == ("rice", "tea")
    assert lines.prod.tolist() == [1, 0, 1, 0]
    assert lines.ts.dtype == "datetime64[s]"
    assert str(lines.ts[2]) == "2026-05-05T09:00:00"
    assert lines.qty.tolist() == [2, 1, 3, -1]
    assert lines.total.tolist() == [25, 99.99, 37.5, -99.99]
    assert lines.credit.tolist() == [False, False, False, True]


def test_what_was_written_is_read_back(folder: Path) -> None:
    lines = read(folder, GOOD)
    path = folder / "written.parquet"
    write_lines(path, lines, Names(("A1", "A2", "C1"), ("Asha",), lines.products))
    assert equal(read_lines(path), lines)
    frame = pl.read_parquet(path)
    assert frame.columns == ["inv", "ts", "cust", "prod", "qty", "price", "total", "credit"]
    assert frame["cust"].to_list() == ["Asha", "Asha", None, "Asha"]
    assert frame["ts"][0] == datetime(2026, 5, 4, 11, 30)
    assert [frame.schema[name] for name in ("qty", "price", "total")] == [pl.Float64] * 3


def test_the_export_of_another_program_is_read(folder: Path) -> None:
    text = (
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "536365,85123A,CAFÉ SIGN,6,12/1/2010 8:26,2.55,17850.0,United Kingdom\n"
        "536366,22633,HAND WARMER,6,12/13/2010 8:28,1.85,,United Kingdom\n"
        "C536379,85123A,CAFÉ SIGN,-1,1/4/2011 9:41,2.55,17850.0,United Kingdom\n"
    )
    lines = read(folder, text, encoding="latin-1")
    assert [str(moment) for moment in lines.ts] == ["2010-12-01T08:26:00", "2010-12-13T08:28:00", "2011-01-04T09:41:00"]
    assert lines.products == ("22633", "85123A")
    assert lines.total.tolist() == [15.3, 11.1, -2.55]
    assert lines.credit.tolist() == [False, False, True]
    assert lines.cust.tolist() == [0, UNNAMED, 0]


def test_a_workbook_is_read_like_a_text(folder: Path) -> None:
    path = folder / "lines.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        book.add_worksheet("Notes").write_row(0, 0, ["Nothing here"])
        sheet = book.add_worksheet("Lines")
        sheet.write_row(0, 0, ["Bill No", "Date", "Party Name", "Item Code", "Qty", "Rate", "Amount"])
        for row, line in enumerate(GOOD.splitlines()[1:], 1):
            inv, ts, cust, prod, qty, price, total, _ = line.split(",")
            sheet.write_row(row, 0, [inv, "", cust, prod, float(qty), float(price), float(total)])
            sheet.write_datetime(row, 1, datetime.fromisoformat(ts))
    assert equal(read_lines(path), read(folder, GOOD))


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(folder: Path, delimiter: str) -> None:
    assert equal(read(folder, GOOD.replace(",", delimiter)), read(folder, GOOD))


def test_blank_rows_are_no_lines(folder: Path) -> None:
    assert equal(read(folder, GOOD + ",,,,,,,\n"), read(folder, GOOD))


@pytest.mark.parametrize(
    "written",
    [
        *("2026-05-14T11:30:00", "2026-05-14 11:30", "14/05/2026 11:30", "5/14/2026 11:30", "14.05.2026 11:30:00"),
        *("2026-05-14T11:30:00+05:30", "2026-05-14T11:30:00.000Z"),
    ],
)
def test_moments_as_people_write_them_are_local_time(folder: Path, written: str) -> None:
    text = f"inv,ts,cust,prod,qty,price\n1,{written},,tea,1,5\n"
    assert str(read(folder, text).ts[0]) == "2026-05-14T11:30:00"


def test_where_day_and_month_could_change_places_time_runs_forward(folder: Path) -> None:
    days_first = "inv,ts,cust,prod,qty,price\n1,01/02/2026,,tea,1,5\n2,03/02/2026,,tea,1,5\n3,01/03/2026,,tea,1,5\n"
    months_first = "inv,ts,cust,prod,qty,price\n1,02/01/2026,,tea,1,5\n2,02/03/2026,,tea,1,5\n3,03/01/2026,,tea,1,5\n"
    assert read(folder, days_first).ts.tolist() == read(folder, months_first).ts.tolist()


def test_typed_columns_of_parquet(folder: Path) -> None:
    path = folder / "typed.parquet"
    moments = pl.Series([datetime(2026, 5, 4, 11, 30)] * 2).dt.replace_time_zone("Asia/Kolkata")
    pl.DataFrame(
        {
            "inv": [7, 8],
            "ts": moments,
            "cust": [17850.0, float("nan")],
            "prod": [1, 2],
            "qty": [1, 2],
            "price": pl.Series(["1.25", "3.00"]).cast(pl.Decimal(10, 2)),
            "credit": [0, 0],
        }
    ).write_parquet(path)
    lines = read_lines(path)
    assert str(lines.ts[0]) == "2026-05-04T11:30:00"
    assert lines.cust.tolist() == [0, UNNAMED]
    assert lines.price.tolist() == [1.25, 3]
    assert lines.total.tolist() == [1.25, 6]


# What is refused


@pytest.mark.requirement("RE-1.4")
def test_all_mistakes_are_told_at_once_each_with_its_place(folder: Path) -> None:
    found = refused(
        folder,
        "inv,ts,cust,prod,qty,Unit Prise,total,credit,currency\n"
        "A1,yesterday,Asha,tea,2,12.50,25,no,INR\n"
        "A2,2026-05-05,Asha,,two,1,2,perhaps,INR\n"
        "A3,2026-05-06,Asha,tea,-2,1,2,no,BHD\n",
    )
    assert found["lines.column_missing price"].parameters["near"] == "Unit Prise"
    assert "Is it 'Unit Prise'? Then call it price." in str(found["lines.column_missing price"])
    assert str(found["lines.cell_unreadable ts"]).startswith("row 2, column ts: 'yesterday' is no date and time.")
    assert found["lines.cell_empty prod"].place == "row 3, column prod"
    assert found["lines.cell_unreadable qty"].place == "row 3, column qty"
    assert found["lines.cell_unreadable credit"].place == "row 3, column credit"
    assert found["lines.quantity_sign qty"].place == "row 4, column qty"
    assert "2 currencies: BHD, INR" in found["lines.currencies currency"].message
    assert len(found) == 7


def test_alike_mistakes_of_a_column_are_one_finding_that_counts_them(folder: Path) -> None:
    rows = "".join(f"{number},2026-05-04,,tea,1,{0 if number % 2 else 5}\n" for number in range(2_000))
    found = refused(folder, "inv,ts,cust,prod,qty,price\n" + rows)
    assert list(found) == ["lines.price price"]
    assert found["lines.price price"].place == "rows 3, 5, 7, 9, 11 and 995 more, column price"
    assert "1,000 line(s) have a price of 0 or less." in found["lines.price price"].message


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1,2026-05-04,,tea,0,5,0,false", "lines.quantity_sign qty"),
        ("1,2026-05-04,,tea,-1,5,-5,false", "lines.quantity_sign qty"),
        ("1,2026-05-04,,tea,1,5,5,true", "lines.quantity_sign qty"),
        ("1,2026-05-04,,tea,1,5,-5,false", "lines.total_sign total"),
        ("1,2026-05-04,,tea,1,-5,5,false", "lines.price price"),
        ("1,2026-05-04,,tea,1,,5,false", "lines.cell_empty price"),
        ("1,2026-05-04,,tea,1,inf,5,false", "lines.cell_unreadable price"),
        (",2026-05-04,,tea,1,5,5,false", "lines.cell_empty inv"),
        ("1,2026-13-04,,tea,1,5,5,false", "lines.cell_unreadable ts"),
        ("1,2026-05-04,,tea,-1,5,-5,true", "lines.no_sale"),
    ],
)
def test_a_line_that_cannot_be(folder: Path, row: str, code: str) -> None:
    assert code in refused(folder, f"inv,ts,cust,prod,qty,price,total,credit\n{row}\n")


def test_no_lines_and_no_columns(folder: Path) -> None:
    assert list(refused(folder, "inv,ts,cust,prod,qty,price\n")) == ["lines.none"]
    assert len(refused(folder, "a,b\n1,2\n")) == 6
    assert list(refused(folder, "")) == ["lines.unreadable"]


def test_files_that_are_nothing_of_the_kind(folder: Path) -> None:
    for content in (b"PAR1 and then nothing", b"PK\x03\x04 and then nothing", b"\x89PNG\r\n\0\0\0"):
        path = folder / "lines"
        path.write_bytes(content)
        with pytest.raises(InputRefused) as caught:
            read_lines(path)
        assert [one.code for one in caught.value.findings] == ["lines.unreadable"]
    with pytest.raises(InputRefused, match="No such file"):
        read_lines(folder / "nowhere.csv")


def test_who_reads_no_lines_does_not_wait_for_polars() -> None:
    program = (
        "import sys, ledgerflow.cli.commands, ledgerflow.intake.lines_table, ledgerflow.issuing.books\n"
        "print({'polars', 'pandas', 'scipy', 'sklearn'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
