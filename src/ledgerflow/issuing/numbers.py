"""The deeds on numbers alone: blocks reserved for deeds to come, given back, and what was left of others reclaimed."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.issuing.records import Block, VoidNumber


def reserve_block(
    ledger: Ledger,
    series: NumberSeries,
    period: str,
    wanted: int,
    *,
    expires_at: datetime,
    holder: str,
    at: datetime,
    actor: str,
) -> Block:
    """Reserves the next `wanted` numbers of a series for deeds to come until `expires_at`."""

    def reserve(journal: Journal) -> Block:
        block = journal.reserve_block(series, period, wanted, expires_at, holder)
        until = expires_at.astimezone(UTC).isoformat()
        journal.audit(at, actor, "reserve_block", {**_facts(block), "holder": holder, "expires_at": until})
        return block

    return ledger.transact(reserve)


def release_block(ledger: Ledger, block: Block, *, at: datetime, actor: str, reason: str) -> Sequence[VoidNumber]:
    """Gives a reserved block back: its numbers are void. Raises BlockLost if it is not reserved any more."""

    def release(journal: Journal) -> Sequence[VoidNumber]:
        void = journal.release(block, reason)
        journal.audit(at, actor, "release_block", {**_facts(block), "reason": reason, "void": len(void)})
        return void

    return ledger.transact(release)


def reclaim_numbers(ledger: Ledger, *, at: datetime, actor: str) -> Sequence[VoidNumber]:
    """Records void what blocks that expired by `at`, rollbacks and crashes left. The audit entry says how many numbers
    of each series; there is none where nothing was left."""

    def reclaim(journal: Journal) -> Sequence[VoidNumber]:
        void = journal.reclaim(at)
        if void:
            counts = Counter(f"{one.series} in {one.period}" for one in void)
            journal.audit(at, actor, "reclaim_numbers", {"void": len(void), **counts})
        return void

    return ledger.transact(reclaim)


def _facts(block: Block) -> dict[str, str | int]:
    return {"numbers": f"{block.number(0)} to {block.number(block.size - 1)}", "count": block.size}
