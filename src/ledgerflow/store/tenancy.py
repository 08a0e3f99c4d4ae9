"""A session of one tenant: it adds the tenant to whatever it reads, and refuses to write for another."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction, with_loader_criteria

from ledgerflow.billing.errors import BillingError
from ledgerflow.store.guards import TENANT_SETTING
from ledgerflow.store.rows import Row

FURTHER = "ledgerflow_further_rows"
"""The option of an insert whose rows are not all there at once: where the others come from."""


class TenantCrossed(BillingError):
    """A statement of the tenant {tenant!r} was stopped: {reason}"""


class TenantSession(Session):
    """The only road to the tables. It can be opened for one tenant, and never changes to another."""

    def __init__(self, bind: Engine | Connection, tenant: str) -> None:
        super().__init__(bind)
        self.tenant = tenant


@event.listens_for(TenantSession, "after_begin")
def _tell_tenant(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """PostgreSQL's policies let through what is this tenant's, for as long as this transaction."""
    assert isinstance(session, TenantSession)
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.set_config(TENANT_SETTING, session.tenant, True)))


@event.listens_for(TenantSession, "do_orm_execute")
def _keep_to_tenant(state: ORMExecuteState) -> None:
    assert isinstance(state.session, TenantSession)
    tenant = state.session.tenant
    if not state.is_orm_statement:
        raise TenantCrossed(tenant=tenant, reason="it names no mapped table, so the tenant cannot be added to it.")
    if state.is_insert:
        _check(tenant, state.parameters)
        if further := state.execution_options.get(FURTHER):
            state.update_execution_options(**{FURTHER: _checked(tenant, further)})
    elif state.parameters:
        raise TenantCrossed(tenant=tenant, reason="a change that lists keys is not narrowed to the tenant.")
    else:
        own = with_loader_criteria(Row, lambda row: row.tenant == tenant, include_aliases=True)
        state.statement = state.statement.options(own)


@event.listens_for(TenantSession, "before_flush")
def _check_objects(session: Session, _context: UOWTransaction, _instances: object) -> None:
    assert isinstance(session, TenantSession)
    for row in (*session.new, *session.dirty, *session.deleted):
        _check(session.tenant, [{"tenant": row.tenant}])


def _checked(tenant: str, rows: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    """Rows that come later are checked when they come."""
    for row in rows:
        _check(tenant, row)
        yield row


def _check(tenant: str, parameters: object) -> None:
    """Values of an insert are given beside it, never inside, where nobody would see them."""
    rows = [parameters] if isinstance(parameters, Mapping) else parameters
    if not isinstance(rows, list) or not rows:
        raise TenantCrossed(tenant=tenant, reason="an insert gives its rows beside the statement.")
    if any(row.get("tenant") != tenant for row in rows):
        raise TenantCrossed(tenant=tenant, reason="it would write for another tenant.")
