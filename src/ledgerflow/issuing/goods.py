"""What is done with one product of the catalogue: added, changed, taken out."""

from dataclasses import replace
from datetime import datetime

from ledgerflow.billing.catalogue import Product
from ledgerflow.issuing.ports import Journal, Ledger
from ledgerflow.issuing.stocking import ProductChanged, ProductTaken, Stocked, identifier, version


def add_product(ledger: Ledger, product: Product, *, at: datetime, actor: str) -> Stocked:
    """Puts a product at the end of the catalogue; one without SKU is given the next. Raises ProductTaken."""

    def add(journal: Journal) -> Stocked:
        place = journal.stock.hold() + 1
        _require_alone(journal, product, "")
        id = identifier(product, _Kept(journal))
        stocked = Stocked(id, place, _with_sku(journal, product, place), at)
        journal.stock.put([stocked])
        journal.audit(at, actor, "add_product", {"product": id, "sku": stocked.product.sku, "name": product.name})
        return stocked

    return ledger.transact(add)


def change_product(ledger: Ledger, id: str, product: Product, *, at: datetime, actor: str, seen: str = "") -> Stocked:
    """Writes a product anew in its place; one without SKU keeps the one it has. `seen` is the version that its owner
    looked at. Raises ProductUnknown, ProductChanged, ProductTaken."""

    def change(journal: Journal) -> Stocked:
        journal.stock.hold()
        held = _held(journal, id, seen)
        wanted = replace(product, sku=product.sku or held.product.sku)
        if wanted == held.product:
            return held
        _require_alone(journal, wanted, id)
        stocked = replace(held, product=wanted, updated_at=at)
        journal.stock.put([stocked])
        details = {"product": id, "sku": wanted.sku, "before": version(held.product), "after": version(wanted)}
        journal.audit(at, actor, "change_product", details)
        return stocked

    return ledger.transact(change)


def remove_product(ledger: Ledger, id: str, *, at: datetime, actor: str, seen: str = "") -> None:
    """Takes a product out; invoices that sold it stay as they are. Raises ProductUnknown, ProductChanged."""

    def remove(journal: Journal) -> None:
        journal.stock.hold()
        held = _held(journal, id, seen)
        journal.stock.remove([id])
        journal.audit(at, actor, "remove_product", {"product": id, "sku": held.product.sku, "name": held.product.name})

    ledger.transact(remove)


class _Kept:
    """Which identifiers are in use."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __contains__(self, id: object) -> bool:
        return bool(self._journal.stock.known([str(id)]))


def _held(journal: Journal, id: str, seen: str) -> Stocked:
    held = journal.stock.find(id)
    if seen and version(held.product) != seen:
        raise ProductChanged(id=id)
    return held


def _require_alone(journal: Journal, product: Product, id: str) -> None:
    for other in journal.stock.alike(product.name, product.sku):
        if other.id == id:
            continue
        if other.product.name.casefold() == product.name.casefold():
            raise ProductTaken(what="name", value=product.name)
        raise ProductTaken(what="SKU", value=product.sku)


def _with_sku(journal: Journal, product: Product, place: int) -> Product:
    number = place
    while not product.sku and journal.stock.alike("", f"P{number:04}"):
        number += 1
    return product if product.sku else replace(product, sku=f"P{number:04}")
