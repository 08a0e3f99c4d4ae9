"""`ledgerflow fit`, and the lines of `ledgerflow simulate`, as a user meets them."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import EXAMPLES, Run
from tests.learning.trades import distributor

from ledgerflow.habits.lines import Lines
from ledgerflow.intake.lines_table import Names, read_lines, write_lines


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lines of a small distributor, as a file."""
    path = tmp_path_factory.mktemp("books") / "lines.parquet"
    _write(path, distributor(shops=60, days=90))
    return path


@pytest.fixture(scope="module")
def profile(books: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from ledgerflow.cli.twins import learn

    path = tmp_path_factory.mktemp("profile") / "deep" / "profile.yaml"
    learn(books, path)
    return path


def test_a_profile_is_told_in_words_and_makes_a_twin(run: Run, books: Path, profile: Path, tmp_path: Path) -> None:
    outcome = run("fit", books, "--out", tmp_path / "again.yaml")
    assert outcome.status == 0
    assert "closed on Mon" in outcome.out
    assert "not learnt: The year" in outcome.err
    assert (tmp_path / "again.yaml").read_text() == profile.read_text()
    twin = ["--profile", profile, "--count", "200", "--seed", "3", "--format", "lines"]
    days = ["--from", "2026-02-02", "--to", "2026-02-28"]
    assert run("simulate", *twin, *days, "--out", tmp_path / "a").status == 0
    outcome = run("simulate", *twin, *days, "--out", tmp_path / "b")
    assert "of 200 invoices" in outcome.out
    assert (tmp_path / "a/lines.parquet").read_bytes() == (tmp_path / "b/lines.parquet").read_bytes()
    lines = read_lines(tmp_path / "a/lines.parquet")
    assert lines.ts.min() >= np.datetime64("2026-02-02")
    assert lines.ts.max() < np.datetime64("2026-03-01")


def test_an_earlier_result_stays_until_a_new_one_is_whole(run: Run, profile: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "lines.parquet").mkdir(parents=True)
    outcome = run("simulate", "--profile", profile, "--count", "40", "--format", "lines", "--out", out)
    assert outcome.status == 2
    assert "lines.parquet" in outcome.err
    (out / "lines.parquet").rmdir()
    (out / "lines-INR.parquet").write_bytes(b"of earlier books")
    outcome = run("simulate", "--profile", profile, "--count", "40", "--format", "lines", "--out", out, "--json")
    assert outcome.status == 0
    assert json.loads(outcome.out)["file"] == str(out / "lines.parquet")
    assert [path.name for path in out.iterdir()] == ["lines.parquet"]


def test_without_a_count_and_days_a_twin_is_as_large_as_what_was_learnt(
    run: Run, books: Path, profile: Path, tmp_path: Path
) -> None:
    assert run("simulate", "--profile", profile, "--format", "lines", "--out", tmp_path).status == 0
    made, real = read_lines(tmp_path / "lines.parquet"), read_lines(books)
    count = [len(np.unique(lines.inv[~lines.credit])) for lines in (made, real)]
    assert count[0] == pytest.approx(count[1], rel=0.01)
    assert made.ts.min().astype("datetime64[D]") >= real.ts.min().astype("datetime64[D]")


def test_a_configuration_s_books_as_lines_a_file_a_currency(run: Run, tmp_path: Path) -> None:
    catalogue = ["--catalogue", EXAMPLES / "catalogue.xlsx"]
    outcome = run(
        "simulate", EXAMPLES / "demo.yaml", *catalogue, "--count", "60", "--format", "lines", "--out", tmp_path
    )
    assert outcome.status == 0
    made = {path.name: read_lines(path) for path in sorted(tmp_path.iterdir())}
    assert sorted(made) == ["lines-BHD.parquet", "lines-INR.parquet"]
    assert sum(len(np.unique(lines.inv[~lines.credit])) for lines in made.values()) == 60


@pytest.mark.requirement("RE-2.6")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--profile", "PROFILE"], "--format: A profile makes lines"),
        (["demo.yaml", "--profile", "PROFILE", "--format", "lines"], "beside it a configuration"),
        (["--format", "lines"], "Nothing says what to simulate"),
        (["--profile", "nowhere.yaml", "--format", "lines"], "nowhere.yaml"),
        (["--profile", "PROFILE", "--format", "lines", "--count", "0"], "--count: 0 invoices"),
        (["--profile", "PROFILE", "--format", "lines", "--seed", "-1"], "--seed: -1 is no seed"),
        (["--profile", "PROFILE", "--format", "lines", "--database", "x.db"], "--database: Lines are written without"),
        (
            ["--profile", "PROFILE", "--format", "lines", "--from", "0001-01-01", "--to", "9999-12-31"],
            "--to: From 0001-01-01 to 9999-12-31 is more than",
        ),
        (
            ["--profile", "PROFILE", "--format", "lines", "--from", "2026-03-01", "--to", "2026-02-01"],
            "--from: The first day is after the last",
        ),
    ],
)
def test_words_that_do_not_go_together(run: Run, profile: Path, tmp_path: Path, words: list[str], said: str) -> None:
    given = [str(profile) if word == "PROFILE" else word for word in words]
    outcome = run("simulate", *given, "--out", tmp_path / "out")
    assert outcome.status == 2
    assert said in " ".join(outcome.err.split())
    assert not (tmp_path / "out").exists()


def test_a_spoilt_profile_is_told_place_by_place(run: Run, profile: Path, tmp_path: Path) -> None:
    text = profile.read_text().replace("named: 1.0", "named: 7", 1).replace("decimals: 2", "decimals: many", 1)
    (tmp_path / "spoilt.yaml").write_text(text)
    outcome = run("simulate", "--profile", tmp_path / "spoilt.yaml", "--format", "lines", "--out", tmp_path / "out")
    assert outcome.status == 2
    assert "/decimals" in outcome.err
    assert "/customers/named" in outcome.err


@pytest.mark.parametrize("text", ["a: [", "- 1", ""])
def test_what_is_no_profile(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.yaml").write_text(text)
    outcome = run("simulate", "--profile", tmp_path / "odd.yaml", "--format", "lines", "--out", tmp_path / "out")
    assert outcome.status == 2
    assert "ledgerflow fit" in outcome.err


@pytest.mark.requirement("RE-2.6")
def test_ten_lines_are_too_few(run: Run, tmp_path: Path) -> None:
    lines = distributor(shops=20, days=30)
    first = np.unique(lines.inv, return_index=True)[1][:10]
    _write(tmp_path / "ten.parquet", lines.take(first).in_order())
    outcome = run("fit", tmp_path / "ten.parquet", "--out", tmp_path / "p.yaml")
    assert outcome.status == 2
    assert "habits show from 30 on" in outcome.err
    assert not (tmp_path / "p.yaml").exists()


def _write(path: Path, lines: Lines) -> None:
    names = Names(
        *(tuple(f"{letter}{code}" for code in range(int(codes.max()) + 1)) for letter, codes in _codes(lines))
    )
    write_lines(path, lines, names)


def _codes(lines: Lines) -> list[tuple[str, np.ndarray[tuple[int], np.dtype[np.int64]]]]:
    return [("I", lines.inv), ("C", lines.cust), ("P", lines.prod)]
