"""Many rows in one statement: all of them, or none, and none of another tenant."""

from collections.abc import Iterator

import pytest

from ledgerflow.store.database import open_engine
from ledgerflow.store.opening import open_ledger
from ledgerflow.store.rows import VoidNumberRow
from ledgerflow.store.streaming import enter_rows
from ledgerflow.store.tenancy import TenantCrossed, TenantSession


def rows(wanted: int, last_tenant: str = "asha") -> Iterator[dict[str, object]]:
    for count in range(1, wanted + 1):
        tenant = last_tenant if count == wanted else "asha"
        yield {
            "tenant": tenant,
            "number": f"A{count}",
            "series": "A{n}",
            "period": "",
            "count": count,
            "reason": "torn",
        }


@pytest.mark.parametrize("wanted", [0, 1, 499, 500, 501, 1300])
def test_every_row_is_entered_once(url: str, wanted: int) -> None:
    with open_ledger(url, "asha") as ledger:
        engine = open_engine(url)
        with TenantSession(engine, "asha") as session, session.begin():
            enter_rows(session, VoidNumberRow, rows(wanted))
        engine.dispose()
        assert sorted(one.count for one in ledger.void_numbers()) == list(range(1, wanted + 1))


@pytest.mark.requirement("FR-7.1")
@pytest.mark.parametrize("wanted", [1, 501, 1300])
def test_a_row_of_another_tenant_is_stopped_wherever_it_comes(url: str, wanted: int) -> None:
    with open_ledger(url, "asha") as asha, open_ledger(url, "bina") as bina:
        engine = open_engine(url)
        with TenantSession(engine, "asha") as session:
            session.begin()
            with pytest.raises(TenantCrossed, match="write for another"):
                enter_rows(session, VoidNumberRow, rows(wanted, "bina"))
            session.rollback()
        engine.dispose()
        assert (asha.void_numbers(), bina.void_numbers()) == ([], [])
