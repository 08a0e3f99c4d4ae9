"""Whether the database's tables are as this program has them: a long look, for who asks once."""

from ledgerflow.billing.errors import BillingError, Finding
from ledgerflow.inspecting.looks import Look, degraded, well
from ledgerflow.store.schema import drift


def tables(url: str) -> Look:
    """Raises nothing: that there are no books, or that they are of another revision, is told by another look."""
    try:
        found = drift(url)
    except BillingError:
        return well("Not looked at: the books cannot be read as they are.")
    if not found:
        return well("They are as this program has them.")
    facts = {"count": str(len(found)), "first": found[0]}
    message = f"{facts['count']} thing(s) in the database are other than they should be, the first: {facts['first']}."
    advice = "`ledgerflow db check` names them; restore them from a backup, or ask who changed them."
    return degraded(Finding("health.drift", "", message, advice, facts))
