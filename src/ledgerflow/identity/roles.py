"""Roles, and what each may do."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in a tenant; `OPERATOR` is of the installation, and sees no tenant's books."""

    OWNER = "owner"
    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"
    VIEWER = "viewer"
    OPERATOR = "operator"


class Right(StrEnum):
    """What a route asks for."""

    READ = "read"  # books, catalogue, batches, what a tenant set up
    WRITE = "write"  # order batches, issue notes, change the catalogue
    AUDIT = "audit"  # the audit trail
    MANAGE = "manage"  # users, keys, the business, a tenant's own settings
    OPERATE = "operate"  # the installation: its configuration, tenants, health


_RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OWNER: frozenset({Right.READ, Right.WRITE, Right.AUDIT, Right.MANAGE}),
    Role.ACCOUNTANT: frozenset({Right.READ, Right.WRITE}),
    Role.AUDITOR: frozenset({Right.READ, Right.AUDIT}),
    Role.VIEWER: frozenset({Right.READ}),
    Role.OPERATOR: frozenset({Right.OPERATE}),
}

INSTALLATION = "_installation"
"""The tenant to whom operators and signing keys belong: no name that a tenant can have."""

OF_TENANT = (Role.OWNER, Role.ACCOUNTANT, Role.AUDITOR, Role.VIEWER)
"""The roles that an owner gives."""


def may(role: Role, right: Right) -> bool:
    """Whether a role has a right."""
    return right in _RIGHTS[role]
