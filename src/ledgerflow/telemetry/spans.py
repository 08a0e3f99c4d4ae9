"""Spans of OpenTelemetry, where somebody wants them: where OTEL_EXPORTER_OTLP_ENDPOINT names a collector.

Else nothing of OpenTelemetry is loaded. A span is of the trace that the program knows anyway: its 32 digits are W3C's.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

from structlog.stdlib import BoundLogger

WANTED: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_OFF: Final = "OTEL_SDK_DISABLED"

Fact = str | int | float | bool


class Span(Protocol):
    """A piece of work while it is done."""

    def rename(self, name: str) -> None:
        """It is called so after all."""

    def note(self, **facts: Fact) -> None:
        """What came out; dots in names are written as two underscores."""

    def failed(self, why: str) -> None:
        """It did not go well; `why` is a word, never what somebody sent."""


class Spans(Protocol):
    """Where spans are begun."""

    def span(self, name: str, trace_id: str, **facts: Fact) -> AbstractContextManager[Span]:
        """A piece of work of a trace, from now until it is left."""


@contextmanager
def open_spans(service: str, log: BoundLogger) -> Iterator[Spans | None]:
    """The spans of this process; None where nobody wants them. What is not sent yet is sent when this is left."""
    if not is_wanted():
        yield None
        return
    try:
        from ledgerflow.telemetry.collecting import Collected
    except ImportError as missing:
        log.warning("spans_unavailable", lacking=missing.name, advice="pip install ledgerflow[otel]")
        yield None
        return
    collected = Collected(service)
    try:
        yield collected
    finally:
        collected.close()


def is_wanted() -> bool:
    """Whether the environment names a collector, and does not say that it is off."""
    named = any(os.environ.get(name, "").strip() for name in WANTED)
    return named and os.environ.get(_OFF, "").strip().lower() != "true"
