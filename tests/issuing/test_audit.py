"""The audit trail shows whatever was changed, taken out or put in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ledgerflow.issuing.audit import AuditEntry, first_fault, seal

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.requirement("NFR.1")


@pytest.fixture
def trail() -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for sequence in range(1, 5):
        previous = entries[-1].hash if entries else ""
        at = AT + timedelta(minutes=sequence)
        entries.append(seal(sequence, previous, at=at, actor="Asha", deed="issue_batch", details={"batch": sequence}))
    return entries


def test_an_untouched_trail_has_no_fault(trail: list[AuditEntry]) -> None:
    assert first_fault(trail) is None
    assert first_fault([]) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda entry: replace(entry, actor="Bina"),
        lambda entry: replace(entry, at="2026-11-01T12:00:00+00:00"),
        lambda entry: replace(entry, deed="nothing"),
        lambda entry: replace(entry, details='{"batch": 9}'),
        lambda entry: replace(entry, hash=entry.hash[::-1]),
    ],
)
def test_a_changed_entry_is_found(trail: list[AuditEntry], forge: Callable[[AuditEntry], AuditEntry]) -> None:
    trail[1] = forge(trail[1])
    assert first_fault(trail) == 2


def test_a_missing_entry_is_found(trail: list[AuditEntry]) -> None:
    del trail[2]
    assert first_fault(trail) == 3


def test_an_entry_sealed_anew_breaks_the_one_after(trail: list[AuditEntry]) -> None:
    trail[1] = seal(2, trail[0].hash, at=AT, actor="Bina", deed="issue_batch", details={"batch": 2})
    assert first_fault(trail) == 3


def test_the_same_moment_is_the_same_text_in_every_zone() -> None:
    in_delhi = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    both = [seal(1, "", at=at, actor="Asha", deed="d", details={}) for at in (AT, in_delhi)]
    assert both[0] == both[1]
