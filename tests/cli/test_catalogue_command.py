"""`ledgerflow catalogue`: a sheet is taken into the books, or only looked at, or refused and remembered."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import EXAMPLES, Run
from tests.intake.hostile import CORPUS

from ledgerflow.store.opening import open_ledger


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return tmp_path / "books.db"


def test_a_sheet_is_looked_at_taken_in_and_listed(run: Run, books: Path) -> None:
    sheet = EXAMPLES / "catalogue.xlsx"
    tried = run("catalogue", "import", sheet, "--dry-run", "--json", "--database", books)
    assert (tried.status, json.loads(tried.out)["new"], json.loads(tried.out)["taken_in"]) == (0, 289, False)
    assert json.loads(run("catalogue", "list", "--json", "--database", books).out) == []
    assert run("catalogue", "import", sheet, "--database", books).status == 0
    again = json.loads(run("catalogue", "import", sheet, "--json", "--database", books).out)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 289)
    (rice,) = json.loads(run("catalogue", "list", "--search", "gro-001", "--json", "--database", books).out)
    assert (rice["sku"], rice["price"]) == ("GRO-001", "649.00")
    assert "GRO-001" in run("catalogue", "list", "--limit", "1", "--database", books).out


def test_a_change_is_told_before_and_after(run: Run, books: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Product Name,Base Price\nRice,5\nTea,6\n")
    run("catalogue", "import", sheet, "--database", books)
    sheet.write_text("Product Name,Base Price\nRice,7\n")
    done = run("catalogue", "import", sheet, "--replace", "--database", books)
    assert "P0001 Rice: price '5.00' → '7.00'" in done.err
    assert [line.split() for line in done.out.splitlines()][1:3] == [["changed", "1"], ["removed", "1"]]


def test_a_hostile_sheet_is_refused_and_remembered(run: Run, books: Path, tmp_path: Path) -> None:
    make, code = CORPUS["macro.xlsm"]
    (tmp_path / "macro.xlsm").write_bytes(make())
    refused = run("catalogue", "import", tmp_path / "macro.xlsm", "--database", books)
    assert refused.status == 2
    assert f"[{code}]" in refused.err
    with open_ledger(str(books)) as ledger:
        last = ledger.last_entry()
    assert last is not None
    assert (last.deed, code in last.details) == ("refuse_upload", True)
