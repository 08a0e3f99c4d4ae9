"""What an owner sets up for the business: its own settings, itself, its logo. Each is audited as a difference."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.configuration.rules import Rules, differences, flat, narrowed
from ledgerflow.configuration.sections import Overrides
from ledgerflow.intake.logos import Logo
from ledgerflow.issuing.documents import ChangedMeanwhile, Document, VersionMissing
from ledgerflow.issuing.governing import OVERRIDES
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.simulation.config import Business

BUSINESS, LOGO = "business", "logo"
_LONGEST = 4000  # letters of a difference in the audit trail


def keep_overrides(
    ledger: Ledger, overrides: Overrides, rules: Rules, expected: int | None, *, at: datetime, actor: str
) -> Document:
    """A tenant's own settings, which only narrow those of the installation.

    Raises InputRefused with each that would widen them, ChangedMeanwhile, VersionMissing.
    """
    if found := list(_widening(overrides, rules)):
        raise InputRefused(found)

    def changes(before: str) -> Sequence[str]:
        was = narrowed(rules, Overrides.model_validate_json(before or "{}"))
        return differences(was.flat(), narrowed(rules, overrides).flat())

    text = overrides.model_dump_json(exclude_none=True)
    return _keep(ledger, (OVERRIDES, text), expected, "change_settings", changes, at, actor)


def keep_business(ledger: Ledger, business: Business, expected: int | None, *, at: datetime, actor: str) -> Document:
    """The business whose books are made where an order names none. Raises ChangedMeanwhile, VersionMissing."""
    text = business.model_dump_json()

    def changes(before: str) -> Sequence[str]:
        return differences(flat(json.loads(before or "{}")), flat(json.loads(text)))

    return _keep(ledger, (BUSINESS, text), expected, "change_business", changes, at, actor)


def business_of(ledger: Ledger) -> Business | None:
    """The business that was set up, if any was."""
    document = ledger.documents.find(BUSINESS)
    return Business.model_validate_json(document.text) if document else None


def keep_logo(ledger: Ledger, logo: Logo, expected: int | None, *, at: datetime, actor: str) -> Document:
    """The logo of the business. Raises ChangedMeanwhile, VersionMissing."""
    digest = sha256(logo.content).hexdigest()
    kept = {"media_type": logo.media_type, "width": logo.width, "height": logo.height, "sha256": digest}
    text = json.dumps({**kept, "content": b64encode(logo.content).decode("ascii")})

    def changes(before: str) -> Sequence[str]:
        was = json.loads(before or "{}").get("sha256")
        return differences({"logo": was}, {"logo": digest})

    return _keep(ledger, (LOGO, text), expected, "change_logo", changes, at, actor)


def logo_of(ledger: Ledger) -> tuple[Logo, int] | None:
    """The logo and its version, if there is one."""
    document = ledger.documents.find(LOGO)
    if document is None:
        return None
    kept = json.loads(document.text)
    logo = Logo(kept["media_type"], kept["width"], kept["height"], b64decode(kept["content"]))
    return logo, document.version


def remove_logo(ledger: Ledger, *, at: datetime, actor: str) -> bool:
    """Takes the logo away, and says whether there was one."""

    def remove(journal: Journal) -> bool:
        held = journal.documents.hold(LOGO)
        if held is None:
            return False
        journal.documents.remove(LOGO)
        journal.audit(at, actor, "remove_logo", {"version": held.version})
        return True

    return ledger.transact(remove)


def _keep(
    ledger: Ledger,
    named: tuple[str, str],
    expected: int | None,
    deed: str,
    changes: Callable[[str], Sequence[str]],
    at: datetime,
    actor: str,
) -> Document:
    name, text = named

    def keep(journal: Journal) -> Document:
        held = journal.documents.hold(name)
        version = held.version if held else 0
        if expected is None and held:
            raise VersionMissing(version=version)
        if expected is not None and expected != version:
            raise ChangedMeanwhile(version=version)
        if held and held.text == text:
            return held
        kept = Document(name, version + 1, text, actor, at)
        journal.documents.put(kept)
        journal.audit(at, actor, deed, _details(kept, changes(held.text if held else "")))
        return kept

    return ledger.transact(keep)


def _details(kept: Document, changes: Sequence[str]) -> Mapping[str, str | int]:
    told = "; ".join(changes) or "nothing that holds now"
    if len(told) > _LONGEST:
        told = f"{told[:_LONGEST]}…"
    return {"version": kept.version, "changes": told}


def _widening(overrides: Overrides, rules: Rules) -> Sequence[Finding]:
    found = []
    for section, said in overrides.model_dump(exclude_none=True).items():
        for key, value in said.items():
            most = getattr(getattr(rules.values, section), key)
            if value > most:
                message = f"{value} is more than the {most} that the installation allows."
                parameters = {"value": str(value), "most": str(most)}
                advice = f"Set {most} at most, or leave it out."
                found.append(Finding("config.widens", f"/{section}/{key}", message, advice, parameters))
    return found
