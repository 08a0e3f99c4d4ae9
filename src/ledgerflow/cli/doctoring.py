"""The installation, examined from where the command line stands: each part looked at once, faults with what to do."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ledgerflow.assembly import Application, shelf_address
from ledgerflow.cli.options import required, surroundings, without_password
from ledgerflow.cli.output import out, show_json
from ledgerflow.configuration.keeping import Standing as RulesStanding
from ledgerflow.identity.people import SigningKey
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.inspecting.board import Board, Standing
from ledgerflow.inspecting.checks import Grounds, checks
from ledgerflow.inspecting.looks import Check, State
from ledgerflow.inspecting.tables import tables
from ledgerflow.issuing.vigil import Vigil, vigil_of
from ledgerflow.reloading import open_rules
from ledgerflow.settings import Settings
from ledgerflow.store.probing import Probe

_PATIENCE = 30.0  # seconds for the slowest of them


def examine(database: str, *, as_json: bool) -> bool:
    """Whether all is well. Makes nothing, not even books where there are none."""
    settings = surroundings(database, tenant="default")  # whose books does not matter here: all of them
    url = required(settings.database_url)
    probe = Probe(url)
    own = [Check("tables", lambda: tables(settings.migration_url or url))]
    try:
        found = Board([*checks(_grounds(settings, probe)), *own], _now, _PATIENCE).standing()
    finally:
        probe.close()
    (_show_json if as_json else _show)(found)
    return all(one.look.state is State.OK for one in found)


def _grounds(settings: Settings, probe: Probe) -> Grounds:
    application = Application()

    def keys() -> Sequence[SigningKey]:
        ledger = application.look_into(settings.database_url, INSTALLATION)
        if ledger is None:
            return ()
        with ledger:
            return ledger.people.signing_keys()

    def vigil() -> Vigil | None:
        ledger = application.look_into(settings.database_url, INSTALLATION)
        if ledger is None:
            return None
        with ledger:
            return vigil_of(ledger)

    def rules() -> RulesStanding:
        return open_rules(settings).standing

    shelf = shelf_address(settings.shelf_url, settings.database_url)
    return Grounds(probe, shelf, settings.redis_url, settings.clamd_url, _now, keys, rules, vigil)


def _show(found: Sequence[Standing]) -> None:
    width = max(len(one.part) for one in found)
    for one in found:
        word = "ok" if one.look.state is State.OK else "FAULT"
        out.print(f"{one.part:<{width}}  {word:<5}  {without_password(one.look.reason)}")
        if one.look.fault is not None:
            out.print(f"{'':<{width}}         → {one.look.fault.advice}")
    faults = sum(one.look.state is not State.OK for one in found)
    out.print(f"{faults} fault(s)." if faults else "All is well.")


def _show_json(found: Sequence[Standing]) -> None:
    parts = [
        {
            "part": one.part,
            "ok": one.look.state is State.OK,
            "state": one.look.state.value,
            "reason": without_password(one.look.reason),
            "code": one.look.fault.code if one.look.fault else "",
            "advice": one.look.fault.advice if one.look.fault else "",
        }
        for one in found
    ]
    show_json({"ok": all(one["ok"] for one in parts), "parts": parts})


def _now() -> datetime:
    return datetime.now(UTC)
