"""The server as the user said, and who first comes in."""

from pathlib import Path

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.newcomers import first_link
from ledgerflow.cli.options import required, surroundings
from ledgerflow.cli.output import tell
from ledgerflow.reloading import let_hangups_wait
from ledgerflow.server import Premises, open_house, serve

FIRST_OWNER = "owner@ledgerflow.example"


def run(host: str, port: int, concurrency: int | None, tls: tuple[Path | None, Path | None], database: str) -> None:
    """Serves; says where, and how an owner comes in where there is none yet."""
    let_hangups_wait()
    settings = surroundings(database)
    required(settings.database_url)
    certificate, key = tls
    if (certificate is None) != (key is None):
        advice = "Give both --tls-cert and --tls-key, or neither."
        raise InputRefused([Finding("tls.half", "--tls-cert", "A certificate needs its key.", advice)])
    address = f"{'https' if certificate else 'http'}://{host}:{port}"
    with open_house(settings) as house:
        link = first_link(house.ledger(settings.tenant), settings.tenant, FIRST_OWNER)
        if link:
            tell(f"nobody can sign in yet. As {FIRST_OWNER}, set a password within three days, once, at")
            tell(f"{address}{link}")
    tell(f"serving {address}; Ctrl-C ends it")
    serve(settings, Premises(host, port, str(certificate or ""), str(key or ""), concurrency))
