"""What an invoice's figures follow from, read out of its JSON: quantities, prices, levies and the rule of rounding."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ledgerflow.export.verification.reading import Node, Unreadable

_TAXABLE = ("taxed", "zero_rated", "reverse_charge")
_NOT_TAXABLE = ("exempt", "out_of_scope", "composition", "untaxed")
_PAYERS = ("seller", "buyer")
_DECIMALS = {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "JPY": 0, "KRW": 0, "VND": 0}


@dataclass(frozen=True, slots=True)
class Levy:
    tax: str
    rate: Fraction
    per_unit: Fraction


@dataclass(frozen=True, slots=True)
class Charge:
    code: str
    treatment: str
    levies: tuple[Levy, ...]
    by_buyer: bool
    waived: bool

    @property
    def group(self) -> object:
        """Lines that agree in this are rounded and summed up together."""
        return self.code, self.treatment, self.levies

    @property
    def whole(self) -> Fraction:
        """A price that includes tax, in per cent of the net: 100 and what the seller charges."""
        return Fraction(100) if self.waived or self.by_buyer else self.retail

    @property
    def retail(self) -> Fraction:
        """A printed retail price, in per cent of the net: it includes every tax, whoever pays it here, or nobody."""
        return sum((levy.rate for levy in self.levies), Fraction(100))

    @property
    def is_taxable(self) -> bool:
        return self.treatment in _TAXABLE


@dataclass(frozen=True, slots=True)
class Line:
    quantity: Fraction
    unit_price: Fraction
    discount_percent: Fraction
    discount_amount: Fraction
    retail_price: Fraction | None
    charge: Charge


@dataclass(frozen=True, slots=True)
class Exchange:
    """The other currency: minor units of one unit, and the rate by which amounts are multiplied."""

    scale: int
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Sale:
    """`scale` is the number of minor units in one unit of the currency: 100 paise, 1000 fils."""

    currency: str
    scale: int
    rounder: str
    inclusive: bool
    discount: Fraction
    charge: Fraction
    prepaid: Fraction
    round_to: Fraction | None
    quoted: Exchange | None
    reported: Exchange | None
    lines: tuple[Line, ...]


def read_sale(invoice: Node, rounders: Iterable[str]) -> Sale:
    """The sale of an invoice; raises Unreadable at the first thing that is not as it should be."""
    supply, tax = invoice["supply"], invoice["tax"]
    sold, assessed = supply["lines"].each(), tax["lines"].each()
    if not sold or len(sold) != len(assessed):
        raise Unreadable(tax["lines"].place, f"has {len(assessed)} lines, and {len(sold)} were sold")
    return Sale(
        currency=supply["currency"]["code"].text(),
        scale=_scale(supply["currency"]),
        rounder=_one_of(tax["rounder"], tuple(rounders)),
        inclusive=supply["prices_include_tax"].truth(),
        discount=supply["discount"].number(),
        charge=supply["charge"].number(),
        prepaid=supply["prepaid"].number(),
        round_to=_positive(supply["round_to"]),
        quoted=_exchange(supply["quoted"]),
        reported=_exchange(supply["reported"]),
        lines=tuple(_line(line, answer["charge"]) for line, answer in zip(sold, assessed, strict=True)),
    )


def read_decimals(currency: Node) -> int:
    """The decimals of a currency, which are not a document's to choose."""
    decimals = currency["decimals"].whole()
    if decimals != _DECIMALS.get(currency["code"].text(), 2):
        raise Unreadable(currency["decimals"].place, "is not what ISO 4217 says of the currency")
    return decimals


def _line(line: Node, charge: Node) -> Line:
    return Line(
        quantity=line["quantity"].number(),
        unit_price=line["unit_price"].number(),
        discount_percent=line["discount_percent"].number(),
        discount_amount=line["discount_amount"].number(),
        retail_price=line["retail_price"].optional_number(),
        charge=_charge(charge),
    )


def _charge(charge: Node) -> Charge:
    return Charge(
        code=charge["code"].text(),
        treatment=_one_of(charge["treatment"], _TAXABLE + _NOT_TAXABLE),
        levies=tuple(
            Levy(levy["tax"].text(), levy["rate"].number(), levy["per_unit"].number())
            for levy in charge["levies"].each()
        ),
        by_buyer=_one_of(charge["payable_by"], _PAYERS) == "buyer",
        waived=charge["waived"].truth(),
    )


def _scale(currency: Node) -> int:
    return int(10 ** read_decimals(currency))


def _exchange(node: Node) -> Exchange | None:
    return None if node.is_null else Exchange(_scale(node["currency"]), node["rate"].number())


def _positive(node: Node) -> Fraction | None:
    number = node.optional_number()
    if number is not None and number <= 0:
        raise Unreadable(node.place, "is not above zero")
    return number


def _one_of(node: Node, known: tuple[str, ...]) -> str:
    if node.text() not in known:
        raise Unreadable(node.place, f"is {node.value!r}, which is none of {', '.join(known)}")
    return node.text()
