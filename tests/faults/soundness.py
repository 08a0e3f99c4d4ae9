"""What must hold of books whatever befell them: no number twice, none missing, no half batch, an unbroken trail."""

import json
from collections import Counter
from datetime import UTC, datetime

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.numbers import reclaim_numbers
from ledgerflow.store.ledger import DatabaseLedger

DOOMSDAY = datetime(2999, 1, 1, tzinfo=UTC)


def require_sound(ledger: DatabaseLedger) -> None:
    """Reclaims what is left, and looks at every number, document, batch and entry of the trail."""
    reclaim_numbers(ledger, at=DOOMSDAY, actor="auditor")
    _require_whole_batches(ledger)
    _require_every_number_once(ledger)
    assert reclaim_numbers(ledger, at=DOOMSDAY, actor="auditor") == [], "a second reclaim finds nothing"
    assert not verify_trail(ledger.audit_trail())


def _require_whole_batches(ledger: DatabaseLedger) -> None:
    batches = ledger.batches()
    assert [batch.number for batch in batches] == list(range(1, len(batches) + 1))
    for batch in batches:
        positions = [invoice.position for invoice in ledger.invoices(batch=batch.number)]
        assert positions == list(range(batch.size)), f"batch {batch.number} is not whole"
    told = [json.loads(entry.details) for entry in ledger.audit_trail() if entry.deed == "issue_batch"]
    assert [(entry["batch"], entry["invoices"]) for entry in told] == [(batch.number, batch.size) for batch in batches]


def _require_every_number_once(ledger: DatabaseLedger) -> None:
    numbers = Counter(invoice.number for invoice in ledger.invoices())
    numbers.update(one.number for one in ledger.void_numbers())
    assert [number for number, times in numbers.items() if times > 1] == []
    accounts = ledger.accounts()
    expected = set[str]()
    for account in accounts:
        assert (account.missing, account.reserved) == ((), 0), account
        series = NumberSeries(account.series)
        last = ledger.last(account.series, account.period)
        assert series.text(last, account.period) == account.last
        expected |= {series.text(count, account.period) for count in range(1, last + 1)}
        assert account.issued + account.void == last
    assert numbers.keys() == expected


def issued_once(ledger: DatabaseLedger, *names: str) -> dict[str, int]:
    """How many pieces of each named work there are, each of which was issued once."""
    keys = Counter(batch.generation_id for batch in ledger.batches() if batch.generation_id.startswith(names))
    assert max(keys.values(), default=1) == 1, keys
    return {name: sum(key.startswith(f"{name}-") for key in keys) for name in names}
