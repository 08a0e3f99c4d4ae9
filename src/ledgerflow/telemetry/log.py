"""Log lines: one event a line, as JSON, on standard error; in colours where a person looks on.

What libraries say goes the same way, and nothing past the redaction.
"""

import io
import logging
import sys
import threading
from typing import TextIO

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import ExcInfo, Processor

from ledgerflow.telemetry.redaction import redact, redacted

_INFO = 20
_WITH_HANDLERS = ("dbos",)  # libraries that would write on standard error by themselves


def open_log(**facts: object) -> BoundLogger:
    """A log in which each line bears these facts."""
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *_shared(), redact, _renderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(_INFO),
        cache_logger_on_first_use=True,
    )
    log: BoundLogger = structlog.get_logger(**facts)
    return log


def hear_libraries(log: BoundLogger) -> None:
    """From now on what libraries say becomes lines like ours, and so does what ends a thread: to be called by who owns
    the process."""
    ours = _OnStandardError()
    strangers: list[Processor] = [structlog.contextvars.merge_contextvars, structlog.stdlib.add_logger_name, *_shared()]
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    ours.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[meta, redact, _renderer()], foreign_pre_chain=strangers, keep_exc_info=False
        )
    )
    for name in ("", *_WITH_HANDLERS):
        logger = logging.getLogger(name)
        logger.handlers = [ours]
        logger.setLevel(logging.WARNING)
    threading.excepthook = lambda end: log.error("thread_died", thread=_name(end.thread), exc_info=end.exc_value)


def _shared() -> list[Processor]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        *([] if sys.stderr.isatty() else [structlog.processors.format_exc_info]),
    ]


def _renderer() -> Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _traceback(out: TextIO, trouble: ExcInfo) -> None:
    """A traceback for a person: with neither the values of variables nor whatever must not be in a log."""
    words = io.StringIO()
    structlog.dev.plain_traceback(words, trouble)
    out.write(redacted(words.getvalue()))


class _OnStandardError(logging.StreamHandler[TextIO]):
    """Writes where standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _name(thread: threading.Thread | None) -> str:
    return thread.name if thread else ""
