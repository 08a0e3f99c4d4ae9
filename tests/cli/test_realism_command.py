"""`ledgerflow realism` as a user meets it."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.likeness.books import uniform

from ledgerflow.cli.measuring import measure


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two sets of uniform dice, of 1,200 and of 300 invoices."""
    folder = tmp_path_factory.mktemp("lines")
    for name, invoices, seed in (("many", 1_200, 1), ("few", 300, 2)):
        uniform(invoices, seed).to_csv(folder / f"{name}.csv", index=False)
    return folder / "many.csv", folder / "few.csv"


def test_lines_alone_are_described_without_scores(run: Run, files: tuple[Path, Path]) -> None:
    outcome = run("realism", files[0])
    assert outcome.status == 0
    assert "invoices                               1,200" in outcome.out
    assert "REALISM" not in outcome.out
    assert outcome.err == ""


def test_scores_in_words_as_json_and_as_a_page(run: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    many, few = files
    figures, page = tmp_path / "figures.json", tmp_path / "page.html"
    outcome = run("realism", few, "--against", many, "--shape", "--json", figures, "--html", page)
    assert outcome.status == 0
    told = json.loads(figures.read_text("utf-8"))
    assert f"{told['realism']:.3f}" in outcome.out
    assert told["metrics"]["M1_marginals"]["passed"]
    assert told["metrics"]["M9_c2st"]["parts"].keys() == {"invoice_auc", "line_auc"}
    assert told["shape"]
    assert not told["meaningful"]
    assert told["facts"]["invoices"] == 300
    assert told["reference"]["invoices"] == 1_200
    assert "M1 Sizes" in outcome.out
    assert "Do a few products carry the trade, with a long tail?" in outcome.out
    assert "With 300 invoices on one side these scores mean little" in outcome.err
    assert f"{told['realism']:.3f}" in page.read_text("utf-8")


def test_few_lines_alone_come_with_a_warning(run: Run, files: tuple[Path, Path]) -> None:
    assert "fewer than 1,000 invoices" in run("realism", files[1]).err


def test_mistakes_in_both_files_are_told_together(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("inv,ts,cust,prod,qty\n1,2026-05-04,,tea,1\n")
    (tmp_path / "two.csv").write_text("inv,ts,cust,prod,qty,price\n1,soon,,tea,1,5\n")
    outcome = run("realism", tmp_path / "one.csv", "--against", tmp_path / "two.csv", "--json", tmp_path / "out.json")
    assert outcome.status == 2
    assert "one.csv, header, column price" in outcome.err
    assert "two.csv, row 2, column ts" in outcome.err
    assert not (tmp_path / "out.json").exists()


def test_without_scikit_learn_the_classifier_is_left_out_and_the_user_told(
    files: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    measure(files[1], files[0], None)
    said = capfd.readouterr()
    assert "M9" not in said.out
    assert "pip install 'ledgerflow[likeness]'" in said.err
