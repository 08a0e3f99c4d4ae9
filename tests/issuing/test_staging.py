"""Results take their places together, when all are made; until then what stood there before is kept."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ledgerflow.issuing.staging import staged

EARLIER = {"invoices.zip": "earlier archive", "ledger.db": "earlier ledger", "notes.txt": "the user's own"}


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def make(folder: Path, *names: str, end: BaseException | None = None, earlier: Sequence[str] = ()) -> None:
    with staged(folder, [], earlier) as desk:
        for name in names:
            (desk / name).write_text("new")
        if end:
            raise end


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in EARLIER.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_new_results_replace_the_earlier_ones_of_their_names(folder: Path) -> None:
    with staged(folder, ["invoices.zip"]) as desk:
        for name in ("invoices.zip", "ledger.db", "report.html"):
            (desk / name).write_text("new")
        assert contents(folder / desk.name) == dict.fromkeys(("invoices.zip", "ledger.db", "report.html"), "new")
        assert (folder / "invoices.zip").read_text() == "earlier archive"
    assert contents(folder) == EARLIER | dict.fromkeys(("invoices.zip", "ledger.db", "report.html"), "new")


@pytest.mark.parametrize("end", [KeyboardInterrupt(), OSError("full")])
def test_who_fails_half_way_leaves_everything_as_it_was(end: BaseException, folder: Path) -> None:
    with pytest.raises(type(end)):
        make(folder, "invoices.zip", end=end)
    assert contents(folder) == EARLIER


def test_a_full_disk_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full") as told:
        make(tmp_path / "out", end=OSError(28, "full"))
    assert told.value.filename == str(tmp_path / "out")


def test_who_fails_leaves_no_folder_that_was_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"):
        make(tmp_path / "deep" / "out", "invoices.zip", end=OSError("full"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_told_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "invoices.zip").mkdir()
    with pytest.raises(IsADirectoryError), staged(tmp_path, ["invoices.zip"]):
        raise AssertionError("the work was begun")
    assert [path.name for path in tmp_path.iterdir()] == ["invoices.zip"]


def test_a_folder_in_the_way_of_one_file_keeps_all_back(folder: Path) -> None:
    (folder / "register.csv").mkdir()
    with pytest.raises(IsADirectoryError):
        make(folder, "invoices.zip", "register.csv")
    assert (folder / "invoices.zip").read_text() == "earlier archive"


def test_what_a_killed_run_left_is_cleared_away(folder: Path) -> None:
    (folder / ".unfinished").mkdir()
    (folder / ".unfinished" / "register.xlsx").write_text("of a run that was killed")
    make(folder, "report.html")
    assert contents(folder) == EARLIER | {"report.html": "new"}


def test_the_log_of_an_earlier_database_goes_with_it(folder: Path) -> None:
    """SQLite would play it back into the new one."""
    (folder / "ledger.db-wal").write_text("of the earlier ledger")
    make(folder, "ledger.db")
    assert contents(folder) == EARLIER | {"ledger.db": "new"}


def test_labels_and_tables_of_an_earlier_run_go_when_the_new_results_come(folder: Path) -> None:
    (folder / "labels.csv").write_text("of the earlier books")
    (folder / "lines.parquet").mkdir()
    make(folder, "report.html", earlier=("labels.csv", "lines.parquet", "payments.parquet"))
    assert {path.name for path in folder.iterdir()} == {*EARLIER, "report.html", "lines.parquet"}
    (folder / "labels.csv").write_text("of these books")
    with pytest.raises(OSError, match="full"):
        make(folder, "report.html", end=OSError("full"), earlier=("labels.csv",))
    assert (folder / "labels.csv").read_text() == "of these books"
