"""Which variables of the environment go before a file. It imports nothing, for every command reads the environment."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

ENVIRONMENT: Mapping[str, str] = {
    "open_batches": "limits.open_batches",
    "largest_batch": "limits.largest_batch",
    "running_batches": "limits.running_batches",
    "sign_ins": "limits.rates.sign_ins",
    "sign_ins_from": "limits.rates.sign_ins_from",
    "refreshes": "limits.rates.refreshes",
    "uploads": "limits.rates.uploads",
    "orders": "limits.rates.orders",
    "requests": "limits.rates.requests",
    "keep_days": "retention.keep_days",
    "origins": "security.allowed_origins",
}
"""The key for which a variable of the environment (`LEDGERFLOW_OPEN_BATCHES`) speaks instead of a file."""

Said: TypeAlias = int | Sequence[str]
"""What a variable says: a number, or the members of a list with commas."""
