"""A credit note names an earlier sale to the same buyer and gives back part of it, never more."""

from datetime import date
from decimal import Decimal

import pytest
from tests.simulation.town import books, payable, sell, shop

from ledgerflow.billing.supply import NoteKind, Supply
from ledgerflow.simulation.simulate import Sale


@pytest.fixture(scope="module")
def sales() -> list[Sale]:
    config = books(shop(buyers={"walk_in": 0.3, "business": 0.5}), style="wholesale", count=400, credit_note_rate=0.3)
    return sell(config)


def notes(sales: list[Sale]) -> list[tuple[Supply, Supply]]:
    """Each note with the sale it corrects."""
    found = []
    for sale in sales:
        note = sale.supply.correction
        if note is not None:
            assert note.position is not None
            found.append((sale.supply, sales[note.position].supply))
    return found


def test_they_come_on_top_as_the_rate_says(sales: list[Sale]) -> None:
    assert len(sales) == 400 + 120
    assert len(notes(sales)) == 120


def test_each_corrects_another_invoice_to_a_named_buyer(sales: list[Sale]) -> None:
    for note, sale in notes(sales):
        assert sale.correction is None
        assert sale.buyer.name
        assert (note.buyer, note.seller, note.currency) == (sale.buyer, sale.seller, sale.currency)
    positions = [sale.supply.correction.position for sale in sales if sale.supply.correction]
    assert len(positions) == len(set(positions))


def test_each_comes_after_its_sale_and_within_the_period(sales: list[Sale]) -> None:
    for note, sale in notes(sales):
        assert note.correction is not None
        assert sale.tax_point <= note.tax_point
        assert note.tax_point.date() <= date(2026, 9, 30)
        assert note.correction.kind is NoteKind.CREDIT
        assert note.correction.reason
        assert note.correction.day == sale.tax_point.date().isoformat()


def test_each_gives_back_a_part_of_the_lines(sales: list[Sale]) -> None:
    whole = 0
    for note, sale in notes(sales):
        sold = {line.sku: line for line in sale.lines}
        assert len({line.sku for line in note.lines}) == len(note.lines) <= len(sale.lines)
        for line in note.lines:
            assert 1 <= line.quantity <= sold[line.sku].quantity
            assert line.unit_price == sold[line.sku].unit_price
            assert line.discount_percent == sold[line.sku].discount_percent
        whole += note.lines == sale.lines
        assert Decimal(0) < payable(note) <= payable(sale)
    assert 0 < whole < len(notes(sales))


def test_a_note_for_the_last_second_is_still_in_the_period() -> None:
    config = books(count=200, credit_note_rate=1, first_day="2026-04-07", last_day="2026-04-07")
    assert {note.tax_point.date() for note, _ in notes(sell(config))} == {date(2026, 4, 7)}


def test_without_a_rate_there_are_none() -> None:
    assert notes(sell(books())) == []
