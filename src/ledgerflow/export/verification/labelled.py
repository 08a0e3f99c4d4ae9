"""What labels excuse: the faults that were put in on purpose, and no others."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ledgerflow.export.labels import LabelRow
from ledgerflow.export.verification.books import Paper
from ledgerflow.export.verification.reading import Fault

MISSING = "missing_number"

_EXCUSED: Mapping[str, frozenset[str]] = {
    "wrong_rate": frozenset({"figure_wrong"}),
    "wrong_tax_split": frozenset({"figure_wrong", "halves_unequal"}),
    "back_dated": frozenset({"number_order"}),
}


def missing_numbers(labels: Iterable[LabelRow]) -> frozenset[str]:
    """The numbers that no document is to bear."""
    return frozenset(label.number for label in labels if label.kind == MISSING)


def inexcusable(faults: Iterable[Fault], labels: Sequence[LabelRow], papers: Sequence[Paper]) -> Iterator[Fault]:
    """The faults that no label explains: each excuses those of its kind in its own document."""
    excused: dict[str, set[str]] = {}
    paths = {paper.number: paper.path for paper in papers}
    for label in labels:
        if label.number in paths:
            excused.setdefault(paths[label.number], set()).update(_EXCUSED.get(label.kind, ()))
    for fault in faults:
        path = fault.place[: fault.place.find(".json") + len(".json")]
        if fault.code not in excused.get(path, ()):
            yield fault


def check_labels(labels: Iterable[LabelRow], numbers: Collection[str]) -> Iterator[Fault]:
    """Labels of documents that are not there, and of missing numbers that are."""
    for label in labels:
        if label.kind == MISSING and label.number in numbers:
            yield Fault("label_wrong", f"labels/{label.number}", "is said to be missing, and a document bears it")
        if label.kind != MISSING and label.number not in numbers:
            yield Fault("label_wrong", f"labels/{label.number}", "is no document of this archive")
