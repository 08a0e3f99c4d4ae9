"""The series of one tenant, counted from its books at the moment they are asked for, and not by any process."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from ledgerflow.api.schemas import Given
from ledgerflow.issuing.ports import Ledger
from ledgerflow.issuing.tallies import Durations, JobTally
from ledgerflow.telemetry.meters import BATCH_SECONDS


class Sample(Given):
    """One value; the label `tenant` is said once for all, and is in the text."""

    name: str
    labels: dict[str, str]
    value: float


class Family(Given):
    """Series of one name."""

    name: str
    type: str
    help: str
    samples: list[Sample]


def families(ledger: Ledger, at: datetime) -> list[Family]:
    """All series of the tenant of these books."""
    tally = ledger.figures.batches(BATCH_SECONDS)
    return [
        _invoices(ledger.figures.kinds(), tally.unissued),
        _family(
            "pdf_failures",
            "counter",
            "Invoices that lack a file, until they are tried again.",
            [({"type": "pdf", "status": "final"}, tally.undrawn)],
            "_total",
        ),
        _batches(tally),
        _family(
            "batch_duration_seconds",
            "histogram",
            "Seconds from the order of a batch to its end.",
            [one for durations in tally.durations for one in _histogram(durations)],
        ),
        *_queue(tally, at),
    ]


def as_text(tenant: str, known: Sequence[Family]) -> bytes:
    """As Prometheus reads it, each series labelled with the tenant."""
    registry = CollectorRegistry()
    registry.register(_Told(tenant, known))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, tenant: str, known: Sequence[Family]) -> None:
        self._tenant, self._known = tenant, known

    def collect(self) -> Iterator[Metric]:
        for family in self._known:
            metric = Metric(family.name, family.help, family.type)
            for sample in family.samples:
                metric.add_sample(sample.name, {"tenant": self._tenant, **sample.labels}, sample.value)
            yield metric


def _invoices(kinds: Mapping[str, int], unissued: int) -> Family:
    samples = [({"type": kind, "status": "issued"}, float(count)) for kind, count in kinds.items()]
    samples.append(({"type": "unknown", "status": "failed"}, unissued))
    return _family("invoices_generated", "counter", "Documents in the books, or given up.", samples, "_total")


def _batches(tally: JobTally) -> Family:
    samples = [({"status": status.value.replace(" ", "_")}, float(n)) for status, n in tally.by_status.items()]
    return _family("batches", "gauge", "Batches that were ordered, by where they stand.", samples)


def _queue(tally: JobTally, at: datetime) -> Iterator[Family]:
    queue, of = tally.queue, {"type": "batches"}
    depth = [({**of, "status": "queued"}, float(queue.queued)), ({**of, "status": "running"}, float(queue.running))]
    yield _family("queue_depth", "gauge", "Batches that wait or are at work.", depth)
    yield _family(
        "queue_oldest_age_seconds", "gauge", "How long the oldest has waited.", [(of, queue.age(at).total_seconds())]
    )


def _histogram(one: Durations) -> Iterator[tuple[dict[str, str], float, str]]:
    labels = {"type": one.size, "status": one.status.value.replace(" ", "_")}
    for bound, within in zip(BATCH_SECONDS, one.within, strict=True):
        yield {**labels, "le": str(float(bound))}, within, "_bucket"
    yield {**labels, "le": "+Inf"}, one.count, "_bucket"
    yield labels, one.count, "_count"
    yield labels, one.together.total_seconds(), "_sum"


def _family(
    name: str,
    type: str,
    help: str,
    samples: Sequence[tuple[dict[str, str], float] | tuple[dict[str, str], float, str]],
    suffix: str = "",
) -> Family:
    told = [Sample(name=name + (one[2] if len(one) == 3 else suffix), labels=one[0], value=one[1]) for one in samples]
    return Family(name=name, type=type, help=help, samples=told)
