"""Log lines: one event a line, as JSON, on standard error; in colours where a person looks on."""

import sys

import structlog
from structlog.stdlib import BoundLogger


def open_log(**facts: object) -> BoundLogger:
    """A log in which each line bears these facts."""
    person = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([] if person else [structlog.processors.format_exc_info]),
            structlog.dev.ConsoleRenderer() if person else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(20),
        cache_logger_on_first_use=True,
    )
    log: BoundLogger = structlog.get_logger(**facts)
    return log
