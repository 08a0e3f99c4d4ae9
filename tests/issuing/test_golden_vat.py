"""Every worked VAT example to the last fils, thousands more against exact fractions, and what is refused."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.billing.errors import InputRefused, StrategyUnknown
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.golden import assess_examples
from ledgerflow.issuing.golden_vat import assess_conversion, assess_vat, differences
from ledgerflow.taxes import vat

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "vat_golden.json").read_text("utf-8"))
LAWS: Mapping[str, TaxStrategy] = {
    "vat": vat.generic,
    "vat-ae": vat.emirates,
    "vat-bh": vat.bahrain,
    "vat-om": vat.oman,
    "vat-sa": vat.saudi_arabia,
}
BOOKS = {
    "BH": vat.bahrain.law.book,
    "SA": vat.saudi_arabia.law.book,
    "AE": vat.emirates.law.book,
    "OM": vat.oman.law.book,
}
# Rates that no country's book here can give, with the reason.
NOT_IN_A_BOOK = {"EU01": "Sweden: the generic law of EN 16931 has no rates of its own"}
DAYS = {"BH13": date(2021, 12, 31)}


@pytest.mark.requirement("FR-2.3")
@pytest.mark.parametrize("example", GOLDEN["examples"], ids=lambda example: example["id"])
def test_example(example: dict[str, Any]) -> None:
    computed = assess_vat({**example, "expected": None}, LAWS)
    assert differences(example, computed) == []
    for figure in ("net", "vat", "gross"):
        of_lines = sum(Decimal(line[figure]) for line in computed["lines"])
        assert of_lines == Decimal(computed["expected"][figure])


@pytest.mark.requirement("FR-2.3")
@pytest.mark.parametrize("example", GOLDEN["foreign_currency"], ids=lambda example: example["id"])
def test_conversion(example: dict[str, Any]) -> None:
    inputs = {key: value for key, value in example.items() if key not in ("vat", "gross")}
    assert assess_conversion(inputs, LAWS) == example


@pytest.mark.parametrize("example", GOLDEN["examples"], ids=lambda example: example["id"])
def test_rate_is_in_the_book_of_its_country(example: dict[str, Any]) -> None:
    rates = {Decimal(line["vat_rate"]) for line in example["lines"] if line["vat_category"] == "S"}
    book = BOOKS.get(example["country"])
    assert (book is None) is (example["id"] in NOT_IN_A_BOOK)
    if book and rates:
        assert rates == {book.find("standard", DAYS.get(example["id"], date(2026, 11, 24))).rate}


def half_up(amount: Fraction, unit: Fraction) -> Fraction:
    return (1 if amount >= 0 else -1) * floor(abs(amount) / unit + Fraction(1, 2)) * unit


def shared(amount: Fraction, bases: list[Fraction], unit: Fraction) -> list[Fraction]:
    """Largest remainder, ties to the earlier."""
    if not sum(bases):
        return [amount, *[Fraction(0)] * (len(bases) - 1)]
    exact = [amount * base / sum(bases) for base in bases]
    shares = [floor(part / unit) * unit for part in exact]
    order = sorted(range(len(bases)), key=lambda place: shares[place] - exact[place])
    for place in order[: int((amount - sum(shares)) / unit)]:
        shares[place] += unit
    return shares


def worked_by_hand(example: dict[str, Any]) -> dict[str, Fraction]:
    """The rules of the golden file in exact fractions: a second, independent arithmetic (document-level rules)."""
    unit = Fraction(1, 10 ** example["decimals"])
    bases: dict[tuple[str, str], Fraction] = {}
    nets: dict[tuple[str, str], Fraction] = {}
    for line in example["lines"]:
        amount = half_up(Fraction(line["qty"]) * Fraction(line["unit_price"]), unit)
        percent = half_up(amount * Fraction(line["discount_percent"] or 0) / 100, unit)
        amount -= percent + half_up(Fraction(line["discount_amount"] or 0), unit)
        group, rate = (line["vat_category"], line["vat_rate"]), Fraction(line["vat_rate"])
        bases[group] = bases.get(group, Fraction(0)) + amount
        nets[group] = nets.get(group, Fraction(0)) + half_up(amount * 100 / (100 + rate), unit)
    discount, charge = (Fraction(example[key] or 0) for key in ("document_discount", "document_charge"))
    split = zip(*(shared(amount, list(bases.values()), unit) for amount in (discount, charge)), strict=True)
    net = tax = agreed = Fraction(0)
    for (group, base), (less, more) in zip(bases.items(), split, strict=True):
        rate, value = Fraction(group[1]), base - less + more
        agreed += value
        if example["rule"].startswith("EXCL"):
            vat_of_group = half_up(value * rate / 100, unit)
        elif example["rule"] == "INCL-BT114":
            value = nets[group]
            vat_of_group = half_up(value * rate / 100, unit)
        else:
            vat_of_group = half_up(value * rate / (100 + rate), unit)
            value -= vat_of_group
        net, tax = net + value, tax + vat_of_group
    agreed = agreed if example["rule"].startswith("INCL") else net + tax
    left = agreed - Fraction(example["prepaid"] or 0)
    payable = half_up(left, Fraction(example["cash_step"])) if example["cash_step"] else left
    rounding = payable + Fraction(example["prepaid"] or 0) - (net + tax)
    return {"net": net, "vat": tax, "gross": net + tax, "rounding": rounding, "payable": payable}


MONEYS = {"BH": ("BHD", 3), "SA": ("SAR", 2), "AE": ("AED", 2), "OM": ("OMR", 3), "SE": ("EUR", 2)}


@st.composite
def examples(draw: st.DrawFn, rules: tuple[str, ...], *, whole_document: bool = True) -> dict[str, Any]:
    country = draw(st.sampled_from(sorted(MONEYS)))
    code, decimals = MONEYS[country]

    def line() -> dict[str, Any]:
        category = draw(st.sampled_from(["S", "S", "S", "Z", "E", "O", "AE"]))
        return within_its_value(
            {
                "description": "Goods",
                "qty": str(draw(st.one_of(st.integers(-20, 100), st.decimals(0, 20, places=3)))),
                "unit_price": str(draw(st.decimals(0, 2000, places=draw(st.integers(0, 4))))),
                "vat_category": category,
                "vat_rate": draw(st.sampled_from(["5", "10", "15", "25"])) if category == "S" else "0",
                "discount_percent": draw(st.sampled_from([None, "10", "33.3", "100"])),
                "discount_amount": draw(st.sampled_from([None, "0.05"])),
            }
        )

    def some_amount() -> str | None:
        return draw(st.one_of(st.none(), st.decimals(0, 100, places=decimals).map(str)))

    example: dict[str, Any] = {
        "country": country,
        "currency": code,
        "decimals": decimals,
        "document_type": draw(st.sampled_from(["invoice", "credit_note"])),
        "rule": draw(st.sampled_from(rules)),
        "lines": [line() for _ in range(draw(st.integers(1, 12)))],
        "document_discount": some_amount() if whole_document else None,
        "document_charge": some_amount() if whole_document else None,
        "prepaid": some_amount(),
        "cash_step": draw(st.sampled_from([None, None, "0.005" if decimals == 3 else "0.05", "0.25", "1"])),
    }
    goods = sum((value_of(line) for line in example["lines"]), Fraction(0)) + Fraction(example["document_charge"] or 0)
    return {**example, "document_discount": None} if goods < 101 else example  # more is refused, and tested elsewhere


def value_of(line: dict[str, Any]) -> Fraction:
    percent = Fraction(line["discount_percent"] or 0)
    return Fraction(line["qty"]) * Fraction(line["unit_price"]) * (100 - percent) / 100


def within_its_value(line: dict[str, Any]) -> dict[str, Any]:
    """A fixed discount only on what is worth more, or is returned and worth as much."""
    return {**line, "discount_amount": None} if -1 < value_of(line) < 1 else line


def compare(example: dict[str, Any]) -> None:
    figures = assess_vat(example, LAWS)["expected"]
    assert {key: Fraction(figures[key]) for key in ("net", "vat", "gross", "rounding", "payable")} == worked_by_hand(
        example
    )
    assert sum(Fraction(row["vat"]) for row in figures["breakdown"]) == Fraction(figures["vat"])
    assert sum(Fraction(row["taxable"]) for row in figures["breakdown"]) == Fraction(figures["net"])


@pytest.mark.requirement("FR-2.3")
@given(example=examples(("EXCL-DOC", "INCL-DOC", "INCL-ALLOC")))
def test_unseen_examples_agree_with_exact_fractions(example: dict[str, Any]) -> None:
    compare(example)


@given(example=examples(("INCL-BT114",), whole_document=False))
def test_unseen_examples_of_the_zatca_pattern_agree_too(example: dict[str, Any]) -> None:
    compare(example)


@given(example=examples(("EXCL-LINE", "INCL-LINE"), whole_document=False))
def test_line_by_line_each_line_is_rounded_alone(example: dict[str, Any]) -> None:
    computed = assess_vat(example, LAWS)
    unit = Fraction(1, 10 ** example["decimals"])
    for line in computed["lines"]:
        value, rate = Fraction(line["amount"]) - Fraction(line["discount"]), Fraction(line["vat_rate"])
        whole = 100 if example["rule"] == "EXCL-LINE" else 100 + rate
        assert Fraction(line["vat"]) == half_up(value * rate / whole, unit)
    assert sum(Fraction(line["vat"]) for line in computed["lines"]) == Fraction(computed["expected"]["vat"])


def plain(**changes: object) -> dict[str, Any]:
    return {**GOLDEN["examples"][0], **changes}


def plain_line(**changes: object) -> dict[str, Any]:
    return plain(lines=[{**GOLDEN["examples"][0]["lines"][0], **changes}])


@pytest.mark.requirement("FR-2.3")
@pytest.mark.parametrize(
    ("example", "place", "code"),
    [
        (plain(rule="EXCL"), "/rule", "value_literal_error"),
        (plain(rule=["EXCL-DOC"]), "/rule", "value_literal_error"),
        (plain(country=""), "/country", "value_string_too_short"),
        (plain(currency=None), "/currency", "missing"),
        (plain(decimals="3"), "/decimals", "value_int_type"),
        (plain(decimals=True), "/decimals", "value_int_type"),
        (plain(decimals=9), "/decimals", "value_less_than_equal"),
        (plain(document_type="receipt"), "/document_type", "value_literal_error"),
        (plain(lines=[]), "/lines", "value_too_short"),
        (plain(lines="none"), "/lines", "value_list_type"),
        (plain(lines=["chair"]), "/lines/0", "value_model_type"),
        (plain(cash_step="0"), "/cash_step", "value_greater_than"),
        (plain(prepaid="ten"), "/prepaid", "value_decimal_parsing"),
        (plain(document_discount=1.5), "/document_discount", "value_value_error"),
        (plain(document_charge="NaN"), "/document_charge", "value_finite_number"),
        (plain_line(qty=None), "/lines/0/qty", "missing"),
        (plain_line(qty=True), "/lines/0/qty", "value_value_error"),
        (plain_line(unit_price="1e30"), "/lines/0/unit_price", "value_less_than"),
        (plain_line(unit_price="0.00000000001"), "/lines/0/unit_price", "value_decimal_max_places"),
        (plain_line(discount_percent="101"), "/lines/0/discount_percent", "value_less_than_equal"),
        (plain_line(vat_rate="-5"), "/lines/0/vat_rate", "value_greater_than_equal"),
        (plain_line(vat_rate=None), "/lines/0/vat_rate", "value_value_error"),
        (plain_line(vat_category="K"), "/lines/0/vat_category", "value_literal_error"),
        (plain_line(vat_category="Z"), "/lines/0/vat_rate", "value_value_error"),
    ],
)
def test_a_malformed_example_is_refused_with_its_place(example: dict[str, Any], place: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        assess_vat(example, LAWS, "/examples/7")
    found = {(finding.place, finding.code) for finding in refused.value.findings}
    assert (f"/examples/7{place}", code) in found
    assert all(finding.advice for finding in refused.value.findings)


def test_all_mistakes_of_a_file_come_at_once() -> None:
    document = {
        "examples": [plain(rule="?"), plain(), plain_line(qty="?", unit_price="?"), 7],
        "foreign_currency": [{**GOLDEN["foreign_currency"][0], "exchange_rate": "0"}],
    }
    with pytest.raises(InputRefused) as refused:
        assess_examples(json.dumps(document).encode(), "vat", LAWS)
    assert {finding.place for finding in refused.value.findings} >= {
        "/examples/0/rule",
        "/examples/2/lines/0/qty",
        "/examples/2/lines/0/unit_price",
        "/examples/3",
        "/foreign_currency/0/exchange_rate",
    }


def test_a_file_may_be_whole_or_a_list() -> None:
    whole, differ = assess_examples(json.dumps(GOLDEN).encode(), "vat", LAWS)
    assert differ == []
    assert [example["id"] for example in whole["foreign_currency"]] == ["FX01", "FX02"]
    listed, _ = assess_examples(json.dumps(GOLDEN["examples"]).encode(), "vat", LAWS)
    assert listed == {"examples": whole["examples"]}
    with pytest.raises(InputRefused):
        assess_examples(b'"nothing"', "vat", LAWS)


def test_a_conversion_elsewhere_needs_a_rate() -> None:
    swedish = {"country": "SE", "invoice_currency": "USD", "tax_currency": "EUR", "exchange_rate": "0.9", "net": "100"}
    with pytest.raises(InputRefused, match="/vat_rate"):
        assess_conversion(swedish, LAWS)
    assert assess_conversion({**swedish, "vat_rate": "25"}, LAWS)["gross_in_tax_currency"] == "112.50"


def test_an_older_rate_is_worked_by_the_generic_law() -> None:
    assert assess_vat(plain_line(vat_rate="5"), LAWS)["expected"]["vat"] == "0.500"


def test_a_law_that_is_not_installed_is_named() -> None:
    with pytest.raises(StrategyUnknown, match="'vat-bh'"):
        assess_vat(plain(), {"vat": vat.generic})
    with pytest.raises(StrategyUnknown, match="'vat'"):
        assess_vat(plain(), {"vat-bh": vat.bahrain})


def test_differences_are_told_figure_by_figure() -> None:
    computed = assess_vat(plain(), LAWS)
    rows = [{"vat_category": "S", "vat_rate": "10.0", "taxable": "10", "vat": "1"}]
    assert differences(plain(expected={**computed["expected"], "net": "10", "breakdown": rows}), computed) == []
    assert differences(plain(expected={**computed["expected"], "net": "9.999", "vat": "?"}), computed) == [
        "net: expected 9.999, computed 10.000",
        "vat: expected ?, computed 1.000",
    ]
    no_rows: tuple[object, ...] = ([], None, 7, "S")
    for nothing in no_rows:
        wrong = differences(plain(expected={**computed["expected"], "breakdown": nothing}), computed)
        assert wrong == ["breakdown: computed S at 10 %: 10 + 1, not expected"]
    broken = differences(plain(expected={**computed["expected"], "breakdown": ["S", *rows]}), computed)
    assert broken == ["breakdown: expected 'S', not computed"]
    assert differences(plain(expected=None), computed) == ["no figures are expected"]
    conversion = GOLDEN["foreign_currency"][0]
    assert differences({**conversion, "vat": "99.00"}, conversion) == ["vat: expected 99.00, computed 100.00"]


def test_no_negative_zero_is_written() -> None:
    figures = assess_vat(plain_line(qty="-1", unit_price="0.0001"), LAWS)["expected"]
    assert {figures[key] for key in ("net", "vat", "gross", "rounding", "payable")} == {"0.000"}
