"""Which variables of the environment go before a file. It imports nothing, for every command reads the environment."""

from collections.abc import Mapping

ENVIRONMENT: Mapping[str, tuple[str, str]] = {
    "open_batches": ("limits", "open_batches"),
    "largest_batch": ("limits", "largest_batch"),
    "running_batches": ("limits", "running_batches"),
    "keep_days": ("retention", "keep_days"),
}
"""What a variable of the environment (`LEDGERFLOW_OPEN_BATCHES`) says instead of a file, by section and key."""
