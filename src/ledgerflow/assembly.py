"""The one place that knows every part: tax laws and formats by their entry points, the ledger by its address."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from ledgerflow.billing.errors import BooksMissing, Finding, InputRefused
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.export.format import Format
from ledgerflow.export.tables import TABLES
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.issuing.standing import Standing
from ledgerflow.issuing.vigil import Vigil, vigil_of
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.lobby import Lobby
from ledgerflow.store.opening import look_into, open_ledger
from ledgerflow.store.shelf import shelf_beside
from ledgerflow.telemetry.kept import Kept

_BUDGET_SECONDS = 60.0


class Application:
    """The assembled program. `reserve` is the address of the Redis that counts when sequences cannot be had."""

    def __init__(self, reserve: str = "") -> None:
        self._reserve = reserve

    @cached_property
    def laws(self) -> Mapping[str, TaxStrategy]:
        """Every installed tax strategy by its code, strangers' like ours."""
        return {point.name: cast(TaxStrategy, point.load()) for point in _points("ledgerflow.tax_strategies")}

    @cached_property
    def formats(self) -> Mapping[str, Format]:
        """Every installed format by its code."""
        return {point.name: cast(Format, point.load()) for point in _points("ledgerflow.formats")}

    def format(self, code: str) -> Format:
        """The format of that code, or a finding that names those there are."""
        if code not in self.formats:
            known = ", ".join(sorted([*self.formats, TABLES]))
            message = f"There is no format {code!r}."
            raise InputRefused(
                [Finding("format.unknown", "--format", message, f"Choose from {known}.", {"code": code})]
            )
        return self.formats[code]

    def read_ledger(self, address: str, tenant: str) -> DatabaseLedger:
        """The books of one tenant as they stand; raises BooksMissing where there are none."""
        ledger = self.look_into(address, tenant)
        if ledger is None:
            raise BooksMissing(address=address, tenant=tenant)
        return ledger

    def look_into(self, address: str, tenant: str) -> DatabaseLedger | None:
        """The same, or None where there are none; the place is tried."""
        return look_into(address, tenant, self._reserve)

    def open_ledger(self, address: str, tenant: str) -> DatabaseLedger:
        """The books of one tenant; made on first use."""
        return open_ledger(address, tenant, self._reserve)


def format_codes() -> Sequence[str]:
    """The codes of all installed formats, without bringing in what draws them."""
    return [point.name for point in _points("ledgerflow.formats")]


def standing_of(lobby: Lobby, now: Callable[[], datetime]) -> Callable[[], Standing]:
    """What asks how the installation stands; what thirty days come to, it asks once a minute at most."""
    budget = Kept(lambda: lobby.budget(now()), _BUDGET_SECONDS)

    def ask() -> Standing:
        at = now()
        vigil = vigil_of(lobby.ledger(INSTALLATION)) or Vigil(at)
        return Standing(at, lobby.queue(), budget.get(), lobby.workers(), vigil.heads_since, vigil.broken)

    return ask


def shelf_address(given: str, ledger: str) -> str:
    """Where archives lie: where somebody said, or else beside the ledger."""
    return given or shelf_beside(ledger)


@cache  # what is installed stays so for as long as a process lives, and to look costs as much as a page
def _points(group: str) -> Sequence[EntryPoint]:
    return tuple(entry_points(group=group))
