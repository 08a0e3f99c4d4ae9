"""The verifier accepts what billing makes, under every rounder, and finds whatever has been changed since."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable
from decimal import Decimal
from io import BytesIO
from itertools import starmap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.export.books import (
    ASHA,
    BY_BUYER,
    EXEMPT,
    GST_5,
    GST_18,
    IGST_18,
    KERALA,
    VAT_10,
    WITH_CESS,
    ZERO_RATED,
    batch,
    charge,
    invoice,
    line,
    pdf,
    pdfs,
    sale,
)

from ledgerflow.billing.invoice import Invoice, to_json
from ledgerflow.billing.money import allocate, currency
from ledgerflow.billing.supply import Correction, Exchange, NoteKind
from ledgerflow.billing.tax import DocumentKind, Levy, Rounder
from ledgerflow.export.archive import deflate, pack
from ledgerflow.export.formats import document
from ledgerflow.export.formats import register as formats
from ledgerflow.export.verification import Fault, verify
from ledgerflow.export.verification.figures import check_figures
from ledgerflow.export.verification.reading import Node

Files = dict[str, bytes]


def files_of(invoices: list[Invoice]) -> Files:
    return dict([*pdfs(invoices), *document.format.files(invoices), *formats.csv.files(invoices)])


def packed(files: Files) -> BytesIO:
    archive = BytesIO()
    pack(archive, starmap(deflate, files.items()), {"title": "May"})
    return archive


def codes(archive: BytesIO | Files) -> set[str]:
    return {fault.code for fault in verify(packed(archive) if isinstance(archive, dict) else archive).faults}


def changed(files: Files, path: str, change: Callable[[Any], object]) -> Files:
    """The files with one JSON document altered."""
    document = json.loads(files[path])
    change(document)
    return {**files, path: json.dumps(document).encode()}


FILES = files_of(batch())
FIRST, NOTE = "json/INV-26-27-0001.json", "json/CRN-26-27-0001.json"


@pytest.mark.requirement("FR-6.2")
def test_what_was_packed_is_accepted() -> None:
    result = verify(packed(FILES))
    assert result.faults == ()
    assert result.accepted
    assert (result.members, result.invoices, result.pdfs) == (len(FILES) + 1, 6, 6)
    rupees, dinars = result.totals
    assert (rupees.currency, rupees.documents, str(rupees.exempt_value)) == ("INR", 4, "10.00")
    assert dinars.taxes == {"VAT": Decimal("1.565")}
    assert str(dinars.grand_total) == "19.546"


def test_an_archive_is_also_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "books.zip"
    path.write_bytes(packed(FILES).getvalue())
    assert verify(path).accepted
    assert verify(str(path)).accepted
    assert [fault.code for fault in verify(tmp_path / "none.zip").faults] == ["archive_unreadable"]


# The arithmetic

RATES = [GST_18, GST_5, IGST_18, WITH_CESS, ZERO_RATED, EXEMPT, BY_BUYER, VAT_10]
SUGARED = charge(("CGST", "14"), ("SGST", "14"), code="C")
SUGARED = type(SUGARED)(
    SUGARED.treatment,
    (*SUGARED.levies, Levy("CESS", Decimal(5), per_unit=Decimal("4.17"))),
    SUGARED.code,
    SUGARED.rule,
    SUGARED.since,
    SUGARED.source,
)
UNDER_BOND = charge(("IGST", "18"), waived=True, code="W")


def amounts(most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, most, places=places, allow_nan=False)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    """Any supply at all, under any rounder, settled by billing."""
    rounder = draw(st.sampled_from(Rounder))
    by_component = rounder in (Rounder.COMPONENT, Rounder.COMPONENT_WHOLE)
    known = [*RATES, UNDER_BOND, *([SUGARED] if by_component else [])]
    charges = draw(st.lists(st.sampled_from(known), min_size=1, max_size=6))
    money = currency(draw(st.sampled_from(["INR", "BHD", "JPY"])))
    lines = [
        line(
            str(draw(amounts(90000, money.decimals))),
            str(draw(amounts(999, 3).filter(bool))),
            discount_percent=draw(st.sampled_from([Decimal(0), Decimal("7.5"), Decimal(33)])),
            discount_amount=draw(st.sampled_from([Decimal(0), Decimal("0.37")])),
            retail_price=draw(st.none() | amounts(900, 2)) if by_component else None,
        )
        for _ in charges
    ]
    supply = sale(
        *lines,
        currency=money,
        prices_include_tax=draw(st.booleans()),
        discount=draw(amounts(50, money.decimals)),
        charge=draw(amounts(50, money.decimals)),
        prepaid=draw(amounts(50, money.decimals)),
        round_to=draw(st.sampled_from([None, Decimal(1), Decimal("0.005"), Decimal("0.25")])),
        quoted=draw(st.none() | amounts(99, 4).map(lambda rate: Exchange(currency("USD"), rate))),
        reported=draw(st.none() | amounts(9, 5).map(lambda rate: Exchange(currency("SAR"), rate))),
    )
    return invoice("INV/26-27/0001", supply, charges, rounder)


def figure_faults(document: bytes) -> list[Fault]:
    return list(check_figures(Node(json.loads(document), "")))


@pytest.mark.requirement("FR-2.4")
@settings(max_examples=100, deadline=None)
@given(invoices())
def test_two_arithmetics_agree_to_the_last_minor_unit(one: Invoice) -> None:
    assert figure_faults(to_json(one)) == []


def stated_amounts(node: Any, place: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    """Where each figure of the tax result stands, every one that the verifier must know."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("charge", "rates", "rate"):
                yield from stated_amounts(value, (*place, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from stated_amounts(value, (*place, index))
    elif isinstance(node, str) and node.replace(".", "").lstrip("-").isdigit():
        yield place


@settings(max_examples=100, deadline=None)
@given(invoices(), st.data())
def test_one_minor_unit_anywhere_is_found(one: Invoice, data: st.DataObject) -> None:
    document = json.loads(to_json(one))
    place = data.draw(st.sampled_from(list(stated_amounts(document["tax"]["lines"], ("lines",)))))
    if data.draw(st.booleans()):
        place = data.draw(st.sampled_from(list(stated_amounts(document["tax"]["totals"], ("totals",)))))
    *path, last = place
    node = document["tax"]
    for step in path:
        node = node[step]
    node[last] = str(Decimal(node[last]) + one.supply.currency.unit)
    assert f"/tax/{'/'.join(map(str, place))}" in {
        fault.place for fault in figure_faults(json.dumps(document).encode())
    }


def test_ties_of_the_largest_remainder_go_to_the_earlier() -> None:
    shares = allocate(Decimal("100.00"), [Decimal(10), Decimal(1), Decimal(1)], Decimal("0.01"))
    assert shares == [Decimal("83.34"), Decimal("8.33"), Decimal("8.33")]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("supply", "lines", 0, "unit_price"), "500.00"),
        (("supply", "lines", 0, "quantity"), "4"),
        (("supply", "discount"), "10.02"),
        (("supply", "round_to"), None),
        (("supply", "prepaid"), "0.01"),
        (("supply", "prices_include_tax"), True),
        (("tax", "rounder"), "component_whole"),
        (("tax", "lines", 0, "charge", "levies", 0, "rate"), "9.5"),
        (("tax", "lines", 0, "charge", "waived"), True),
        (("tax", "lines", 0, "charge", "payable_by"), "buyer"),
        (("tax", "lines", 0, "charge", "treatment"), "exempt"),
        (("tax", "lines", 0, "dues", 0, "tax"), "IGST"),
        (("tax", "lines", 0, "dues"), []),
        (("tax", "lines", 0, "quoted"), "1.00"),
        (("tax", "summary", 0, "code"), "Z"),
        (("tax", "summary"), []),
        (("tax", "totals", "taxes"), {"CGST": "137.66"}),
        (("tax", "totals", "reported_tax"), "1.00"),
    ],
)
def test_nothing_that_figures_follow_from_can_change(path: tuple[Any, ...], value: object) -> None:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    assert "figure_wrong" in codes(changed(FILES, FIRST, change))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("supply", "lines"), "many"),
        (("supply", "lines"), []),
        (("supply", "lines", 0, "quantity"), 3),
        (("supply", "lines", 0, "quantity"), "1/3"),
        (("supply", "lines", 0, "quantity"), "NaN"),
        (("supply", "prices_include_tax"), "no"),
        (("supply", "round_to"), "0"),
        (("supply", "currency", "decimals"), 3),
        (("supply", "currency", "decimals"), "2"),
        (("supply", "currency", "decimals"), 10**9),
        (("supply", "lines", 0, "quantity"), "9" * 100_000),
        (("supply", "tax_point"), "yesterday"),
        (("supply",), None),
        (("tax", "rounder"), "guess"),
        (("tax", "totals", "taxes"), []),
        (("tax", "lines", 0, "charge", "treatment"), "forgotten"),
        (("number",), 1),
    ],
)
def test_a_document_of_another_shape_is_a_fault_with_its_place(path: tuple[Any, ...], value: object) -> None:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    faults = verify(packed(changed(FILES, FIRST, change))).faults
    assert "unreadable" in {fault.code for fault in faults}
    assert any(fault.place.startswith(FIRST) and str(fault).startswith(FIRST) for fault in faults)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b"null"])
def test_what_is_no_invoice_is_a_fault(content: bytes) -> None:
    assert "unreadable" in codes({**FILES, FIRST: content})


def test_central_and_state_tax_must_be_equal() -> None:
    one = invoice("INV/26-27/0001", sale(line("100")), [charge(("CGST", "9"), ("SGST", "8"))])
    assert codes(files_of([one])) == {"halves_unequal"}


# The books


def test_a_number_stands_once() -> None:
    twice = {**FILES, "json/other.json": FILES[FIRST]}
    assert {"number_twice", "path_wrong"} <= codes(twice)


def first_of(number: str, day: str = "2026-05-04") -> Invoice:
    return invoice(number, sale(line("100"), day=day), [GST_18])


def test_a_series_has_no_gap() -> None:
    assert codes(files_of([first_of("INV/26-27/0001"), first_of("INV/26-27/0003")])) == {"number_gap"}


def test_numbers_follow_dates() -> None:
    late = [first_of("INV/26-27/0001", "2026-05-04"), first_of("INV/26-27/0002", "2026-05-03")]
    assert codes(files_of(late)) == {"number_order"}


def test_a_series_begins_again_with_the_year() -> None:
    years = [first_of("INV/25-26/0900", "2026-03-31")]
    years[0] = type(years[0])(years[0].number, "INV/{fy}/{n:04}", "gst", 0, "generation", years[0].supply, years[0].tax)
    assert codes(files_of([*years, first_of("INV/26-27/0001", "2026-04-01")])) == set()


@pytest.mark.parametrize("number", ["INV/26-27/000000001", "0NV/26-27/0001", "INV 26-27/0001"])
def test_a_gst_number_is_as_the_rule_has_it(number: str) -> None:
    assert "number_illegal" in codes(files_of([first_of(number)]))


def renumbered(number: str, series: str) -> Invoice:
    one = first_of("INV/26-27/0001")
    return type(one)(number, series, "none", 0, "generation", one.supply, one.tax)


@pytest.mark.parametrize(
    ("number", "series", "legal"),
    [
        ("A0001", "{roll}{n:04}", True),
        ("M-0001/26-27", "M-{n:04}/{fy}", True),
        ("CASH7", "till", True),
        ("M-0001", "N-{n:04}", False),
        ("none", "till", False),
    ],
)
def test_a_number_follows_its_series(number: str, series: str, legal: bool) -> None:
    assert codes(files_of([renumbered(number, series)])) == (set() if legal else {"number_illegal"})


def credit(price: str, number: str = "CRN/26-27/0001", of: str = "INV/26-27/0001", **more: Any) -> Invoice:
    supply = sale(
        line(price), correction=Correction(NoteKind.CREDIT, "returned", 0, of), **{"day": "2026-05-06", **more}
    )
    return invoice(number, supply, [GST_18], kind=DocumentKind.CREDIT_NOTE)


@pytest.mark.parametrize(
    ("notes", "fault"),
    [
        ([credit("100.00")], None),
        ([credit("50.00"), credit("50.00", "CRN/26-27/0002")], None),
        ([credit("100.01")], "note_exceeds"),
        ([credit("50.00"), credit("50.01", "CRN/26-27/0002")], "note_exceeds"),
        ([credit("1.00", of="INV/26-27/0009")], "note_loose"),
        ([credit("1.00", day="2026-05-01")], "note_early"),
        ([credit("1.00", buyer=type(ASHA)("Another", KERALA))], "note_differs"),
        ([credit("-1.00")], "note_negative"),
    ],
)
def test_a_credit_note_takes_back_an_invoice_and_no_more(notes: list[Invoice], fault: str | None) -> None:
    assert codes(files_of([first_of("INV/26-27/0001"), *notes])) == ({fault} if fault else set())


# The members


def test_every_document_says_that_it_is_simulated() -> None:
    def forget(document: Any) -> None:
        document["simulated"] = 1

    assert "not_simulated" in codes(changed(FILES, FIRST, forget))
    page = {"pdf/INV-26-27-0001.pdf": pdf("INV/26-27/0001", keywords="real")}
    assert codes({**FILES, **page}) == {"not_simulated"}


def test_an_unknown_version_is_refused() -> None:
    assert "version_unknown" in codes(changed(FILES, FIRST, lambda document: document.update(version="2")))


def test_each_invoice_has_its_page_and_each_page_its_invoice() -> None:
    page = FILES["pdf/INV-26-27-0001.pdf"]
    without = {path: content for path, content in FILES.items() if path != "pdf/INV-26-27-0001.pdf"}
    assert codes(without) == {"pdf_missing"}
    assert codes({**FILES, "pdf/INV-26-27-0099.pdf": page}) == {"json_missing"}
    assert codes({**FILES, "pdf/INV-26-27-0002.pdf": page}) == {"pdf_stranger"}
    only_data = {path: content for path, content in FILES.items() if not path.startswith("pdf/")}
    assert codes(only_data) == set()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", FILES["pdf/BH-0001.pdf"][:-200]])
def test_a_page_that_does_not_parse_is_a_fault(content: bytes) -> None:
    assert "pdf_broken" in codes({**FILES, "pdf/INV-26-27-0001.pdf": content})


def test_a_pdf_without_a_page_is_a_fault() -> None:
    assert codes({**FILES, "pdf/BH-0001.pdf": pdf("BH/0001", pages=0)}) == {"pdf_broken"}


@pytest.mark.parametrize(("text", "faults"), [("Invoice BH/0001", set()), ("Invoice BH/0002", {"pdf_stranger"})])
def test_a_page_may_name_its_invoice_in_its_text(text: str, faults: set[str]) -> None:
    assert codes({**FILES, "pdf/BH-0001.pdf": pdf("", title="Specimen", text=text)}) == faults


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1630.31", "1630.32"),
        ("2026-05-04,", "2026-05-05,"),
        ("yes,INV/26-27/0001", "no,INV/26-27/0001"),
        ("INV/26-27/0002", "INV/26-27/0001"),
        ("137.66", ""),
        ("Number", "No."),
    ],
)
def test_the_register_agrees_with_the_documents(old: str, new: str) -> None:
    register = FILES["register.csv"].replace(old.encode(), new.encode())
    assert register != FILES["register.csv"]
    assert codes({**FILES, "register.csv": register}) == {"register_wrong"}


@pytest.mark.parametrize("content", ["\ufeffé".encode("utf-16"), b"x" * 200_000, b""])
def test_a_register_that_is_none_is_a_fault(content: bytes) -> None:
    assert codes({**FILES, "register.csv": content}) == {"register_wrong"}


def test_a_name_with_a_strange_line_break_stays_in_its_row() -> None:
    buyer = type(ASHA)(name="Asha\u2028& \n Sons, Ltd", place=ASHA.place)
    assert codes(files_of([invoice("INV/26-27/0001", sale(line("1"), buyer=buyer), [GST_18])])) == set()


# The box


def repacked(change: Callable[[Files], object], *, compression: int = zipfile.ZIP_DEFLATED) -> BytesIO:
    """The archive as another tool would pack it again after a change, without a seal."""
    with zipfile.ZipFile(packed(FILES)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    again = BytesIO()
    with zipfile.ZipFile(again, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return again


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_another_tool_may_pack_the_same_files_again(compression: int) -> None:
    assert codes(repacked(lambda members: None, compression=compression)) == set()


def rehashed(members: Files) -> None:
    """A forger's step: the manifest made to agree with the members."""
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = {
        path: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for path, content in members.items()
        if path != "manifest.json"
    }
    members["manifest.json"] = json.dumps(manifest).encode()


def test_a_forged_amount_is_found_although_every_hash_is_right() -> None:
    def forge(members: Files) -> None:
        members[FIRST] = members[FIRST].replace(b'"1906.00"', b'"1905.00"')
        rehashed(members)

    assert codes(repacked(forge)) == {"figure_wrong", "register_wrong"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda members: members.pop(FIRST), "member_missing"),
        (lambda members: members.update({"virus.exe": b"MZ"}), "member_extra"),
        (lambda members: members.update({"../up.txt": b""}), "name_unsafe"),
        (lambda members: members.update({"Register.csv": b""}), "name_twice"),
        (lambda members: members.update({"register.csv": members["register.csv"] + b"\n"}), "length_wrong"),
        (lambda members: members.update({"register.csv": members["register.csv"][::-1]}), "hash_wrong"),
        (lambda members: members.pop("manifest.json"), "manifest_missing"),
        (lambda members: members.update({"manifest.json": b"[]"}), "manifest_wrong"),
        (lambda members: members.update({"manifest.json": b"{"}), "manifest_wrong"),
        (
            lambda members: members.update({"manifest.json": b'{"simulated": 1, "version": 1, "files": {}}'}),
            "manifest_wrong",
        ),
        (
            lambda members: members.update({"manifest.json": members["manifest.json"].replace(b'"bytes"', b'"size"')}),
            "manifest_wrong",
        ),
    ],
)
def test_members_and_manifest_agree(change: Callable[[Files], object], fault: str) -> None:
    assert fault in codes(repacked(change))


def test_a_hash_is_written_in_lower_case() -> None:
    def shout(members: Files) -> None:
        manifest = json.loads(members["manifest.json"])
        entry = manifest["files"][FIRST]
        entry["sha256"] = entry["sha256"].upper()
        members["manifest.json"] = json.dumps(manifest).encode()

    assert codes(repacked(shout)) == {"hash_wrong"}


@pytest.mark.parametrize("content", [b"", b"not a ZIP", b"PK\x05\x06", packed(FILES).getvalue()[:-80]])
def test_what_is_no_archive_is_a_fault(content: bytes) -> None:
    assert codes(BytesIO(content)) == {"archive_broken"}


def test_a_member_that_claims_to_be_enormous_is_not_read() -> None:
    archive = bytearray(repacked(lambda members: None, compression=zipfile.ZIP_STORED).getvalue())
    entry = archive.rindex(b"PK\x01\x02", 0, archive.rindex(b"register.csv"))
    archive[entry + 24 : entry + 28] = (2**31).to_bytes(4, "little")
    assert "member_too_large" in codes(BytesIO(archive))


def test_a_flipped_bit_is_found_wherever_it_falls() -> None:
    archive = packed(files_of(batch()[:1])).getvalue()
    for bit in range(0, len(archive) * 8, 41):
        damaged = bytearray(archive)
        damaged[bit // 8] ^= 1 << bit % 8
        assert not verify(BytesIO(damaged)).accepted, f"bit {bit % 8} of byte {bit // 8}"


def test_a_byte_more_or_less_is_found() -> None:
    archive = packed(FILES).getvalue()
    assert not verify(BytesIO(archive + b"\0")).accepted
    assert not verify(BytesIO(b"\0" + archive)).accepted
    assert not verify(BytesIO(archive[1:])).accepted
