"""How long those who came in stay, as the configuration has it."""

from dataclasses import dataclass
from datetime import timedelta

from ledgerflow.configuration.sections import Security


@dataclass(frozen=True, slots=True)
class Stay:
    """How long an access token is good, a sign-in that is not used, and any sign-in."""

    token: timedelta
    unused: timedelta
    whole: timedelta


def stay_of(security: Security) -> Stay:
    """What the configuration says."""
    return Stay(
        timedelta(minutes=security.token_minutes),
        timedelta(days=security.unused_days),
        timedelta(days=security.session_days),
    )


USUAL = stay_of(Security())
"""What holds where nobody said anything."""
