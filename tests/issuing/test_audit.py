"""The audit trail names what was done to it: one act, one fault, at the right entry."""

import string
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ledgerflow.billing.errors import InputRefused
from ledgerflow.issuing.audit import AuditEntry, Head, Tampering, head_of, read_head, seal, verify_trail

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.requirement("NFR.1")
Trail = list[AuditEntry]


def sealed(size: int, before: Sequence[AuditEntry] = (), actor: str = "Asha") -> Trail:
    """The trail, or one that goes on after some entries, as the books write it."""
    entries = list(before)
    for sequence in range(len(entries) + 1, size + 1):
        previous = entries[-1].hash if entries else ""
        at = AT + timedelta(minutes=sequence)
        entries.append(seal(sequence, previous, at=at, actor=actor, deed="issue_batch", details={"batch": sequence}))
    return entries


def fresh(sequence: int, previous: str) -> AuditEntry:
    return seal(sequence, previous, at=AT, actor="Bina", deed="nothing", details={})


def shifted(entries: Sequence[AuditEntry], by: int) -> Trail:
    return [replace(entry, sequence=entry.sequence + by) for entry in entries]


def told(trail: Sequence[AuditEntry], head: Head | None = None) -> list[tuple[str, int]]:
    return [(fault.kind.value, fault.sequence) for fault in verify_trail(iter(trail), head)]


@pytest.fixture
def trail() -> Trail:
    return sealed(9)


def test_an_untouched_trail_has_no_fault(trail: Trail) -> None:
    assert verify_trail(trail) == ()
    assert verify_trail([]) == ()
    assert verify_trail(trail, head_of("default", trail[-1])) == ()
    assert verify_trail(trail, head_of("default", trail[3])) == (), "the trail went on since"
    assert verify_trail(trail, head_of("default", None)) == ()


@dataclass(frozen=True)
class Act:
    """What a vandal does to a sound trail, and what is to be said of it."""

    trail: Trail
    kind: Tampering
    sequence: int


TEXTS = ("at", "actor", "deed", "details", "previous", "hash")
WORDS = some.text(string.printable, max_size=12)


@some.composite
def acts(draw: some.DrawFn) -> tuple[Act, Head]:
    size = draw(some.integers(2, 24))
    trail = sealed(size)
    act = draw(some.sampled_from([change, remove, remove_and_close, insert, swap, cut, write_anew, forge]))
    return act(draw, trail), head_of("default", trail[-1])


def change(draw: some.DrawFn, trail: Trail) -> Act:
    """Any field is given another value, perhaps that of another entry."""
    at = draw(some.integers(0, len(trail) - 1))
    name = draw(some.sampled_from(TEXTS))
    others = [getattr(entry, name) for entry in trail if getattr(entry, name) != getattr(trail[at], name)]
    value = draw(some.one_of(WORDS, some.sampled_from(others)) if others else WORDS)
    if value == getattr(trail[at], name):
        value += "?"
    return Act(
        [*trail[:at], AuditEntry(**asdict(trail[at]) | {name: value}), *trail[at + 1 :]], Tampering.CHANGED, at + 1
    )


def remove(draw: some.DrawFn, trail: Trail) -> Act:
    first = draw(some.integers(0, len(trail) - 2))
    last = draw(some.integers(first, len(trail) - 2))
    return Act(trail[:first] + trail[last + 1 :], Tampering.REMOVED, first + 1)


def remove_and_close(draw: some.DrawFn, trail: Trail) -> Act:
    """The entries after the gap are given its sequences."""
    act = remove(draw, trail)
    return replace(act, trail=[replace(entry, sequence=place) for place, entry in enumerate(act.trail, 1)])


def insert(draw: some.DrawFn, trail: Trail) -> Act:
    at = draw(some.integers(0, len(trail) - 1))
    new: Trail = []
    for sequence in range(at + 1, at + 1 + draw(some.integers(1, 4))):
        before = new[-1].hash if new else trail[at - 1].hash if at else ""
        new.append(fresh(sequence, draw(some.sampled_from([before, before, "", "0" * 64]))))
    if draw(some.booleans()):
        new[0] = replace(new[0], details="[]")  # it does not even fit its own seal
    return Act(trail[:at] + new + shifted(trail[at:], len(new)), Tampering.INSERTED, at + 1)


def swap(draw: some.DrawFn, trail: Trail) -> Act:
    one, other = sorted(draw(some.sets(some.integers(0, len(trail) - 1), min_size=2, max_size=2)))
    swapped = list(trail)
    swapped[one] = replace(trail[other], sequence=one + 1)
    swapped[other] = replace(trail[one], sequence=other + 1)
    return Act(swapped, Tampering.REORDERED, one + 1)


def cut(draw: some.DrawFn, trail: Trail) -> Act:
    left = draw(some.integers(0, len(trail) - 1))
    return Act(trail[:left], Tampering.CUT, left + 1)


def write_anew(draw: some.DrawFn, trail: Trail) -> Act:
    """All entries from some one on are other ones, well sealed: only the head tells."""
    first = draw(some.integers(0, len(trail) - 1))
    new = sealed(len(trail) + draw(some.integers(0, 2)), trail[:first], actor="Bina")
    return Act(new, Tampering.REWRITTEN, len(trail))


def forge(draw: some.DrawFn, trail: Trail) -> Act:
    """One entry is another one, well sealed; the one after it still points at the old one."""
    at = draw(some.integers(0, len(trail) - 1))
    new = fresh(at + 1, draw(some.sampled_from([trail[at].previous, "0" * 64])))
    return Act([*trail[:at], new, *trail[at + 1 :]], Tampering.REWRITTEN, at + 1)


@given(acts())
@settings(max_examples=600, deadline=None)
def test_one_act_is_one_fault_with_its_name_and_its_entry(done: tuple[Act, Head]) -> None:
    act, head = done
    assert told(act.trail, head) == [(act.kind.value, act.sequence)]


@given(acts())
@settings(max_examples=400, deadline=None)
def test_without_a_head_all_shows_but_what_only_a_head_can_show(done: tuple[Act, Head]) -> None:
    act, head = done
    found = told(act.trail)
    if act.kind is Tampering.CUT or (act.kind is Tampering.REWRITTEN and act.sequence == head.sequence):
        assert found in ([], [(act.kind.value, act.sequence)], [(act.kind.value, act.sequence - 1)])
    else:
        assert found == [(act.kind.value, act.sequence)]


@some.composite
def pairs_of_acts(draw: some.DrawFn) -> tuple[Trail, Head]:
    act, head = draw(acts().filter(lambda done: len(done[0].trail) > 1))
    again = draw(some.sampled_from([change, remove, remove_and_close, insert, swap, cut, forge]))
    return again(draw, act.trail).trail, head


@given(pairs_of_acts())
@settings(max_examples=600, deadline=None)
def test_two_acts_never_hide_each_other(done: tuple[Trail, Head]) -> None:
    trail, head = done
    found = told(trail, head)
    assert (found == []) == (trail == sealed(head.sequence)), "two swaps may undo each other"
    assert len(found) <= 6, "no flood of faults that follow from one another"


@given(some.integers(0, 60), some.integers(0, 60))
def test_a_sound_trail_is_sound_against_every_head_it_ever_had(size: int, then: int) -> None:
    trail = sealed(size)
    assert verify_trail(trail, head_of("default", trail[then - 1] if 0 < then <= size else None)) == ()


@pytest.mark.parametrize(
    ("acts", "faults"),
    [
        (lambda t: [*t[:2], replace(t[2], actor="B"), *t[3:6], replace(t[6], deed="x"), *t[7:]],
         [("changed", 3), ("changed", 7)]),
        (lambda t: [*t[:2], replace(t[2], actor="B"), replace(t[3], actor="B"), *t[4:]],
         [("changed", 3), ("changed", 4)]),
        (lambda t: [t[0], *t[2:5], *t[6:]], [("removed", 2), ("removed", 6)]),
        (lambda t: [*t[:3], *t[4:6], replace(t[6], details="{}"), *t[7:]], [("removed", 4), ("changed", 7)]),
        (lambda t: [*t[:3], replace(t[4], details="{}"), *t[5:]], [("removed", 4), ("changed", 5)]),
        (lambda t: [*t[:3], fresh(4, t[2].hash), replace(t[3], sequence=5, actor="B"), *shifted(t[4:], 1)],
         [("inserted", 4), ("changed", 5)]),
        (lambda t: [*t[:3], fresh(4, t[2].hash), replace(t[3], sequence=5), fresh(6, t[3].hash), *shifted(t[4:], 2)],
         [("inserted", 4), ("inserted", 6)]),
        (lambda t: [*t[:7], fresh(8, t[6].hash), *shifted(t[7:8], 1), fresh(10, t[7].hash), *shifted(t[8:], 2)],
         [("inserted", 8), ("inserted", 10)]),
        (lambda t: [t[0], replace(t[4], sequence=2), replace(t[6], sequence=3), t[3], replace(t[1], sequence=5), t[5],
                    replace(t[2], sequence=7), *t[7:]], [("reordered", 2), ("reordered", 3)]),
        (lambda t: [replace(e, sequence=n) for n, e in enumerate([*t[:2], t[4], *t[2:4], *t[5:]], 1)],
         [("reordered", 3)]),
        (lambda t: [replace(e, sequence=n) for n, e in enumerate(reversed(t), 1)],
         [("reordered", 1), ("reordered", 2), ("reordered", 3), ("reordered", 4)]),
        (lambda t: [*t[:2], replace(t[6], sequence=3), t[3], replace(t[4], actor="B"), t[5], replace(t[2], sequence=7),
                    *t[7:]], [("reordered", 3), ("changed", 5)]),
        (lambda t: [*t[:4], *t[5:], replace(t[4], sequence=15)], [("reordered", 5)]),
        (lambda t: [*t[:8], replace(t[8], sequence=15)], [("changed", 15)]),
        (lambda t: shifted(t, 5), [("changed", 6)]),
        (lambda t: [*t, replace(t[3], sequence=10)], [("inserted", 10)]),
        (lambda t: [*t[:5], replace(t[1], sequence=6), *shifted(t[5:], 1)], [("inserted", 6)]),
        (lambda t: [*t[:3], *sealed(6, t[:3], "B")[3:], *t[6:]], [("rewritten", 6)]),
    ],
    ids=["two changed", "two in a row", "two gaps", "a gap and a change", "a change at a gap",
         "put in before a change", "two put in", "two put in at the end", "two swaps", "one moved, closing up",
         "all reversed", "a change within a swap", "given a sequence far away", "the last given one far away",
         "all renumbered", "a copy at the end", "a copy put in", "a part written anew"],
)  # fmt: skip
def test_acts_are_told_apart(acts: Callable[[Trail], Trail], faults: list[tuple[str, int]], trail: Trail) -> None:
    assert told(acts(trail)) == faults


def test_the_head_tells_of_a_cut_besides_what_else_was_done(trail: Trail) -> None:
    head = head_of("default", trail[-1])
    assert told([*trail[:2], *trail[3:7]], head) == [("removed", 3), ("cut", 8)]
    assert told([*trail[:7], fresh(8, trail[6].hash)], head) == [("cut", 9)]
    assert told([], head) == [("cut", 1)]


def test_a_part_written_anew_is_one_act_though_the_head_lies_in_it(trail: Trail) -> None:
    forged = [*trail[:3], *sealed(6, trail[:3], "Bina")[3:], *trail[6:]]
    assert told(forged, head_of("default", trail[4])) == [("rewritten", 6)]


def test_a_fault_is_told_in_words(trail: Trail) -> None:
    head = head_of("default", trail[-1])
    assert [str(fault) for fault in verify_trail([*trail[:2], *trail[5:]])] == [
        "Entries 3 to 5 were removed: 6 follows 2."
    ]
    assert [str(fault) for fault in verify_trail(trail[1:])] == ["Entry 1 was removed: the trail begins with 2."]
    assert [str(fault) for fault in verify_trail(trail[:7], head)] == [
        "The tail was cut: the trail ends at 7, and the head is at 9."
    ]


def test_what_is_no_text_is_a_change(trail: Trail) -> None:
    """SQLite keeps whatever it is given."""
    trail[1] = replace(trail[1], details=b"\xff")  # type: ignore[arg-type]  # what a forger wrote there
    assert told(trail) == [("changed", 2)]


def test_far_apart_entries_are_recognised() -> None:
    trail = sealed(3000)
    trail[9], trail[2899] = replace(trail[2899], sequence=10), replace(trail[9], sequence=2900)
    assert told(trail) == [("reordered", 10)]


def test_the_same_moment_is_the_same_text_in_every_zone() -> None:
    in_delhi = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    both = [seal(1, "", at=at, actor="Asha", deed="d", details={}) for at in (AT, in_delhi)]
    assert both[0] == both[1]


def test_a_head_is_read_as_it_was_written(trail: Trail) -> None:
    for head in (head_of("asha-traders", trail[-1]), head_of("asha-traders", None)):
        assert read_head(head.to_json().encode(), "head.json") == head
    assert read_head(('{"tenant": "a", "sequence": 3, "hash": "' + trail[2].hash + '"}').encode(), "h").at == ""


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"7", b"\xff", b'{"tenant": "a"}', b"[" * 50_000,
     b'{"tenant": "a", "sequence": 0, "hash": "", "more": 1}', b'{"tenant": "", "sequence": 0, "hash": ""}',
     b'{"tenant": "a", "sequence": 1, "hash": ""}', b'{"tenant": "a", "sequence": true, "hash": "%064d"}' % 0,
     b'{"tenant": "a", "sequence": -1, "hash": "%064d"}' % 0, b'{"tenant": 5, "sequence": 1, "hash": "%064d"}' % 0,
     b'{"tenant": "a", "sequence": 1, "hash": "%064d", "at": 5}' % 0],
)  # fmt: skip
def test_a_file_that_is_no_head_is_refused(content: bytes) -> None:
    with pytest.raises(InputRefused) as refused:
        read_head(content, "head.json")
    [finding] = refused.value.findings
    assert (finding.code, finding.place) == ("head.unreadable", "head.json")
