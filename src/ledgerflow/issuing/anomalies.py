"""Where labelled anomalies come into a batch: between assessing and numbering, and where their labels are written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ledgerflow.billing.invoice import Invoice
from ledgerflow.export.labels import LabelRow, write_labels
from ledgerflow.export.parquet import write_parquet
from ledgerflow.export.tables import LABELS, label_rows
from ledgerflow.issuing.assessing import Assessed
from ledgerflow.simulation.anomalies.labels import Label
from ledgerflow.simulation.anomalies.papers import Paper
from ledgerflow.simulation.anomalies.planting import Planted
from ledgerflow.simulation.anomalies.spoiling import spoil
from ledgerflow.simulation.config import SimulationConfig

LABEL_FILES = ("labels.csv", f"{LABELS.title}.parquet")


def spoil_assessed(
    config: SimulationConfig, assessed: Sequence[Assessed], planted: Planted
) -> tuple[Sequence[Assessed], tuple[Label, ...]]:
    """What is to be numbered, and the labels of the batch; nothing is changed where nothing was asked for."""
    if not config.anomalies.any:
        return assessed, ()
    papers = [Paper(one.desk.law, one.supply, one.tax, one.series, one.day) for one in assessed]
    spoiling = spoil(config, papers, planted)
    changed = [
        replace(one, supply=paper.supply, tax=paper.tax, skipped=paper.skipped)
        for one, paper in zip(assessed, spoiling.papers, strict=True)
    ]
    return changed, spoiling.labels


def rows_of(
    labels: Sequence[Label], invoices: Sequence[Invoice], unused: Mapping[int, Sequence[str]]
) -> list[LabelRow]:
    """The labels under the numbers that the documents got; of a missing number, under those that were left unused."""
    rows = []
    for label in labels:
        for number in unused.get(label.position) or (invoices[label.position].number,):
            true = label.true if label.refers is None else f"{label.true} as {invoices[label.refers].number}"
            rows.append(LabelRow(number, label.kind.value, label.difficulty.value, label.case, true, label.shown))
    return rows


def lay_labels(folder: Path, rows: Sequence[LabelRow], about: Mapping[str, object], *, tables: bool) -> tuple[str, ...]:
    """The labels beside the archive, never in it: as CSV, and as Parquet where tables are wanted. Gives their names."""
    as_csv, as_parquet = LABEL_FILES
    (folder / as_csv).write_bytes(write_labels(rows))
    if not tables:
        return (as_csv,)
    facts = {name: str(value) for name, value in about.items()}
    with (folder / as_parquet).open("wb") as target:
        write_parquet(target, LABELS, lambda: label_rows(rows), facts)
    return LABEL_FILES
