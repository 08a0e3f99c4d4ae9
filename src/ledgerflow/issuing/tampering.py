"""What was done to an audit trail, told from the stretches that are left of it: one act, one fault."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ledgerflow.issuing.heads import Head
from ledgerflow.issuing.stretches import Stretch

_NAMED = 6  # entries that a sentence names


class Tampering(StrEnum):
    """The ways in which a trail stops being what was written."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT = "cut"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class TrailFault:
    """One act. `sequence` is the entry's as it stands in the trail; of one that is gone, or that stands elsewhere, the
    one it had. Where the act was done to several, it is the first."""

    kind: Tampering
    sequence: int
    words: str

    def __str__(self) -> str:
        return self.words


def faults_of(found: Sequence[Stretch], head: Head | None) -> Sequence[TrailFault]:
    """The faults by their sequence; `found` is the whole trail in the order in which it stands."""
    standing, inserted = _without_inserted(found)
    ordered, doubles = _without_doubles(standing)
    faults = [*inserted, *doubles, *_changed(standing), *_renumbered(standing, ordered), *_removed(ordered)]
    faults += [*_reordered(standing, ordered), *_sealed_anew(ordered, _against(ordered, head) if head else None)]
    return tuple(sorted(faults, key=lambda fault: fault.sequence))


def _without_inserted(found: Sequence[Stretch]) -> tuple[list[Stretch], list[TrailFault]]:
    """An entry that points past others, to the one that it was sealed after, says that those were put in."""
    pointed_at = {stretch.previous for stretch in found}
    kept: list[Stretch] = []
    faults = []
    for stretch in found:
        if stretch.back and stretch.place == stretch.pointed_at + 1 and _is_put_in(kept, stretch, pointed_at):
            first, last = _withdraw(kept, stretch)
            faults.append(_inserted(first, last))
        kept.append(stretch)
    return kept, faults


def _is_put_in(kept: Sequence[Stretch], stretch: Stretch, pointed_at: set[str]) -> bool:
    """Entries passed over are put in if one was sealed under a sequence that is another's, or if nothing follows them
    though they stand where they were sealed; entries that stand elsewhere are passed over, too."""
    is_close = stretch.first == stretch.stands_at + stretch.back + 1
    if is_close and kept[-1].shift == 0 and kept[-1].hash not in pointed_at:
        return True
    left = stretch.back
    for before in reversed(kept):
        taken = min(left, before.size)
        if before.end - taken < stretch.end and before.end >= stretch.place:
            return True
        left -= taken + before.gone
        if left <= 0:
            break
    return False


def _withdraw(kept: list[Stretch], stretch: Stretch) -> tuple[int, int]:
    """Takes the entries passed over out of the stretches before; returns their sequences, the first and the last."""
    left, first, last = stretch.back, kept[-1].last, kept[-1].last
    stretch.gone = left
    while left > 0 and kept:
        before = kept[-1]
        taken = min(left, before.size)
        first = before.last - taken + 1
        if taken == before.size:
            left -= kept.pop().gone
        else:
            before.last, before.hash = before.last - taken, stretch.previous
        left -= taken
    return first, last


def _without_doubles(standing: Sequence[Stretch]) -> tuple[list[Stretch], list[TrailFault]]:
    """The stretches as they were sealed; of two sealed under the same sequence the lesser was put in."""
    ordered: list[Stretch] = []
    faults = []
    for stretch in sorted(standing, key=lambda stretch: stretch.place):
        if ordered and stretch.place <= ordered[-1].end:
            greater, lesser = sorted((stretch, ordered.pop()), key=lambda one: (one.odd is not None, -one.size))
            ordered.append(greater)
            if not lesser.odd:
                faults.append(_inserted(lesser.first, lesser.last))
        else:
            ordered.append(stretch)
    return ordered, faults


def _changed(standing: Sequence[Stretch]) -> Iterator[TrailFault]:
    for stretch in standing:
        if stretch.odd:
            words = f"Entry {stretch.first} was changed: its content does not fit its hash."
            yield TrailFault(Tampering.CHANGED, stretch.first, words)


def _renumbered(standing: Sequence[Stretch], ordered: Sequence[Stretch]) -> Iterator[TrailFault]:
    """Entries in their order that bear other sequences than they were sealed under, with nothing put in or gone."""
    ranks = {id(stretch): rank for rank, stretch in enumerate(ordered)}
    start = Stretch(0, 0, 0, "", "")
    for rank, (before, stretch) in enumerate(pairwise([start, *standing])):
        in_order = ranks.get(id(stretch)) == rank and (before is start or ranks.get(id(before)) == rank - 1)
        between = stretch.first - before.last - 1
        if in_order and between != stretch.gone and stretch.place == before.end + 1:
            words = f"Entry {stretch.first} was changed: it was sealed under the sequence {stretch.place}."
            yield TrailFault(Tampering.CHANGED, stretch.first, words)


def _removed(ordered: Sequence[Stretch]) -> Iterator[TrailFault]:
    reach = 0
    for stretch in ordered:
        if stretch.place > reach + 1:
            gap = f"{stretch.place} follows {reach}" if reach else f"the trail begins with {stretch.place}"
            words = f"{_entries(reach + 1, stretch.place - 1)} removed: {gap}."
            yield TrailFault(Tampering.REMOVED, reach + 1, words)
        reach = stretch.end


def _reordered(standing: Sequence[Stretch], ordered: Sequence[Stretch]) -> Iterator[TrailFault]:
    """Those that stand in each other's place, be it two or more, are one act."""
    ranks = {id(stretch): rank for rank, stretch in enumerate(ordered)}
    kept = [stretch for stretch in standing if id(stretch) in ranks]
    for start in range(len(kept)):
        cycle = []
        while (rank := ranks.pop(id(kept[start]), start)) != start:
            cycle.append(kept[start])
            start = rank
        if cycle:
            yield _out_of_order(sorted(cycle, key=lambda stretch: stretch.first))


def _out_of_order(cycle: Sequence[Stretch]) -> TrailFault:
    names = [str(one.first) if one.size == 1 else f"{one.first} to {one.last}" for one in cycle]
    named = ", ".join(names[:_NAMED]) + (", …" if names[_NAMED:] else "")
    moved = min(cycle, key=lambda stretch: stretch.size)
    words = (
        f"Entries {named} stand in another order than they were sealed in: {moved.first} was sealed as {moved.place}."
    )
    if {one.place for one in cycle} == {one.first for one in cycle} and len(cycle) == 2:
        words = f"Entries {' and '.join(names)} were reordered: they bear each other's sequence."
    return TrailFault(Tampering.REORDERED, min(one.place for one in cycle), words)


def _sealed_anew(ordered: Sequence[Stretch], against: TrailFault | None) -> Iterator[TrailFault]:
    """Entries that fit, but that their successor does not point at; and what the head says, if that is another act."""
    line = [Stretch(0, 0, 0, "", ""), *ordered]
    torn = [_is_torn(before, after) for before, after in pairwise(line)]
    torn.append(against is not None and against.kind is Tampering.REWRITTEN and against.sequence == line[-1].last)
    rank = 0
    while rank < len(ordered):
        is_alone = torn[rank] and torn[rank + 1] and line[rank + 1].size == 1
        culprit = line[rank + 1] if is_alone or not rank else line[rank]
        if torn[rank]:
            sequence = culprit.last if rank else culprit.first
            if against and culprit.first <= against.sequence <= culprit.last:
                against = None
            words = f"Entry {sequence} was written anew: those beside it do not fit it."
            yield TrailFault(Tampering.REWRITTEN, sequence, words)
        rank += 2 if is_alone else 1
    if against:
        yield against


def _is_torn(before: Stretch, after: Stretch) -> bool:
    """Whether one follows the other, both fit, and the later yet points elsewhere."""
    follows = after.place == before.end + 1
    return follows and after.previous != before.hash and not before.odd and not after.odd


def _against(ordered: Sequence[Stretch], head: Head) -> TrailFault | None:
    reach = ordered[-1].end if ordered else 0
    if reach < head.sequence:
        words = f"The tail was cut: the trail ends at {reach}, and the head is at {head.sequence}."
        return TrailFault(Tampering.CUT, reach + 1, words)
    holder = next((stretch for stretch in ordered if stretch.place <= head.sequence <= stretch.end), None)
    if holder is None or holder.odd:
        return None
    if head.hash == (holder.hash if head.sequence == holder.end else holder.watched):
        return None
    sequence = head.sequence - holder.shift
    words = f"The trail was rewritten: entry {sequence} is not the one that the head names."
    return TrailFault(Tampering.REWRITTEN, sequence, words)


def _inserted(first: int, last: int) -> TrailFault:
    return TrailFault(
        Tampering.INSERTED, first, f"{_entries(first, last)} inserted: no later entry was sealed after it."
    )


def _entries(first: int, last: int) -> str:
    return f"Entry {first} was" if first == last else f"Entries {first} to {last} were"
