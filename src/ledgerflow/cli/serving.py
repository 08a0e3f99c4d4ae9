"""The command `serve`."""

from pathlib import Path
from typing import Annotated

import typer

from ledgerflow.cli.options import Database


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8000,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Whether a worker runs beside it.")] = True,
    concurrency: Annotated[int, typer.Option("--concurrency", min=0, help="Processes that draw; 0: one a core.")] = 1,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="Certificate, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="Its key, PEM.")] = None,
    database: Database = "",
) -> None:
    """Serves the HTTP API, with a worker beside it, until it is stopped. The first start prints a link for an owner."""
    from ledgerflow.telemetry.folder import counted_together

    with counted_together():  # before anything that counts is loaded
        from ledgerflow.cli.served import run

        run(host, port, concurrency if worker else None, (tls_cert, tls_key), database)
