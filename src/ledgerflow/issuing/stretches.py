"""An audit trail cut wherever it stops being as it was sealed: a sound trail is one stretch, however long it is."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledgerflow.issuing.seals import AuditEntry

_RECENT = 1024  # entries among which one is looked for that an entry points back at
_FAR = 256  # sequences in either direction under which an entry may have been sealed
_TRIES = 200_000  # seals tried in all on entries that do not fit where they stand


@dataclass(slots=True)
class Stretch:
    """Entries in a row, each sealed over the one before it.

    `first` and `last` are the sequences that they bear, `place` is the one under which the first of them was sealed.
    `odd` is an entry alone in its stretch that was sealed under no sequence known: its content is not what was sealed.
    What the first points at stands `back` entries before it in the trail (0: right before it, or nowhere near), bears
    `stands_at` and was itself sealed under `pointed_at`; `gone` of those between were taken out since. `watched` is the
    hash at a place that was asked for.
    """

    first: int
    last: int
    place: int
    previous: str
    hash: str
    odd: AuditEntry | None = None
    back: int = 0
    stands_at: int = 0
    pointed_at: int = 0
    gone: int = 0
    watched: str = ""

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    @property
    def end(self) -> int:
        """The sequence under which the last entry was sealed."""
        return self.place + self.last - self.first

    @property
    def shift(self) -> int:
        return self.place - self.first


def stretches(trail: Iterable[AuditEntry], watched: int = 0) -> Sequence[Stretch]:
    """The trail, oldest first, in as few stretches as it has; memory grows with their number only."""
    reader = _Reader(watched)
    for entry in trail:
        reader.take(entry)
    _settle(reader.found)
    return reader.found


class _Reader:
    """Lengthens the last stretch with each entry that goes on as it should, and begins a new one with any other."""

    def __init__(self, watched: int) -> None:
        self.found: list[Stretch] = []
        self._watched = watched
        self._recent = deque([("", 0, 0)], _RECENT)
        self._shift = 0
        self._usual = 0
        self._tries = _TRIES

    def take(self, entry: AuditEntry) -> None:
        here = self.found[-1] if self.found else None
        place = entry.sequence + self._shift
        if (
            here is not None
            and here.odd is None
            and entry.sequence == here.last + 1
            and entry.previous == here.hash
            and entry.fits(place)
        ):
            here.last, here.hash = entry.sequence, entry.hash
        else:
            here = self._begin(entry)
            place = here.place
        if place == self._watched:
            here.watched = entry.hash
        self._recent.append((entry.hash, entry.sequence, place))

    def _begin(self, entry: AuditEntry) -> Stretch:
        if self.found and self.found[-1].size > 1:
            self._usual = self.found[-1].shift
        back, stands_at, pointed_at = self._look_back(entry)
        place = next((place for place in self._candidates(entry, pointed_at) if entry.fits(place)), None)
        if place is not None:
            self._shift = place - entry.sequence
        begun = Stretch(
            first=entry.sequence,
            last=entry.sequence,
            place=entry.sequence + self._usual if place is None else place,
            previous=entry.previous,
            hash=entry.hash,
            odd=entry if place is None else None,
            back=back,
            stands_at=stands_at,
            pointed_at=pointed_at,
        )
        self.found.append(begun)
        return begun

    def _look_back(self, entry: AuditEntry) -> tuple[int, int, int]:
        """How far back that stands which an entry points at; a copy of one that stands here is no successor of it."""
        for back, (hash_, sequence, place) in enumerate(reversed(self._recent)):
            if hash_ == entry.hash:
                break
            if hash_ == entry.previous:
                return back, sequence, place
        return 0, 0, 0

    def _candidates(self, entry: AuditEntry, pointed_at: int) -> Iterator[int]:
        """The sequences under which an entry may have been sealed, the likely ones first."""
        yield entry.sequence + self._shift
        yield entry.sequence
        yield pointed_at + 1
        for distance in range(1, _FAR + 1):
            if self._tries <= 0:
                return
            self._tries -= 2
            yield entry.sequence + distance
            yield entry.sequence - distance


def _settle(found: Sequence[Stretch]) -> None:
    """Gives odd entries the place that the hashes tell: after the entry that they point at, if they were sealed there;
    else before the entry that points at them."""
    _settle_forwards(found)
    leading = {stretch.hash: stretch for stretch in found if stretch.odd}
    for stretch in [stretch for stretch in found if not stretch.odd]:
        previous, place = stretch.previous, stretch.place
        while previous and (before := leading.pop(previous, None)) and before.odd:
            previous, place = before.previous, place - 1
            before.place = place
            if before.odd.fits(place):
                before.odd = None


def _settle_forwards(found: Sequence[Stretch]) -> None:
    following = {stretch.previous: stretch for stretch in found if stretch.odd}
    for hash_, place in [("", 0), *((stretch.hash, stretch.end) for stretch in found if not stretch.odd)]:
        while (after := following.get(hash_)) and after.odd and after.odd.fits(place + 1):
            after.odd, after.place = None, place + 1
            hash_, place = after.hash, place + 1
