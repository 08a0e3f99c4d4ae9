"""VAT examples in the format of `tests/golden/vat_golden.json`, assessed: inputs in, the same example with figures out.

In that format the VAT rate of each line and the rounding `rule` are inputs. The country's own law is asked first; where
its book has another rate (an older one, a foreign one), the generic law of EN 16931 works with the rate given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.errors import InputRefused, StrategyUnknown
from ledgerflow.billing.money import HUNDRED, ZERO, Currency, currency
from ledgerflow.billing.party import Party, Place, Registration
from ledgerflow.billing.supply import Correction, Exchange, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import AssessedLine, Rounder, TaxContext, TaxResult, TaxStrategy
from ledgerflow.issuing.example_reader import ExampleReader

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


def assess_vat_file(document: object, laws: Laws) -> dict[str, Any]:
    """A whole file: an object with `examples` and perhaps `foreign_currency`, a list of examples, or a single one. All
    findings of all examples come at once."""
    if isinstance(document, Mapping) and not {"examples", "foreign_currency"} & document.keys():
        document = [document]
    if not isinstance(document, Mapping):
        document = {"examples": document}
    whole = ExampleReader(document, "")
    answer: dict[str, Any] = {}
    for key, assess in (("examples", assess_vat), ("foreign_currency", assess_conversion)):
        if key in document:
            answer[key] = []
            for number, example in enumerate(whole.sequence(key)):
                try:
                    answer[key].append(assess(example, laws, f"/{key}/{number}"))
                except InputRefused as refusal:
                    whole.findings.extend(refusal.findings)
    whole.refuse_if_wrong()
    return answer


def assess_vat(example: Mapping[str, Any], laws: Laws, place: str = "") -> dict[str, Any]:
    """The example with computed lines and `expected`; the lines include their shares of the document's discount and
    charge, so that they sum to the document. A malformed example is refused with all findings, below `place`."""
    reader = ExampleReader(example, place)
    supply, rounder = _read_supply(reader)
    reader.refuse_if_wrong()
    result = _assess(TaxContext(supply, rounder), laws)
    money = supply.currency
    lines = [
        {**line, **_line_figures(assessed, money)}
        for line, assessed in zip(example["lines"], result.lines, strict=True)
    ]
    return {**example, "lines": lines, "expected": _foot(result, money)}


def assess_conversion(example: Mapping[str, Any], laws: Laws, place: str = "") -> dict[str, Any]:
    """One entry of `foreign_currency`: VAT in the invoice's currency, then by the printed rate in that of the tax. The
    VAT rate is `vat_rate` if the entry has one, else the country's of today."""
    reader = ExampleReader(example, place)
    country = reader.text("country")
    invoiced, taxed = currency(reader.text("invoice_currency")), currency(reader.text("tax_currency"))
    exchange = Exchange(taxed, reader.amount("exchange_rate", above=ZERO))
    rate = reader.optional_amount("vat_rate")
    if rate is None and country not in _LAWS:
        reader.amount("vat_rate")
    line = SupplyLine("Sale", Decimal(1), reader.amount("net"), declared_rate=rate)
    reader.refuse_if_wrong()
    supply = replace(_sale(country, invoiced, (line,)), reported=exchange)
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
    reader = ExampleReader({"amount": expected}, "")
    return reader.optional_amount("amount") == Decimal(computed) and not reader.findings


def _rows(breakdown: object) -> list[str]:
    """Each row as one text, its numbers without trailing zeros."""
    rows = []
    for reader in ExampleReader({"breakdown": breakdown}, "").parts("breakdown"):
        keys = ("vat_rate", "taxable", "vat")
        rate, taxable, vat = (f"{(reader.optional_amount(key) or ZERO).normalize():f}" for key in keys)
        rows.append(f"{reader.example.get('vat_category')} at {rate} %: {taxable} + {vat}")
    return sorted(rows)


def _read_supply(reader: ExampleReader) -> tuple[Supply, Rounder]:
    rounder, included = reader.choice("rule", _RULES)
    money = Currency(reader.text("currency"), reader.digits("decimals"))
    lines = tuple(_read_line(line) for line in reader.parts("lines"))
    note = reader.choice("document_type", _NOTES)
    supply = replace(
        _sale(reader.text("country"), money, lines),
        prices_include_tax=included,
        discount=reader.optional_amount("document_discount") or ZERO,
        charge=reader.optional_amount("document_charge") or ZERO,
        prepaid=money.round(reader.optional_amount("prepaid") or ZERO),
        round_to=reader.optional_amount("cash_step", above=ZERO),
        correction=Correction(note) if note else None,
    )
    return supply, rounder


def _read_line(reader: ExampleReader) -> SupplyLine:
    category = reader.choice("vat_category", _CATEGORIES)
    rate = reader.optional_amount("vat_rate", at_least=ZERO)
    if category is TaxCategory.STANDARD and rate is None:
        rate = reader.amount("vat_rate")
    if category is not TaxCategory.STANDARD and rate:
        reader.find("vat_rate_not_zero", "vat_rate", "Only category S has a VAT rate above 0.", "Write 0.")
    return SupplyLine(
        description=str(reader.example.get("description", "")),
        quantity=reader.amount("qty"),
        unit_price=reader.amount("unit_price"),
        category=category,
        discount_percent=reader.optional_amount("discount_percent", at_least=ZERO, at_most=HUNDRED) or ZERO,
        discount_amount=reader.optional_amount("discount_amount") or ZERO,
        declared_rate=rate or ZERO,
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
            "vat_rate": f"{sum((rate for _, rate in row.rates), ZERO).normalize():f}",
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
