"""A session of one tenant: it adds the tenant to whatever it reads, and refuses to write for another.

On PostgreSQL the policies stand under it; on SQLite nothing does, so whatever cannot be narrowed to the tenant is
refused here: a table or words of SQL beside the mapped tables, a change that looks at others, a bare connection.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn, TypeVarTuple

from sqlalchemy import Connection, CursorResult, Engine, Result, event, func, select
from sqlalchemy import inspect as state_of
from sqlalchemy.engine.interfaces import CoreExecuteOptionsParameter
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction, with_loader_criteria
from sqlalchemy.orm.session import _BindArguments as BindArguments

from ledgerflow.billing.errors import BillingError
from ledgerflow.store.guards import APP_ROLE, TENANT_SETTING
from ledgerflow.store.rows import Row, TenantRow
from ledgerflow.store.statements import OWN, Entry, Question, faults

Ts = TypeVarTuple("Ts")

FURTHER = "ledgerflow_further_rows"
"""The option of an insert whose rows are not all there at once: where the others come from."""


class TenantCrossed(BillingError):
    """A statement of the tenant {tenant!r} was stopped: {reason}"""


class TenantSession(Session):
    """The only road to the tables. It can be opened for one tenant, and never changes to another."""

    def __init__(self, bind: Engine | Connection, tenant: str) -> None:
        super().__init__(bind)
        self.tenant = tenant
        self._begun: Connection | None = None

    def connection(
        self,
        bind_arguments: BindArguments | None = None,
        execution_options: CoreExecuteOptionsParameter | None = None,
    ) -> Connection:
        """The connection itself, past this session's filter: only where the database has policies of its own."""
        if self.get_bind().dialect.name != "postgresql":
            raise TenantCrossed(tenant=self.tenant, reason="a bare connection is not narrowed to the tenant.")
        return super().connection(bind_arguments, execution_options)

    def ask(self, question: Question[*Ts], **given: object) -> Result[*Ts]:
        """What was narrowed to a tenant beforehand, asked for this one: past the mapping, which costs more than all
        the rest of it."""
        return self._within().execute(question.selection, {**given, OWN: self.tenant})

    def enter(self, entry: Entry, row: Mapping[str, object]) -> CursorResult[*tuple[Any, ...]]:
        """Enters a row of this tenant; what was written down beforehand says where."""
        _check(self.tenant, row)
        return self._within().execute(entry.statement, row)

    def _within(self) -> Connection:
        """The connection of the transaction that was begun, or is begun now."""
        self.flush()
        if self._begun is None or not self.is_active:
            self._begun = super().connection()
        return self._begun

    def bulk_save_objects(self, *_given: object, **_options: object) -> NoReturn:
        """Refused, and so are the other two: they write past every event in which a tenant could be checked."""
        raise TenantCrossed(tenant=self.tenant, reason="what is written in bulk this way is not checked.")

    bulk_insert_mappings = bulk_save_objects
    bulk_update_mappings = bulk_save_objects


def enter_tenant(session: TenantSession, tenant: str) -> None:
    """The tenant is there from now on. Whoever enters it at the same moment does so too, and one of them is enough."""
    if session.scalar(select(TenantRow.tenant)) is not None:
        return
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql

        session.execute(into_postgresql(TenantRow).on_conflict_do_nothing(), [{"tenant": tenant}])
    else:
        session.add(TenantRow(tenant=tenant))


@event.listens_for(TenantSession, "after_begin")
def _tell_tenant(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """PostgreSQL's policies let through what is this tenant's, for as long as this transaction. The role is said again,
    for a pooler that hands out a connection a transaction forgets it."""
    assert isinstance(session, TenantSession)
    if connection.dialect.name == "postgresql":
        told = (("role", APP_ROLE), (TENANT_SETTING, session.tenant))
        connection.execute(select(*(func.set_config(name, value, True) for name, value in told)))


@event.listens_for(TenantSession, "after_transaction_end")
def _forget_connection(session: Session, _transaction: SessionTransaction) -> None:
    assert isinstance(session, TenantSession)
    session._begun = None


@event.listens_for(TenantSession, "do_orm_execute")
def _keep_to_tenant(state: ORMExecuteState) -> None:
    assert isinstance(state.session, TenantSession)
    tenant = state.session.tenant
    if not state.is_orm_statement:
        raise TenantCrossed(tenant=tenant, reason="it names no mapped table, so the tenant cannot be added to it.")
    for reason in faults(state.statement):
        raise TenantCrossed(tenant=tenant, reason=reason)
    if state.is_insert:
        _check(tenant, state.parameters)
        if further := state.execution_options.get(FURTHER):
            state.update_execution_options(**{FURTHER: _checked(tenant, further)})
    elif state.parameters and not state.is_select:
        raise TenantCrossed(tenant=tenant, reason="a change that lists keys is not narrowed to the tenant.")
    else:
        own = with_loader_criteria(Row, lambda row: row.tenant == tenant, include_aliases=True)
        state.statement = state.statement.options(own)


@event.listens_for(TenantSession, "before_attach")
def _check_key(session: Session, row: Row) -> None:
    """Whoever guesses a key and says that the row is known already would have it read, or deleted, by that key."""
    assert isinstance(session, TenantSession)
    key = state_of(row).identity
    if key is not None and key[0] != session.tenant:
        raise TenantCrossed(tenant=session.tenant, reason="its key is another tenant's.")


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
