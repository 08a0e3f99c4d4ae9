"""The server as the user said, and who first comes in."""

from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe

from ledgerflow.admission.users import invite_user
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import required, surroundings
from ledgerflow.cli.output import tell
from ledgerflow.identity.roles import Role
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
        ledger = house.ledger(settings.tenant)
        if not ledger.people.users():
            _, secret = invite_user(
                ledger, FIRST_OWNER, "Owner", Role.OWNER, at=datetime.now(UTC), actor="command line", draw=_draw
            )
            tell(f"nobody can sign in yet. As {FIRST_OWNER}, set a password within three days, once, at")
            tell(link(address, settings.tenant, secret))
    tell(f"serving {address}; Ctrl-C ends it")
    serve(settings, Premises(host, port, str(certificate or ""), str(key or ""), concurrency))


def link(address: str, tenant: str, secret: str) -> str:
    """What is after # is sent to no server."""
    return f"{address}/invitation#tenant={tenant}&secret={secret}"


def _draw() -> str:
    return token_urlsafe(32)
