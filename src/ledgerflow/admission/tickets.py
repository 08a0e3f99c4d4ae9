"""Tickets: leave to take one file once, within a minute. A browser's download bears no token, so it bears this."""

from datetime import datetime, timedelta

from ledgerflow.admission.signing_in import Draw
from ledgerflow.billing.errors import BillingError
from ledgerflow.identity.people import Ticket, digest_of
from ledgerflow.issuing.ports import Journal, Ledger

LIFE = timedelta(seconds=60)


class TicketOver(BillingError):
    """The ticket is not good, or not good any more. Ask for another."""


def give_ticket(
    ledger: Ledger, tenant: str, subject: str, *, at: datetime, actor: str, draw: Draw
) -> tuple[Ticket, str]:
    """A ticket, and the words by which it is shown: they name the tenant, and are told once."""
    secret = draw()
    ticket = Ticket(digest_of(secret), actor, subject, at + LIFE)

    def give(journal: Journal) -> None:
        journal.people.give_ticket(ticket)
        journal.audit(at, actor, "give_ticket", {"subject": subject})

    ledger.transact(give)
    return ticket, f"{tenant}.{secret}"


def take_ticket(ledger: Ledger, words: str, *, at: datetime) -> Ticket:
    """What the ticket gives leave to take; it is over by that. Raises TicketOver."""
    _, _, secret = words.partition(".")
    ticket = ledger.transact(lambda journal: journal.people.take_ticket(digest_of(secret)))
    if ticket is None or ticket.expires_at <= at:
        raise TicketOver()
    return ticket


def tenant_of(words: str) -> str:
    """Whose ticket it says it is, unverified."""
    return words.partition(".")[0]
