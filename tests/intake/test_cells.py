"""What a cell says, in the many ways in which people write prices, rates, codes and units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerflow.billing.errors import Finding
from ledgerflow.intake.cells import GST_RATES, PRICE_UNIT, read_commodity_code, read_name, read_price, read_rate
from ledgerflow.intake.findings import Spot
from ledgerflow.intake.units import unit_code
from ledgerflow.intake.workbook import Cell


def spot() -> tuple[Spot, list[Finding]]:
    findings: list[Finding] = []
    return Spot(7, "Base Price", findings), findings


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        (649, "649.00"),
        (0.1 + 0.2, "0.30"),
        (12.345, "12.345"),
        ("1250.50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("₹1,250.50", "1250.50"),
        ("₹ 1,25,00,000", "12500000.00"),
        ("INR 99", "99.00"),
        ("rs.99/-", "99.00"),
        (".5", "0.50"),
        (" 42 ", "42.00"),
        ("١٬٢٥٠٫٥", "1250.50"),
    ],
)
def test_prices_are_understood(cell: Cell, price: str) -> None:
    here, findings = spot()
    assert str(read_price(cell, here)) == price
    assert findings == []


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("abc", "price.text"),
        ("12,50", "price.text"),
        ("1.250,50", "price.text"),
        ("1 250", "price.text"),
        ("USD 5", "price.text"),
        ("--5", "price.text"),
        ("-₹-5", "price.text"),
        ("1e3", "price.text"),
        ("12 each", "price.text"),
        (float("nan"), "price.text"),
        (float("inf"), "price.text"),
        ("-₹5", "price.negative"),
        ("₹ -1,250.50", "price.negative"),
        ("0.00", "price.zero"),
        (0.0004, "price.zero"),
    ],
)
def test_what_is_no_price_is_said_so(cell: Cell, code: str) -> None:
    here, findings = spot()
    assert read_price(cell, here) is None
    assert [finding.code for finding in findings] == [code]
    assert findings[0].place == "row 7, column Base Price"


def test_a_price_that_does_not_survive_is_rounded_and_reported() -> None:
    here, findings = spot()
    assert read_price(33.33333, here) == Decimal("33.333")
    (finding,) = findings
    assert (finding.code, finding.severity) == ("price.rounded", "warning")
    assert finding.parameters["kept"] == "33.333"


@given(st.decimals(min_value="0.001", max_value="9999999", places=3))
def test_a_price_survives_its_way_through_a_spreadsheet(price: Decimal) -> None:
    """Spreadsheets keep binary floats; three decimals come back exactly, from numbers and from text."""
    here, findings = spot()
    assert read_price(float(price), here) == price
    assert read_price(f"₹{price:,}", here) == price
    assert findings == []


@given(st.floats() | st.integers() | st.text() | st.booleans())
def test_any_cell_gives_a_price_or_a_finding(cell: Cell) -> None:
    here, findings = spot()
    price = read_price(cell, here)
    if price is None:
        assert findings
    else:
        assert price > 0
        assert price == price.quantize(PRICE_UNIT)


@given(st.sampled_from(sorted(GST_RATES)))
def test_a_rate_is_read_as_number_percent_format_or_text(rate: Decimal) -> None:
    here, findings = spot()
    assert {
        read_rate(cell, here) for cell in (float(rate), float(rate / 100), f"{rate}", f"{rate}%", f"GST @ {rate} %")
    } == {rate}
    assert findings == []


@pytest.mark.parametrize("cell", [17, 0.17, 118, -5, "exempt", "0.18%", "18.5", True])
def test_a_rate_that_no_slab_knows_is_a_mistake(cell: Cell) -> None:
    here, findings = spot()
    assert read_rate(cell, here) is None
    assert [finding.code for finding in findings] == ["rate.unknown"]
    assert "40" in findings[0].advice


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("0405", "0405"),
        (8471.0, "8471"),
        ("8471.30.10", "84713010"),
        ("99 83 14", "998314"),
        ("99972", "99972"),
        ("61", "61"),
    ],
)
def test_codes_are_understood(cell: Cell, code: str) -> None:
    here, findings = spot()
    assert read_commodity_code(cell, here) == code
    assert findings == []


@pytest.mark.parametrize("cell", ["4", 4.0, "847130101", "84A1", "9983141", "007", 8471.3, -405.0, "٠٤٠٥"])
def test_malformed_codes_are_refused(cell: Cell) -> None:
    here, findings = spot()
    assert read_commodity_code(cell, here) == ""
    assert [finding.code for finding in findings] == ["hsn.malformed"]


@pytest.mark.parametrize(
    ("cell", "code"), [(401.0, "0401"), (40120, "040120"), (4012000.0, "04012000"), ("401", "0401")]
)
def test_a_lost_zero_is_put_back_with_a_word(cell: Cell, code: str) -> None:
    here, findings = spot()
    assert read_commodity_code(cell, here) == code
    assert [finding.code for finding in findings] == ["hsn.zero_restored"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("NOS", "NOS"), ("Nos.", "NOS"), ("no", "NOS"), ("each", "NOS"), ("pcs", "PCS"), ("Piece", "PCS")),
        *(("kg", "KGS"), ("Kgs.", "KGS"), ("gm", "GMS"), ("ltr", "LTR"), ("Litres", "LTR"), ("ml", "MLT")),
        *(("mtr", "MTR"), ("Sq. Ft.", "SQF"), ("pkt", "PAC"), ("dozen", "DOZ"), ("pair", "PRS"), ("tin", "CAN")),
        *(("PCS-PIECES", "PCS"), ("hour", "OTH"), ("NA", "OTH"), ("tonnes", "TON"), ("units", "UNT")),
        *(("crate", None), ("", None), ("12", None)),
    ],
)
def test_units_are_understood(written: str, code: str | None) -> None:
    assert unit_code(written) == code


def test_every_uqc_code_of_the_portal_is_known() -> None:
    codes = (
        "BAG BAL BDL BKL BOU BOX BTL BUN CAN CBM CCM CMS CTN DOZ DRM GGK GMS GRS GYD KGS KLR KME LTR MLT MTR MTS NOS"
        " OTH PAC PCS PRS QTL ROL SET SQF SQM SQY TBS TGM THD TON TUB UGS UNT YDS"
    )
    assert [unit_code(code) for code in codes.split()] == codes.split()


def test_names_are_tidied() -> None:
    here, findings = spot()
    assert read_name("  Basmati \u00a0 Rice\n", here) == "Basmati Rice"
    assert read_name(7.0, here) == "7"
    assert findings == []
