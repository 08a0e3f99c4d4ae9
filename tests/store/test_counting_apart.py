"""Tenants count the same series in the same period each from 1, however many numbers the other takes meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from tests.store.neighbours import LATER, Neighbours, sequences_forbidden

from ledgerflow.billing.numbering import NumberSeries
from ledgerflow.issuing.records import Block
from ledgerflow.store.ledger import DatabaseLedger

Take = Callable[[DatabaseLedger, NumberSeries, int], Block]


def in_advance(ledger: DatabaseLedger, series: NumberSeries, wanted: int) -> Block:
    return ledger.transact(lambda journal: journal.reserve_block(series, "2026", wanted, LATER, "the counter"))


def in_a_deed(ledger: DatabaseLedger, series: NumberSeries, wanted: int) -> Block:
    return ledger.transact(lambda journal: journal.reserve(series, "2026", wanted))


COUNTING: dict[str, tuple[Take, NumberSeries]] = {
    "blocks in advance": (in_advance, NumberSeries("ADV/{fy}/{n:06}")),
    "blocks in a deed": (in_a_deed, NumberSeries("DEED/{fy}/{n:06}")),
    "without gaps": (in_a_deed, NumberSeries("GAPLESS/{fy}/{n:06}", gapless=True)),
    "in reserve": (in_advance, NumberSeries("RES/{fy}/{n:06}")),
}


@pytest.mark.requirement("FR-7.1", "FR-1.1")
@pytest.mark.parametrize("way", COUNTING)
def test_a_tenants_flood_does_not_shift_anothers_count(neighbours: Neighbours, way: str) -> None:
    """On SQLite nothing is counted in reserve: there the last way is the first again."""
    take, series = COUNTING[way]
    in_reserve = way == "in reserve" and neighbours.on_postgresql
    counted = series.reserve if in_reserve else series
    with (
        sequences_forbidden(neighbours) if in_reserve else nullcontext(),
        neighbours.books("asha") as asha,
        neighbours.books("bina") as bina,
        ThreadPoolExecutor(2) as hands,
    ):
        flood = [hands.submit(take, asha, series, 5) for _ in range(30)]
        few = [take(bina, series, wanted) for wanted in (2, 1, 3)]
        taken = [one.result() for one in flood]
        assert {block.series for block in (*few, *taken)} == {counted}
        assert [block.first for block in few] == [1, 3, 4]
        assert sorted(block.first for block in taken) == list(range(1, 151, 5))
        assert counted is not None
        assert [ledger.last(counted.template, "2026") for ledger in (asha, bina)] == [150, 6]
        assert few[0].number(0) == taken[0].series.text(1, "2026"), "the same number, once in each tenant's books"
