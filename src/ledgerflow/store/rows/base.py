"""What every table of the books has: the tenant leads its key, and text is compared byte by byte."""

from typing import ClassVar

from sqlalchemy import BigInteger, ForeignKeyConstraint, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Words = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that both databases compare byte by byte: a prefix is a range, and an index serves it."""


class Row(DeclarativeBase):
    """A row of any table. Every row belongs to a tenant, and the key says so first."""

    type_annotation_map: ClassVar = {int: BigInteger, str: Words}

    __abstract__ = True
    tenant: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)


def of_tenant() -> ForeignKeyConstraint:
    """Every row belongs to a tenant that is there."""
    return ForeignKeyConstraint(["tenant"], ["tenants.tenant"])
