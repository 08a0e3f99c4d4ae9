"""Every figure of one invoice against the verifier's own: lines, summary, totals, and the halves of GST."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from ledgerflow.export.verification.arithmetic import ROUNDERS, Reckoned, half_up, reckon, to_step
from ledgerflow.export.verification.reading import Fault, Node, Unreadable
from ledgerflow.export.verification.sale import Sale, read_sale

Expected = Fraction | str | None | Sequence["Expected"] | Mapping[str, "Expected"]

_HALVES = ("SGST", "UTGST")  # the state's half, equal to the centre's: CGST Act s.9, SGST Acts s.9, UTGST Act s.7


class _Exactly(dict[str, Expected]):
    """A table that may hold nothing besides."""


def check_figures(invoice: Node) -> Iterator[Fault]:
    """The figures of an invoice that do not follow from what was sold and the levies on it."""
    try:
        sale = read_sale(invoice, ROUNDERS)
        lines = reckon(sale)
        yield from _differences(_expected_lines(sale, lines), invoice["tax"]["lines"])
        yield from _differences(_expected_summary(sale, lines), invoice["tax"]["summary"])
        yield from _differences(_expected_totals(sale, lines), invoice["tax"]["totals"])
        yield from _unequal_halves(invoice["tax"])
    except Unreadable as error:
        yield Fault("unreadable", error.place, error.wanted)


def _major(minor: int | Fraction, scale: int) -> Fraction:
    return Fraction(minor) / scale


def _expected_lines(sale: Sale, lines: Sequence[Reckoned]) -> list[Expected]:
    return [_expected_line(sale, place, line) for place, line in enumerate(lines)]


def _expected_line(sale: Sale, place: int, line: Reckoned) -> Mapping[str, Expected]:
    charge, price, scale = sale.lines[place].charge, line.price, sale.scale
    payer = "buyer" if charge.by_buyer else "seller"
    return {
        "gross": _major(price.gross, scale),
        "discount": _major(price.discount, scale),
        "surcharge": _major(price.surcharge, scale),
        "price": _major(price.agreed, scale),
        "taxable_value": _major(line.taxable, scale),
        "dues": [
            {"tax": levy.tax, "rate": levy.rate, "amount": _major(due, scale), "payable_by": payer}
            for levy, due in zip(charge.levies, line.dues, strict=True)
        ],
        "total": _major(line.total, scale),
        "quoted": None if sale.quoted is None else Fraction(price.quoted or 0, sale.quoted.scale),
    }


def _expected_summary(sale: Sale, lines: Sequence[Reckoned]) -> list[Expected]:
    places: dict[object, list[int]] = {}
    for place, line in enumerate(sale.lines):
        places.setdefault(line.charge.group, []).append(place)
    return [_expected_row(sale, lines, group) for group in places.values()]


def _expected_row(sale: Sale, lines: Sequence[Reckoned], places: Sequence[int]) -> Mapping[str, Expected]:
    charge = sale.lines[places[0]].charge
    return {
        "code": charge.code,
        "treatment": charge.treatment,
        "rates": [[levy.tax, levy.rate] for levy in charge.levies],
        "taxable_value": _major(sum(lines[place].taxable for place in places), sale.scale),
        "taxes": _taxes(sale, lines, places),
    }


def _taxes(sale: Sale, lines: Sequence[Reckoned], places: Iterable[int]) -> _Exactly:
    added: dict[str, int] = {}
    for place in places:
        for levy, due in zip(sale.lines[place].charge.levies, lines[place].dues, strict=True):
            added[levy.tax] = added.get(levy.tax, 0) + due
    return _Exactly({tax: _major(amount, sale.scale) for tax, amount in added.items()})


def _expected_totals(sale: Sale, lines: Sequence[Reckoned]) -> Mapping[str, Expected]:
    total = sum(line.total for line in lines)
    due = Fraction(sum(line.price.agreed for line in lines) if sale.inclusive else total)
    if sale.round_to is not None:  # what is left to pay is rounded
        prepaid = sale.prepaid * sale.scale
        due = to_step(due - prepaid, sale.round_to * sale.scale) + prepaid
    owed_by_buyer = sum(sum(line.dues) for line, sold in zip(lines, sale.lines, strict=True) if sold.charge.by_buyer)
    collected = sum(sum(line.dues) for line in lines) - owed_by_buyer
    values = {True: 0, False: 0}
    for line, sold in zip(lines, sale.lines, strict=True):
        values[sold.charge.is_taxable] += line.taxable
    minor: dict[str, int | Fraction] = {
        "taxable_value": values[True],
        "exempt_value": values[False],
        "discount": sum(line.price.discount for line in lines),
        "reverse_charge": owed_by_buyer,
        "total": total,
        "round_off": due - total,
        "grand_total": due,
    }
    return {
        **{name: _major(amount, sale.scale) for name, amount in minor.items()},
        "taxes": _taxes(sale, lines, range(len(lines))),
        "prepaid": sale.prepaid,
        "payable": _major(due, sale.scale) - sale.prepaid,
        "quoted": Fraction(sum(line.price.quoted or 0 for line in lines), sale.quoted.scale) if sale.quoted else None,
        "reported_tax": _reported(sale, collected),
        "reported_total": _reported(sale, due),
    }


def _reported(sale: Sale, minor: int | Fraction) -> Fraction | None:
    if sale.reported is None:
        return None
    exact = _major(minor, sale.scale) * sale.reported.rate * sale.reported.scale
    return Fraction(half_up(exact), sale.reported.scale)


def _differences(expected: Expected, stated: Node) -> Iterator[Fault]:
    if isinstance(expected, Mapping):
        if isinstance(expected, _Exactly) and {name for name, _ in stated.named()} != expected.keys():
            yield Fault("figure_wrong", stated.place, f"should name {', '.join(expected) or 'nothing'}")
            return
        for name, value in expected.items():
            yield from _differences(value, stated[name])
    elif isinstance(expected, Fraction):
        amount = stated.number()
        if amount != expected:
            yield Fault("figure_wrong", stated.place, f"is {stated.text()} and should be {_decimal(expected)}")
    elif isinstance(expected, str) or expected is None:
        if stated.value != expected:
            yield Fault("figure_wrong", stated.place, f"is {stated.value!r} and should be {expected!r}")
    else:
        yield from _differences_of_lists(expected, stated)


def _differences_of_lists(expected: Sequence[Expected], stated: Node) -> Iterator[Fault]:
    members = stated.each()
    if len(members) != len(expected):
        yield Fault("figure_wrong", stated.place, f"has {len(members)} entries and should have {len(expected)}")
        return
    for value, member in zip(expected, members, strict=True):
        yield from _differences(value, member)


def _unequal_halves(tax: Node) -> Iterator[Fault]:
    for line in tax["lines"].each():
        amounts = {due["tax"].text(): due["amount"].number() for due in line["dues"].each()}
        yield from _unequal(amounts, f"{line.place}/dues")
    totals = {name: amount.number() for name, amount in tax["totals"]["taxes"].named()}
    yield from _unequal(totals, tax["totals"]["taxes"].place)


def _unequal(amounts: Mapping[str, Fraction], place: str) -> Iterator[Fault]:
    if "CGST" in amounts and amounts["CGST"] != sum(amounts.get(half, Fraction(0)) for half in _HALVES):
        yield Fault("halves_unequal", place, "CGST and the state's tax are not equal")


def _decimal(amount: Fraction) -> str:
    return f"{Decimal(amount.numerator) / amount.denominator:f}"
