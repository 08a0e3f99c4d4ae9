"""A configuration with the three switches of older versions is read as the profile that they stood for, or refused."""

import json
from itertools import product

import pytest

from ledgerflow.billing.errors import Finding, InputRefused, Severity
from ledgerflow.simulation.config import RealismProfile
from ledgerflow.simulation.reading import Reading, read_config, read_configuration

SWITCHES = ("enable_seasonality", "enable_repeat_customers", "enable_discounts")
BUSINESS = {"establishments": [{"key": "a", "strategy": "town"}]}
YAML = "business: {establishments: [{key: a, strategy: town}]}\nseed: 12\n"


def as_yaml(entries: dict[str, object]) -> str:
    return YAML + "".join(f"{name}: {value}\n" for name, value in entries.items())


def as_json(entries: dict[str, object]) -> str:
    return json.dumps({"business": BUSINESS, "seed": 12, **entries})


def refused(text: str) -> list[Finding]:
    with pytest.raises(InputRefused) as refusal:
        read_config(text, "books.yaml")
    return list(refusal.value.findings)


def meant(is_on: tuple[bool, ...]) -> RealismProfile:
    return {0: RealismProfile.BASIC, 3: RealismProfile.ADVANCED}.get(sum(is_on), RealismProfile.REALISTIC)


@pytest.mark.parametrize("is_on", list(product([False, True], repeat=3)))
def test_every_setting_of_the_switches_is_a_profile(is_on: tuple[bool, ...]) -> None:
    entries: dict[str, object] = dict(zip(SWITCHES, is_on, strict=True))
    today = read_config(as_yaml({"realism_profile": meant(is_on).value}), "books.yaml")
    for text in (as_yaml(entries), as_json(entries)):
        reading = read_configuration(text, "books.yaml")
        assert reading.config == today
        [warning] = reading.warnings
        assert (warning.severity, warning.code) == (Severity.WARNING, "config.switches_upgraded")
        assert f"`realism_profile: {meant(is_on).value}`" in warning.advice
        for name, value in entries.items():
            assert f"{name}: {str(value).lower()}" in warning.message


@pytest.mark.parametrize("names", [SWITCHES[:1], SWITCHES[1:], SWITCHES[::2]])
def test_a_switch_that_is_missing_is_off(names: tuple[str, ...]) -> None:
    for value, profile in ((True, RealismProfile.REALISTIC), (False, RealismProfile.BASIC)):
        for text in (as_yaml(dict.fromkeys(names, value)), as_json(dict.fromkeys(names, value))):
            assert read_config(text, "books.yaml").realism_profile is profile


@pytest.mark.parametrize(("on", "off"), [("true", "false"), ("yes", "no"), ("On", "OFF"), ("1", "0")])
def test_a_switch_is_written_as_any_boolean_of_a_configuration(on: str, off: str) -> None:
    assert read_config(as_yaml(dict.fromkeys(SWITCHES, on)), "x").realism_profile is RealismProfile.ADVANCED
    assert read_config(as_yaml(dict.fromkeys(SWITCHES, off)), "x").realism_profile is RealismProfile.BASIC


def test_a_configuration_of_today_has_no_warning() -> None:
    assert read_configuration(YAML, "x") == Reading(read_config(YAML, "x"))


@pytest.mark.parametrize("names", [SWITCHES, SWITCHES[1:2]])
@pytest.mark.parametrize("value", [True, "perhaps"])
@pytest.mark.parametrize("profile", ["realistic", "basic"])
def test_switches_beside_a_profile_are_one_finding(names: tuple[str, ...], value: object, profile: str) -> None:
    entries = {"realism_profile": profile, **dict.fromkeys(names, value)}
    for text in (as_yaml(entries), as_json(entries)):
        [finding] = refused(text)
        assert finding.code == "config.switches_beside_profile"
        assert finding.severity is Severity.ERROR
        assert finding.place == f"/{names[0]}"
        assert all(name in finding.message for name in names)


@pytest.mark.parametrize(
    ("entries", "wrong"),
    [
        ({"enable_discounts": "perhaps"}, ("enable_discounts",)),
        ({"enable_discounts": 2, "enable_seasonality": True}, ("enable_discounts",)),
        ({"enable_repeat_customers": "much", "enable_seasonality": [True], "enable_discounts": "false"},
         ("enable_seasonality", "enable_repeat_customers")),
        ({"enable_seasonality": {"a": 1}}, ("enable_seasonality",)),
        (dict.fromkeys(SWITCHES, "x"), SWITCHES),
    ],
)  # fmt: skip
def test_switches_that_are_no_booleans_are_one_finding_that_names_them(
    entries: dict[str, object], wrong: tuple[str, ...]
) -> None:
    for text in (as_yaml(entries).replace("'", ""), as_json(entries)):
        [finding] = refused(text)
        assert (finding.code, finding.place) == ("config.switch_no_boolean", f"/{wrong[0]}")
        assert [name for name in SWITCHES if name in finding.message] == list(wrong)


@pytest.mark.parametrize(
    ("text", "value"), [(as_yaml({"enable_discounts": ""}), "empty"), (as_json({"enable_discounts": None}), "null")]
)
def test_a_switch_without_a_value_is_none(text: str, value: str) -> None:
    assert [finding.code for finding in refused(text)] == ["config.switch_no_boolean"], value


def test_other_mistakes_are_told_beside_that_of_the_switches() -> None:
    found = refused(as_yaml({"enable_discounts": "perhaps", "sed": 5}))
    assert [finding.place for finding in found] == ["/enable_discounts", "/sed"]


def test_a_list_that_stands_for_billions_is_told_in_a_line() -> None:
    levels = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
    [*found] = refused("\n".join(["a0: &a0 [x, x]", *levels, "enable_discounts: *a11"]))
    assert found[0].code == "config.switch_no_boolean"
    assert all(len(str(finding)) < 500 for finding in found)
