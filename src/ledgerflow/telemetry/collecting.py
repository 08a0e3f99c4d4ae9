"""Spans sent to a collector by OTLP over HTTP: the one module that knows OpenTelemetry, which is an extra."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, StatusCode

from ledgerflow import __version__

Fact = str | int | float | bool

_SECONDS: Final = 5  # for a collector to take what it is sent, unless the environment says otherwise
_TIMEOUTS: Final = ("OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT")
_trace: ContextVar[int] = ContextVar("trace", default=0)


class Collected:
    """Spans are sent together, every few seconds, by a thread of their own."""

    def __init__(self, service: str) -> None:
        named = {} if _is_named() else {"service.name": service}
        resource = Resource.create({"service.version": __version__, **named})
        self._provider = TracerProvider(resource=resource, id_generator=_Ids(), shutdown_on_exit=False)
        seconds = None if any(os.environ.get(name) for name in _TIMEOUTS) else _SECONDS
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=seconds)))
        self._tracer = self._provider.get_tracer("ledgerflow", __version__)

    @contextmanager
    def span(self, name: str, trace_id: str, **facts: Fact) -> Iterator["Noted"]:
        """See `spans.Spans`."""
        before = _trace.set(int(trace_id, 16) if trace_id else 0)
        try:
            span = self._tracer.start_span(name, context=Context(), attributes=_dotted(facts))
        finally:
            _trace.reset(before)
        noted = Noted(span)
        try:
            yield noted
        except BaseException as error:
            noted.failed(type(error).__name__)
            raise
        finally:
            span.end()

    def close(self) -> None:
        """Sends what was not sent yet."""
        self._provider.shutdown()


class Noted:
    """See `spans.Span`."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def rename(self, name: str) -> None:
        """See `spans.Span`."""
        self._span.update_name(name)

    def note(self, **facts: Fact) -> None:
        """See `spans.Span`."""
        self._span.set_attributes(_dotted(facts))

    def failed(self, why: str) -> None:
        """See `spans.Span`."""
        self._span.set_status(StatusCode.ERROR, why)


class _Ids(RandomIdGenerator):
    """A span begins in the trace that was said; where none was, in a new one."""

    def generate_trace_id(self) -> int:
        return _trace.get() or super().generate_trace_id()


def _dotted(facts: dict[str, Fact]) -> dict[str, Fact]:
    return {name.replace("__", "."): fact for name, fact in facts.items()}


def _is_named() -> bool:
    attributes = os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return bool(os.environ.get("OTEL_SERVICE_NAME")) or "service.name=" in attributes
