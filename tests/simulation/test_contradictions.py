"""What contradicts itself is refused at once and whole: a code, a place, and what to do."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.simulation.town import CATALOGUE, LAWS, SERIES, books, findings, refusal, shop

from ledgerflow.billing.errors import InputRefused
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.contradictions import contradictions, refuse_contradictions

SHOP = "/business/establishments/0"
TILL = shop(key="till", strategy="none", region="", country="XT", currency="KWD", series=SERIES)


def amounts(**limits: object) -> dict[str, Any]:
    return {"bounds": {"amount": {"XTD": limits}, "lines": {"maximum": 3}, "quantity": {"maximum": 10}}}


def revenue(amount: object, **fields: object) -> dict[str, Any]:
    return {"revenue": {"XTD": {"amount": amount} | fields}}


TABLE: list[tuple[SimulationConfig, dict[str, str]]] = [
    (books(first_day="2026-05-02", last_day="2026-05-01"), {"/last_day": "dates_reversed"}),
    (books(first_day="2000-01-01", last_day="2026-05-01"), {"/last_day": "period_too_long"}),
    (books(count=None), {"/count": "size_missing"}),
    (
        books(shop(gapless=True), anomalies={"missing_number": {"rate": 0.1}}),
        {f"{SHOP}/gapless": "gapless_with_missing_numbers"},
    ),
    (books(bounds={"lines": {"minimum": 5, "maximum": 4}}), {"/bounds/lines/minimum": "bounds_reversed"}),
    (books(bounds={"quantity": {"minimum": 5, "maximum": 4}}), {"/bounds/quantity/minimum": "bounds_reversed"}),
    (books(**amounts(minimum=5, maximum=4)), {"/bounds/amount/XTD/minimum": "bounds_reversed"}),
    (books(bounds={"lines": {"minimum": 41, "maximum": 60}}), {"/bounds/lines/minimum": "too_few_products"}),
    (books(products={"most_sold": ["Artcle 3"]}), {"/products/most_sold/0": "product_unknown"}),
    (books(products={"least_sold": ["P02", "?"]}), {"/products/least_sold/1": "product_unknown"}),
    (
        books(products={"most_sold": ["P02"], "excluded": ["P01", "P02"]}),
        {"/products/excluded/1": "product_in_two_roles"},
    ),
    (books(products={"excluded": [product.sku for product in CATALOGUE]}), {"/products/excluded": "nothing_to_sell"}),
    (books(shop(strategy="twon")), {f"{SHOP}/strategy": "strategy_unknown"}),
    (books(shop(region="North")), {f"{SHOP}/region": "region_unknown"}),
    (books(shop(buyers={"regions": {"S1": 2, "X9": 1}})), {f"{SHOP}/buyers/regions/X9": "region_unknown"}),
    (books(shop(country="NZ")), {f"{SHOP}/country": "country_foreign"}),
    (books(shop(currency="EUR")), {f"{SHOP}/currency": "currency_foreign"}),
    (books(shop(registration="overseas")), {f"{SHOP}/registration": "seller_overseas"}),
    (books(shop(tax_number="N1")), {f"{SHOP}/tax_number": "tax_number_wrong"}),
    (books(shop(tax_number="S100000001")), {f"{SHOP}/tax_number": "tax_number_wrong"}),
    (books(shop(buyers={"business": 0.6, "walk_in": 0.3, "abroad": 0.2})), {f"{SHOP}/buyers": "buyers_over_one"}),
    (
        books(shop(registration="composition", buyers={"abroad": 0.1, "other_region": 0.1})),
        {
            f"{SHOP}/buyers/abroad": "composition_sells_outside",
            f"{SHOP}/buyers/other_region": "composition_sells_outside",
        },
    ),
    (books(shop(series={"invoice": "INV-{n}"})), {f"{SHOP}/series/invoice": "series_invalid"}),
    (books(shop(series={"invoice": "INV-{n:0}"})), {f"{SHOP}/series/invoice": "series_invalid"}),
    (books(shop(series={"invoice": "INV-{n:099999}"})), {f"{SHOP}/series/invoice": "series_invalid"}),
    (books(shop(price_factor=100_000_000_000_000)), {f"{SHOP}/price_factor": "invoice_too_large"}),
    (books(shop(series={"credit_note": "lower{n:06}"})), {f"{SHOP}/series/credit_note": "series_invalid"}),
    (
        books(shop(), shop(key="till", series=SERIES | {"invoice": "INV/{fy}/{n:06}"})),
        {"/business/establishments/1/series/invoice": "series_shared"},
    ),
    (
        books(shop(series={"invoice": "A{n:06}"}), shop(key="till", series=SERIES | {"invoice": "A0{n:05}"})),
        {"/business/establishments/1/series/invoice": "series_shared"},
    ),
    (
        books(shop(series={"invoice": "A/{n:06}"}), shop(key="till", series=SERIES | {"invoice": "A-{n:06}"})),
        {"/business/establishments/1/series/invoice": "series_shared"},
    ),
    (books(shop(), shop(series=SERIES)), {"/business/establishments/1/key": "establishment_twice"}),
    (books(bounds={"amount": {"EUR": {"minimum": 1}}}), {"/bounds/amount/EUR": "currency_unused"}),
    (books(revenue={"EUR": {"amount": 100}}), {"/revenue/EUR": "currency_unused"}),
    (books(shop(), TILL, count=None, **revenue(1000)), {"/revenue": "revenue_missing"}),
    (books(**revenue("1000.005")), {"/revenue/XTD/amount": "revenue_too_fine"}),
    (books(shop(round_to=1), **revenue("1000.50", measure="payable")), {"/revenue/XTD/amount": "revenue_too_fine"}),
    (
        books(shop(buyers={"business": 0.1, "walk_in": 0.8}), credit_note_rate=0.3),
        {"/credit_note_rate": "too_few_named_buyers"},
    ),
    (books(**amounts(maximum=4)), {"/bounds/amount/XTD/maximum": "amount_maximum_unreachable"}),
    (books(**amounts(minimum=60000)), {"/bounds/amount/XTD/minimum": "amount_minimum_unreachable"}),
    (books(count=10, **revenue(40)), {"/revenue/XTD/amount": "revenue_unreachable"}),
    (books(count=10, **amounts(), **revenue(10**6)), {"/revenue/XTD/amount": "revenue_unreachable"}),
    (books(count=None, **revenue(3)), {"/revenue/XTD/amount": "revenue_unreachable"}),
    (
        books(count=10, **amounts(maximum=100), **revenue(1001, measure="payable")),
        {"/revenue/XTD/amount": "revenue_unreachable"},
    ),
]


@pytest.mark.parametrize(
    ("config", "found"), TABLE, ids=[f"{'+'.join(found.values())}-{n}" for n, (_, found) in enumerate(TABLE)]
)
def test_each_contradiction_is_found_in_its_place(config: SimulationConfig, found: dict[str, str]) -> None:
    assert {place: finding.code for place, finding in findings(config).items()} == found
    for finding in findings(config).values():
        assert finding.message.endswith((".", "?"))
        assert finding.advice.endswith((".", "?"))
    assert refusal(config) == tuple(findings(config).values())


def test_all_of_them_are_found_at_once() -> None:
    config = books(
        shop(strategy="gts", buyers={"business": 0.9, "walk_in": 0.9}),
        shop(region="X"),
        count=None,
        first_day="2026-05-02",
        last_day="2026-05-01",
        bounds={"lines": {"minimum": 9, "maximum": 4}},
        products={"most_sold": ["no such thing"]},
    )
    assert {finding.code for finding in contradictions(config, CATALOGUE, LAWS)} == {
        "strategy_unknown", "buyers_over_one", "region_unknown", "establishment_twice",
        "dates_reversed", "size_missing", "bounds_reversed", "product_unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("config", "advice"),
    [
        (books(products={"most_sold": ["Artikle 7"]}), "Did you mean 'Article 7'?"),
        (books(shop(region="south")), "Write its code, 'S1'."),
        (books(shop(strategy="zzz")), "Known are: none, town."),
        (books(count=10, **amounts(maximum=4)), "Set it to 4.68 at least"),
    ],
)
def test_advice_names_what_would_do(config: SimulationConfig, advice: str) -> None:
    [finding] = findings(config).values()
    assert finding.advice.startswith(advice)


@pytest.mark.parametrize(
    "config",
    [
        books(),
        books(shop(registration="composition")),
        books(shop(tax_number="N100000001")),
        books(shop(region="", tax_number="W100000001")),
        books(shop(), TILL, count=None, revenue={"XTD": {"amount": 100}, "KWD": {"amount": 100}}),
        books(shop(round_to=5), **revenue("1000.01", measure="taxable")),
        books(shop(buyers={"regions": {"N1": 1}})),
        books(shop(buyers={"business": 0.3, "walk_in": 0.3, "abroad": 0.4})),
        books(count=10, **amounts(minimum="4.5", maximum=30), **revenue("46.80", measure="payable")),
        books(first_day="2026-05-01", last_day="2026-05-01"),
    ],
)
def test_what_does_not_contradict_passes(config: SimulationConfig) -> None:
    refuse_contradictions(config, CATALOGUE, LAWS)


def test_too_many_establishments() -> None:
    shops = [
        shop(key=f"s{place}", series={kind: f"{kind[0].upper()}{place}-{{n:05}}" for kind in SERIES})
        for place in range(201)
    ]
    assert findings(books(*shops))["/business/establishments"].code == "too_many_establishments"


def test_an_empty_catalogue_sells_nothing() -> None:
    assert findings(books(), ())["/products/excluded"].code == "nothing_to_sell"


def test_a_catalogue_of_nothing_but_gifts_makes_no_revenue() -> None:
    gifts = tuple(replace(product, price=Decimal(0)) for product in CATALOGUE)
    assert findings(books(count=None, **revenue(100)), gifts)["/revenue/XTD/amount"].code == "revenue_unreachable"


def test_what_was_answered_once_says_nothing_of_another_catalogue_law_or_size() -> None:
    tight = amounts(minimum="4.5", maximum=30) | revenue("46.80", measure="payable")
    for _ in range(2):
        assert contradictions(books(), CATALOGUE, LAWS) == ()
        assert [finding.code for finding in contradictions(books(), (), LAWS)] == ["nothing_to_sell"]
        assert [finding.code for finding in contradictions(books(), CATALOGUE, {"none": LAWS["none"]})] == [
            "strategy_unknown"
        ]
        assert contradictions(books(seed=7), CATALOGUE, LAWS) == ()
        assert contradictions(books(count=10, **tight), CATALOGUE, LAWS) == ()
        assert contradictions(books(count=1, **tight), CATALOGUE, LAWS) != ()


def test_the_refusal_carries_the_findings() -> None:
    with pytest.raises(InputRefused) as refused:
        refuse_contradictions(books(count=None), CATALOGUE, LAWS)
    assert [finding.code for finding in refused.value.findings] == ["size_missing"]
