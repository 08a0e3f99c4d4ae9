"""The sections of the configuration, one a file: what an operator may say, with bounds and what holds if nothing is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from ledgerflow.identity.tokens import LONGEST
from ledgerflow.simulation.config import MOST_INVOICES, RealismProfile
from ledgerflow.simulation.typed import Share, Typed

_LONGEST = int(LONGEST / timedelta(minutes=1))

PerMinute = Annotated[int, Field(ge=1, le=1_000_000)]


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("an origin is a scheme and a host alone, as in https://books.example.com")
    return text


Origin = Annotated[str, Field(max_length=200), AfterValidator(_origin)]


class Rates(Typed):
    """How many requests a minute may come from one caller, by what they ask for; more are told when to come back."""

    sign_ins: PerMinute = Field(10, title="Signing in", description="To one address from one place, a minute.")
    sign_ins_from: PerMinute = Field(
        100, title="Signing in from one place", description="To any address, links taken up as well, a minute."
    )
    refreshes: PerMinute = Field(600, title="Refreshed sign-ins", description="From one place, a minute.")
    uploads: PerMinute = Field(30, title="Uploads", description="Of one tenant, a minute.")
    orders: PerMinute = Field(600, title="Ordering batches", description="Of one tenant, a minute.")
    requests: PerMinute = Field(
        12_000, title="All requests", description="Of one user or machine to one server, a minute."
    )


class Limits(Typed):
    """How much one tenant may ask for."""

    open_batches: int = Field(
        20, ge=1, le=100_000, title="Open batches", description="Of a tenant that may be waiting or at work at once."
    )
    largest_batch: int = Field(
        100_000, ge=1, le=MOST_INVOICES, title="Largest batch", description="Invoices that one batch may have."
    )
    running_batches: int = Field(
        2, ge=1, le=1000, title="Running batches", description="Of a tenant that are done at once, by all workers."
    )
    upload_bytes: int = Field(
        5_000_000, ge=1000, le=5_000_000, title="Largest upload", description="Bytes of a sheet that is uploaded."
    )
    rates: Rates = Field(default_factory=Rates, title="Rates")


class Retention(Typed):
    """How long things are kept."""

    keep_days: int = Field(30, ge=1, le=36_500, title="Archives", description="Days that archives lie on the shelf.")


class Security(Typed):
    """Who may ask from where, and how long they stay signed in."""

    allowed_origins: tuple[Origin, ...] = Field(
        (), max_length=50, title="Allowed origins", description="Besides the server's own, as in https://books.example."
    )
    token_minutes: int = Field(10, ge=1, le=_LONGEST, title="Access token", description="Minutes that one is good for.")
    unused_days: int = Field(
        14, ge=1, le=365, title="Unused", description="Days after which an unused session is over."
    )
    session_days: int = Field(90, ge=1, le=730, title="Session", description="Days after which any session is over.")

    @model_validator(mode="after")
    def _is_in_order(self) -> "Security":
        if self.unused_days > self.session_days:
            raise ValueError("unused_days is more than session_days, after which any session is over")
        return self


class SimulationDefaults(Typed):
    """What the form offers before a user changes it; an order that leaves them out is not touched by them."""

    realism_profile: RealismProfile = Field(RealismProfile.REALISTIC, title="Realism")
    count: int = Field(100, ge=1, le=MOST_INVOICES, title="Invoices")
    repeat_rate: Share = Field(0.5, title="Repeat rate")
    seasonality: Share = Field(0.5, title="Seasonality")
    credit_note_rate: Share = Field(0.0, title="Credit notes")


class Configuration(Typed):
    """All sections."""

    limits: Limits = Field(default_factory=Limits)
    retention: Retention = Field(default_factory=Retention)
    security: Security = Field(default_factory=Security)
    simulation: SimulationDefaults = Field(default_factory=SimulationDefaults)


SECTIONS: Mapping[str, type[Typed]] = {
    "limits": Limits,
    "retention": Retention,
    "security": Security,
    "simulation": SimulationDefaults,
}
"""Each by the name of its file, without `.yaml`."""


class LimitsNarrowed(Typed):
    """What a tenant may narrow of the limits; each at most what the installation allows."""

    open_batches: int | None = Field(None, ge=1, le=100_000)
    largest_batch: int | None = Field(None, ge=1, le=MOST_INVOICES)
    upload_bytes: int | None = Field(None, ge=1000, le=5_000_000)


class RetentionNarrowed(Typed):
    """What a tenant may narrow of what is kept."""

    keep_days: int | None = Field(None, ge=1, le=36_500)


class Overrides(Typed):
    """A tenant's own settings: whatever is left out, or null, is as the installation has it."""

    limits: LimitsNarrowed = Field(default_factory=LimitsNarrowed)
    retention: RetentionNarrowed = Field(default_factory=RetentionNarrowed)
