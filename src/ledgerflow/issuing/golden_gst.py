"""Worked GST examples as data: one situation in, the assessed figures out, in the same form (tests/golden)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, ValidationInfo, field_validator

from ledgerflow.billing.catalogue import TaxCategory
from ledgerflow.billing.money import HUNDRED, ZERO, currency
from ledgerflow.billing.party import Party, Place, Registration
from ledgerflow.billing.pricing import price_lines
from ledgerflow.billing.supply import Correction, Exchange, NoteKind, Supply, SupplyLine
from ledgerflow.billing.tax import AssessedLine, TaxContext, TaxResult, TaxStrategy
from ledgerflow.issuing.example import Example, NotNegative, Percent, Positive, amount, refuse_overdiscounted
from ledgerflow.rendering.figures import Figures
from ledgerflow.rendering.words import rupees_in_words

_RUPEE = currency("INR")
_ABROAD = "ZZ"  # ISO 3166-1 leaves it to users; the examples do not name the country
_OTHER_COUNTRIES = "96"
_STATES = frozenset({*(f"{code:02}" for code in range(1, 39)), "97"})
_COMPONENTS = ("cgst", "sgst", "utgst", "igst", "cess")
_CATEGORIES = {
    "exempt": TaxCategory.EXEMPT,
    "nil": TaxCategory.EXEMPT,
    "nil_rated": TaxCategory.EXEMPT,
    "non_gst": TaxCategory.OUT_OF_SCOPE,
    "composition": TaxCategory.STANDARD,
    "taxable": TaxCategory.STANDARD,
}


def _state(code: object) -> object:
    """Two digits; a code that was typed as a number has lost its first zero."""
    text = f"{code:02}" if type(code) is int else code
    if not isinstance(text, str) or text not in _STATES:
        raise ValueError("is no GST code of an Indian state, such as 27 for Maharashtra, nor 97 (Other Territory)")
    return text


def _destination(code: object) -> object:
    """A state, or 96 for abroad."""
    return _OTHER_COUNTRIES if str(code) == _OTHER_COUNTRIES else _state(code)


_State = Annotated[str, BeforeValidator(_state)]
_Destination = Annotated[str, BeforeValidator(_destination)]


class GstLine(Example):
    """One line of an example; rates in per cent."""

    desc: str = ""
    hsn: str = ""
    uqc: str = "NOS"
    qty: Positive
    unit_price: NotNegative
    gst_rate: Percent
    cess_rate: NotNegative = ZERO
    cess_specific: NotNegative = ZERO
    discount_pct: Percent = ZERO
    discount_amount: NotNegative = ZERO
    treatment: Literal["exempt", "nil", "nil_rated", "non_gst", "composition", "taxable"] = "taxable"
    reverse_charge: bool = False
    rsp: Positive | None = None


class GstExample(Example):
    """The inputs of an example. Answers and expected figures, if present, are read by `differences` alone."""

    date: Annotated[date, Field(ge=date(2017, 7, 1))]  # the first day of GST
    supplier_state: _State
    place_of_supply: _Destination
    recipient: Literal["registered", "unregistered", "composition", "sez", "overseas"]
    lines: Annotated[list[GstLine], Field(min_length=1)]
    ship_to_state: _Destination | None = None
    price_mode: Literal["exclusive", "inclusive"] = "exclusive"
    invoice_discount: NotNegative = Field(
        ZERO, validation_alias=AliasChoices("invoice_discount", "invoice_discount_amount")
    )
    invoice_discount_pct: Percent = ZERO
    reverse_charge: bool = False
    without_payment: bool = False
    deemed_export: bool = False
    note: Literal["credit", "debit"] | None = None
    currency: str = "INR"
    fx_rate: Positive | None = Field(None, validate_default=True)
    round_to_rupee: bool = True

    @field_validator("fx_rate")
    @classmethod
    def _converts(cls, rate: Decimal | None, example: ValidationInfo) -> Decimal | None:
        if rate is None and example.data.get("currency") != _RUPEE.code:
            raise ValueError("prices in a foreign currency need the rate that makes rupees of them")
        return rate

    def supply(self) -> Supply:
        """The sale that the example tells of."""
        composition = any(line.treatment == "composition" for line in self.lines)
        seller = Registration.COMPOSITION if composition else Registration.REGISTERED
        foreign = Exchange(currency(self.currency), self.fx_rate) if self.fx_rate else None
        supply = Supply(
            seller=Party("Seller", Place("IN", self.supplier_state), seller),
            buyer=Party("Buyer", _place(self.place_of_supply), Registration(self.recipient)),
            delivered_to=_place(self.ship_to_state) if self.ship_to_state else None,
            tax_point=datetime.combine(self.date, time(12)),
            currency=_RUPEE,
            lines=tuple(self._line(line) for line in self.lines),
            prices_include_tax=self.price_mode == "inclusive",
            discount=self.invoice_discount,
            round_to=Decimal(1) if self.round_to_rupee else None,
            correction=Correction(NoteKind(self.note)) if self.note else None,
            reverse_charge=self.reverse_charge,
            deemed_export=self.deemed_export,
            without_payment=self.without_payment,
            quoted=foreign if self.currency != _RUPEE.code else None,
        )
        return _with_percentage(supply, self.invoice_discount_pct) if self.invoice_discount_pct else supply

    def _line(self, line: GstLine) -> SupplyLine:
        return SupplyLine(
            description=line.desc,
            quantity=line.qty,
            unit_price=line.unit_price,
            unit=line.uqc,
            commodity_code=line.hsn,
            category=TaxCategory.REVERSE_CHARGE if line.reverse_charge else _CATEGORIES[line.treatment],
            discount_percent=line.discount_pct,
            discount_amount=line.discount_amount,
            declared_rate=line.gst_rate,
            cess_rate=line.cess_rate,
            cess_per_unit=line.cess_specific,
            retail_price=line.rsp,
        )


def _place(code: str) -> Place:
    return Place(_ABROAD) if code == _OTHER_COUNTRIES else Place("IN", code)


def assess_gst(example: Mapping[str, Any], laws: Mapping[str, TaxStrategy], place: str = "") -> dict[str, Any]:
    """The example with its three answers and its expected figures as the law has them; raises InputRefused with all
    its mistakes, below `place`."""
    supply = GstExample.read(example, place).supply()
    refuse_overdiscounted(supply, place, "invoice_discount")
    result = laws["gst"].assess(TaxContext(supply))
    return {
        **example,
        "regime": result.regime,
        "document": result.document.value,
        "gstr1_section": result.answers["gstr1_section"],
        "expected": {
            "lines": [_line_figures(supply, line) for line in result.lines],
            "totals": _total_figures(result),
        },
    }


def differences(example: Mapping[str, Any], computed: Mapping[str, Any]) -> list[str]:
    """Where an example's answers and expected figures are not those computed; what it does not expect is left alone."""
    found = [
        f"{answer}: expected {example[answer]}, computed {computed[answer]}"
        for answer in ("regime", "document", "gstr1_section")
        if answer in example and example[answer] != computed[answer]
    ]
    expected = example.get("expected")
    if not isinstance(expected, Mapping):
        return [*found, "no figures are expected"]
    found += _unequal("totals", expected.get("totals") or {}, computed["expected"]["totals"])
    lines = expected.get("lines") or ()
    if not isinstance(lines, list | tuple):
        return [*found, f"lines: expected {lines}, which is no list"]
    if lines and len(lines) != len(computed["expected"]["lines"]):
        found.append(f"lines: expected {len(lines)}, computed {len(computed['expected']['lines'])}")
    for place, (wanted, made) in enumerate(zip(lines, computed["expected"]["lines"], strict=False), 1):
        found += _unequal(f"line {place}", wanted, made)
    return found


def _unequal(where: str, expected: object, computed: Mapping[str, str]) -> list[str]:
    if not isinstance(expected, Mapping):
        return [f"{where}: expected {expected}, which names no figures"]
    return [
        f"{where}, {key}: expected {value}, computed {computed.get(key, 'nothing')}"
        for key, value in expected.items()
        if value is not None and not _same(value, computed.get(key))
    ]


def _same(expected: object, computed: str | None) -> bool:
    """The same text, or the same amount be it written as a number."""
    wanted = amount(expected)
    return expected == computed or (wanted is not None and wanted == amount(computed))


def _with_percentage(supply: Supply, percent: Decimal) -> Supply:
    base = sum((line.price for line in price_lines(supply)), ZERO)
    return replace(supply, discount=supply.discount + _RUPEE.round(base * percent / HUNDRED))


def _components(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: str(_RUPEE.round(amounts.get(name.upper(), ZERO))) for name in _COMPONENTS}


def _line_figures(supply: Supply, line: AssessedLine) -> dict[str, str]:
    residual = line.price - line.total if supply.prices_include_tax else ZERO
    return {
        "gross": str(line.gross),
        "discount": str(_RUPEE.round(line.discount)),
        "taxable": str(line.taxable_value),
        **_components({due.tax: due.amount for due in line.dues}),
        "line_total": str(line.total),
        "residual": str(_RUPEE.round(residual)),
    }


def _total_figures(result: TaxResult) -> dict[str, str]:
    totals = result.totals
    quoted = {} if totals.quoted is None else {"gross_fc": str(totals.quoted)}
    return {
        "taxable_value": str(totals.taxable_value),
        "exempt_value": str(totals.exempt_value),
        **_components(totals.taxes),
        "sum_of_lines": str(totals.total),
        "round_off": str(totals.round_off),
        "grand_total": str(totals.grand_total),
        **quoted,
        "grand_total_display": Figures(_RUPEE).money(totals.grand_total),
        "amount_in_words": rupees_in_words(totals.grand_total),
    }
