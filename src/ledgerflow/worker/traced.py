"""Work of which each piece is a span, of the trace of its job. There only where spans are wanted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from structlog.stdlib import BoundLogger

from ledgerflow.billing.errors import BillingError
from ledgerflow.issuing.jobs import Part
from ledgerflow.issuing.ports import Ledger
from ledgerflow.telemetry.spans import Fact, Span, Spans
from ledgerflow.worker.benches import Benches
from ledgerflow.worker.deeds import Site
from ledgerflow.worker.resilience import Circuits
from ledgerflow.worker.work import Ended, Issued, Patience, Work


class TracedWork(Work):
    """The same pieces, with a span around each."""

    def __init__(
        self,
        spans: Spans,
        ledger: Callable[[str], Ledger],
        site: Callable[[str], Site],
        benches: tuple[Benches, Benches],
        circuits: Circuits,
        patience: Patience,
        log: BoundLogger,
    ) -> None:
        super().__init__(ledger, site, benches, circuits, patience, log)
        self._spans = spans

    def issue(self, tenant: str, id: str, run: int) -> Issued:
        with self._span("issue", tenant, id, run) as span:
            issued = super().issue(tenant, id, run)
            _note(span, issued.ended)
            return issued

    def draw(self, tenant: str, id: str, run: int, number: int, batch: int, codes: Sequence[str]) -> Ended:
        with self._span("draw", tenant, id, run) as span:
            span.note(ledgerflow__chunk=number, ledgerflow__formats=",".join(codes))
            return _note(span, super().draw(tenant, id, run, number, batch, codes))

    def sheets(self, tenant: str, id: str, run: int, batch: int, codes: Sequence[str]) -> tuple[Part, ...]:
        with self._span("sheets", tenant, id, run):
            return super().sheets(tenant, id, run, batch, codes)

    def pack(self, tenant: str, id: str, run: int, sheets: Sequence[Part]) -> Ended:
        with self._span("pack", tenant, id, run) as span:
            return _note(span, super().pack(tenant, id, run, sheets))

    @contextmanager
    def _span(self, name: str, tenant: str, id: str, run: int) -> Iterator[Span]:
        facts: Mapping[str, Fact] = {"ledgerflow__tenant": tenant, "ledgerflow__batch": id, "ledgerflow__run": run}
        with self._spans.span(name, self._trace_of(tenant, id), **facts) as span:
            yield span

    def _trace_of(self, tenant: str, id: str) -> str:
        try:
            return self._ledger(tenant).jobs.find(id).trace_id
        except BillingError:  # the piece itself will meet it, and tell of it
            return ""


def _note(span: Span, ended: Ended) -> Ended:
    span.note(ledgerflow__ended=ended.value)
    if ended is Ended.FAILED:
        span.failed(ended.value)
    return ended
