"""What one cell says: a price, a rate, an HSN, a unit, a name. What it does not say well becomes a finding."""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.money import HUNDRED, ZERO
from ledgerflow.intake.findings import Spot
from ledgerflow.intake.units import unit_code
from ledgerflow.intake.workbook import Cell

MAX_NAME = 300  # what an e-invoice takes as description (INV-01, PrdDesc)
MAX_SKU = 64
PRICE_UNIT = Decimal("0.001")  # INV-01, UnitPrice
_HUNDREDTH = Decimal("0.01")
MAX_PRICE = Decimal(10) ** 10
MAX_CESS = Decimal(400)

# The slabs of every day since 2017, and the special rates (0.1 for merchant exporters, 1, 1.5, 6, 7.5).
GST_RATES = frozenset(map(Decimal, ("0", "0.1", "0.25", "1", "1.5", "3", "5", "6", "7.5", "12", "18", "28", "40")))

_AMOUNT = re.compile(
    r"(-?)(?:(?:₹|rs\.?|inr)\s*)?(-?)((?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d*)?|\.\d+)(?:\s*/-)?", re.A | re.I
)
_PERCENT = re.compile(r"(?:i?gst\s*@?\s*)?(\d{1,3}(?:\.\d{1,4})?)\s*%?", re.A | re.I)
_ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٬٫", "0123456789,.")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_CATEGORIES = {
    **dict.fromkeys(("standard", "standardrated", "taxable", "taxed", "s"), TaxCategory.STANDARD),
    **dict.fromkeys(("zero", "zerorated", "z"), TaxCategory.ZERO),
    **dict.fromkeys(("exempt", "exempted", "nil", "nilrated", "e"), TaxCategory.EXEMPT),
    **dict.fromkeys(("outofscope", "nongst", "nontaxable", "o"), TaxCategory.OUT_OF_SCOPE),
    **dict.fromkeys(("reversecharge", "rcm", "ae"), TaxCategory.REVERSE_CHARGE),
}


def read_name(cell: Cell, spot: Spot) -> str:
    """A name in one line; empty where the cell has none that can be printed."""
    return _read_text(cell, spot, "name", MAX_NAME)


def read_sku(cell: Cell, spot: Spot) -> str:
    """An article's code."""
    return _read_text(cell, spot, "sku", MAX_SKU)


def read_price(cell: Cell, spot: Spot) -> Decimal | None:
    """A price above zero, kept to three decimals."""
    price = _number(cell, _amount)
    shown = _shown(cell)
    if price is None:
        spot.error("price.text", f"{shown!r} is not a price.", "Write a number such as 1250.50.", value=shown)
    elif price < 0:
        spot.error("price.negative", f"The price {shown} is below zero.", "Write the price of one unit.", value=shown)
    elif price >= MAX_PRICE:
        spot.error("price.too_large", f"The price {shown} is beyond any invoice.", "Check the digits.", value=shown)
    else:
        return _kept_price(price, shown, spot)
    return None


def _kept_price(price: Decimal, shown: str, spot: Spot) -> Decimal | None:
    kept = price.quantize(PRICE_UNIT, ROUND_HALF_UP)
    if not kept:
        spot.error("price.zero", f"The price {shown} is zero.", "Write the price, or remove the row.", value=shown)
        return None
    if kept != price:
        spot.warning(
            "price.rounded",
            f"The price {shown} is kept as {kept}.",
            "Prices have at most three decimals: round it in the sheet if another figure is meant.",
            value=shown,
            kept=str(kept),
        )
    hundredths = kept.quantize(_HUNDREDTH, ROUND_HALF_UP)
    return hundredths if hundredths == kept else kept


def read_rate(cell: Cell, spot: Spot) -> Decimal | None:
    """A GST rate in percent. A number cell formatted as percent holds 0.18 for 18 %: no slab is another's hundredth."""
    rate = _number(cell, _percent)
    if rate is not None:
        if rate not in GST_RATES and not isinstance(cell, str):
            rate *= HUNDRED
        if rate in GST_RATES:
            return _trimmed(rate)
    known = ", ".join(str(slab) for slab in sorted(GST_RATES))
    spot.error(
        "rate.unknown",
        f"{_shown(cell)!r} is not a GST rate.",
        f"Write one of {known} (per cent), or leave the cell empty: the HSN decides.",
        value=_shown(cell),
    )
    return None


def read_cess(cell: Cell, spot: Spot) -> Decimal:
    """A cess in percent of the value."""
    cess = _number(cell, _percent)
    if cess is not None and (cess == 0 or 1 <= cess <= MAX_CESS):
        return _trimmed(cess)
    spot.error(
        "cess.unknown",
        f"{_shown(cell)!r} is not a cess rate.",
        "Write it in per cent of the value: 12 for twelve per cent, not 0.12.",
        value=_shown(cell),
    )
    return ZERO


def read_commodity_code(cell: Cell, spot: Spot) -> str:
    """An HSN of 2, 4, 6 or 8 digits, or a SAC. The zero in front of chapters 01 to 09, which a number loses, is put
    back."""
    shown = _shown(cell)
    code = shown if isinstance(cell, float) else re.sub(r"[\s.]", "", shown)
    if re.fullmatch(r"(?!00)\d{2,8}", code, re.A):
        if len(code) % 2 == 0 or (code.startswith("99") and len(code) == 5):
            return code
        if not code.startswith(("0", "99")):
            spot.warning(
                "hsn.zero_restored",
                f"{shown} lost the zero in front and is read as 0{code}.",
                "Format the column as text, so that codes keep their zeros.",
                value=shown,
                kept=f"0{code}",
            )
            return f"0{code}"
    spot.error(
        "hsn.malformed",
        f"{shown!r} is no HSN or SAC.",
        "Write 2, 4, 6 or 8 digits as text (0405, 847130), or leave the cell empty.",
        value=shown,
    )
    return ""


def read_unit(cell: Cell, spot: Spot) -> str:
    """A UQC code."""
    shown = _shown(cell)
    unit = unit_code(shown)
    if unit is None:
        spot.error(
            "unit.unknown",
            f"{shown!r} is no unit of quantity.",
            "Write a UQC code such as NOS, PCS, KGS, LTR, MTR, BOX, or OTH for services.",
            value=shown,
        )
    return unit or ""


def read_category(cell: Cell, spot: Spot) -> TaxCategory:
    """A tax category by any of its usual names."""
    shown = _shown(cell)
    category = _CATEGORIES.get(re.sub(r"[\W_]", "", shown).lower())
    if category is None:
        spot.error(
            "category.unknown",
            f"{shown!r} is no tax category.",
            f"Write one of {', '.join(known.value for known in TaxCategory)}.",
            value=shown,
        )
    return category or TaxCategory.STANDARD


def _read_text(cell: Cell, spot: Spot, what: str, longest: int) -> str:
    text = _shown(cell)
    if not isinstance(cell, (str, int, float)) or isinstance(cell, bool):
        spot.error(
            f"{what}.type",
            f"{text} is a date or a truth value.",
            "Format the cell as text and write it anew.",
            value=text,
        )
    elif _INVISIBLE.search(text):
        spot.error(
            f"{what}.control",
            f"{text!a} holds a line break or another invisible character.",
            "Write it in one line of plain letters.",
            value=ascii(text),
        )
    elif len(text) > longest:
        spot.error(
            f"{what}.too_long",
            f"The text has {len(text)} characters; at most {longest} are printed.",
            "Shorten it.",
            length=str(len(text)),
        )
    else:
        return " ".join(text.split())
    return ""


def _number(cell: Cell, parse: Callable[[str], Decimal | None]) -> Decimal | None:
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return None
    if isinstance(cell, str):
        return parse(cell.strip().translate(_ARABIC_DIGITS))
    number = Decimal(_digits(cell))
    return number if number.is_finite() else None


def _digits(number: float) -> str:
    """A number to the 15 digits that spreadsheets keep: 0.1 + 0.2 is 0.3."""
    return format(number, ".15g") if isinstance(number, float) else str(number)


def _amount(text: str) -> Decimal | None:
    match = _AMOUNT.fullmatch(text[:40])
    if not match or match.group(1, 2) == ("-", "-"):
        return None
    return Decimal("".join(match.group(1, 2, 3)).replace(",", ""))


def _percent(text: str) -> Decimal | None:
    match = _PERCENT.fullmatch(text[:40])
    return Decimal(match.group(1)) if match else None


def _shown(cell: Cell) -> str:
    """The cell as its reader sees it: 401.0 is 401."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else _digits(cell)
    return str(cell).strip()


def _trimmed(rate: Decimal) -> Decimal:
    """A rate without idle zeros, and never with an exponent."""
    return rate.quantize(Decimal(1)) if rate == rate.to_integral_value() else rate.normalize()
