"""What is put into sales: as much as asked, on whom it fits, and nothing else is touched."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulation.town import LAWS, books, payable, sell, shop

from ledgerflow.billing.errors import InputRefused
from ledgerflow.billing.supply import Supply
from ledgerflow.simulation.anomalies.labels import Label
from ledgerflow.simulation.anomalies.planting import TRICKS, Planted, plant
from ledgerflow.simulation.anomalies.scene import Scene, value_of
from ledgerflow.simulation.anomaly_wishes import AnomalyKind, Difficulty
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale

MIX = {"business": 0.7, "walk_in": 0.05}
EVERY = list(Difficulty)


def asking(difficulty: Difficulty, rate: float = 0.05, *kinds: AnomalyKind, **fields: object) -> SimulationConfig:
    wishes = {kind.value: {"rate": rate, "difficulty": difficulty.value} for kind in kinds or TRICKS}
    more = {"count": 200, "style": "wholesale", "credit_note_rate": 0.1, "anomalies": wishes} | fields
    return books(shop(buyers=MIX), **more)  # type: ignore[arg-type]  # fields of a configuration


def planted(config: SimulationConfig) -> tuple[list[Sale], Planted]:
    clean = sell(config)
    return clean, plant(config, clean, LAWS)


def of_kind(labels: Sequence[Label], kind: AnomalyKind) -> dict[str, list[Label]]:
    found: dict[str, list[Label]] = {}
    for label in labels:
        if label.kind is kind:
            found.setdefault(label.case, []).append(label)
    return found


def one_kind(kind: AnomalyKind, difficulty: Difficulty) -> tuple[list[Sale], Planted, list[list[Supply]]]:
    """The clean sales, what became of them, and the labelled supplies case by case."""
    clean, after = planted(asking(difficulty, 0.05, kind))
    cases = of_kind(after.labels, kind).values()
    return clean, after, [[after.sales[label.position].supply for label in case] for case in cases]


@pytest.mark.parametrize("difficulty", EVERY)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6), rate=st.sampled_from([0.0, 0.005, 0.021, 0.05]))
def test_as_many_as_asked_and_the_rest_as_it_was(difficulty: Difficulty, seed: int, rate: float) -> None:
    config = asking(difficulty, rate, seed=seed)
    clean, after = planted(config)
    labelled = {label.position for label in after.labels}
    for kind in TRICKS:
        assert len(of_kind(after.labels, kind)) == round(Decimal(str(rate)) * 200)
    moments = [sale.supply.tax_point for sale in after.sales]
    assert moments == sorted(moments)
    left = Counter(map(_without_place, (sale for place, sale in enumerate(after.sales) if place not in labelled)))
    assert not left - Counter(map(_without_place, clean)), "an unlabelled sale is not one of the clean ones"
    gone = Counter(map(_without_place, clean)) - left
    assert sum(gone.values()) == (len(TRICKS) - 1) * round(Decimal(str(rate)) * 200), "only a duplicate leaves its sale"
    for sale in after.sales:
        note = sale.supply.correction
        if note and note.position is not None:
            corrected = after.sales[note.position].supply
            assert note.position not in labelled
            assert corrected.buyer == sale.supply.buyer
            assert corrected.tax_point.date().isoformat() == note.day


def _without_place(sale: Sale) -> object:
    note = sale.supply.correction
    supply = replace(sale.supply, correction=replace(note, position=None)) if note else sale.supply
    return repr(replace(sale, supply=supply))


def test_nothing_asked_is_nothing_done() -> None:
    config = asking(Difficulty.EASY, 0.0)
    clean, after = planted(config)
    assert after.sales == clean
    assert after.labels == ()


def test_the_same_again() -> None:
    config = asking(Difficulty.MEDIUM, 0.03)
    assert planted(config)[1] == planted(config)[1]
    other = config.model_copy(update={"seed": 8})
    assert plant(other, sell(config), LAWS).labels != planted(config)[1].labels


def test_more_than_can_be_is_refused_all_at_once() -> None:
    with pytest.raises(InputRefused) as refused:
        planted(asking(Difficulty.HARD, 0.9, AnomalyKind.CAROUSEL, AnomalyKind.DUPLICATE_INVOICE))
    assert [finding.place for finding in refused.value.findings] == [
        "/anomalies/carousel/rate",
        "/anomalies/duplicate_invoice/rate",
    ]
    assert refused.value.findings[0].parameters["wanted"] == "180"


@pytest.mark.parametrize("difficulty", EVERY)
def test_a_duplicate_comes_after_its_original(difficulty: Difficulty) -> None:
    _, after, _ = one_kind(AnomalyKind.DUPLICATE_INVOICE, difficulty)
    for label in after.labels:
        assert label.refers is not None
        first, again = after.sales[label.refers].supply, after.sales[label.position].supply
        assert sorted(first.lines, key=repr) == sorted(again.lines, key=repr)
        assert payable(first) == payable(again)
        apart = again.tax_point.date() - first.tax_point.date()
        if difficulty is Difficulty.EASY:
            assert apart == timedelta(0)
            assert first.buyer == again.buyer
        if difficulty is Difficulty.HARD:
            assert apart >= timedelta(days=8)
            assert first.buyer.name != again.buyer.name


@pytest.mark.parametrize("difficulty", EVERY)
def test_parts_stay_under_the_limit_and_are_the_whole(difficulty: Difficulty) -> None:
    clean, _, cases = one_kind(AnomalyKind.SPLIT_INVOICE, difficulty)
    limit = Scene(asking(difficulty), clean, LAWS).limit("XTD")
    assert len(cases) == 10
    for parts in cases:
        assert len(parts) >= 2
        assert all(payable(part) < limit for part in parts)
        assert len({part.buyer.name for part in parts}) == 1
        units = Counter[str]()
        for part in parts:
            for line in part.lines:
                units[line.sku] += int(line.quantity)
        whole = [sale.supply for sale in clean if _units(sale.supply) == units and payable(sale.supply) > limit]
        assert len(whole) == 1
    if difficulty is Difficulty.EASY:
        assert all(parts[0].tax_point.date() == parts[-1].tax_point.date() for parts in cases)
    if difficulty is Difficulty.HARD:
        assert all(parts[0].tax_point.date() < parts[-1].tax_point.date() for parts in cases)


def _units(supply: Supply) -> Counter[str]:
    return Counter({line.sku: int(line.quantity) for line in supply.lines})


@pytest.mark.parametrize(("difficulty", "least", "most"), [("easy", 5, 10), ("medium", 2, 3), ("hard", "1.2", "1.5")])
def test_one_line_is_at_a_multiple_of_its_price(difficulty: str, least: str, most: str) -> None:
    clean, _, cases = one_kind(AnomalyKind.PRICE_SPIKE, Difficulty(difficulty))
    prices = {line.sku: line.unit_price for sale in clean for line in sale.supply.lines}
    for (supply,) in cases:
        ratios = [line.unit_price / prices[line.sku] for line in supply.lines if line.unit_price != prices[line.sku]]
        assert len(ratios) == 1
        assert Decimal(least) - Decimal("0.01") <= ratios[0] <= Decimal(most) + Decimal("0.01")


@pytest.mark.parametrize(("difficulty", "figures"), [("easy", 1), ("medium", 2), ("hard", 3)])
def test_round_amounts_have_few_figures(difficulty: str, figures: int) -> None:
    _, _, cases = one_kind(AnomalyKind.ROUND_AMOUNT, Difficulty(difficulty))
    for (supply,) in cases:
        assert len(supply.lines) == 1
        assert len(value_of(supply).normalize().as_tuple().digits) <= figures


@pytest.mark.parametrize("difficulty", EVERY)
def test_the_shell_shares_with_the_seller(difficulty: Difficulty) -> None:
    clean, _, cases = one_kind(AnomalyKind.SELF_DEALING, difficulty)
    shells = {supply.buyer.name: supply.buyer for (supply,) in cases}
    assert len(shells) == 1, "an establishment has one shell, so that its invoices agree"
    seller, (shell,) = clean[0].supply.seller, shells.values()
    assert shell.phone == seller.phone
    assert (shell.place == seller.place) is (difficulty is not Difficulty.HARD)
    assert (shell.name.split()[0] == seller.name.split()[0]) is (difficulty is Difficulty.EASY)
    assert shell.name not in {sale.supply.buyer.name for sale in clean}
    assert LAWS["town"].check_registration(shell.tax_number, shell.place) == ""


@pytest.mark.parametrize("difficulty", EVERY)
def test_one_lot_goes_round_a_ring(difficulty: Difficulty) -> None:
    _, _, cases = one_kind(AnomalyKind.CAROUSEL, difficulty)
    assert {len(rounds) for rounds in cases} == {4 if difficulty is Difficulty.EASY else 3}
    for rounds in cases:
        assert len({tuple(sorted(_units(supply).items())) for supply in rounds}) == 1
        assert len({supply.buyer.name for supply in rounds}) == (2 if difficulty is Difficulty.EASY else 3)
        prices = [value_of(supply) for supply in rounds]
        assert prices == sorted(prices)
        assert (len(set(prices)) == 1) is (difficulty is Difficulty.EASY)
