"""The measure on the whole UCI set: real halves pass, every part agrees with the yardstick, and it is fast enough."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from benchmarks.measuring import best, record
from tests.likeness.books import (
    as_lines,
    dearer,
    halves,
    shuffled_customers,
    sorted_by_customer,
    uci,
    uniform,
    yardstick_score,
)

from ledgerflow.assembly import Application
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.tax import TaxContext
from ledgerflow.habits.lines import Lines
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.intake.lines_table import read_lines
from ledgerflow.likeness.billed import lines_of
from ledgerflow.likeness.classifier import boosted_auc
from ledgerflow.likeness.portrait import portrait
from ledgerflow.likeness.scoring import score
from ledgerflow.reporting.figures import by_currency
from ledgerflow.reporting.pictures import Side, pictures
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.reading import read_config
from ledgerflow.simulation.simulate import simulate

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def sides() -> tuple[pd.DataFrame, pd.DataFrame]:
    return halves(uci())


@pytest.fixture
def real(sides: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path) -> Lines:
    return as_lines(sides[0], tmp_path)


@pytest.mark.parametrize("shape", [False, True], ids=["amounts", "shape"])
def test_a_real_half_agrees_with_the_yardstick_to_the_last_part(
    sides: tuple[pd.DataFrame, pd.DataFrame], real: Lines, tmp_path: Path, shape: bool
) -> None:
    _agrees(sides[0], sides[1], real, as_lines(sides[1], tmp_path), shape=shape)


@pytest.mark.parametrize("shape", [False, True], ids=["amounts", "shape"])
def test_the_whole_set_against_dice_agrees_with_the_yardstick(tmp_path: Path, shape: bool) -> None:
    whole, diced = uci(), uniform(9_000)
    _agrees(whole, diced, as_lines(whole, tmp_path), as_lines(diced, tmp_path), shape=shape)


def _agrees(real: pd.DataFrame, made: pd.DataFrame, theirs: Lines, ours: Lines, *, shape: bool) -> None:
    scores, parts = yardstick_score(real, made, shape=shape, classify=True)
    result = score(theirs, ours, shape=shape, classify=boosted_auc)
    for metric in result.metrics:
        assert dict(metric.parts) == pytest.approx(dict(parts[metric.key]), abs=0.01), metric.key
    assert result.realism == pytest.approx(scores["REALISM"], abs=0.01)


def test_real_halves_are_real(sides: tuple[pd.DataFrame, pd.DataFrame], real: Lines, tmp_path: Path) -> None:
    result = score(real, as_lines(sides[1], tmp_path), classify=boosted_auc)
    detail = f"{result.invoices:,} invoices against {result.reference:,}, no customer in common"
    record("realism_real_half", result.realism, "above 0.95", met=result.realism > 0.95, detail=detail)
    assert result.realism > 0.95


def test_dice_are_not(tmp_path: Path) -> None:
    result = score(as_lines(uci(), tmp_path), as_lines(uniform(9_000), tmp_path), classify=boosted_auc)
    record("realism_uniform", result.realism, "below 0.35", met=result.realism < 0.35)
    assert result.realism < 0.35


@pytest.mark.parametrize(
    ("spoil", "failing"),
    [
        (lambda frame: dearer(frame, 1.07), {"M7"}),
        (shuffled_customers, {"M3", "M6"}),
        (sorted_by_customer, {"M5"}),
    ],
    ids=["dearer", "shuffled", "sorted"],
)
def test_what_was_spoilt_fails_and_nothing_else_of_its_kind(
    sides: tuple[pd.DataFrame, pd.DataFrame],
    real: Lines,
    tmp_path: Path,
    spoil: Callable[[pd.DataFrame], pd.DataFrame],
    failing: set[str],
) -> None:
    result = score(real, as_lines(spoil(sides[1]), tmp_path))
    judged = ("M1", "M3", "M4", "M5", "M6", "M7")
    assert {key for key in judged if not result[key].passed} == failing


def test_a_million_lines_are_read_and_measured_in_seconds(tmp_path: Path) -> None:
    frame = uci()
    twice = pd.concat([frame, frame.assign(inv="Z" + frame.inv, cust=frame.cust + 100_000)])
    twice.to_csv(tmp_path / "lines.csv", index=False)
    took = best(lambda: read_lines(tmp_path / "lines.csv"))
    record("lines_read_seconds", took, "at most 5", met=took <= 5, detail=f"{len(twice):,} lines of CSV")
    lines = read_lines(tmp_path / "lines.csv")
    took = best(lambda: score(lines, lines))
    record("lines_scored_seconds", took, "at most 5", met=took <= 5, detail=f"{len(twice):,} lines twice, without M9")


def test_the_pictures_hold_no_batch_up() -> None:
    invoices = _hundred()
    took = best(lambda: _pictures(invoices))
    record("realism_pictures_ms", took * 1000, "at most 60", met=took <= 0.06, detail="a report of 100 invoices")
    assert took <= 0.06


def _pictures(invoices: list[Invoice]) -> None:
    for books in by_currency(invoices).values():
        if drawn := portrait(lines_of(books)):
            pictures(Side("This batch", drawn))


def _hundred() -> list[Invoice]:
    laws = Application().laws
    said = read_config((EXAMPLES / "demo.yaml").read_text("utf-8"), "demo.yaml").model_dump() | {"count": 100}
    config = SimulationConfig.model_validate(said)
    desks = {place.key: laws[place.strategy] for place in config.business.establishments}
    goods = read_catalogue((EXAMPLES / "catalogue.xlsx").read_bytes()).products
    return [
        Invoice(f"{n}", "{n}", "", n, "", sale.supply, desks[sale.establishment].assess(TaxContext(sale.supply)))
        for n, sale in enumerate(simulate(config, goods, laws))
    ]
