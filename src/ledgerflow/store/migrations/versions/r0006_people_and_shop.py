"""0006 People and shop: who comes in, and what a tenant sets up: products, uploads, its business and settings."""

from alembic import op
from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, UniqueConstraint, text

from ledgerflow.store.migrations.tables import lose, make, of_tenant, whole, words

revision = "0006"
down_revision = "0005"

_NEW = (
    ("invitations", "", ""),
    ("sessions", "", ""),
    ("tickets", "", ""),
    ("uploads", "", ""),
    ("signing_keys", "", ""),
    ("users", "user", "users"),
    ("api_keys", "API key", "API keys"),
    ("products", "product of a catalogue", "products of catalogues"),
    ("documents", "business or setting", "businesses or settings"),
)
"""The tables, and what of them a way back loses that anybody would miss."""


def upgrade() -> None:
    _make_people()
    _make_shop()


def _make_people() -> None:
    make(
        "users",
        *_key("id"),
        *(words(name) for name in ("email", "name", "role", "password")),
        _whether("active"),
        words("created_at"),
        of_tenant(),
        UniqueConstraint("tenant", "email", name="users_email_once"),
    )
    make("invitations", *_key("digest"), words("user"), words("expires_at"), _of_user())
    make(
        "sessions",
        *_key("id"),
        words("user"),
        words("digest"),
        whole("turn"),
        *(words(name) for name in ("created_at", "used_at", "expires_at", "ended")),
        _of_user(),
        Index("sessions_by_user", "tenant", "user"),
        Index("sessions_by_end", "tenant", "expires_at"),
    )
    rest = ("name", "role", "digest", "created_at", "expires_at", "ended")
    make("api_keys", *_key("id"), *(words(name) for name in rest), of_tenant())
    make("signing_keys", *_key("id"), *(words(name) for name in ("jwk", "created_at", "retired_at")), of_tenant())
    make(
        "tickets",
        *_key("digest"),
        *(words(name) for name in ("actor", "subject", "expires_at")),
        of_tenant(),
        Index("tickets_by_end", "tenant", "expires_at"),
    )


def _make_shop() -> None:
    make(
        "products",
        *_key("id"),
        whole("place"),
        *(words(name) for name in ("sku", "name_key", "document", "updated_at")),
        of_tenant(),
        Index("products_by_place", "tenant", "place"),
        Index("products_by_name", "tenant", "name_key"),
    )
    make(
        "uploads",
        *_key("id"),
        *(words(name) for name in ("name", "sha256", "status", "mapping", "actor", "created_at")),
        of_tenant(),
        Index("uploads_by_age", "tenant", "created_at"),
    )
    make(
        "documents",
        *_key("name"),
        whole("version"),
        *(words(name) for name in ("document", "actor", "updated_at")),
        of_tenant(),
    )


def _key(name: str) -> list[Column[str]]:
    return [words("tenant", key=True), words(name, key=True)]


def _of_user() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant", "user"], ["users.tenant", "users.id"])


def _whether(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def downgrade() -> None:
    for table, one, many in _NEW:
        if one:
            count = op.get_bind().scalar(text(f"SELECT count(*) FROM {table}"))
            lose(count or 0, one, many)
        op.drop_table(table)
