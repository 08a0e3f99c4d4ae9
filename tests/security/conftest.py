"""What the tests of the door share: one server on SQLite, with a user of each role."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.security.door import Door, opened, people_enter

from ledgerflow.identity.roles import Role

PATIENCE = {"body_seconds": "3", "head_seconds": "1.5", "sign_ins": "1000", "sign_ins_from": "1000"}


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("door")
    people_enter(str(folder / "ledger.db"))
    with opened(folder, settings=PATIENCE) as one:
        yield one


@pytest.fixture
def stranger(door: Door) -> Iterator[httpx.Client]:
    """Somebody who has not signed in."""
    with door.client() as client:
        yield client


@pytest.fixture
def owner(door: Door) -> Iterator[httpx.Client]:
    """The owner, signed in."""
    with door.client() as client:
        assert door.sign_in(client, Role.OWNER).status_code == 200
        yield client
