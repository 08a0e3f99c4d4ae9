"""What comes back: credit notes, each for part of one earlier sale to a named buyer, a while after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from math import exp

from numpy.random import Generator

from ledgerflow.billing.supply import Correction, NoteKind, Supply, SupplyLine
from ledgerflow.simulation.buyers import portion
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.streams import Stream, dice_for, some

REASONS = ("Goods returned", "Damaged in transit", "Short delivery", "Wrong item sent", "Price difference agreed")
_WHOLE_SALE = 0.1  # of the notes: the whole sale is taken back
_WHOLE_LINE = 0.34  # of the lines credited [UCI Online Retail]
_DAYS = (2.24, 1.3)  # of the logarithm of the days until the note: median 9.4 days [UCI Online Retail]


@dataclass(frozen=True, slots=True)
class Return:
    """A credit note to be: for the `sale`-th of the sales, in their order of making."""

    sale: int
    moment: datetime
    lines: tuple[SupplyLine, ...]
    reason: str


def returns_of(sales: Sequence[Supply], keys: Sequence[int], config: SimulationConfig) -> list[Return]:
    """The credit notes of the period: as many as the rate says, of different sales to named buyers.

    `keys` are the sales' own entities, so that a note stays the same whatever else is sold.
    """
    named = [place for place, sale in enumerate(sales) if sale.buyer.name]
    wanted = min(portion(len(sales), config.credit_note_rate), len(named))
    if not wanted:
        return []
    corrected = sorted(dice_for(config.seed, Stream.RETURNS).permutation(named)[:wanted].tolist())
    end = datetime.combine(config.last_day, time(23, 59, 59))
    return [
        _return(dice_for(config.seed, Stream.CREDIT_NOTE, keys[sale]), sale, sales[sale], end) for sale in corrected
    ]


def note_of(back: Return, sale: Supply, position: int) -> Supply:
    """The credit note for a sale that stands at `position` in the books."""
    day = sale.tax_point.date().isoformat()
    correction = Correction(NoteKind.CREDIT, back.reason, position=position, day=day)
    return replace(sale, tax_point=back.moment, lines=back.lines, correction=correction, payment_terms="", due_days=0)


def _return(dice: Generator, place: int, sale: Supply, end: datetime) -> Return:
    days = min(exp(dice.normal(*_DAYS)), 3650.0)
    spot, whole, reason = dice.random(3).tolist()
    moment = sale.tax_point + timedelta(days=days)
    if moment > end:
        moment = sale.tax_point + (end - sale.tax_point) * spot
    lines = sale.lines if whole < _WHOLE_SALE else _part(dice, sale.lines)
    return Return(place, moment.replace(microsecond=0), lines, some(reason, REASONS))


def _part(dice: Generator, lines: tuple[SupplyLine, ...]) -> tuple[SupplyLine, ...]:
    """Some of the lines, mostly one, whole or in part."""
    count = min(len(lines), int(dice.geometric(0.6)))
    places = sorted(dice.permutation(len(lines))[:count].tolist())
    chances = dice.random((count, 2)).tolist()
    return tuple(_some(lines[place], *chance) for place, chance in zip(places, chances, strict=True))


def _some(line: SupplyLine, whole: float, share: float) -> SupplyLine:
    if whole < _WHOLE_LINE or line.quantity <= 1:
        return line
    return replace(line, quantity=Decimal(1 + int(share * (int(line.quantity) - 1))))
