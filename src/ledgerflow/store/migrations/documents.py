"""An invoice of earlier books as a document of the first form: what was recorded of it, and nothing that was not.

It has one line and the amounts as they stand. Whoever recorded a tax did not record its rate, so it is an amount for
the one unit; a total that is not the sum of the two is rounded off to.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

GENERATION = "0" * 16
_LINE = "As recorded in earlier books"
_TAX = "TAX"
_PLACE = dict.fromkeys(
    (
        "country",
        "region",
        "region_name",
        "region_name_local",
        "city",
        "city_local",
        "street",
        "street_local",
        "postal_code",
    ),
    "",
)
_NO_TAX = "No tax is recorded on this document."
_RECORDED = {"rule": "As recorded", "since": "0001-01-01", "source": "earlier books"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An invoice of earlier books on its way. Amounts are in minor units; `decimals` is how many digits these are."""

    tenant: str
    number: str
    series: str
    position: int
    day: date
    buyer: str
    currency: str
    decimals: int
    subtotal: int
    tax: int
    total: int

    @property
    def kind(self) -> str:
        return "tax_invoice" if self.tax else "cash_memo"

    @property
    def strategy(self) -> str:
        return "recorded" if self.tax else "none"

    def amount(self, minor: int) -> str:
        return f"{Decimal(minor).scaleb(-self.decimals):f}"


def document(invoice: Recorded) -> str:
    """The invoice as JSON, fields in the order of the form."""
    whole = {
        "number": invoice.number,
        "series": invoice.series,
        "strategy": invoice.strategy,
        "position": invoice.position,
        "generation_id": GENERATION,
        "supply": _supply(invoice),
        "tax": _assessed(invoice),
        "presentation": {
            "language": "en",
            "digits": "latin",
            "accent": "#0A6B4B",
            "tax_number_label": "",
            "tax_number_label_local": "",
        },
        "simulated": True,
        "version": "ledgerflow.invoice/1",
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _party(name: str) -> Mapping[str, Any]:
    return {
        "name": name,
        "place": _PLACE,
        "registration": "unregistered",
        "tax_number": "",
        "holder": "individual",
        "name_local": "",
        "phone": "",
        "email": "",
        "identifiers": {},
    }


def _supply(invoice: Recorded) -> Mapping[str, Any]:
    return {
        "seller": _party(invoice.tenant),
        "buyer": _party(invoice.buyer),
        "tax_point": f"{invoice.day}T00:00:00",
        "currency": {"code": invoice.currency, "decimals": invoice.decimals},
        "lines": [_line(invoice.amount(invoice.subtotal))],
        "delivered_to": None,
        "prices_include_tax": False,
        "discount": "0",
        "charge": "0",
        "prepaid": "0",
        "round_to": None,
        "correction": None,
        "reverse_charge": False,
        "deemed_export": False,
        "without_payment": False,
        "quoted": None,
        "reported": None,
        "payment_terms": "",
        "due_days": 0,
    }


def _line(price: str) -> Mapping[str, Any]:
    return {
        "description": _LINE,
        "quantity": "1",
        "unit_price": price,
        "unit": "NOS",
        "sku": "",
        "description_local": "",
        "commodity_code": "",
        "category": "standard",
        "discount_percent": "0",
        "discount_amount": "0",
        "declared_rate": None,
        "cess_rate": "0",
        "cess_per_unit": "0",
        "retail_price": None,
    }


def _assessed(invoice: Recorded) -> Mapping[str, Any]:
    value, tax = invoice.amount(invoice.subtotal), invoice.amount(invoice.tax)
    taxes = {_TAX: tax} if invoice.tax else {}
    code, treatment = ("S", "taxed") if invoice.tax else ("O", "untaxed")
    charge = {
        "treatment": treatment,
        "levies": [{"tax": _TAX, "rate": "0", "per_unit": tax}] if invoice.tax else [],
        "code": code,
        **_RECORDED,
        "payable_by": "seller",
        "waived": False,
        "reason": "" if invoice.tax else _NO_TAX,
    }
    line = {
        "charge": charge,
        "gross": value,
        "discount": "0",
        "surcharge": "0",
        "price": value,
        "taxable_value": value,
        "dues": [{"tax": _TAX, "rate": "0", "amount": tax, "payable_by": "seller"}] if invoice.tax else [],
        "total": invoice.amount(invoice.subtotal + invoice.tax),
        "quoted": None,
    }
    rates = [[_TAX, "0"]] if invoice.tax else []
    summary = {"code": code, "treatment": treatment, "rates": rates, "taxable_value": value, "taxes": taxes}
    return {
        "document": invoice.kind,
        "regime": "RECORDED" if invoice.tax else "NONE",
        "place_of_supply": _PLACE,
        "rounder": "document",
        "lines": [line],
        "summary": [summary],
        "totals": _totals(invoice, taxes),
        "legends": [] if invoice.tax else [{"code": "no_tax", "text": _NO_TAX, "text_local": ""}],
        "answers": {},
    }


def _totals(invoice: Recorded, taxes: Mapping[str, str]) -> Mapping[str, Any]:
    nothing, value, total = invoice.amount(0), invoice.amount(invoice.subtotal), invoice.amount(invoice.total)
    added = invoice.subtotal + invoice.tax
    return {
        "taxable_value": value if invoice.tax else nothing,
        "exempt_value": nothing if invoice.tax else value,
        "discount": nothing,
        "taxes": taxes,
        "reverse_charge": nothing,
        "total": invoice.amount(added),
        "round_off": invoice.amount(invoice.total - added),
        "grand_total": total,
        "prepaid": "0",
        "payable": total,
        "quoted": None,
        "reported_tax": None,
        "reported_total": None,
    }
