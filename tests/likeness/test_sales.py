"""Lines gathered into sales, counted by hand on a shop with three customers."""

from dataclasses import replace

import numpy as np
import pytest

from ledgerflow.habits.lines import UNNAMED, Lines, no_lines
from ledgerflow.likeness.baskets import lifts, rebuy_share
from ledgerflow.likeness.credit_notes import lags
from ledgerflow.likeness.customers import named_share, repeat_share
from ledgerflow.likeness.dependence import customer_share
from ledgerflow.likeness.digits import off_list_share
from ledgerflow.likeness.portrait import portrait
from ledgerflow.likeness.sales import gather
from ledgerflow.likeness.validity import validity

TEA, RICE, SOAP, SALT = range(4)
NAMES = ("tea", "rice", "soap", "salt")
Row = tuple[int, str, int, int, float, float]


def shop(*rows: Row, names: tuple[str, ...] = NAMES) -> Lines:
    """Lines from (invoice, moment, customer, product, quantity, price); a negative quantity is a return."""
    inv, ts, cust, prod, qty, price = (np.array(column) for column in zip(*rows, strict=True))
    moments = ts.astype("datetime64[s]")
    return Lines(inv, moments, cust, prod, qty, price, np.round(qty * price, 2), qty < 0, names)


BOOKS = shop(
    (30, "2026-05-11T09:30", 1, TEA, 2, 4.0),
    (10, "2026-05-04T17:00", 1, TEA, 1, 5.0),
    (10, "2026-05-04T17:00", 1, RICE, 3, 2.0),
    (10, "2026-05-04T17:00", 1, TEA, 1, 5.0),
    (20, "2026-05-05T10:00", UNNAMED, SOAP, 6, 1.5),
    (30, "2026-05-11T09:30", 1, SOAP, 6, 1.5),
    (40, "2026-05-12T10:00", 2, TEA, 1, 5.0),
    (50, "2026-05-07T17:00", 1, TEA, -1, 5.0),
    (60, "2026-05-13T10:00", 2, SALT, -1, 5.0),
)


def test_invoices_stand_in_the_order_of_time_whatever_the_order_of_lines() -> None:
    sales = gather(BOOKS)
    assert sales.total.tolist() == [16.0, 9.0, 17.0, 5.0]
    assert sales.size.tolist() == [3, 1, 2, 1]
    assert sales.distinct.tolist() == [2, 1, 2, 1]
    assert sales.units.tolist() == [5, 6, 8, 1]
    assert sales.hour.tolist() == [17, 10, 9, 10]
    assert sales.weekday.tolist() == [0, 1, 0, 1]
    assert sales.greatest(sales.lines.price).tolist() == [5.0, 1.5, 4.0, 5.0]


def test_customers_come_back_after_days_and_the_unnamed_never_do() -> None:
    sales = gather(BOOKS)
    assert sales.cust.tolist() == [1, UNNAMED, 1, 2]
    assert sales.orders.tolist() == [2, 1]
    assert np.array_equal(sales.gaps, [np.nan, np.nan, 7, np.nan], equal_nan=True)
    assert np.array_equal(sales.turn, [0, np.nan, 1, 0], equal_nan=True)
    assert repeat_share(sales) == pytest.approx(1 / 3)
    assert named_share(sales) == 0.75


def test_a_name_on_a_later_line_names_the_invoice() -> None:
    rows: list[Row] = [(1, "2026-05-04", UNNAMED, TEA, 1, 1), (1, "2026-05-04", 7, RICE, 1, 1)]
    assert gather(shop(*rows)).cust.tolist() == [7]


def test_what_was_bought_before_is_bought_again() -> None:
    assert rebuy_share(gather(BOOKS)) == 0.5  # of tea and soap on the second invoice, tea


def test_a_product_has_one_usual_price() -> None:
    assert off_list_share(gather(BOOKS)) == pytest.approx(1 / 7)  # tea at 4.00


def test_a_return_follows_the_sale_of_the_same_thing_to_the_same_customer() -> None:
    assert lags(gather(BOOKS)).tolist() == [3.0]  # the salt was never sold


def test_a_return_before_any_sale_follows_none() -> None:
    early = shop((1, "2026-05-04", 1, TEA, -1, 5), (2, "2026-05-05", 1, TEA, 1, 5), (3, "2026-05-01", 0, TEA, 1, 5))
    assert lags(gather(early)).tolist() == []


def test_customers_of_their_own_size_differ_between_one_another_only() -> None:
    rows: list[Row] = [
        (10 * customer + turn, f"2026-05-{turn + 1:02}", customer, TEA, 1, 10.0**customer)
        for customer in range(3)
        for turn in range(4)
    ]
    assert customer_share(gather(shop(*rows))) == pytest.approx(1)


def test_things_bought_together_have_a_lift() -> None:
    """Tea goes with rice and soap with salt, always, on half of the invoices each: twice as often as by chance."""
    rows: list[Row] = []
    for invoice in range(400):
        pair = (0, 10) if invoice % 2 else (20, 30)
        rows += [
            (invoice, f"2026-05-{invoice % 28 + 1:02}", 1, pair[place] + k, 1, 1.0)
            for place in (0, 1)
            for k in range(5)
        ]
    found = lifts(gather(shop(*rows, names=())))
    assert set(found.round(6)) == {0.0, 2.0}


def test_a_basket_of_four_that_stands_in_the_reference_is_a_copy() -> None:
    full = shop(*[(1, "2026-05-04", 1, product, 1, 5.0) for product in range(4)])
    turned = shop(
        *[(9, "2026-06-04", 3, product, 2, 7.0) for product in range(4)],
        *[(10, "2026-06-05", 3, product, 2, 7.0) for product in range(3)],
        names=("salt", "soap", "rice", "tea"),
    )
    strange = shop(*[(9, "2026-06-04", 3, product, 2, 7.0) for product in range(4)], names=("a", "b", "c", "d"))
    assert validity(gather(full), gather(turned))["no_copied_baskets"] == 0
    assert validity(gather(full), gather(strange))["no_copied_baskets"] == 1


def test_a_total_that_is_not_quantity_times_price_is_wrong() -> None:
    wrong = BOOKS.total.copy()
    wrong[1] += 0.5
    spoilt = replace(BOOKS, total=wrong)
    assert validity(gather(BOOKS), gather(spoilt))["line_arithmetic"] == pytest.approx(6 / 7)


def test_columns_of_different_lengths_are_no_table() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        replace(BOOKS, total=BOOKS.total[1:])


# The portrait


def test_the_portrait_of_the_shop() -> None:
    drawn = portrait(BOOKS)
    assert drawn
    assert (drawn.facts.invoices, drawn.facts.lines, drawn.facts.products, drawn.facts.customers) == (4, 7, 3, 2)
    assert (drawn.facts.first_day, drawn.facts.last_day) == ("2026-05-04", "2026-05-12")
    assert drawn.facts.credit_note_share == pytest.approx(2 / 6)
    assert drawn.facts.median_return_days == 3
    assert drawn.hours[[9, 10, 17]].tolist() == [0.25, 0.5, 0.25]
    assert drawn.weekdays.tolist() == [0.5, 0.5, 0, 0, 0, 0, 0]
    assert drawn.lines[:3].tolist() == [0.5, 0.25, 0.25]
    assert drawn.endings[[0, 50]] == pytest.approx([5 / 7, 2 / 7])
    for spread in (drawn.hours, drawn.weekdays, drawn.weeks, drawn.lines, drawn.totals, drawn.first_digits, drawn.gaps):
        assert spread.sum() == pytest.approx(1)


def test_where_nobody_is_named_there_are_no_customers_to_draw() -> None:
    drawn = portrait(shop((1, "2026-05-04", UNNAMED, TEA, 1, 5.0)))
    assert drawn
    assert not len(drawn.customers)
    assert not len(drawn.orders)
    assert not len(drawn.gaps)


def test_nothing_sold_has_no_portrait() -> None:
    assert portrait(no_lines()) is None
    assert portrait(shop((1, "2026-05-04", 1, TEA, -1, 5.0))) is None
