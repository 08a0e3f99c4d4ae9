"""What the books know better than any process, told when somebody reads: queues, ages, chains, the error budget.

They are asked once a second at most, however many read; what thirty days come to, once a minute.
"""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ledgerflow import __version__
from ledgerflow.billing.errors import BillingError
from ledgerflow.issuing.standing import Standing
from ledgerflow.telemetry.kept import Kept

_FRESH: Final = 1.0  # seconds


class StandingGauges(Collector):
    """`ledgerflow_books_readable` is 0, and the others are not there, where the books cannot be read."""

    def __init__(self, standing: Callable[[], Standing]) -> None:
        self._standing = Kept(standing, _FRESH)

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("ledgerflow_build_info", "1; the label is the version.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        readable = GaugeMetricFamily("ledgerflow_books_readable", "Whether the books can be read. 0 or 1.")
        try:
            standing = self._standing.get()
        except BillingError:
            readable.add_metric([], 0)
            yield readable
            return
        readable.add_metric([], 1)
        yield readable
        yield from _told(standing)


def _told(standing: Standing) -> Iterator[Metric]:
    queue, budget = standing.queue, standing.budget
    depth = GaugeMetricFamily("queue_depth", "Batches that wait or are at work.", labels=["type", "status"])
    depth.add_metric(["batches", "queued"], queue.queued)
    depth.add_metric(["batches", "running"], queue.running)
    yield depth
    oldest = GaugeMetricFamily("queue_oldest_age_seconds", "How long the oldest has waited.", labels=["type"])
    oldest.add_metric(["batches"], queue.age(standing.at).total_seconds())
    yield oldest
    head_age = (standing.at - standing.heads_at).total_seconds()
    for name, words, value in (
        ("workers_alive", "Workers that give signs of life.", standing.workers),
        ("audit_head_age_seconds", "Since the last export of audit heads that went well.", max(0.0, head_age)),
        ("audit_chains_broken", "Tenants whose audit chain did not hold when it was last looked at.", standing.broken),
        ("invoices_attempted_30d", "Invoices attempted in batches of the last 30 days.", budget.attempted),
        ("invoices_failed_30d", "Invoices of these that failed.", budget.failed),
    ):
        yield GaugeMetricFamily(name, words, value=value)
