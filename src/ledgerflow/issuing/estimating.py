"""The deed of estimating: what a configuration comes to, from a sample of it that is really made and thrown away."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import ZERO, Currency
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.format import Format
from ledgerflow.export.register import sign
from ledgerflow.issuing.assessing import assess_sales
from ledgerflow.issuing.batch import generation_id
from ledgerflow.issuing.previewing import drafted, sample_of
from ledgerflow.issuing.sheets import is_sheet
from ledgerflow.simulation.config import RevenueTarget, SimulationConfig
from ledgerflow.simulation.drafts import measured
from ledgerflow.simulation.simulate import invoices_wanted, simulate

SAMPLE = 200  # invoices that are made for it
_DRAWN = 4  # of them, that a format draws which makes a file of each
_NS = 1_000_000  # in a millisecond

Clock = Callable[[], int]
"""Nanoseconds that go by."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the invoices in one currency come to, and what notes on them take back; to the unit if `is_exact`."""

    currency: str
    invoices: int
    before_tax: Decimal
    tax: Decimal
    payable: Decimal
    taken_back: Decimal
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """`sample` invoices were made for it. Times are those of one process, as long as the sample took here."""

    invoices: int
    credit_notes: int
    sample: int
    revenue: tuple[Expected, ...]
    thinking_ms: int
    drawing_ms: Mapping[str, int]

    @property
    def total_ms(self) -> int:
        """All of it, one after the other."""
        return self.thinking_ms + sum(self.drawing_ms.values())


def estimate(
    config: SimulationConfig,
    catalogue: Sequence[Product],
    laws: Mapping[str, TaxStrategy],
    formats: Sequence[Format],
    clock: Clock,
) -> Estimate:
    """Makes a sample, scales it, and forgets it. What is small enough is made whole. Raises InputRefused."""
    wanted = invoices_wanted(config, catalogue, laws)
    is_whole = wanted <= SAMPLE
    sampled = config if is_whole else sample_of(config, SAMPLE, notes=True)
    begun = clock()
    assessed = assess_sales(sampled, simulate(sampled, catalogue, laws), laws)
    thought = clock() - begun
    made = drafted(assessed, generation_id(sampled, catalogue))
    sales = [one for one in made if sign(one) > 0]
    scale = Decimal(wanted) / len(sales)
    return Estimate(
        invoices=wanted,
        credit_notes=round((len(made) - len(sales)) * scale),
        sample=len(sales),
        revenue=_revenue(made, scale, {} if is_whole else config.revenue, is_whole=is_whole),
        thinking_ms=round(thought * scale / _NS),
        drawing_ms={format.code: round(_drawing(format, made, clock) * scale / _NS) for format in formats},
    )


def _drawing(format: Format, made: Sequence[Invoice], clock: Clock) -> Decimal:
    """What a format takes for the whole sample. The first page is drawn twice, for it is the dear one."""
    drawn = made if is_sheet(format) else made[:_DRAWN]
    for _ in format.files(drawn[:1]):
        pass
    begun = clock()
    for _ in format.files(drawn):
        pass
    return Decimal(clock() - begun) * len(made) / len(drawn)


def _revenue(
    made: Sequence[Invoice], scale: Decimal, targets: Mapping[str, RevenueTarget], *, is_whole: bool
) -> tuple[Expected, ...]:
    books: dict[str, list[Invoice]] = {}
    for invoice in made:
        books.setdefault(invoice.supply.currency.code, []).append(invoice)
    return tuple(_expected(own, scale, targets.get(code), is_whole=is_whole) for code, own in books.items())


def _expected(own: Sequence[Invoice], scale: Decimal, target: RevenueTarget | None, *, is_whole: bool) -> Expected:
    money = own[0].supply.currency
    sales = [one.tax.totals for one in own if sign(one) > 0]
    notes = [one.tax.totals.payable for one in own if sign(one) < 0]
    factor = scale
    if target:  # met exactly, however large each invoice must be for it
        factor = target.amount / sum((measured(totals, target.measure) for totals in sales), ZERO)
    return Expected(
        currency=money.code,
        invoices=round(len(sales) * scale),
        before_tax=_scaled((totals.taxable_value + totals.exempt_value for totals in sales), factor, money),
        tax=_scaled((totals.tax for totals in sales), factor, money),
        payable=_scaled((totals.payable for totals in sales), factor, money),
        taken_back=_scaled(notes, factor, money),
        is_exact=is_whole,
    )


def _scaled(amounts: Iterable[Decimal], factor: Decimal, money: Currency) -> Decimal:
    return money.round(sum(amounts, ZERO) * factor)
