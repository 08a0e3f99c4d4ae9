"""The report: complete without network or script, safe against hostile names, its figures those of the invoices."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from tests.export import books
from tests.export.books import ASHA, GST_18, KERALA, batch, invoice, sale

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.party import Place
from ledgerflow.billing.tax import DocumentKind, Treatment
from ledgerflow.export.register import totals
from ledgerflow.reporting.amounts import grouped, short
from ledgerflow.reporting.charts import Series, bars, columns, line
from ledgerflow.reporting.figures import by_month, by_rate, by_region, by_size, over_time, top_products
from ledgerflow.reporting.report import report


class Page(HTMLParser):
    """Which elements a page opens, whether all are closed in order, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(html)
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def made(invoices: Sequence[Invoice], title: str = "Books of May") -> str:
    return report(invoices, title=title, about={"generation_id": "a4c1"})


def numbered(count: int, days_apart: int = 1, start: str = "2026-05-04") -> list[Invoice]:
    first = date.fromisoformat(start)
    return [
        invoice(
            f"INV/26-27/{place + 1:04}",
            sale(books.line("100"), day=(first + timedelta(days_apart * place)).isoformat()),
            [GST_18],
        )
        for place in range(count)
    ]


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = made(batch())
    page = Page(html)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not re.search(r"https?://|url\(|@import", html)
    assert "default-src 'none'" in html


def test_the_page_says_that_all_is_simulated() -> None:
    assert made(batch()).count("Specimen – simulated") == 2
    assert '<meta name="keywords" content="simulated">' in made([])


def test_headline_figures_are_the_totals_of_the_invoices() -> None:
    words = Page(made(batch())).words
    for foot in totals(batch()):
        assert grouped(foot.grand_total, foot.currency.code) in words
        assert all(grouped(amount, foot.currency.code) in words for amount in foot.taxes.values())
    assert "Generation id" in words
    assert "5 invoices and 1 credit note, 2026-05-04 to 2026-05-09" in words


def test_sales_outside_any_tax_law_are_untaxed_and_not_exempt() -> None:
    untaxed = books.charge(treatment=Treatment.UNTAXED)
    memo = invoice("CM/0001", sale(books.line("40")), [untaxed], kind=DocumentKind.CASH_MEMO)
    cash = Page(made([memo])).words
    assert "Untaxed value40.00" in cash
    assert "Exempt value" not in cash
    assert "Taxable value" not in cash
    mixed = Page(made([memo, invoice("BS/0001", sale(books.line("25")), [books.EXEMPT])])).words
    assert "Exempt value25.00Untaxed value40.00" in mixed


def test_every_chart_has_a_name_and_its_figures_as_a_table() -> None:
    page = Page(html := made(batch()))
    charts = 2 * (6 + 11)  # in each currency six of the trade and eleven of how real it looks
    assert page.tags.count("figure") == charts
    assert len(re.findall(r'<svg [^>]*role="img" aria-label="[^"]+"', html)) == charts
    assert page.tags.count("table") == charts + 2 * 2
    assert "<th scope=col></th>" not in html


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>', "Tom & Jerry's"])
def test_names_are_text_and_never_markup(name: str) -> None:
    supply = sale(books.line("10", name=name), buyer=replace(ASHA, name=name, place=replace(KERALA, region_name=name)))
    html = made([invoice("INV/26-27/0001", replace(supply, seller=replace(supply.seller, name=name)), [GST_18])], name)
    assert not {"script", "img"} & set(Page(html).tags)
    assert name in Page(html).words


def test_a_report_of_nothing_says_so() -> None:
    assert "There are no invoices in this batch." in Page(made([])).words


def test_the_same_invoices_give_the_same_page() -> None:
    assert made(batch()) == made(batch())


def test_a_batch_of_credit_notes_only_has_a_report() -> None:
    words = Page(made(batch()[-1:])).words
    assert "−589.99" in words
    assert "0 invoices and 1 credit note" in words


# Figures


def test_a_short_period_is_counted_by_days_and_empty_days_show() -> None:
    assert over_time(numbered(3, days_apart=2)) == (
        "day",
        ["4 May", "5 May", "6 May", "7 May", "8 May"],
        [Decimal(count) for count in (1, 0, 1, 0, 1)],
    )


def test_a_long_period_is_counted_by_weeks() -> None:
    step, labels, counts = over_time(numbered(10, days_apart=7, start="2026-05-06"))
    assert (step, labels[0], len(labels)) == ("week", "4 May", 10)
    assert set(counts) == {Decimal(1)}


def test_many_weeks_are_a_line() -> None:
    assert 'polyline class="stroke"' not in made(numbered(10, days_apart=7))
    assert 'polyline class="stroke"' in made(numbered(50, days_apart=7))


def test_revenue_is_by_month_and_establishment_with_months_without_any() -> None:
    kochi = replace(books.SHOP, place=KERALA)
    there = invoice("KL/0001", replace(sale(books.line("250"), day="2026-08-01"), seller=kochi), [GST_18])
    labels, series = by_month([*numbered(2), there])
    assert labels == ["May 2026", "Jun 2026", "Jul 2026", "Aug 2026"]
    assert [(one.name, [str(value) for value in one.values]) for one in series] == [
        ("Kaveri Stores, Bengaluru", ["200.00", "0", "0", "0"]),
        ("Kaveri Stores, Kochi", ["0", "0", "0", "250.00"]),
    ]
    assert "Kaveri Stores, Kochi" in Page(made([*numbered(2), there])).words


def test_rates_come_lowest_first_and_credit_notes_are_subtracted() -> None:
    rows = by_rate(one for one in batch() if one.supply.currency.code == "INR")
    assert [(f"{row.rate:f}", row.treatment) for row in rows] == [
        ("0", "Exempt"),
        ("5.0", "Taxed"),
        ("18", "Reverse charge"),
        ("18", "Taxed"),
        ("28", "Taxed"),
    ]
    assert sum(row.taxes.get("CGST", Decimal(0)) for row in rows) == totals(batch())[0].taxes["CGST"]


def test_the_summary_by_commodity_adds_up_to_the_same() -> None:
    rows, detailed = by_rate(batch()), by_rate(batch(), commodities=True)
    assert {row.commodity for row in detailed} == {"1006"}
    assert sum(row.value for row in rows) == sum(row.value for row in detailed)


def test_products_and_regions_are_the_greatest_ten_and_the_rest() -> None:
    many = [
        invoice(
            f"INV/26-27/{place:04}",
            sale(
                books.line(str(place * 10), name=f"Product {place}"),
                buyer=replace(ASHA, place=replace(KERALA, region_name=f"State {place}")),
            ),
            [GST_18],
        )
        for place in range(1, 13)
    ]
    assert top_products(many)[0] == ("Product 12", Decimal("120.00"))
    assert len(top_products(many)) == 10
    assert by_region(many)[-1] == ("Elsewhere", Decimal(2))
    assert by_region(numbered(3)) == [("Karnataka", Decimal(3))]


def test_buyers_abroad_are_told_by_the_name_of_their_country() -> None:
    def sold_to(place: Place) -> Invoice:
        return invoice("INV/26-27/0001", sale(books.line("10"), buyer=replace(ASHA, place=place)), [GST_18])

    hamburg, dubai = Place("DE", "96", "Other Countries", city="Hamburg"), Place("AE", city="Dubai")
    assert by_region([sold_to(hamburg), sold_to(dubai), sold_to(KERALA), sold_to(Place("IN"))]) == [
        (name, Decimal(1)) for name in ("Germany", "India", "Kerala", "United Arab Emirates")
    ]


def test_sizes_run_from_the_smallest_to_the_greatest_without_a_hole() -> None:
    sizes = [
        invoice(f"INV/26-27/{place:04}", sale(books.line(price)), [books.EXEMPT])
        for place, price in enumerate(("0.50", "7", "7.50", "45"), 1)
    ]
    assert by_size(sizes, short) == (
        ["0–1", "1–2", "2–5", "5–10", "10–20", "20–50"],
        [Decimal(count) for count in (1, 0, 0, 2, 0, 1)],
    )


# Amounts and charts


@pytest.mark.parametrize(
    ("amount", "code", "shown"),
    [
        ("0.00", "INR", "0.00"),
        ("999.50", "INR", "999.50"),
        ("100000", "INR", "1,00,000"),
        ("123456789.10", "INR", "12,34,56,789.10"),
        ("-1234567.891", "BHD", "−1,234,567.891"),
    ],
)
def test_amounts_are_grouped_as_their_country_does(amount: str, code: str, shown: str) -> None:
    assert grouped(Decimal(amount), code) == shown


@pytest.mark.parametrize(
    ("amount", "code", "shown"),
    [
        ("0", "", "0"),
        ("0.05", "BHD", "0.05"),
        ("507.71", "BHD", "508"),
        ("12543", "INR", "12.5k"),
        ("320000", "INR", "3.2L"),
        ("-10400000", "INR", "−1.04Cr"),
        ("7500000", "BHD", "7.5m"),
        ("2000000000", "AED", "2bn"),
    ],
)
def test_axes_have_three_digits(amount: str, code: str, shown: str) -> None:
    assert short(Decimal(amount), code) == shown


def heights(svg: str) -> list[tuple[Decimal, Decimal]]:
    return [
        (Decimal(y), Decimal(height))
        for y, height in re.findall(r'y="([\d.]+)" width="[\d.]+%" height="([\d.]+)"', svg)
    ]


def test_columns_stack_and_what_is_negative_hangs_below_zero() -> None:
    chart = columns(
        "Sales", ["May"], [Series("A", (Decimal(10),)), Series("B", (Decimal(5),)), Series("C", (Decimal(-5),))], short
    )
    (a, a_height), (b, b_height), (c, c_height) = heights(chart)
    assert a_height == 2 * b_height == 2 * c_height
    assert b + b_height == a
    assert c == a + a_height


def test_columns_and_lines_without_values_are_empty_charts() -> None:
    assert "<rect" not in columns("None", [], [Series("", ())], short)
    assert 'points=""' in line("None", [], [], short)


def test_bars_are_in_proportion_and_long_names_are_cut_with_the_whole_name_kept() -> None:
    name = "A stainless steel pressure cooker of five litres"
    chart = bars("Products", [(name, Decimal(100)), ("Tea", Decimal(50)), ("Returned", Decimal(-25))], short)
    widths = [Decimal(width) for width in re.findall(r'<rect class="c\d" [^>]*? width="([\d.]+)%"', chart)]
    assert widths[0] == 2 * widths[1] == 4 * widths[2]
    assert f"<title>{name}</title>A stainless steel pressure cooker of fi…" in chart


def test_charts_fill_their_card_and_keep_the_size_of_their_letters() -> None:
    """Places across are parts of the width; labels without room on a telephone are marked as such."""
    days = [f"{day} May" for day in range(1, 21)]
    counts = tuple(Decimal(day) for day in range(1, 21))
    shapes = (
        columns("Days", days, [Series("", counts)], short),
        bars("Days", list(zip(days, counts, strict=True)), short),
    )
    for chart in shapes:
        across = re.findall(r' (?:x|x1|x2|width)="([^"]+)"', chart)
        assert all(part.endswith("%") and 0 <= float(part[:-1]) <= 100 for part in across if part != "0")
    shown = re.findall(r'class="below( broad)?" x="([\d.]+)%"[^>]*>([^<]+)<', shapes[0])
    for pixels, labels in ((500, shown), (290, [label for label in shown if not label[0]])):
        places = [float(x) / 100 * pixels for _, x, _ in labels]
        assert len(places) >= 3
        assert min(after - before for before, after in pairwise(places)) > 8 * len("20 May")


def test_counts_have_whole_steps() -> None:
    assert re.findall(r'class="tick"[^>]*>([^<]+)<', columns("Few", ["a"], [Series("", (Decimal(2),))], short)) == [
        "0",
        "1",
        "2",
    ]
