"""What holds for a tenant: the rules of the installation, narrowed by what its owner set."""

from ledgerflow.configuration.rules import Rules, narrowed
from ledgerflow.configuration.sections import Overrides
from ledgerflow.issuing.commissioning import Bounds
from ledgerflow.issuing.ports import Ledger

OVERRIDES = "overrides"
"""The document in which a tenant's own settings are."""


def overrides_of(ledger: Ledger) -> Overrides:
    """What the tenant's owner set; nothing where that was never done."""
    document = ledger.documents.find(OVERRIDES)
    return Overrides.model_validate_json(document.text) if document else Overrides()


def rules_for(ledger: Ledger, rules: Rules) -> Rules:
    """The rules that hold for the tenant of these books now."""
    return narrowed(rules, overrides_of(ledger))


def bounds_of(rules: Rules) -> Bounds:
    """How many batches may be open, and how large one may be."""
    return Bounds(rules.values.limits.open_batches, rules.values.limits.largest_batch)
