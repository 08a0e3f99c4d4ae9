"""How each part of an installation is looked at; what is wrong is a finding with what to do about it."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.exceptions import RedisError

from ledgerflow.billing.errors import Finding, InputRefused, LedgerOutdated
from ledgerflow.configuration.keeping import Standing, findings_of
from ledgerflow.identity.people import SigningKey
from ledgerflow.identity.tokens import are_sound
from ledgerflow.inspecting.looks import Check, Look, degraded, down, well
from ledgerflow.intake.scanning import ScannerUnreachable
from ledgerflow.issuing.shelf import NotOnShelf, Shelf, ShelfDamaged, ShelfFull, ShelfUnreachable
from ledgerflow.issuing.vigil import Vigil
from ledgerflow.rendering.pdf import fonts_missing
from ledgerflow.store.clamd import Clamd
from ledgerflow.store.database import LedgerUnreachable
from ledgerflow.store.epochs import open_reserve
from ledgerflow.store.probing import Probe, Seen
from ledgerflow.store.schema import HEAD
from ledgerflow.store.shelf import open_shelf

_SELDOM = 30.0  # seconds for which a heavy look is good
_APART = 5.0  # seconds by which clocks may differ: tokens allow as many
_HEADS_HOURS = 26  # once a day they are written down
_MOST = 2  # seconds for an answer of a scanner
_PROBE = "health"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is looked at: addresses as the environment has them, and what a process has in hand of the rest."""

    probe: Probe
    shelf: str
    reserve: str
    scanner: str
    now: Callable[[], datetime]
    keys: Callable[[], Sequence[SigningKey]]
    rules: Callable[[], Standing]
    vigil: Callable[[], Vigil | None]


def checks(grounds: Grounds) -> list[Check]:
    """Every part that this installation has."""
    return [
        Check("database", _asking(database, grounds), 1.0),
        Check("migrations", _asking(migrations, grounds), 1.0),
        Check("clock", _asking(clock, grounds), _SELDOM),
        Check("workers", _asking(workers, grounds)),
        Check("keys", _asking(keys, grounds), 10.0),
        Check("configuration", lambda: configuration(grounds)),
        Check("audit", _asking(audit, grounds), 5.0),
        Check("shelf", lambda: shelf(open_shelf(grounds.shelf)), _SELDOM),
        *([Check("redis", lambda: redis(grounds.reserve))] if grounds.reserve else []),
        *([Check("clamav", lambda: scanner(grounds.scanner), 5.0)] if grounds.scanner else []),
        Check("fonts", fonts, 300.0),
    ]


def _asking(look: Callable[[Grounds], Look], grounds: Grounds) -> Callable[[], Look]:
    """A look for which the database is asked."""

    def ask() -> Look:
        try:
            return look(grounds)
        except LedgerUnreachable as trouble:
            return down(_unreachable(str(trouble.parameters["reason"])))
        except LedgerOutdated:
            return well("Not looked at: the books are of another revision.")

    return ask


def database(grounds: Grounds) -> Look:
    """Whether it answers."""
    seen = grounds.probe.ask()
    return well(f"It answers within {max(1, round(seen.seconds * 1000))} ms.")


def migrations(grounds: Grounds) -> Look:
    """Whether the books are of this program's revision, and nobody is changing that."""
    seen = grounds.probe.ask()
    if seen.is_migrating:
        message = "The books are being migrated."
        return down(Finding("health.migrating", "", message, "Wait until `ledgerflow db upgrade` has ended."))
    if seen.revision == HEAD:
        return well(f"The books are of revision {HEAD}, as this program has it.")
    return down(_other_revision(seen))


def _other_revision(seen: Seen) -> Finding:
    if seen.revision is None:
        message = "There are no books in the database yet."
        return Finding("health.no_books", "", message, "Run `ledgerflow db upgrade`, or start the server.")
    is_older = seen.revision < HEAD
    facts = {"found": seen.revision, "wanted": HEAD}
    message = f"The books are of revision {seen.revision}, and this program needs {HEAD}."
    if is_older:
        return Finding("health.books_behind", "", message, "Run `ledgerflow db upgrade`.", facts)
    return Finding("health.books_ahead", "", message, "Install the newer program here too.", facts)


def clock(grounds: Grounds) -> Look:
    """Whether this machine's clock agrees with the database's; numbers, keys and sign-ins go by time."""
    seen = grounds.probe.ask()
    if seen.clock is None:
        return well("The database has this machine's clock.")
    apart = abs((grounds.now() - seen.clock).total_seconds())
    if apart <= _APART:
        return well(f"It agrees with the database's to {max(0.1, apart):.1f} s.")
    facts = {"seconds": f"{apart:.0f}"}
    message = f"This machine's clock and the database's are {facts['seconds']} seconds apart."
    return degraded(Finding("health.clocks_apart", "", message, "Have both set by NTP.", facts))


def workers(grounds: Grounds) -> Look:
    """Whether anybody does what is ordered."""
    alive = grounds.probe.workers()
    if alive:
        return well(f"{alive} alive." if alive > 1 else "One is alive.")
    advice = "Start `ledgerflow worker`, or `ledgerflow serve` without --no-worker; what is ordered waits for it."
    return down(Finding("health.no_worker", "", "No worker is alive.", advice))


def keys(grounds: Grounds) -> Look:
    """Whether access tokens can be signed."""
    known = grounds.keys()
    if not are_sound(known):
        message = "A key that signs access tokens cannot be read."
        advice = "Run `ledgerflow keys rotate`; if that fails too, restore the table signing_keys from a backup."
        return down(Finding("health.keys_unreadable", "", message, advice))
    if not known:
        return well("None yet: the first server that starts makes one.")
    newest = max(key.created_at for key in known)
    return well(f"{len(known)} known, the newest of {newest:%Y-%m-%d}.")


def configuration(grounds: Grounds) -> Look:
    """Whether the files can be read, and are what is in force."""
    try:
        standing = grounds.rules()
    except InputRefused as refused:
        return down(_unread([str(one) for one in refused.findings]))
    found = [str(one) for one in findings_of(standing)]
    if found:
        return degraded(_unread(found))
    return well(f"Version {standing.rules.version} is in force.")


def _unread(found: Sequence[str]) -> Finding:
    facts = {"count": str(len(found)), "first": found[0]}
    message = f"The configuration's files cannot be taken, for {facts['count']} reason(s): {facts['first']}"
    return Finding("health.configuration", "", message, "`ledgerflow config check` names them all.", facts)


def audit(grounds: Grounds) -> Look:
    """Whether the chains held when they were last looked at, and their ends were written down of late."""
    vigil = grounds.vigil()
    if vigil is None:
        return well("Nothing is watched yet: that begins with the first worker.")
    if vigil.broken:
        facts = {"count": str(vigil.broken), "tenants": ", ".join(vigil.named)}
        message = f"The audit chain of {facts['count']} tenant(s) does not hold: {facts['tenants']}."
        advice = "`ledgerflow audit verify --tenant …` says where; keep the database as it is until that is explained."
        return down(Finding("health.chain_broken", "", message, advice, facts))
    hours = (grounds.now() - vigil.heads_since).total_seconds() / 3600
    if hours > _HEADS_HOURS:
        facts = {"hours": f"{hours:.0f}"}
        message = f"The ends of the audit trails were last written down {facts['hours']} hours ago."
        advice = "A worker does it once a day: see whether one is alive, and whether the shelf takes files."
        return degraded(Finding("health.heads_old", "", message, advice, facts))
    return well(f"The chains held; their ends were written down {hours:.0f} hours ago.")


def shelf(place: Shelf) -> Look:
    """Whether a file can be laid there, read back and taken away, and there is room."""
    folder = f"{_PROBE}/{os.getpid()}-{time.monotonic_ns():x}"
    try:
        with TemporaryDirectory() as aside:
            probe = Path(aside) / "probe"
            probe.write_bytes(b"ledgerflow")
            laid = place.lay(f"{folder}/probe", probe)
            place.take(laid.name, Path(aside) / "back", laid.sha256)
        place.clear(folder)
    except ShelfFull as full:
        facts = {"free": str(full.parameters["free"])}
        message = f"The shelf is full: {facts['free']} MiB are left."
        return down(Finding("health.shelf_full", "", message, "Make room, or keep archives for fewer days.", facts))
    except (ShelfUnreachable, ShelfDamaged, NotOnShelf) as trouble:
        facts = {"reason": str(trouble)}
        message = f"Nothing can be laid on the shelf: {facts['reason']}"
        advice = "Correct LEDGERFLOW_SHELF_URL, or the rights of its user there."
        return down(Finding("health.shelf", "", message, advice, facts))
    except OSError as trouble:
        facts = {"reason": trouble.strerror or str(trouble)}
        message = f"This machine has no room for a temporary file: {facts['reason']}."
        return down(Finding("health.no_scratch", "", message, "Make room there, or set TMPDIR.", facts))
    return well("A file was laid there, read back and taken away.")


def redis(address: str) -> Look:
    """Whether the Redis in reserve answers; without it numbers come from the database alone."""
    reserve = open_reserve(address)
    assert reserve is not None
    try:
        reserve.ping()
    except RedisError as trouble:
        facts = {"reason": str(trouble).rstrip(".")}
        message = f"The Redis in reserve does not answer: {facts['reason']}."
        advice = "Start it, or correct LEDGERFLOW_REDIS_URL; until then limits hold for each server alone."
        return degraded(Finding("health.redis", "", message, advice, facts))
    finally:
        reserve.close()
    return well("It answers.")


def scanner(address: str) -> Look:
    """Whether ClamAV answers; without it no upload is taken."""
    try:
        Clamd(address, _MOST).ping()
    except ScannerUnreachable as trouble:
        facts = {"reason": str(trouble.parameters["reason"])}
        message = f"ClamAV does not answer: {facts['reason']}."
        advice = "Start clamd, or correct LEDGERFLOW_CLAMD_URL; until then no upload is taken."
        return degraded(Finding("health.clamav", "", message, advice, facts))
    return well("It answers.")


def fonts() -> Look:
    """Whether pages can be set."""
    missing = fonts_missing()
    if not missing:
        return well("Those that pages are set in are here.")
    facts = {"packages": ", ".join(missing)}
    message = f"Fonts are missing: {facts['packages']}."
    return down(Finding("health.fonts", "", message, "`pip install --force-reinstall` the packages named.", facts))


def _unreachable(reason: str) -> Finding:
    advice = "See whether the server runs and lets this machine in; LEDGERFLOW_DATABASE_URL says where it is."
    return Finding("health.database", "", f"The database does not answer: {reason}", advice, {"reason": reason})
