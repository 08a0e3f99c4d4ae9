"""The catalogue in the books: what a deed writes of it in its transaction, and what is read of it."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import delete, func, or_, select

from ledgerflow.billing.catalogue import Product
from ledgerflow.issuing.stocking import ProductUnknown, Stocked
from ledgerflow.store.counters import take
from ledgerflow.store.jobs import Reading
from ledgerflow.store.rows import ProductRow
from ledgerflow.store.streaming import enter_rows
from ledgerflow.store.tenancy import TenantSession

_STOCKING = ("products", "")  # a counter that counts nothing: held by whoever changes the catalogue
_AT_ONCE = 1000
_PRODUCT = TypeAdapter(Product)
_PLAIN = {"synchronize_session": False}


class SessionStockBook:
    """What a deed writes of the catalogue; see `stocking.StockBook`."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    def hold_all(self) -> Sequence[Stocked]:
        take(self._session, *_STOCKING, 0)
        return _all(self._session)

    def hold(self) -> int:
        take(self._session, *_STOCKING, 0)
        return self._session.scalar(select(func.max(ProductRow.place))) or 0

    def find(self, id: str) -> Stocked:
        return _found(self._session, id)

    def known(self, ids: Sequence[str]) -> Sequence[str]:
        return self._session.scalars(select(ProductRow.id).where(ProductRow.id.in_(ids))).all()

    def alike(self, name: str, sku: str) -> Sequence[Stocked]:
        named, coded = ProductRow.name_key == name.casefold(), func.lower(ProductRow.sku) == sku.lower()
        wanted = or_(*(condition for given, condition in ((name, named), (sku, coded)) if given))
        return [_stocked(row) for row in self._session.scalars(select(ProductRow).where(wanted))]

    def put(self, stocked: Sequence[Stocked]) -> None:
        self.remove([one.id for one in stocked])
        own = {"tenant": self._session.tenant}
        enter_rows(self._session, ProductRow, (own | _columns(one) for one in stocked))

    def remove(self, ids: Sequence[str]) -> int:
        removed = 0
        for start in range(0, len(ids), _AT_ONCE):
            here = ProductRow.id.in_(ids[start : start + _AT_ONCE])
            gone = delete(ProductRow).where(here).returning(ProductRow.id)
            removed += len(self._session.scalars(gone, execution_options=_PLAIN).all())
        return removed


class DatabaseStock:
    """The catalogue of a tenant, each question answered as of the moment it is asked; see `stocking.Stock`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def catalogue(self) -> Sequence[Product]:
        with self._reading() as session:
            documents = session.scalars(select(ProductRow.document).order_by(ProductRow.place))
            return [_PRODUCT.validate_json(document) for document in documents]

    def all(self) -> Sequence[Stocked]:
        with self._reading() as session:
            return _all(session)

    def find(self, id: str) -> Stocked:
        with self._reading() as session:
            return _found(session, id)

    def page(self, after: int, limit: int, words: str = "") -> Sequence[Stocked]:
        wanted = select(ProductRow).where(ProductRow.place > after).order_by(ProductRow.place).limit(limit)
        if words:
            named = ProductRow.name_key.contains(words.casefold(), autoescape=True)
            coded = func.lower(ProductRow.sku).contains(words.lower(), autoescape=True)
            wanted = wanted.where(or_(named, coded))
        with self._reading() as session:
            return [_stocked(row) for row in session.scalars(wanted)]

    def count(self) -> int:
        with self._reading() as session:
            return session.scalar(select(func.count(ProductRow.id))) or 0


def _columns(one: Stocked) -> dict[str, object]:
    product = one.product
    return {
        "id": one.id,
        "place": one.place,
        "sku": product.sku,
        "name_key": product.name.casefold(),
        "document": _PRODUCT.dump_json(product).decode(),
        "updated_at": one.updated_at.isoformat(),
    }


def _all(session: TenantSession) -> list[Stocked]:
    """The columns alone, for a row that is mapped costs more than all that is in it."""
    row = ProductRow
    wanted = select(row.id, row.place, row.document, row.updated_at).order_by(row.place)
    return [
        Stocked(id, place, _PRODUCT.validate_json(document), datetime.fromisoformat(at))
        for id, place, document, at in session.execute(wanted)
    ]


def _found(session: TenantSession, id: str) -> Stocked:
    row = session.scalar(select(ProductRow).where(ProductRow.id == id))
    if row is None:
        raise ProductUnknown(id=id)
    return _stocked(row)


def _stocked(row: ProductRow) -> Stocked:
    product = _PRODUCT.validate_json(row.document)
    return Stocked(row.id, row.place, product, datetime.fromisoformat(row.updated_at))
