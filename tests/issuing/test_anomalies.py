"""Books with something wrong in them: the verifier names what an arithmetic can see, and the labels tell the rest."""

import csv
import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import yaml

from ledgerflow.assembly import Application
from ledgerflow.billing.errors import InputRefused
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.settlement import summarise
from ledgerflow.export.labels import LabelRow, read_labels
from ledgerflow.export.verification import verify
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.allotting import NOT_USED
from ledgerflow.issuing.batch import generation_id
from ledgerflow.issuing.books import Order, make_books
from ledgerflow.simulation.anomaly_wishes import AnomalyKind, Difficulty
from ledgerflow.simulation.config import SimulationConfig

EXAMPLES = Path(__file__).parents[2] / "examples"
INVOICES, RATE = 240, 0.02
EACH = 5  # 2 % of 240, to the nearest
ARITHMETIC = {
    Difficulty.EASY: {"wrong_rate", "wrong_tax_split", "back_dated", "missing_number"},
    Difficulty.MEDIUM: {"back_dated", "missing_number"},
    Difficulty.HARD: {"back_dated", "missing_number"},
}


class Made:
    """Books in a folder, read back."""

    def __init__(self, folder: Path, config: SimulationConfig) -> None:
        application = Application()
        goods = read_catalogue((EXAMPLES / "catalogue.xlsx").read_bytes()).products
        formats = (application.format("csv"),)
        order = Order(config, goods, formats, datetime(2026, 11, 1, tzinfo=UTC), "a test", tables=True)
        url = str(folder / "ledger.db")
        self.books = make_books(
            order,
            application.laws,
            folder,
            lambda _desk: application.open_ledger(url, "default"),
            None,
            lambda *_: None,
        )
        self.archive = folder / "invoices.zip"
        with application.open_ledger(url, "default") as ledger:
            self.invoices = {invoice.number: invoice for invoice in ledger.invoices()}
            self.void = ledger.void_numbers()
        labels = folder / "labels.csv"
        self.labels: Sequence[LabelRow] = read_labels(labels.read_bytes()) if labels.exists() else ()

    def of(self, kind: AnomalyKind) -> list[tuple[LabelRow, Invoice]]:
        return [(label, self.invoices[label.number]) for label in self.labels if label.kind == kind]


def asking(difficulty: str = "medium", rate: float = RATE, **fields: object) -> SimulationConfig:
    config = yaml.safe_load((EXAMPLES / "demo.yaml").read_text("utf-8"))
    config |= {"count": INVOICES, "credit_note_rate": 0.05, **fields}
    config["anomalies"] = {kind.value: {"rate": rate, "difficulty": difficulty} for kind in AnomalyKind}
    return SimulationConfig.model_validate(config)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Difficulty, Made]:
    """Books with all kinds, at each difficulty."""
    made = {}
    for difficulty in Difficulty:
        made[difficulty] = Made(tmp_path_factory.mktemp(difficulty.value), asking(difficulty.value))
    return made


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_exactly_so_many_of_each(every: Mapping[Difficulty, Made], difficulty: Difficulty) -> None:
    labels = every[difficulty].labels
    for kind in AnomalyKind:
        cases = {label.case for label in labels if label.kind == kind}
        assert len(cases) == EACH, kind
    assert {label.difficulty for label in labels} == {difficulty.value}
    several = {"split_invoice", "carousel"}
    alone = [label.number for label in labels if label.kind not in several]
    assert len(alone) == len(set(alone)) == len({label.number for label in labels} - _numbers(labels, several))


def _numbers(labels: Sequence[LabelRow], kinds: set[str]) -> set[str]:
    return {label.number for label in labels if label.kind in kinds}


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_the_verifier_names_those_that_an_arithmetic_can_see(
    every: Mapping[Difficulty, Made], difficulty: Difficulty
) -> None:
    made = every[difficulty]
    named = {Path(fault.place[: fault.place.index(".json") + 5]).stem for fault in verify(made.archive).faults}
    expected = set()
    for label in made.labels:
        if label.kind in ARITHMETIC[difficulty]:
            number = _after(label.number, made) if label.kind == "missing_number" else label.number
            expected.add(number.replace("/", "-"))
    assert named == expected


def _after(number: str, made: Made) -> str:
    """The first document whose number comes after one that is missing."""
    while number not in made.invoices:
        number = number[:-6] + f"{int(number[-6:]) + 1:06}"
    return number


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_with_the_labels_it_accepts(every: Mapping[Difficulty, Made], difficulty: Difficulty) -> None:
    made = every[difficulty]
    assert verify(made.archive, made.labels).faults == ()


def test_a_label_excuses_its_own_document_and_kind_only(every: Mapping[Difficulty, Made]) -> None:
    made = every[Difficulty.EASY]
    for place, label in enumerate(made.labels):
        if label.kind in ARITHMETIC[Difficulty.EASY]:
            others = [*made.labels[:place], *made.labels[place + 1 :]]
            left = verify(made.archive, others).faults
            stem = (_after(label.number, made) if label.kind == "missing_number" else label.number).replace("/", "-")
            assert left
            assert all(fault.place.startswith(f"json/{stem}.json") for fault in left), label
            break
    spike = next(label for label in made.labels if label.kind == "price_spike")
    loose = [
        *made.labels,
        LabelRow("SCT/26-27/099999", *("x",) * 5),
        LabelRow(spike.number, "missing_number", *("x",) * 4),
    ]
    faults = verify(made.archive, loose).faults
    assert [(fault.code, fault.place) for fault in faults] == [
        ("label_wrong", "labels/SCT/26-27/099999"),
        ("label_wrong", f"labels/{spike.number}"),
    ]


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_a_missing_number_is_void_in_the_ledger(every: Mapping[Difficulty, Made], difficulty: Difficulty) -> None:
    made = every[difficulty]
    missing = {label.number for label in made.labels if label.kind == "missing_number"}
    assert {void.number for void in made.void} == missing
    assert {void.reason for void in made.void} == {NOT_USED}
    assert not missing & made.invoices.keys()
    assert len(missing) == EACH * (3 if difficulty is Difficulty.EASY else 1)


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_the_books_do_not_tell(every: Mapping[Difficulty, Made], difficulty: Difficulty) -> None:
    """Labels lie beside the archive; nothing in it, nor in the tables of the books, has a word of them."""
    made = every[difficulty]
    with zipfile.ZipFile(made.archive) as archive:
        assert not [name for name in archive.namelist() if "label" in name]
        text = b"".join(archive.read(name) for name in archive.namelist())
    for word in ("anomal", "duplicate", "difficulty", *AnomalyKind):
        assert word.encode() not in text.lower()
    table = pl.read_parquet(made.archive.parent / "labels.parquet")
    assert [LabelRow(*row) for row in table.iter_rows()] == list(made.labels)
    assert pl.read_parquet_metadata(made.archive.parent / "labels.parquet")["simulated"] == "true"


def test_a_wrong_rate_is_right_in_itself_unless_it_is_easy(every: Mapping[Difficulty, Made]) -> None:
    for difficulty, made in every.items():
        for label, invoice in made.of(AnomalyKind.WRONG_RATE):
            assert label.true != label.shown
            wrong = [
                line
                for line in invoice.tax.lines
                for due in line.dues
                if abs(due.amount - line.taxable_value * due.rate / 100) > Decimal("0.01")
            ]
            assert bool(wrong) is (difficulty is Difficulty.EASY), label
            assert summarise(invoice.tax.lines) == invoice.tax.summary


def test_a_wrong_split_is_unequal_or_of_the_other_border(every: Mapping[Difficulty, Made]) -> None:
    for difficulty, made in every.items():
        for label, invoice in made.of(AnomalyKind.WRONG_TAX_SPLIT):
            inside = invoice.supply.seller.place.region == invoice.tax.place_of_supply.region
            taxes = invoice.tax.totals.taxes
            if difficulty is Difficulty.EASY:
                assert taxes["CGST"] != taxes["SGST"], label
                continue
            assert ("IGST" in taxes) is inside, label
            assert ("IGST" in invoice.tax.regime) is (inside is (difficulty is Difficulty.HARD)), label


def test_an_invalid_number_is_one_that_the_law_refuses(every: Mapping[Difficulty, Made]) -> None:
    laws = Application().laws
    for made in every.values():
        for label, invoice in made.of(AnomalyKind.INVALID_TAX_NUMBER):
            law, buyer = laws[invoice.strategy], invoice.supply.buyer
            assert law.check_registration(label.shown, buyer.place) != ""
            assert law.check_registration(label.true, buyer.place) == ""
            assert buyer.tax_number == label.shown


def test_a_back_dated_invoice_is_older_than_the_number_before(every: Mapping[Difficulty, Made]) -> None:
    least = {Difficulty.EASY: 25, Difficulty.MEDIUM: 6, Difficulty.HARD: 1}
    for difficulty, made in every.items():
        for label, invoice in made.of(AnomalyKind.BACK_DATED):
            true = date.fromisoformat(label.true.removeprefix("issued on "))
            assert label.shown == f"dated {invoice.day}"
            assert (true - invoice.day).days >= least[difficulty]
            assert invoice.day >= date(2026, 4, 1)


def test_a_duplicate_names_its_original(every: Mapping[Difficulty, Made]) -> None:
    for made in every.values():
        labelled = {label.number for label in made.labels}
        for label, invoice in made.of(AnomalyKind.DUPLICATE_INVOICE):
            original = made.invoices[label.true.removeprefix("invoiced before as ")]
            assert original.number not in labelled
            assert original.tax.totals.payable == invoice.tax.totals.payable
            assert original.supply.tax_point <= invoice.supply.tax_point


def test_all_rates_at_nothing_leave_the_books_as_they_are(tmp_path: Path) -> None:
    """Byte for byte those of a configuration that does not speak of anomalies."""
    hashes = []
    goods = read_catalogue((EXAMPLES / "catalogue.xlsx").read_bytes()).products
    silent = asking().model_copy(
        update={
            "count": 40,
            "anomalies": SimulationConfig.model_fields["anomalies"].get_default(call_default_factory=True),
        }
    )
    for name, config in (("silent", silent), ("zero", asking("hard", 0.0, count=40))):
        (tmp_path / name).mkdir()
        made = Made(tmp_path / name, config)
        hashes.append(hashlib.sha256(made.archive.read_bytes()).hexdigest())
        assert made.books.labels == ()
        assert generation_id(config, goods) == generation_id(silent, goods)
    assert hashes[0] == hashes[1]


def test_the_same_books_again(every: Mapping[Difficulty, Made], tmp_path: Path) -> None:
    again = Made(tmp_path, asking("medium"))
    first = every[Difficulty.MEDIUM]
    assert again.archive.read_bytes() == first.archive.read_bytes()
    assert again.labels == first.labels


def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    config = asking("medium", 0.0)
    wishes = config.anomalies.model_dump() | {"wrong_tax_split": {"rate": 0.9}, "missing_number": {"rate": 1}}
    config = SimulationConfig.model_validate(config.model_dump() | {"anomalies": wishes})
    with pytest.raises(InputRefused) as refused:
        Made(tmp_path, config)
    places = [finding.place for finding in refused.value.findings]
    assert places == ["/anomalies/wrong_tax_split/rate", "/anomalies/missing_number/rate"]
    assert list(tmp_path.iterdir()) == []


def test_labels_join_the_register(every: Mapping[Difficulty, Made]) -> None:
    made = every[Difficulty.MEDIUM]
    with zipfile.ZipFile(made.archive) as archive:
        register = archive.read("register.csv").decode("utf-8-sig")
        assert json.loads(archive.read("manifest.json"))["simulated"] is True
    numbers = {row["Number"] for row in csv.DictReader(register.splitlines())}
    assert {label.number for label in made.labels if label.kind != "missing_number"} <= numbers
