"""Anomalies: the section of a configuration that says what is put wrong, how often, and how well it is hidden."""

from enum import StrEnum

from pydantic import Field

from ledgerflow.simulation.typed import Share, Typed


class AnomalyKind(StrEnum):
    """What can be put wrong. The order is part of every seed: who is chosen first is not chosen again."""

    SPLIT_INVOICE = "split_invoice"
    CAROUSEL = "carousel"
    DUPLICATE_INVOICE = "duplicate_invoice"
    SELF_DEALING = "self_dealing"
    PRICE_SPIKE = "price_spike"
    ROUND_AMOUNT = "round_amount"
    WRONG_TAX_SPLIT = "wrong_tax_split"
    WRONG_RATE = "wrong_rate"
    INVALID_TAX_NUMBER = "invalid_tax_number"
    BACK_DATED = "back_dated"
    MISSING_NUMBER = "missing_number"


class Difficulty(StrEnum):
    """How well an anomaly is hidden."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Anomaly(Typed):
    """How often one kind is put in, and how well it is hidden."""

    rate: Share = Field(0.0, title="Rate", description="As a share of the invoices; exactly so many, to the nearest.")
    difficulty: Difficulty = Field(Difficulty.MEDIUM, title="Difficulty")


def _of(title: str, description: str) -> Anomaly:
    found: Anomaly = Field(default_factory=Anomaly, title=title, description=description)
    return found


class Anomalies(Typed):
    """What is put wrong on purpose, to train and to score those who look for it. Off unless a rate is set."""

    split_invoice: Anomaly = _of("Split invoices", "One sale in parts that each stay under an approval limit.")
    carousel: Anomaly = _of("Carousels", "One lot that is sold again and again within a ring of buyers.")
    duplicate_invoice: Anomaly = _of("Duplicate invoices", "A sale invoiced a second time.")
    self_dealing: Anomaly = _of("Self-dealing", "A buyer who is the seller in disguise.")
    price_spike: Anomaly = _of("Price spikes", "A line at a multiple of its price.")
    round_amount: Anomaly = _of("Round amounts", "An invoice made up at a round figure.")
    wrong_tax_split: Anomaly = _of("Wrong tax split", "CGST and SGST unequal, or in the place of IGST.")
    wrong_rate: Anomaly = _of("Wrong rates", "Tax at a rate that is not the line's.")
    invalid_tax_number: Anomaly = _of("Invalid tax numbers", "A buyer's number that no authority gave out.")
    back_dated: Anomaly = _of("Back-dated invoices", "A date before that of the number before.")
    missing_number: Anomaly = _of("Missing numbers", "A number that no document bears.")

    def of(self, kind: AnomalyKind) -> Anomaly:
        """What is asked of one kind."""
        found: Anomaly = getattr(self, kind.value)
        return found

    @property
    def any(self) -> bool:
        """Whether anything is to be put wrong."""
        return any(self.of(kind).rate for kind in AnomalyKind)
