"""The QR code of Saudi Arabia: its text against the golden vectors, its drawing against the standard's frame."""

import json
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from tests.rendering.samples import saudi_invoice, saudi_simplified

from ledgerflow.rendering.layout import layout
from ledgerflow.rendering.qr import draw, tlv, zatca_content

GOLDEN = Path(__file__).parents[1] / "golden"
VECTORS = json.loads((GOLDEN / "vat_golden.json").read_text("utf-8"))["zatca_qr"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
@pytest.mark.requirement("PDF.5")
def test_golden_texts(vector: dict[str, str]) -> None:
    fields = (vector[name] for name in ("seller", "vat_number", "timestamp", "total_with_vat", "vat_total"))
    assert tlv(*fields) == vector["base64"]


def test_an_invoice_says_who_when_and_how_much() -> None:
    invoice = saudi_invoice()
    content = b64decode(zatca_content(invoice))
    values = []
    while content:
        values.append(content[2 : 2 + content[1]].decode("utf-8"))
        content = content[2 + content[1] :]
    totals = invoice.tax.totals
    assert values == [
        "شركة متجر الواحة",
        "311111111101113",
        "2026-07-14T16:20:05",
        str(totals.total),
        str(totals.tax),
    ]


def test_a_long_name_is_cut_between_letters() -> None:
    name = b64decode(tlv("ش" * 100))
    assert name[1] == len(name) - 2 == 126
    assert name[2:].decode("utf-8") == "ش" * 63


def test_the_drawing_is_one_square_path_with_a_quiet_zone() -> None:
    svg = draw(zatca_content(saudi_simplified()))
    size = re.search(r'width="(\d+)" height="(\d+)"', svg)
    assert size
    assert size.group(1) == size.group(2)
    assert (int(size.group(1)) - 8 - 17) % 4 == 0  # modules of some version, four of quiet zone on each side
    assert svg.count("<path") == 1


def test_only_those_who_answer_to_zatca_have_one() -> None:
    invoice = saudi_invoice()
    assert layout(invoice).qr is not None
    assert layout(replace(invoice, tax=replace(invoice.tax, answers={}))).qr is None
