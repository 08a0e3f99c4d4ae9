"""simulate(): from a configuration, a catalogue and a seed to sales, oldest first."""

from dataclasses import dataclass

from ledgerflow.billing.supply import Supply


@dataclass(frozen=True, slots=True)
class Sale:
    """A supply, and the key of the establishment that makes it."""

    establishment: str
    supply: Supply
