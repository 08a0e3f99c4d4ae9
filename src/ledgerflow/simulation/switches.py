"""Configurations of older versions: three switches where `realism_profile` stands today, and what they are read as."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ledgerflow.billing.errors import Finding, Severity
from ledgerflow.simulation.config import RealismProfile

SWITCHES = ("enable_seasonality", "enable_repeat_customers", "enable_discounts")
_PROFILE = "realism_profile"
_TRUTH = TypeAdapter(bool)  # true and yes, as everywhere in a configuration

Value = TypeVar("Value")


def profile_of(is_on: Sequence[bool]) -> RealismProfile:
    """The profile that stands for the three switches: none on, all on, or some."""
    if not any(is_on):
        return RealismProfile.BASIC
    return RealismProfile.ADVANCED if all(is_on) else RealismProfile.REALISTIC


def upgrade_switches(entries: Mapping[str, Value]) -> tuple[dict[str, Value | str], Sequence[Finding]]:
    """A configuration's entries with the profile in place of its switches, and one finding about them: a warning that
    says what was read, or an error. A switch that is missing is off; entries without any come back as they are."""
    given = {name: entries[name] for name in SWITCHES if name in entries}
    others: dict[str, Value | str] = {name: value for name, value in entries.items() if name not in given}
    if not given:
        return others, ()
    if _PROFILE in others:
        return others, [_beside_profile(given)]
    is_on = {name: _truth(value) for name, value in given.items()}
    if wrong := [name for name, value in is_on.items() if value is None]:
        return others, [_no_boolean(wrong)]
    profile = profile_of([bool(is_on.get(name)) for name in SWITCHES])
    return {**others, _PROFILE: profile.value}, [_upgraded(is_on, profile)]


def _truth(value: object) -> bool | None:
    try:
        return _TRUTH.validate_python(value)
    except ValidationError:
        return None


def _beside_profile(given: Mapping[str, object]) -> Finding:
    return Finding(
        "config.switches_beside_profile",
        f"/{next(iter(given))}",
        f"{_named(given)} {_stand(given)} beside {_PROFILE}, which took the place of such switches.",
        f"Keep {_PROFILE} alone.",
        {"switches": ", ".join(given)},
    )


def _no_boolean(wrong: Sequence[str]) -> Finding:
    return Finding(
        "config.switch_no_boolean",
        f"/{wrong[0]}",
        f"{_named(wrong)} must be true or false.",
        f"Better, write {_PROFILE} in place of the switches: {', '.join(RealismProfile)}.",
        {"switches": ", ".join(wrong)},
    )


def _upgraded(is_on: Mapping[str, bool | None], profile: RealismProfile) -> Finding:
    return Finding(
        "config.switches_upgraded",
        f"/{next(iter(is_on))}",
        f"{', '.join(_said(is_on))}: these switches of older versions were read as {_PROFILE} {profile.value!r}.",
        f"Write `{_PROFILE}: {profile.value}` instead.",
        {"switches": ", ".join(is_on), _PROFILE: profile.value},
        Severity.WARNING,
    )


def _said(is_on: Mapping[str, bool | None]) -> Iterator[str]:
    for name, value in is_on.items():
        yield f"{name}: {'true' if value else 'false'}"


def _named(names: Mapping[str, object] | Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _stand(names: Mapping[str, object]) -> str:
    return "stands" if len(names) == 1 else "stand"
