"""What each process counts of its work, as Prometheus reads it: the sum over all processes is right.

No series carries a tenant, an invoice or a batch, so that there are as many of them with ten thousand tenants as with
one. What the books know better than a process (queues, ages, chains) is asked of them when somebody reads; see
`standing`. Labels are `type`, what it was about, and `status`, how it went.

Buckets follow from the service levels: a hundred invoices in 5 s by two processes are a tenth of a second each, in 60 s
they are 1.2 s each; 95 of 100 exports take a second at most, and none should take five.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

BY: Final = ("type", "status")

INVOICES: Final = Counter("invoices_generated", "Invoices entered in the books, or given up (failed), by kind.", BY)
"""type: the kind of document (invoice, credit_note, …); status: issued, failed."""

PDF_ATTEMPTS: Final = Counter("pdf_attempts", "Invoices whose page was wanted, as it ended.", BY)
"""type: the format; status: drawn, failed. The ratio of pdf_failures_total to this is what the service level bounds."""

PDF_FAILURES: Final = Counter("pdf_failures", "Pages that could not be drawn.", BY)
"""type: the format; status: again (another attempt follows), final (none does)."""

COLLISIONS: Final = Counter(
    "invoice_collisions", "Numbers that were taken already when an invoice was to be given one.", BY
)
"""type: number; status: again, final."""

DRAWING: Final = Histogram(
    "invoice_generation_duration_seconds",
    "Seconds in which the files of one invoice were drawn.",
    BY,
    buckets=(0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.2, 5, 15, 60),
)
"""type: the format; status: drawn, failed."""

BATCH_SECONDS: Final = (1, 2, 3, 5, 10, 30, 60, 300, 900, 3600, 14400)
"""The bounds of `batch_duration_seconds`, here and in what a tenant is told from its books."""

BATCH: Final = Histogram(
    "batch_duration_seconds",
    "Seconds from the order of a batch to its end.",
    BY,
    buckets=BATCH_SECONDS,
)
"""type: to_100, to_10000, more (invoices); status: succeeded, partly_failed, failed, cancelled."""

EXPORT: Final = Histogram(
    "export_duration_seconds",
    "Seconds from the request of an export to its last byte.",
    BY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
)
"""type: archive, or the format; status: complete, partial (a range), broken."""

REQUESTS: Final = Histogram(
    "http_request_duration_seconds",
    "Seconds from a request to the beginning of its answer.",
    BY,
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
"""type: read, write, sign_in; status: 2xx, 3xx, 4xx, 5xx."""

RETRIES: Final = Counter("job_retries", "Pieces of batches that were tried again, or given up.", BY)
"""type: issue, draw, pack; status: again, final."""

CIRCUITS: Final = Gauge(
    "circuit_open", "Whether work of a kind is left alone, for it fails.", ("type",), multiprocess_mode="livemax"
)
"""type: the format. 0 or 1."""

LOST_WORKERS: Final = Counter("workers_lost", "Workers that gave no sign any more, and whose work others took over.")

RELOADS: Final = Counter("config_reloads", "Readings of the configuration by a process.", ("status",))
"""status: read, refused."""

SIGN_INS: Final = Counter("sign_ins", "Sign-ins, and what else is shown to come in.", BY)
"""type: password, refresh, key; status: accepted, refused, reused (a refresh token that was used before)."""
