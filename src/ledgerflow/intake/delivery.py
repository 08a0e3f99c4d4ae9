"""A catalogue that was handed in, read as far as it goes: how it was understood, its products, all that was found."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, Severity
from ledgerflow.intake.findings import readable
from ledgerflow.intake.product_rows import read_rows
from ledgerflow.intake.proposal import Choice, Proposal, header_of, propose, proposed_as
from ledgerflow.intake.titles import FIELDS, REQUIRED
from ledgerflow.intake.workbook import read_workbook


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was understood. `fields` are those of a product that the sheet speaks of.

    `wrong` counts the findings that are errors, of which `findings` holds no more than a person will read."""

    proposal: Proposal
    fields: tuple[str, ...]
    products: int
    findings: tuple[Finding, ...]
    wrong: int

    @property
    def is_sound(self) -> bool:
        """Whether it can be taken as it is."""
        return not self.wrong


@dataclass(frozen=True, slots=True)
class Delivery:
    """Products whose SKU or rate the sheet does not say have none yet: those that are kept may have them."""

    reading: Reading
    products: tuple[Product, ...]


def read_delivery(content: bytes, choice: Choice | None = None) -> Delivery:
    """Reads a scanned file as it was chosen, or else as it is likely meant; raises InputRefused where it cannot be read
    at all, or the choice names what is not there."""
    workbook = read_workbook(content)
    proposal = proposed_as(workbook.sheets, choice) if choice else propose(workbook.sheets)
    sheet = next(one for one in workbook.sheets if one.name == proposal.sheet)
    header = header_of(sheet, proposal)
    products, findings = ((), list(header.findings())) if header.missing else read_rows(sheet, header)
    findings += [*_unsure(proposal), *_nothing(proposal, products, findings), *workbook.warnings]
    wrong = sum(finding.severity is Severity.ERROR for finding in findings)
    fields = tuple(proposal.choice.columns)
    return Delivery(Reading(proposal, fields, len(products), tuple(readable(findings)), wrong), products)


def _unsure(proposal: Proposal) -> list[Finding]:
    """A guess is not taken for an answer."""
    required = {FIELDS[column]: column for column in REQUIRED}
    chosen = {one.field for one in proposal.columns}
    if proposal.is_sure or not set(required) <= chosen:
        return []
    message = "It is not certain which columns hold name and price."
    return [Finding("mapping.unsure", "/columns", message, "Confirm the columns that are proposed, or name others.")]


def _nothing(proposal: Proposal, products: Sequence[Product], findings: Sequence[Finding]) -> list[Finding]:
    if products or any(finding.severity is Severity.ERROR for finding in findings):
        return []
    place, advice = f"sheet {proposal.sheet}", "Write one row for each product."
    return [Finding("catalogue.no_products", place, "There is no row below the header.", advice)]
