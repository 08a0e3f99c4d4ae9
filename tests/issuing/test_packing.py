"""An archive holds the files of every format, the same bytes however many hands made them, or does not appear."""

import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import entry_points
from io import BytesIO
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

import pytest

from ledgerflow.billing.errors import BillingError, Finding, InputRefused, InvoiceUnknown
from ledgerflow.billing.invoice import Invoice, from_json
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.format import Format
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.packing import pack_batch
from ledgerflow.issuing.ports import Progress
from ledgerflow.issuing.workshop import open_workshop
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.opening import open_ledger


class Slip:
    """A text for each invoice."""

    code = "slip"
    title = "Slips"
    scope: Literal["invoice", "batch"] = "invoice"

    def lacking(self, letters: str) -> str:
        return ""

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        for invoice in invoices:
            yield f"slips/{invoice.position}.txt", str(invoice.tax.totals.payable).encode()


class Tally:
    """One text for all."""

    code = "tally"
    title = "Tally"
    scope: Literal["invoice", "batch"] = "batch"

    def lacking(self, letters: str) -> str:
        return ""

    def files(self, invoices: Sequence[Invoice]) -> Iterator[tuple[str, bytes]]:
        yield "tally.txt", str(len(invoices)).encode()


@pytest.fixture
def invoices(
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
    tmp_path: Path,
) -> list[Invoice]:
    with open_ledger(str(tmp_path / "ledger.db")) as ledger:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        issue_batch(make_config(), make_sales(12), laws, ledger, "0123456789abcdef", at=at, actor="Asha")
        return list(ledger.invoices())


def packed(
    invoices: Sequence[Invoice], formats: Sequence[Format], workers: int = 1, progress: Progress | None = None
) -> bytes:
    target = BytesIO()
    with open_workshop(workers) as pool:
        pack_batch(invoices, formats, target, {"generation_id": "0123456789abcdef"}, pool=pool, progress=progress)
    return target.getvalue()


@pytest.mark.requirement("FR-6.1")
def test_every_archive_holds_its_invoices_as_json(invoices: list[Invoice]) -> None:
    with ZipFile(BytesIO(packed(invoices, [Slip(), Tally()]))) as archive:
        documents = [name for name in archive.namelist() if name.startswith("json/")]
        assert [from_json(archive.read(name)) for name in documents] == invoices
        assert archive.read("tally.txt") == b"12"
        assert sum(name.startswith("slips/") for name in archive.namelist()) == 12
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["generation_id"] == "0123456789abcdef"
    assert len(manifest["files"]) == 25


def test_json_that_is_asked_for_is_there_once(invoices: list[Invoice]) -> None:
    asked = entry_points(group="ledgerflow.formats")["json"].load()
    assert packed(invoices, [asked]) == packed(invoices, [])


@pytest.mark.requirement("SIM.3")
def test_the_bytes_do_not_depend_on_the_number_of_workers(invoices: list[Invoice]) -> None:
    pdf = entry_points(group="ledgerflow.formats")["pdf"].load()
    told: list[int] = []

    def progress(doing: str, done: int, _total: int) -> None:
        told.extend([done] if doing == "pdf" else [])

    alone = packed(invoices, [pdf, Tally()])
    assert packed(invoices, [pdf, Tally()], 2, progress) == alone
    assert told == sorted(told)
    assert told[-1] == 12
    with ZipFile(BytesIO(alone)) as archive:
        assert sum(name.endswith(".pdf") for name in archive.namelist()) == 12


def test_progress_tells_what_is_done_of_each_format(invoices: list[Invoice]) -> None:
    told: list[tuple[str, int, int]] = []

    def progress(doing: str, done: int, total: int) -> None:
        told.append((doing, done, total))

    pack_batch(invoices, [Tally(), Slip()], BytesIO(), {}, progress=progress)
    each = [(5, 12), (10, 12), (12, 12)]
    assert told == [("tally", 12, 12), *(("json", *step) for step in each), *(("slip", *step) for step in each)]


@pytest.mark.parametrize("error", [InvoiceUnknown(number="A1"), InputRefused([Finding("c", "/seed", "No.", "Yes.")])])
def test_an_error_crosses_from_a_worker_as_it_was(error: BillingError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert arrived.parameters == error.parameters
