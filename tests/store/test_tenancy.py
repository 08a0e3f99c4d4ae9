"""No tenant sees or touches what is another's, in any table."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, func, insert, select, text, update
from sqlalchemy.orm import Session, aliased

from ledgerflow.billing.errors import InvoiceUnknown
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.batch import issue_batch
from ledgerflow.issuing.ports import VoidNumber
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import Sale
from ledgerflow.store.database import open_engine
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.rows import CounterRow, Row, TenantRow
from ledgerflow.store.tenancy import TenantCrossed, TenantSession

TABLES = sorted((mapper.class_ for mapper in Row.registry.mappers), key=lambda table: table.__tablename__)
pytestmark = pytest.mark.requirement("FR-7.1")


@pytest.fixture
def engine(
    url: str,
    laws: dict[str, TaxStrategy],
    make_config: Callable[..., SimulationConfig],
    make_sales: Callable[..., list[Sale]],
) -> Iterator[Engine]:
    """A database in which two tenants have done the same."""
    for tenant in ("asha", "bina"):
        with open_ledger(url, tenant) as ledger:
            at = datetime(2026, 11, 1, tzinfo=UTC)
            issue_batch(make_config(), make_sales(3), laws, ledger, "0", at=at, actor=tenant)
            ledger.transact(lambda journal: journal.void([VoidNumber("X1", "X{n:01}", "all", 1, "torn")]))
    opened = open_engine(url)
    yield opened
    opened.dispose()


def rows_of(engine: Engine, table: type[Row]) -> dict[str, int]:
    with Session(engine) as everybody:
        counted = everybody.execute(select(table.tenant, func.count(table.tenant)).group_by(table.tenant)).all()
        return {tenant: count for tenant, count in counted}


def test_both_tenants_count_from_one(engine: Engine, url: str) -> None:
    with open_ledger(url, "asha") as asha, open_ledger(url, "bina") as bina, open_ledger(url, "cara") as cara:
        assert list(asha.invoices()) == list(bina.invoices())
        assert [entry.actor for entry in asha.audit_trail()] == ["asha"]
        assert list(cara.invoices()) == []
        with pytest.raises(InvoiceUnknown):
            cara.find("INV/2026/000001")


@pytest.mark.parametrize("table", TABLES)
def test_a_session_reads_only_its_own(engine: Engine, table: type[Row]) -> None:
    counted = rows_of(engine, table)
    assert counted.keys() == {"asha", "bina"}
    other = aliased(table)
    with TenantSession(engine, "asha") as session:
        assert {row.tenant for row in session.scalars(select(table))} == {"asha"}
        assert set(session.scalars(select(other.tenant))) == {"asha"}
        assert session.scalar(select(func.count(table.tenant))) == counted["asha"]
        assert list(session.scalars(select(table.tenant).where(table.tenant == "bina"))) == []
        assert list(session.scalars(select(table.tenant).join(other, other.tenant != table.tenant))) == []
        inside = select(func.count(other.tenant)).where(other.tenant == "bina").scalar_subquery()
        assert set(session.scalars(select(inside).select_from(table))) == {0}


@pytest.mark.parametrize("table", TABLES)
def test_a_session_changes_only_its_own(engine: Engine, table: type[Row]) -> None:
    before = rows_of(engine, table)
    with TenantSession(engine, "asha") as session:
        changed = session.execute(
            update(table).values(tenant=table.tenant).execution_options(synchronize_session=False)
        )
        assert changed.rowcount == before["asha"]  # type: ignore[attr-defined]  # a cursor's result
        session.rollback()
    with TenantSession(engine, "nobody") as session:
        gone = session.execute(delete(table).execution_options(synchronize_session=False))
        assert gone.rowcount == 0  # type: ignore[attr-defined]  # a cursor's result
        session.commit()
    assert rows_of(engine, table) == before


def test_what_another_would_own_is_not_written(engine: Engine) -> None:
    foreign = {"tenant": "bina", "series": "S", "period": "all", "last": 1}
    own = foreign | {"tenant": "asha"}
    with TenantSession(engine, "asha") as session:
        for rows in ([foreign], [own, foreign], foreign):
            with pytest.raises(TenantCrossed, match="it would write for another tenant"):
                session.execute(insert(CounterRow), rows)
        with pytest.raises(TenantCrossed, match="gives its rows beside"):
            session.execute(insert(CounterRow).values(**foreign))
        session.add(TenantRow(tenant="cara"))
        with pytest.raises(TenantCrossed, match="it would write for another tenant"):
            session.flush()
        session.rollback()
    assert "cara" not in rows_of(engine, TenantRow)


def test_a_statement_to_which_no_tenant_can_be_added_is_refused(engine: Engine) -> None:
    with TenantSession(engine, "asha") as session:
        with pytest.raises(TenantCrossed, match="no mapped table"):
            session.execute(text("SELECT * FROM invoices"))
        with pytest.raises(TenantCrossed, match="no mapped table"):
            session.execute(select(Row.metadata.tables["invoices"]))
        with pytest.raises(TenantCrossed, match="lists keys"):
            session.execute(update(CounterRow), [{"tenant": "bina", "series": "S", "period": "all", "last": 9}])


def test_keys_lead_with_the_tenant() -> None:
    for table in Row.metadata.tables.values():
        assert next(iter(table.primary_key.columns)).name == "tenant", table.name
        assert all(next(iter(index.columns)).name == "tenant" for index in table.indexes), table.name
