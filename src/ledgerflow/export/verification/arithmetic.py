"""The verifier's own arithmetic: from what was sold and which levies apply to every figure of the invoice.

Whole minor units and exact fractions; nothing here is shared with the code that made the invoice. What each rounder
means is written at `Rounder` in `billing/tax.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from ledgerflow.export.verification.sale import Charge, Line, Sale


@dataclass(frozen=True, slots=True)
class Price:
    """A line before tax, in minor units; `quoted` in those of the foreign currency."""

    gross: int
    discount: int
    surcharge: int
    quoted: int | None

    @property
    def agreed(self) -> int:
        return self.gross - self.discount + self.surcharge


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A line with its tax, in minor units; `dues` in the order of the charge's levies."""

    price: Price
    taxable: int
    dues: tuple[int, ...]
    total: int


def half_up(amount: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    nearest = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return nearest if amount >= 0 else -nearest


def to_step(amount: Fraction, step: Fraction) -> int:
    """The nearest multiple of `step` minor units, itself in whole minor units."""
    return half_up(half_up(amount / step) * step)


def largest_remainder(exact: Sequence[Fraction], total: int) -> list[int]:
    """Whole parts that add up to `total`: rounded down, then one more for the largest remainders, earliest first."""
    parts = [floor(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for turn in range(total - sum(parts)):
        parts[order[turn % len(parts)]] += 1
    return parts


def in_proportion(total: int, weights: Sequence[int]) -> list[int]:
    """`total` divided by weights; where they come to nothing, all of it to the first."""
    whole = sum(weights)
    if whole == 0:
        return [total, *[0] * (len(weights) - 1)]
    return largest_remainder([Fraction(total * weight, whole) for weight in weights], total)


def reckon(sale: Sale) -> list[Reckoned]:
    """Every line of a sale."""
    prices = _prices(sale)
    return _ROUNDERS[sale.rounder](sale, prices)


def _prices(sale: Sale) -> list[Price]:
    own = [_own_price(sale, line) for line in sale.lines]
    groups = [list(range(len(own)))] if sale.rounder.startswith("component") else _groups(sale.lines)
    discounts = _split(_converted(sale, sale.discount), own, groups)
    charges = _split(_converted(sale, sale.charge), own, groups)
    return [
        Price(line.gross, line.discount + discount, charge, line.quoted)
        for line, discount, charge in zip(own, discounts, charges, strict=True)
    ]


def _own_price(sale: Sale, line: Line) -> Price:
    gross = line.quantity * line.unit_price
    quoted = None
    if sale.quoted:
        quoted = half_up(gross * sale.quoted.scale)
        gross = Fraction(quoted, sale.quoted.scale) * sale.quoted.rate
    minor = half_up(gross * sale.scale)
    discount = half_up(minor * line.discount_percent / 100) + _converted(sale, line.discount_amount)
    return Price(minor, discount, 0, quoted)


def _converted(sale: Sale, amount: Fraction) -> int:
    """A fixed amount in minor units; where prices are foreign, so is it."""
    return half_up(amount * (sale.quoted.rate if sale.quoted else 1) * sale.scale)


def _groups(lines: Sequence[Line]) -> list[list[int]]:
    """The places of the lines under the same category, treatment and levies, in the order of first appearance."""
    places: dict[object, list[int]] = {}
    for place, line in enumerate(lines):
        places.setdefault(line.charge.group, []).append(place)
    return list(places.values())


def _split(amount: int, prices: Sequence[Price], groups: Sequence[Sequence[int]]) -> list[int]:
    shares = [0] * len(prices)
    bases = [[prices[place].agreed for place in places] for places in groups]
    for part, weights, places in zip(in_proportion(amount, list(map(sum, bases))), bases, groups, strict=True):
        for place, share in zip(places, in_proportion(part, weights), strict=True):
            shares[place] = share
    return shares


def _by_component(sale: Sale, prices: Sequence[Price]) -> list[Reckoned]:
    step = sale.scale if sale.rounder == "component_whole" else 1

    def rounded(amount: Fraction) -> int:
        return half_up(amount / step) * step

    reckoned = []
    for line, price in zip(sale.lines, prices, strict=True):
        agreed = price.agreed
        if sale.inclusive and line.retail_price is None:
            per_unit = line.quantity * sum(levy.per_unit for levy in line.charge.levies)
            agreed = half_up((agreed - per_unit * sale.scale) * 100 / line.charge.whole)
        taxable = agreed
        if line.retail_price is not None:
            taxable = half_up(line.quantity * line.retail_price * sale.scale * 100 / line.charge.retail)
        dues = [
            rounded(taxable * levy.rate / 100) + rounded(line.quantity * levy.per_unit * sale.scale)
            for levy in line.charge.levies
        ]
        reckoned.append(_reckoned(price, line.charge, dues, agreed, taxable))
    return reckoned


def _by_line(sale: Sale, prices: Sequence[Price]) -> list[Reckoned]:
    reckoned = []
    for line, price in zip(sale.lines, prices, strict=True):
        whole = line.charge.whole if sale.inclusive else Fraction(100)
        dues = [half_up(price.agreed * levy.rate / whole) for levy in line.charge.levies]
        net = price.agreed - (_collected(line.charge, dues) if sale.inclusive else 0)
        reckoned.append(_reckoned(price, line.charge, dues, net, net))
    return reckoned


def _by_document(sale: Sale, prices: Sequence[Price]) -> list[Reckoned]:
    values = [price.agreed for price in prices]
    dues = _rate_by_rate(sale, values, included=sale.inclusive)
    reckoned = []
    for line, price, line_dues in zip(sale.lines, prices, dues, strict=True):
        net = price.agreed - (_collected(line.charge, line_dues) if sale.inclusive else 0)
        reckoned.append(_reckoned(price, line.charge, line_dues, net, net))
    return reckoned


def _by_document_from_net(sale: Sale, prices: Sequence[Price]) -> list[Reckoned]:
    nets = [price.agreed for price in prices]
    if sale.inclusive:
        nets = [half_up(Fraction(net * 100) / line.charge.whole) for net, line in zip(nets, sale.lines, strict=True)]
    dues = _rate_by_rate(sale, nets, included=False)
    return [
        _reckoned(price, line.charge, line_dues, net, net)
        for price, line, line_dues, net in zip(prices, sale.lines, dues, nets, strict=True)
    ]


def _rate_by_rate(sale: Sale, values: Sequence[int], *, included: bool) -> list[list[int]]:
    """Each levy is rounded once for the lines under the same charge, and every line is given its share.

    Of equal remainders the earlier line has the larger tax; where prices include tax, the larger net instead.
    """
    dues: list[list[int]] = [[] for _ in values]
    for group in _groups(sale.lines):
        places = group[::-1] if included else group
        charge = sale.lines[places[0]].charge
        whole = charge.whole if included else Fraction(100)
        for levy in charge.levies:
            exact = [values[place] * levy.rate / whole for place in places]
            shares = largest_remainder(exact, half_up(sum(exact, Fraction(0))))
            for place, share in zip(places, shares, strict=True):
                dues[place].append(share)
    return dues


def _collected(charge: Charge, dues: Iterable[int]) -> int:
    """What the seller adds to the bill: nothing of a waived tax, nothing that the buyer owes."""
    return 0 if charge.waived or charge.by_buyer else sum(dues)


def _reckoned(price: Price, charge: Charge, dues: Sequence[int], net: int, taxable: int) -> Reckoned:
    charged = (0,) * len(dues) if charge.waived else tuple(dues)
    return Reckoned(price, taxable, charged, net + _collected(charge, charged))


_ROUNDERS: dict[str, Callable[[Sale, Sequence[Price]], list[Reckoned]]] = {
    "component": _by_component,
    "component_whole": _by_component,
    "line": _by_line,
    "document": _by_document,
    "document_from_net": _by_document_from_net,
}
ROUNDERS = frozenset(_ROUNDERS)
