"""A worker as the user said."""

import os
import signal
import sys
from threading import Thread

import typer

from ledgerflow.assembly import shelf_address
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import required, surroundings, without_password
from ledgerflow.reloading import let_hangups_wait, open_rules
from ledgerflow.settings import Settings
from ledgerflow.telemetry.port import Series
from ledgerflow.telemetry.scraping import ScrapeToken
from ledgerflow.worker.engine import QUEUES, Limits
from ledgerflow.worker.serving import Post, serve
from ledgerflow.worker.work import Patience


def work(
    queues: str,
    concurrency: int,
    patience: Patience,
    database: str,
    series: tuple[str, int | None],
    *,
    with_starter: bool,
) -> None:
    """Works until it is stopped; exit status 1 if something in hand had to be handed on undone."""
    let_hangups_wait()
    settings = surroundings(database, tenant="default")  # a worker serves them all
    address = required(settings.database_url)
    if with_starter:
        Thread(target=_end_with_starter, daemon=True).start()
    post = Post(
        database=address,
        reserve=settings.redis_url,
        shelf=shelf_address(settings.shelf_url, address),
        queues=_queues(queues),
        rules=open_rules(settings),
        limits=Limits(pages=concurrency or os.cpu_count() or 1),
        patience=patience,
        series=None if with_starter else _series(settings, *series),  # its server reads for both
    )

    def ready(name: str) -> None:
        typer.echo(f"worker {name} serves {without_password(address)}; Ctrl-C ends it", err=True)

    all_done = serve(post, ready)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if all_done else 1)  # threads that may take nothing more wait for this, and are not waited for


def _end_with_starter() -> None:
    """Who started this process holds the other end of its standard input: that ends when they do, however they do."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _series(settings: Settings, host: str, port: int | None) -> Series | None:
    """Where this worker tells what it counts, if anywhere."""
    wanted = port or settings.metrics_port
    if wanted is None:
        return None
    token = ScrapeToken(settings.scrape_token, settings.scrape_token_file)
    return Series(host or settings.metrics_host, wanted, token)


def _queues(said: str) -> tuple[str, ...]:
    named = tuple(name.strip() for name in said.split(",") if name.strip())
    unknown = [name for name in named if name not in QUEUES]
    if unknown or not named:
        message = f"There is no queue {unknown[0]!r}." if unknown else "No queue is named."
        raise InputRefused([Finding("queue.unknown", "--queues", message, f"Choose from {', '.join(QUEUES)}.")])
    return named
