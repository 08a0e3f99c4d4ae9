"""A configuration is read from YAML or JSON; each mistake is told with its place, a code and what to do."""

import json
from datetime import date
from decimal import Decimal

import jsonschema
import pytest

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.simulation.config import RealismProfile
from ledgerflow.simulation.reading import read_config, schema

YAML = """
business:
  name: Town Trading
  establishments:
    - key: shop
      strategy: town
      country: NO
      region: 07
      price_factor: 0.0045
      prices_include_tax: yes
      series: {invoice: "S{n:06}"}
count: ~
revenue:
  XTD: {amount: 1234.50}
first_day: 2026-04-01
seed: 12
"""


def faults(text: str) -> list[Finding]:
    with pytest.raises(InputRefused) as refused:
        read_config(text, "books.yaml")
    return list(refused.value.findings)


@pytest.mark.requirement("FR-3.1")
def test_yaml_is_read_as_it_is_written() -> None:
    config = read_config(YAML, "books.yaml")
    [shop] = config.business.establishments
    assert (shop.country, shop.region, shop.price_factor) == ("NO", "07", Decimal("0.0045"))
    assert shop.prices_include_tax
    assert config.revenue["XTD"].amount == Decimal("1234.50")
    assert (config.count, config.seed, config.first_day) == (None, 12, date(2026, 4, 1))
    assert config.realism_profile is RealismProfile.REALISTIC


def test_json_says_the_same() -> None:
    config = read_config(YAML, "books.yaml")
    assert read_config(config.model_dump_json(), "books.json") == config


def test_anchors_are_shared() -> None:
    text = """
business:
  establishments:
    - {key: a, strategy: town, buyers: &mix {business: 0.9}}
    - {<<: {key: b, strategy: town}, buyers: *mix}
"""
    first, second = read_config(text, "books.yaml").business.establishments
    assert first.buyers == second.buyers
    assert second.key == "b"


HEAD = "business: {establishments: [{key: a, strategy: town}]}\n"


@pytest.mark.requirement("FR-3.1")
@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        (HEAD + "sed: 5", "/sed", "unknown_key"),
        (HEAD + "bounds: {lines: {minimun: 1, maximum: 2}}", "/bounds/lines/minimun", "unknown_key"),
        ("business: {establishments: [{key: a, strategy: t, buyers: {walkin: 1}}]}",
         "/business/establishments/0/buyers/walkin", "unknown_key"),
        (HEAD + "revenue: {INR: {amont: 5, amount: 5}}", "/revenue/INR/amont", "unknown_key"),
        ("seed: 5", "/business", "missing"),
        ("", "/business", "missing"),
        ("business: {establishments: [{key: a}]}", "/business/establishments/0/strategy", "missing"),
        ("business: {establishments: []}", "/business/establishments", "value_too_short"),
        (HEAD + "count: many", "/count", "value_int_parsing"),
        (HEAD + "count: 0", "/count", "value_greater_than_equal"),
        (HEAD + "repeat_rate: 1.2", "/repeat_rate", "value_less_than_equal"),
        (HEAD + "repeat_rate: nan", "/repeat_rate", "value_less_than_equal"),
        (HEAD + "first_day: 2026-13-01", "/first_day", "value_date_from_datetime_parsing"),
        (HEAD + "realism_profile: real", "/realism_profile", "value_enum"),
        (HEAD + "seed: 5\nseed: 6", "/seed", "key_twice"),
        (HEAD + "bounds: {quantity: {minimum: 1, maximum: 3, minimum: 2}}", "/minimum", "key_twice"),
        ('{"seed": 1, "seed": 2}', "/seed", "key_twice"),
        (HEAD + "bounds: [", "books.yaml, line 2, column 10", "unreadable"),
        ("a: b: c", "books.yaml, line 1, column 5", "unreadable"),
        ('{"seed": }', "books.yaml, line 1, column 10", "unreadable"),
        ("\t- x", "books.yaml, line 1, column 1", "unreadable"),
        ("seed: \x07", "books.yaml, line 1, column 1", "unreadable"),
        ("a: !!python/object:os.system {}", "books.yaml, line 1, column 4", "unreadable"),
        ("- just\n- a list", "books.yaml", "no_mapping"),
        ("hello", "books.yaml", "no_mapping"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, place: str, code: str) -> None:
    found = faults(text)
    assert (place, code) in {(finding.place, finding.code) for finding in found}
    assert all(finding.message for finding in found)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (HEAD + "sed: 5", "Did you mean 'seed'?"),
        (HEAD + "bounds: {lines: {minimun: 1, maximum: 2}}", "Did you mean 'minimum'?"),
        (HEAD + "revenue: {INR: {amont: 5, amount: 5}}", "Did you mean 'amount'?"),
        (HEAD + "products: {favourites: []}", "Known are: most_sold, least_sold, excluded."),
        (HEAD + "repeat_rate: 7", "Repeat rate: Share of the named invoices that go to a customer who bought before."),
    ],
)
def test_advice_says_what_is_known_there(text: str, advice: str) -> None:
    [finding] = faults(text)
    assert finding.advice == advice


def test_all_mistakes_are_told_at_once() -> None:
    text = HEAD + "sed: 5\ncount: x\nrepeat_rate: 9\nbounds: {lines: {maximum: 0}}"
    assert [finding.place for finding in faults(text)] == ["/count", "/repeat_rate", "/bounds/lines/maximum", "/sed"]


@pytest.mark.requirement("FR-3.2")
def test_the_schema_is_the_form() -> None:
    form = schema()
    jsonschema.Draft202012Validator.check_schema(form)
    text = json.dumps(form)
    assert "Repeat rate" in text
    properties = form["properties"]
    assert isinstance(properties, dict)
    assert {"seed", "count", "business", "bounds", "products"} <= properties.keys()
    jsonschema.validate(read_config(YAML, "x").model_dump(mode="json", exclude_defaults=True), form)


def test_every_field_of_the_form_has_a_title() -> None:
    definitions = schema()["$defs"]
    assert isinstance(definitions, dict)
    for definition in definitions.values():
        assert isinstance(definition, dict)
        for name, field in definition.get("properties", {}).items():
            assert "title" in field or "$ref" in field, name


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def mapping_of_merges() -> str:
    """Each level merges the one below nine times."""
    text = "{x: 1}"
    for level in range(12):
        text = f"{{<<: [&a{level} {text}, {', '.join([f'*a{level}'] * 8)}]}}"
    return text


def list_of_lists() -> str:
    """Twelve lines that stand for more items than a computer holds."""
    levels = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
    return "\n".join(["a0: &a0 [x, x]", *levels, "seed: *a11", "products: {most_sold: [*a11]}"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"seed: {nested(20_000)}", "unreadable"),
        (f'{{"seed": {nested(200_000)}}}', "unreadable"),
        (f'{{"seed": {"9" * 5000}}}', "unreadable"),
        (f'{{"seed": {"9" * 4000}}}', "value_less_than"),
        (f"business: {mapping_of_merges()}", "unreadable"),
        (list_of_lists(), "value_int_type"),
    ],
    ids=["deep YAML", "deep JSON", "no such number", "large number", "merges", "references"],
)
def test_a_text_made_to_break_its_reader_is_a_finding(text: str, code: str) -> None:
    found = faults(text)
    assert code in {finding.code for finding in found}
    assert all(len(str(finding)) < 500 for finding in found)


@pytest.mark.parametrize("letter", ["\\n", "\\0", "\\u2028", "\\u202e"])
def test_a_name_holds_no_line_break_and_no_control_character(letter: str) -> None:
    [finding] = faults(YAML.replace("Town Trading", f'"Town{letter}Trading"'))
    assert finding.place == "/business/name"


@pytest.mark.parametrize("name", ["", " ", "\u2003"])
def test_a_business_has_a_name(name: str) -> None:
    [finding] = faults(YAML.replace("Town Trading", f'"{name}"'))
    assert (finding.place, finding.code) == ("/business/name", "value_string_too_short")


@pytest.mark.parametrize(("field", "day"), [("first_day", "1949-12-31"), ("last_day", "9999-12-31")])
def test_books_are_of_our_time(field: str, day: str) -> None:
    """Calendars, spreadsheets and year-ends do not reach further."""
    text = YAML.replace("first_day: 2026-04-01\n", "")
    assert [finding.place for finding in faults(f"{text}{field}: {day}\n")] == [f"/{field}"]


@pytest.mark.parametrize(
    "line", ["price_factor: 1e400", "price_step: 1e30", "round_to: 1e30", "buyers: {regions: {S1: 1e400}}"]
)
def test_a_number_beyond_any_books_is_refused(line: str) -> None:
    [finding] = faults(YAML.replace("price_factor: 0.0045", line))
    assert finding.code.startswith("value_less_than")
