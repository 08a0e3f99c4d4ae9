"""A sheet taken into the catalogue at the command line, and the catalogue shown."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from ledgerflow.assembly import Application
from ledgerflow.cli.options import in_reserve, read_bytes, required, sound, surroundings
from ledgerflow.cli.output import complain, show_facts, show_json, show_table, tell
from ledgerflow.issuing.importing import Handed, import_file
from ledgerflow.issuing.restocking import Restocking
from ledgerflow.store.clamd import Clamd

ACTOR = "command line"
_COLUMNS = ("id", "sku", "name", "price", "unit", "commodity_code", "tax_category", "tax_rate")
_TOLD = 20  # changes that are told one by one


def import_sheet(file: Path, database: str, tenant: str, *, replacing: bool, trying: bool, as_json: bool) -> None:
    """Takes it in, or tells what that would change. Raises InputRefused with all that is wrong."""
    settings = surroundings(database, tenant)
    handed = Handed(sound(file.name), read_bytes(file, "catalogue"))
    scanners = [Clamd(settings.clamd_url)] if settings.clamd_url else []
    with Application(in_reserve()).open_ledger(required(settings.database_url), settings.tenant) as ledger:
        delivery, made = import_file(
            ledger, handed, scanners, replacing=replacing, trying=trying, at=datetime.now(UTC), actor=ACTOR
        )
    complain(*delivery.reading.findings)
    _show(made, trying=trying, as_json=as_json)


def list_products(database: str, tenant: str, search: str, limit: int, *, as_json: bool) -> None:
    """The products whose name or SKU holds the words."""
    settings = surroundings(database, tenant)
    with Application().read_ledger(required(settings.database_url), settings.tenant) as ledger:
        found = ledger.stock.page(0, limit, sound(search))
    if as_json:
        show_json([{"id": one.id, **asdict(one.product)} for one in found])
        return
    rows = [[str(getattr(one.product, name, one.id) or "") for name in _COLUMNS] for one in found]
    show_table("", _COLUMNS, rows, right=["price", "tax_rate"])


def _show(made: Restocking, *, trying: bool, as_json: bool) -> None:
    changes = [{"sku": one.after.product.sku, "changes": one.differences()} for one in made.changed]
    counts = {
        "new": len(made.new),
        "changed": len(made.changed),
        "removed": len(made.removed),
        "unchanged": made.unchanged + len(made.moved),
    }
    if as_json:
        show_json({"taken_in": not trying, **counts, "changes": changes})
        return
    for one in made.changed[:_TOLD]:
        words = "; ".join(f"{field} {before!r} → {after!r}" for field, (before, after) in one.differences().items())
        tell(f"{one.after.product.sku} {one.after.product.name}: {words}")
    show_facts({("would be " if trying else "") + name: f"{count:,}" for name, count in counts.items()})
