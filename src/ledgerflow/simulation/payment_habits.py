"""PaymentHabits: the section of a configuration that says how the buyers pay."""

from pydantic import Field

from ledgerflow.simulation.typed import Share, Typed


class PaymentHabits(Typed):
    """How the buyers pay what they bought on credit."""

    simulate: bool | None = Field(
        None, title="Simulate payments", description="Left empty, with the advanced realism profile only."
    )
    late_share: Share | None = Field(
        None,
        title="Paid late",
        description="Share of the invoices on credit; it differs from buyer to buyer. Left empty, 0.63 in India and "
        "0.58 elsewhere.",
    )
    part_share: Share = Field(0.12, title="Paid in two parts", description="Share of the invoices on credit.")
    write_off_share: Share = Field(
        0.05, title="Written off", description="Of the invoices paid late, the share that is never paid in full."
    )
    run_share: Share = Field(
        0.5,
        title="Buyers with payment runs",
        description="Share of the buyers who pay on Fridays only, or on the 7th, 15th and last of a month.",
    )
    small_supplier: bool = Field(
        True,
        title="The seller is a micro or small enterprise",
        description="Businesses in India owe such a seller within 45 days, whatever was agreed (MSMED Act s.15).",
    )
