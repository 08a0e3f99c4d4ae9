"""The command `worker`."""

from typing import Annotated

import typer

from ledgerflow.cli.options import Database

_MOST = 64


def worker(
    queues: Annotated[
        str, typer.Option("--queues", help="What it serves: `batches` issues and packs, `pages` draws.")
    ] = "batches,pages",
    concurrency: Annotated[
        int, typer.Option("--concurrency", min=0, max=_MOST, help="Processes that draw; 0 takes one a core.")
    ] = 1,
    grace: Annotated[
        float, typer.Option("--grace", min=0, help="Seconds that a stop waits for what is in hand.")
    ] = 25.0,
    page_seconds: Annotated[
        float, typer.Option("--page-seconds", min=1, help="Seconds after which drawing one invoice has hung.")
    ] = 60.0,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            "--metrics-port", min=1, max=65535, help="Serves /metrics and /healthz there. Else LEDGERFLOW_METRICS_PORT."
        ),
    ] = None,
    metrics_host: Annotated[
        str, typer.Option("--metrics-host", help="Address for it. Else LEDGERFLOW_METRICS_HOST, or 127.0.0.1.")
    ] = "",
    with_starter: Annotated[
        bool, typer.Option("--with-starter", hidden=True, help="End when standard input does.")
    ] = False,
    database: Database = "",
) -> None:
    """Does the batches that are ordered, of all tenants, until it is stopped. Start as many as you like on PostgreSQL.

    SIGHUP has it read its configuration anew. SIGTERM and Ctrl-C end it when what is in hand is done, or after --grace;
    whatever is left is handed on.
    """
    from ledgerflow.cli.working import work
    from ledgerflow.worker.work import Patience

    series = (metrics_host, metrics_port)
    work(queues, concurrency, Patience(page_seconds, grace), database, series, with_starter=with_starter)
