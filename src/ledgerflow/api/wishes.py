"""What is wished of a batch: a configuration that may leave the business out, where one was set up."""

from pydantic import Field

from ledgerflow.admission.setting_up import business_of
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.issuing.ports import Ledger
from ledgerflow.simulation.config import Business, SimulationConfig


class WishedConfig(SimulationConfig):
    """The books to be made; the business may be left out, where one was set up."""

    business: Business | None = Field(  # type: ignore[assignment]  # a wish is completed before it is a configuration
        None, title="Business", description="Left out, the one that was set up."
    )


def complete(wished: WishedConfig, ledger: Ledger) -> SimulationConfig:
    """The configuration with the business that is meant. Raises InputRefused where there is none."""
    business = wished.business or business_of(ledger)
    if business is None:
        advice = "Name one, or set one up at /api/business."
        raise InputRefused([Finding("missing", "/config/business", "No business is named, and none set up.", advice)])
    said = {name: getattr(wished, name) for name in SimulationConfig.model_fields}
    return SimulationConfig.model_validate({**said, "business": business})
