"""How real books look: pictures in the report of a batch, and a page of scores, each beside a reference."""

import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests.export.books import ASHA, GST_18, batch, invoice, line, sale
from tests.reporting.test_report import Page, heights

from ledgerflow.billing.invoice import Invoice
from ledgerflow.habits.lines import Lines
from ledgerflow.likeness.billed import lines_of
from ledgerflow.likeness.portrait import Portrait, portrait
from ledgerflow.likeness.scoring import Metric, Score
from ledgerflow.reporting.amounts import short
from ledgerflow.reporting.charts import Series, beside, curves
from ledgerflow.reporting.pictures import Side, pictures
from ledgerflow.reporting.realism import realism_page
from ledgerflow.reporting.report import report


def rupees() -> list[Invoice]:
    """Two named customers; one comes back after four days."""
    again = invoice("INV/26-27/0004", sale(line("20"), day="2026-05-08"), [GST_18])
    return [*(one for one in batch() if one.supply.currency.code == "INR"), again]


def drawn(lines: Lines) -> Portrait:
    found = portrait(lines)
    assert found
    return found


OURS = drawn(lines_of(rupees()))
TITLES = [
    *("Hours", "Weekdays", "Weeks of the year", "Lines an invoice", "Invoice totals", "First digits"),
    *("Price endings", "Products", "Customers", "Orders a customer", "Coming back"),
]


def test_eleven_pictures_of_the_batch() -> None:
    html = pictures(Side("This batch", OURS))
    assert re.findall("<h3>([^<]+)", html) == TITLES
    assert "legend" not in html


def test_beside_a_reference_each_picture_has_both_and_says_which_is_which() -> None:
    html = pictures(Side("This batch", OURS), Side("Reference", OURS))
    assert html.count('<li dir="auto">') == 2 * len(TITLES)
    assert html.count('class="curve s1"') == html.count('class="curve s2"') == 3
    for title in TITLES:
        assert re.search(f"<h3>{title}.*?<th scope=col[^>]*>This batch</th><th[^>]*>Reference</th>", html)


def test_a_stall_whose_buyers_leave_no_name_has_no_pictures_of_customers() -> None:
    walk_in = replace(ASHA, name="")
    stall = drawn(lines_of([invoice("INV/26-27/0001", sale(line("5"), buyer=walk_in), [GST_18])]))
    assert re.findall("<h3>([^<]+)", pictures(Side("This batch", stall))) == TITLES[:8]


def test_a_reference_with_customers_is_drawn_alone_where_the_batch_has_none() -> None:
    walk_in = replace(ASHA, name="")
    stall = drawn(lines_of([invoice("INV/26-27/0001", sale(line("5"), buyer=walk_in), [GST_18])]))
    html = pictures(Side("This batch", stall), Side("Reference", OURS))
    assert '<th scope=col>Orders</th><th scope=col class="number">Reference</th>' in html


def test_the_figures_of_a_picture_are_the_shares() -> None:
    html = pictures(Side("This batch", OURS))
    hours = html[html.index("<h3>Weekdays") : html.index("<h3>Weeks")]
    shares = dict(re.findall(r'dir="auto">([^<]+)</th><td class="number">([^<]+)<', hours))
    assert shares["Mon"] == "25.0 %"  # of four invoices
    assert shares["Tue"] == "50.0 %"
    assert shares["Sun"] == "0.0 %"


@pytest.mark.requirement("RE-1.5")
def test_the_report_shows_how_real_its_batch_looks() -> None:
    alone = report(batch(), "Books", {})
    assert "How real it looks" in alone
    assert "With fewer than 1,000 invoices much of it is chance." in alone
    assert "Reference" not in alone
    assert Page(report(batch(), "Books", {}, reference=lines_of(rupees()))).words.count("Reference") >= 2 * len(TITLES)


def test_a_batch_of_returns_only_has_no_such_pictures() -> None:
    assert "How real it looks" not in report(batch()[-1:], "Books", {})


def test_columns_stand_side_by_side_in_the_order_of_their_series() -> None:
    chart = beside(
        "Hours", ["9", "10"], [Series("A", (Decimal(4), Decimal(2))), Series("B", (Decimal(1), Decimal(0)))], short
    )
    a, b, c, d = (height for _, height in heights(chart))
    assert a == 4 * b == 2 * c
    assert d == 0
    lefts = [Decimal(x) for x in re.findall(r'<rect class="c\d" x="([\d.]+)"', chart)]
    assert lefts == sorted(lefts)
    assert "<title>9 · B · 1</title>" in chart


def test_curves_differ_in_more_than_colour() -> None:
    chart = curves(
        "Weeks", ["1", "2"], [Series("A", (Decimal(1), Decimal(2))), Series("B", (Decimal(2), Decimal(1)))], short
    )
    assert re.findall(r'class="(curve s\d)"', chart) == ["curve s1", "curve s2"]
    assert "stroke-dasharray" in report([], "", {})


# The page of scores


def scored(digits: float, invoices: int = 5_000) -> Score:
    parts = {"first_digit_tv": 0.97, "price_ending_tv": digits, "off_list_share": 1.0}
    return Score((Metric("M7_digits", float(np.mean(list(parts.values()))), parts),), invoices, 19_773, shape=False)


def test_the_page_says_what_is_weak_in_words() -> None:
    words = Page(realism_page("lines.csv", OURS, OURS, scored(0.41))).words
    assert "price endings 0.41, first digits of totals 0.97" in words
    assert "below" in words
    assert "0.793" in words
    assert "mean little" not in words


def test_the_page_warns_of_few_invoices() -> None:
    assert "With 120 invoices on one side these scores mean little" in realism_page("", OURS, OURS, scored(0.9, 120))
    assert "much of it is chance" in realism_page("", OURS)


def test_the_page_stands_alone_and_a_hostile_name_is_text() -> None:
    html = realism_page("<script>alert(1)</script>.csv", OURS, OURS, scored(1))
    assert not {"script", "link", "img", "iframe"} & set(Page(html).tags)
    assert "default-src 'none'" in html
    assert "<th scope=col></th>" not in html
    assert "simulated" not in html  # the lines may be a user's own books
