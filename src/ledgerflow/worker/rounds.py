"""What one of the workers does at set times: numbers reclaimed, old things gone, audit trails looked at."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from structlog.stdlib import BoundLogger

from ledgerflow.billing.errors import BillingError
from ledgerflow.identity.roles import INSTALLATION
from ledgerflow.issuing.delivering import forget_archive
from ledgerflow.issuing.heads import head_of
from ledgerflow.issuing.jobs import BatchUnknown, JobStatus
from ledgerflow.issuing.numbers import reclaim_numbers
from ledgerflow.issuing.receiving import expire_uploads
from ledgerflow.issuing.retention import clear_old
from ledgerflow.issuing.trailwatch import check_trail
from ledgerflow.issuing.vigil import note_chains, note_heads
from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.lobby import Lobby
from ledgerflow.store.shelf import open_shelf
from ledgerflow.worker.deeds import ACTOR

ROUNDS: Mapping[str, str] = {
    "reclaim": "*/5 * * * *",
    "clear": "17 * * * *",
    "forget_sign_ins": "37 * * * *",
    "expire": "23 * * * *",
    "export_heads": "7 0 * * *",
    "check_trails": "*/10 * * * *",
    "check_whole_trails": "41 2 * * *",
}
"""When each is done, as cron writes it."""

_HEADS = "audit-heads"
_EXPIRED = timedelta(days=1)  # after which a sign-in, a link or a ticket that is over goes, so that clocks may differ
_UNFINISHED = timedelta(days=1)


class Rounds:
    """Each goes through all tenants; the trouble of one is told, and does not keep the others waiting."""

    def __init__(
        self,
        lobby: Lobby,
        shelf: str,
        keep_days: Callable[[str], int],
        forget: Callable[[datetime], int],
        log: BoundLogger,
    ) -> None:
        self._lobby = lobby
        self._shelf = shelf
        self._keep_days = keep_days
        self._forget = forget
        self._log = log

    def reclaim(self) -> None:
        """Numbers that nobody will use any more become void."""

        def reclaim(tenant: str, ledger: DatabaseLedger) -> None:
            void = reclaim_numbers(ledger, at=_now(), actor=ACTOR)
            if void:
                self._log.info("numbers_reclaimed", tenant=tenant, numbers=len(void))

        self._each(reclaim)

    def clear(self) -> None:
        """Parts and archives that are older than they are kept go away, those of jobs at work never; so do
        the engine's notes of runs that ended as long ago."""
        now = _now()
        tenants = self._lobby.tenants()
        before = {tenant: now - timedelta(days=self._keep_days(tenant)) for tenant in tenants}
        latest = max(before.values(), default=now)

        def may_clear(tenant: str, id: str, at: datetime) -> bool:
            return at < before.get(tenant, latest) and self._may_clear(tenant, id)

        cleared = clear_old(open_shelf(self._shelf), latest, may_clear, now - _UNFINISHED)
        for folder in cleared:
            tenant, _, id = folder.partition("/")
            forget_archive(self._lobby.ledger(tenant), id)
            self._log.info("archive_cleared", tenant=tenant, job=id)
        forgotten = self._forget(min(before.values(), default=now))
        if forgotten:
            self._log.info("runs_forgotten", runs=forgotten)

    def forget_sign_ins(self) -> None:
        """Sign-ins, invitations and tickets that expired go away."""
        before = _now() - _EXPIRED

        def forget(tenant: str, ledger: DatabaseLedger) -> None:
            gone = ledger.transact(lambda journal: journal.people.forget(before))
            if gone:
                self._log.info("sign_ins_forgotten", tenant=tenant, rows=gone)

        self._each(forget)

    def expire(self) -> None:
        """Sheets that were uploaded a day ago are thrown away, taken in or not."""
        shelf, before = open_shelf(self._shelf), _now() - _UNFINISHED

        def expire(tenant: str, ledger: DatabaseLedger) -> None:
            expired = expire_uploads(ledger, shelf, tenant, before=before)
            if expired:
                self._log.info("uploads_expired", tenant=tenant, uploads=expired)

        self._each(expire)

    def export_heads(self) -> None:
        """The end of each audit trail is written down where its tenant cannot reach it."""
        shelf = open_shelf(self._shelf)
        day = _now().date().isoformat()
        with tempfile.TemporaryDirectory() as folder:

            def export(tenant: str, ledger: DatabaseLedger) -> None:
                file = Path(folder) / f"{tenant}.json"
                file.write_text(head_of(tenant, ledger.last_entry()).to_json(), "utf-8")
                shelf.lay(f"{_HEADS}/{tenant}/{day}.json", file)

            if self._each(export):
                note_heads(self._installation(), at=_now(), actor=ACTOR)

    def check_trails(self) -> None:
        """Each audit trail goes on from where it was found sound the last time."""
        self._check(whole=False)

    def check_whole_trails(self) -> None:
        """Each audit trail is sound from its beginning."""
        self._check(whole=True)

    def _check(self, *, whole: bool) -> None:
        broken: list[str] = []

        def check(tenant: str, ledger: DatabaseLedger) -> None:
            checked = check_trail(ledger, tenant, whole=whole, at=_now(), actor=ACTOR)
            if checked.faults:
                broken.append(tenant)
                self._log.error("audit_chain_broken", tenant=tenant, faults=checked.faults)

        self._each(check)
        note_chains(self._installation(), broken, at=_now(), actor=ACTOR)

    def _installation(self) -> DatabaseLedger:
        self._lobby.enter(INSTALLATION)
        return self._lobby.ledger(INSTALLATION)

    def _may_clear(self, tenant: str, id: str) -> bool:
        if tenant == _HEADS:
            return False
        try:
            status = self._lobby.ledger(tenant).jobs.find(id).status
        except BatchUnknown:
            return True
        return not (status.is_open or status is JobStatus.PAUSED)

    def _each(self, do: Callable[[str, DatabaseLedger], None]) -> bool:
        """Whether it went well with all of them."""
        all_well = True
        for tenant in self._lobby.tenants():
            try:
                do(tenant, self._lobby.ledger(tenant))
            except BillingError as trouble:
                all_well = False
                self._log.warning("round_failed", tenant=tenant, reason=str(trouble))
        return all_well


def _now() -> datetime:
    return datetime.now(UTC)
