"""VAT examples in the format of `tests/golden/vat_golden.json`, assessed: inputs in, the same example with figures out.

In that format the VAT rate of each line and the rounding `rule` are inputs. The country's own law is asked first; where
its book has another rate (an older one, a foreign one), the generic law of EN 16931 works with the rate given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, ValidationInfo, field_validator

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.errors import StrategyUnknown
from ledgerflow.billing.money import ZERO, Currency, currency, plain
from ledgerflow.billing.party import Party, Place, Registration
from ledgerflow.billing.supply import Correction, Exchange, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import AssessedLine, Rounder, TaxContext, TaxResult, TaxStrategy
from ledgerflow.issuing.example import Amount, Example, Percent, Positive, amount, refuse_overdiscounted

_RULES = {
    "EXCL-DOC": (Rounder.DOCUMENT, False),
    "EXCL-LINE": (Rounder.LINE, False),
    "INCL-DOC": (Rounder.DOCUMENT, True),
    "INCL-LINE": (Rounder.LINE, True),
    "INCL-ALLOC": (Rounder.DOCUMENT, True),
    "INCL-BT114": (Rounder.DOCUMENT_FROM_NET, True),
}
_CATEGORIES = {
    "S": TaxCategory.STANDARD,
    "Z": TaxCategory.ZERO,
    "E": TaxCategory.EXEMPT,
    "O": TaxCategory.OUT_OF_SCOPE,
    "AE": TaxCategory.REVERSE_CHARGE,
}
_NOTES = {"invoice": None, "credit_note": NoteKind.CREDIT, "debit_note": NoteKind.DEBIT}
_LAWS = {"AE": "vat-ae", "BH": "vat-bh", "OM": "vat-om", "SA": "vat-sa"}
_GENERIC = "vat"
_DAY = datetime(2026, 11, 24, 12, 0)  # the format has no day; its figures were made on this one
_FOOT = ("net", "vat", "gross", "rounding", "payable")
_CONVERTED = ("vat", "gross", "vat_in_tax_currency", "gross_in_tax_currency")

Laws = Mapping[str, TaxStrategy]
Name = Annotated[str, Field(min_length=1)]


class VatLine(Example):
    """One line of an example; rates in per cent."""

    description: str = ""
    vat_category: Literal["S", "Z", "E", "O", "AE"]
    vat_rate: Percent | None = Field(None, validate_default=True)
    qty: Amount
    unit_price: Amount
    discount_percent: Percent = ZERO
    discount_amount: Amount = ZERO

    @field_validator("vat_rate")
    @classmethod
    def _fits_category(cls, rate: Decimal | None, line: ValidationInfo) -> Decimal | None:
        if line.data.get("vat_category") == "S" and rate is None:
            raise ValueError("a line of category S needs its rate")
        if line.data.get("vat_category") != "S" and rate:
            raise ValueError("only category S has a rate above 0")
        return rate


class VatExample(Example):
    """The inputs of an example; `expected`, if present, is read by `differences` alone."""

    country: Name
    currency: Name
    decimals: Annotated[StrictInt, Field(ge=0, le=4)] | None = None
    document_type: Literal["invoice", "credit_note", "debit_note"] = "invoice"
    rule: Literal["EXCL-DOC", "EXCL-LINE", "INCL-DOC", "INCL-LINE", "INCL-ALLOC", "INCL-BT114"]
    lines: Annotated[list[VatLine], Field(min_length=1)]
    document_discount: Amount = ZERO
    document_charge: Amount = ZERO
    prepaid: Amount = ZERO
    cash_step: Positive | None = None

    def context(self) -> TaxContext:
        """The sale that the example tells of, and the rounder of its rule."""
        rounder, included = _RULES[self.rule]
        note = _NOTES[self.document_type]
        money = currency(self.currency) if self.decimals is None else Currency(self.currency, self.decimals)
        supply = replace(
            _sale(self.country, money, tuple(_sold(line) for line in self.lines)),
            prices_include_tax=included,
            discount=self.document_discount,
            charge=self.document_charge,
            prepaid=money.round(self.prepaid),
            round_to=self.cash_step,
            correction=Correction(note) if note else None,
        )
        return TaxContext(supply, rounder)


class Conversion(Example):
    """One entry of `foreign_currency`. The VAT rate is the country's of today where the entry has none."""

    country: Name
    invoice_currency: Name
    tax_currency: Name
    exchange_rate: Positive
    net: Amount
    vat_rate: Percent | None = Field(None, validate_default=True)

    @field_validator("vat_rate")
    @classmethod
    def _is_known(cls, rate: Decimal | None, entry: ValidationInfo) -> Decimal | None:
        if rate is None and entry.data.get("country") not in _LAWS:
            raise ValueError("the rate of this country is not known here")
        return rate


def assess_vat(example: Mapping[str, Any], laws: Laws, place: str = "") -> dict[str, Any]:
    """The example with computed lines and `expected`; the lines include their shares of the document's discount and
    charge, so that they sum to the document. Raises InputRefused with all its mistakes, below `place`."""
    context = VatExample.read(example, place).context()
    refuse_overdiscounted(context.supply, place, "document_discount")
    result = _assess(context, laws)
    money = context.supply.currency
    lines = [
        {**line, **_line_figures(assessed, money)}
        for line, assessed in zip(example["lines"], result.lines, strict=True)
    ]
    return {**example, "lines": lines, "expected": _foot(result, money)}


def assess_conversion(example: Mapping[str, Any], laws: Laws, place: str = "") -> dict[str, Any]:
    """One entry of `foreign_currency`: VAT in the invoice's currency, then by the printed rate in that of the tax."""
    entry = Conversion.read(example, place)
    invoiced, taxed = currency(entry.invoice_currency), currency(entry.tax_currency)
    line = SupplyLine("Sale", Decimal(1), entry.net, declared_rate=entry.vat_rate)
    supply = replace(_sale(entry.country, invoiced, (line,)), reported=Exchange(taxed, entry.exchange_rate))
    totals = _assess(TaxContext(supply, Rounder.DOCUMENT), laws).totals
    figures = (totals.tax, totals.total, totals.reported_tax or ZERO, totals.reported_total or ZERO)
    moneys = (invoiced, invoiced, taxed, taxed)
    texts = [_text(figure, money) for figure, money in zip(figures, moneys, strict=True)]
    return {**example, **dict(zip(_CONVERTED, texts, strict=True))}


def differences(example: Mapping[str, Any], computed: Mapping[str, Any]) -> list[str]:
    """Where the figures an example expects are not those computed; rows of the breakdown in any order."""
    if "expected" not in computed:
        return _unequal(example, computed, _CONVERTED)
    expected = example.get("expected")
    if not isinstance(expected, Mapping):
        return ["no figures are expected"]
    found = _unequal(expected, computed["expected"], _FOOT)
    wanted, made = (_rows(figures.get("breakdown")) for figures in (expected, computed["expected"]))
    found += [f"breakdown: expected {row}, not computed" for row in wanted if row not in made]
    found += [f"breakdown: computed {row}, not expected" for row in made if row not in wanted]
    return found


def _unequal(expected: Mapping[str, Any], computed: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    return [
        f"{key}: expected {expected.get(key)}, computed {computed[key]}"
        for key in keys
        if not _same(expected.get(key), computed[key])
    ]


def _same(expected: object, computed: str) -> bool:
    return amount(expected) == Decimal(computed)


def _rows(breakdown: object) -> list[str]:
    """Each row as one text, its numbers without trailing zeros."""
    return sorted(_row(row) for row in breakdown) if isinstance(breakdown, list) else []


def _row(row: object) -> str:
    if not isinstance(row, Mapping):
        return repr(row)
    rate, taxable, vat = (plain(amount(row.get(key)) or ZERO) for key in ("vat_rate", "taxable", "vat"))
    return f"{row.get('vat_category')} at {rate} %: {taxable} + {vat}"


def _sold(line: VatLine) -> SupplyLine:
    return SupplyLine(
        description=line.description,
        quantity=line.qty,
        unit_price=line.unit_price,
        category=_CATEGORIES[line.vat_category],
        discount_percent=line.discount_percent,
        discount_amount=line.discount_amount,
        declared_rate=line.vat_rate or ZERO,
    )


def _sale(country: str, money: Currency, lines: tuple[SupplyLine, ...]) -> Supply:
    here = Place(country)
    return Supply(Party("Seller", here, Registration.REGISTERED), Party("Buyer", here), _DAY, money, lines)


def _assess(context: TaxContext, laws: Laws) -> TaxResult:
    """By the country's law if its book agrees with the rates given, else by the generic law."""
    codes = (_LAWS.get(context.supply.seller.place.country, _GENERIC), _GENERIC)
    for code in codes:
        if code not in laws:
            raise StrategyUnknown(code=code, known=", ".join(sorted(laws)))
    result = laws[codes[0]].assess(context)
    given = [line.declared_rate for line in context.supply.lines]
    agree = all(rate in (None, line.charge.rate) for rate, line in zip(given, result.lines, strict=True))
    return result if agree else laws[_GENERIC].assess(context)


def _line_figures(line: AssessedLine, money: Currency) -> dict[str, str]:
    vat = line.total - line.taxable_value
    figures = {"amount": line.gross, "discount": line.discount, "net": line.taxable_value, "vat": vat}
    return {key: _text(figure, money) for key, figure in {**figures, "gross": line.total}.items()}


def _foot(result: TaxResult, money: Currency) -> dict[str, Any]:
    totals = result.totals
    net = totals.taxable_value + totals.exempt_value
    figures = (net, totals.tax, totals.total, totals.round_off, totals.payable)
    breakdown = [
        {
            "vat_category": row.code,
            "vat_rate": plain(sum((rate for _, rate in row.rates), ZERO)),
            "taxable": _text(row.taxable_value, money),
            "vat": _text(sum(row.taxes.values(), ZERO), money),
        }
        for row in result.summary
    ]
    texts = [_text(figure, money) for figure in figures]
    return {**dict(zip(_FOOT, texts, strict=True)), "breakdown": breakdown}


def _text(amount: Decimal, money: Currency) -> str:
    """Plain digits with the currency's decimals, and no negative zero."""
    return f"{money.round(amount) + ZERO:f}"
