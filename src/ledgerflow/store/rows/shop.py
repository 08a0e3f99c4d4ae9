"""The tables of what a tenant sets up: its products, uploads that are looked at, its business, its settings."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from ledgerflow.store.rows.base import Row, of_tenant


class ProductRow(Row):
    """A product of the catalogue, whole in `document`; `place` keeps the order in which they came."""

    __tablename__ = "products"
    __table_args__ = (
        of_tenant(),
        Index("products_by_place", "tenant", "place"),
        Index("products_by_name", "tenant", "name_key"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    sku: Mapped[str]
    name_key: Mapped[str]
    document: Mapped[str]
    updated_at: Mapped[str]


class UploadRow(Row):
    """A sheet that was uploaded and scanned, and waits for its columns to be named; the file lies on the shelf."""

    __tablename__ = "uploads"
    __table_args__ = (of_tenant(), Index("uploads_by_age", "tenant", "created_at"))
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str]
    status: Mapped[str]
    mapping: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[str]


class DocumentRow(Row):
    """What a tenant sets up once, as JSON under a name: its business, its own settings. `version` counts changes."""

    __tablename__ = "documents"
    __table_args__ = (of_tenant(),)
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    document: Mapped[str]
    actor: Mapped[str]
    updated_at: Mapped[str]
