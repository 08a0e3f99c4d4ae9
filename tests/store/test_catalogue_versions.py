"""The catalogue as it is held in memory: by tenant and version, so that nobody sees what was, or what is another's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ledgerflow.billing.catalogue import Catalogue, Product
from ledgerflow.issuing.goods import add_product, change_product, remove_product
from ledgerflow.store.lobby import Lobby
from ledgerflow.store.opening import open_lobby

_AT = datetime(2026, 11, 2, tzinfo=UTC)
_TEA = Product("T", "Tea", Decimal("10.00"))


@pytest.fixture
def lobbies(tmp_path: Path) -> Iterator[tuple[Lobby, Lobby]]:
    """Two servers over one database."""
    url = str(tmp_path / "books.db")
    with open_lobby(url) as first, open_lobby(url) as second:
        for tenant in ("asha", "binod"):
            first.enter(tenant)
        yield first, second


def test_every_change_is_seen_at_once_by_each_server(lobbies: tuple[Lobby, Lobby]) -> None:
    first, second = (lobby.ledger("asha") for lobby in lobbies)
    assert second.stock.catalogue() == ()
    added = add_product(first, _TEA, at=_AT, actor="asha")
    assert second.stock.catalogue() == (_TEA,)
    assert second.stock.catalogue() is second.stock.catalogue()
    dearer = replace(_TEA, price=Decimal("11.00"))
    change_product(first, added.id, dearer, at=_AT, actor="asha")
    assert second.stock.catalogue() == (dearer,)
    remove_product(first, added.id, at=_AT, actor="asha")
    assert second.stock.catalogue() == ()


def test_a_catalogue_is_never_another_tenants(lobbies: tuple[Lobby, Lobby]) -> None:
    lobby, _ = lobbies
    asha, binod = lobby.ledger("asha"), lobby.ledger("binod")
    add_product(asha, _TEA, at=_AT, actor="asha")
    assert asha.stock.catalogue() == (_TEA,)
    assert binod.stock.catalogue() == ()


def test_a_deed_that_fails_leaves_the_version_as_it_was(lobbies: tuple[Lobby, Lobby]) -> None:
    lobby, _ = lobbies
    ledger = lobby.ledger("asha")
    add_product(ledger, _TEA, at=_AT, actor="asha")
    before = ledger.stock.catalogue()

    with pytest.raises(ZeroDivisionError):
        ledger.transact(lambda journal: journal.stock.remove([one.id for one in journal.stock.hold_all()]) // 0)
    assert ledger.stock.catalogue() is before


def test_prices_that_are_worth_the_same_and_written_otherwise_are_told_apart() -> None:
    plain, long = Catalogue([_TEA]), Catalogue([replace(_TEA, price=Decimal("10.0000"))])
    assert plain == long
    assert plain.digest != long.digest
