"""Why the door itself sends somebody away, before or instead of any deed."""

from ledgerflow.billing.errors import BillingError


class TooFast(BillingError):
    """That was too often. Come back in {seconds} second(s)."""


class CrossSite(BillingError):
    """This did not come from a page of ours: {reason}."""


class ScrapeUnset(BillingError):
    """No scrape token is set. Set LEDGERFLOW_SCRAPE_TOKEN, or show an operator's access token."""


class NotReady(BillingError):
    """The server takes nothing at present: {reason}."""
