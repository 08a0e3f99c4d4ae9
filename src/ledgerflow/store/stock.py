"""The catalogue in the books: what a deed writes of it in its transaction, and what is read of it."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import Lock
from zlib import crc32

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, func, or_, select

from ledgerflow.billing.catalogue import Catalogue, Product
from ledgerflow.issuing.stocking import ProductUnknown, Stocked
from ledgerflow.store.counters import take
from ledgerflow.store.jobs import Reading
from ledgerflow.store.rows import CounterRow, ProductRow
from ledgerflow.store.statements import Question
from ledgerflow.store.streaming import enter_rows
from ledgerflow.store.tenancy import TenantSession

_STOCKING = ("products", "")  # the version of the catalogue; held by whoever changes it
_VERSION = Question(
    select(CounterRow.last).where(CounterRow.series == bindparam("series"), CounterRow.period == bindparam("period"))
)
_AT_MOST = 100_000  # products that are held in memory, of all catalogues
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
        rows = [own | _columns(one) for one in stocked]
        self._turn(str(row["document"]) for row in rows)
        enter_rows(self._session, ProductRow, iter(rows))

    def remove(self, ids: Sequence[str]) -> int:
        removed = 0
        self._turn(ids)
        for start in range(0, len(ids), _AT_ONCE):
            here = ProductRow.id.in_(ids[start : start + _AT_ONCE])
            gone = delete(ProductRow).where(here).returning(ProductRow.id)
            removed += len(self._session.scalars(gone, execution_options=_PLAIN).all())
        return removed

    def _turn(self, said: Iterable[str]) -> None:
        """The next version of the catalogue. It follows from what is written too: books that were brought back from a
        copy and changed otherwise come to another version."""
        mark = 0
        for words in said:
            mark = crc32(words.encode(), mark)
        take(self._session, *_STOCKING, 1 + mark)


class Catalogues:
    """Catalogues as they were read, by tenant and version; those that were not asked for longest go first."""

    def __init__(self) -> None:
        self._held = OrderedDict[tuple[str, int], Catalogue]()
        self._lock = Lock()

    def find(self, tenant: str, version: int) -> Catalogue | None:
        """One that was read."""
        with self._lock:
            found = self._held.get((tenant, version))
            if found is not None:
                self._held.move_to_end((tenant, version))
            return found

    def keep(self, tenant: str, version: int, goods: Catalogue) -> None:
        """In place of the tenant's earlier ones."""
        with self._lock:
            for key in [key for key in self._held if key[0] == tenant]:
                del self._held[key]
            self._held[tenant, version] = goods
            while sum(map(len, self._held.values())) > _AT_MOST and len(self._held) > 1:
                self._held.popitem(last=False)


class DatabaseStock:
    """The catalogue of a tenant, each question answered as of the moment it is asked; see `stocking.Stock`."""

    def __init__(self, reading: Reading, at_one_moment: Reading, held: Catalogues) -> None:
        self._reading = reading
        self._at_one_moment = at_one_moment
        self._held = held

    def catalogue(self) -> Catalogue:
        """Read anew where it was changed since; the version and the products are then of one moment."""
        with self._reading() as session:
            found = self._held.find(session.tenant, _version(session))
        if found is not None:
            return found
        with self._at_one_moment() as session:
            version = _version(session)
            documents = session.scalars(select(ProductRow.document).order_by(ProductRow.place))
            goods = Catalogue(_PRODUCT.validate_json(document) for document in documents)
        self._held.keep(session.tenant, version, goods)
        return goods

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


def _version(session: TenantSession) -> int:
    series, period = _STOCKING
    return session.ask(_VERSION, series=series, period=period).scalar() or 0


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
