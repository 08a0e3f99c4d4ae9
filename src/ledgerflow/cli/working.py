"""A worker as the user said."""

import os
import sys

import typer

from ledgerflow.assembly import shelf_address
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import required, surroundings, without_password
from ledgerflow.worker.engine import QUEUES, Limits
from ledgerflow.worker.serving import Post, serve
from ledgerflow.worker.work import Patience


def work(queues: str, concurrency: int, grace: float, page_seconds: float, database: str) -> None:
    """Works until it is stopped; exit status 1 if something in hand had to be handed on undone."""
    settings = surroundings(database, tenant="default")  # a worker serves them all
    address = required(settings.database_url)
    post = Post(
        database=address,
        reserve=settings.redis_url,
        shelf=shelf_address(settings.shelf_url, address),
        queues=_queues(queues),
        limits=Limits(pages=concurrency or os.cpu_count() or 1, batches_of_tenant=settings.running_batches),
        patience=Patience(page_seconds, grace),
        keep_days=settings.keep_days,
    )

    def ready(name: str) -> None:
        typer.echo(f"worker {name} serves {without_password(address)}; Ctrl-C ends it", err=True)

    all_done = serve(post, ready)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if all_done else 1)  # threads that may take nothing more wait for this, and are not waited for


def _queues(said: str) -> tuple[str, ...]:
    named = tuple(name.strip() for name in said.split(",") if name.strip())
    unknown = [name for name in named if name not in QUEUES]
    if unknown or not named:
        message = f"There is no queue {unknown[0]!r}." if unknown else "No queue is named."
        raise InputRefused([Finding("queue.unknown", "--queues", message, f"Choose from {', '.join(QUEUES)}.")])
    return named
