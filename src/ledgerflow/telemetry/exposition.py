"""What is counted, as Prometheus reads it: by all processes that count in one folder, or else by this one alone."""

import os
import struct
import time
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector

from ledgerflow.issuing.standing import Standing
from ledgerflow.telemetry import meters
from ledgerflow.telemetry.folder import READING, VARIABLE
from ledgerflow.telemetry.standing import StandingGauges
from ledgerflow.telemetry.zeros import begin_counting

_TRIES, _PAUSE = 5, 0.02  # seconds
MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"


class Exposition:
    """All series of an installation, none of which names a tenant."""

    def __init__(self, standing: Callable[[], Standing], formats: Iterable[str]) -> None:
        disable_created_metrics()
        begin_counting(formats)
        self._registry = CollectorRegistry()
        if os.environ.get(VARIABLE):
            MultiProcessCollector(self._registry)
        else:
            for meter in vars(meters).values():
                if isinstance(meter, MetricWrapperBase):
                    self._registry.register(meter)
        self._books = CollectorRegistry()
        self._books.register(StandingGauges(standing))
        ProcessCollector(registry=self._books)  # when it started: what is born with it has risen from nothing

    def text(self) -> bytes:
        """As text, in the format that every Prometheus reads."""
        with READING:
            counted = self._counted()
        return counted + generate_latest(self._books)

    def _counted(self) -> bytes:
        """A process that has just begun may have made its file, and not written into it yet."""
        for _ in range(_TRIES):
            try:
                return generate_latest(self._registry)
            except (struct.error, RuntimeError):
                time.sleep(_PAUSE)
        return generate_latest(self._registry)
