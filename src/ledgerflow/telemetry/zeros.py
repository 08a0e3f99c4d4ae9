"""Every series that can be is there from the beginning, at nothing.

A counter that appears at 1 has not risen, for whoever looks at how much it rose: the first collision would go unseen.
"""

from collections.abc import Iterable
from itertools import product

from ledgerflow.billing.tax import DocumentKind
from ledgerflow.telemetry import meters


def begin_counting(formats: Iterable[str]) -> None:
    """To be called once by a process that counts; `formats` are the codes of all that are installed."""
    codes = tuple(formats)
    attempts = ("again", "final")
    known = (
        (meters.INVOICES, tuple(DocumentKind), ("issued",)),
        (meters.INVOICES, ("unknown",), ("failed",)),
        (meters.PDF_ATTEMPTS, codes, ("drawn", "failed")),
        (meters.PDF_FAILURES, codes, attempts),
        (meters.COLLISIONS, ("number",), attempts),
        (meters.DRAWING, codes, ("drawn", "failed")),
        (meters.BATCH, ("to_100", "to_10000", "more"), ("succeeded", "partly_failed", "failed", "cancelled")),
        (meters.EXPORT, ("archive",), ("complete", "partial", "broken")),
        (meters.REQUESTS, ("read", "write", "sign_in"), ("2xx", "3xx", "4xx", "5xx")),
        (meters.RETRIES, ("issue", "draw", "pack"), attempts),
        (meters.SIGN_INS, ("password", "key"), ("accepted", "refused")),
        (meters.SIGN_INS, ("refresh",), ("accepted", "refused", "reused")),
    )
    for meter, types, statuses in known:
        for type, status in product(types, statuses):
            meter.labels(type, status)
    for code in codes:
        meters.CIRCUITS.labels(code).set(0)
    for status in ("read", "refused"):
        meters.RELOADS.labels(status)
