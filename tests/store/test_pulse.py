"""Signs of life: who is on the roll, who leaves it and when, and that one alone leads."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from ledgerflow.store.database import open_engine
from ledgerflow.store.pulse import ServerPulse


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    engine = open_engine(postgresql_url, as_owner=True)
    yield engine
    engine.dispose()


@pytest.fixture
def hire(engine: Engine) -> Iterator[Callable[[str], ServerPulse]]:
    hired: list[ServerPulse] = []

    def hire(name: str) -> ServerPulse:
        hired.append(ServerPulse(engine, name))
        assert hired[-1].beat()
        return hired[-1]

    yield hire
    for pulse in hired:
        pulse.stop()


def test_each_worker_is_on_the_roll_from_its_first_beat_until_its_end(hire: Callable[[str], ServerPulse]) -> None:
    names = [f"host-{number}" for number in range(8)]  # some of their keys are above 2**31, where signs begin
    first, *others = map(hire, names)
    roll = first.roll()
    assert all(name in roll for name in names)
    assert "nobody" not in roll
    others[0].stop()
    assert names[1] not in first.roll()
    assert first.roll() != roll


def test_a_worker_whose_session_the_server_ended_is_off_the_roll_and_comes_back(
    hire: Callable[[str], ServerPulse], engine: Engine
) -> None:
    one, other = hire("one"), hire("other")
    with engine.connect() as connection:
        latest = "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'"
        latest += " ORDER BY backend_start DESC LIMIT 1"
        connection.execute(text(f"SELECT pg_terminate_backend(({latest}))"))
    assert "other" not in one.roll()
    assert not other.beat()
    with pytest.raises(ConnectionError):
        other.roll()
    assert other.beat()
    assert "other" in one.roll()


def test_one_alone_leads_and_another_does_when_it_is_gone(hire: Callable[[str], ServerPulse]) -> None:
    one, other = hire("one"), hire("other")
    assert one.leads()
    assert not other.leads()
    one.stop()
    assert other.leads()


def test_locks_of_another_database_or_another_kind_are_nobody(
    hire: Callable[[str], ServerPulse], engine: Engine
) -> None:
    one = hire("one")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtext('two')), pg_advisory_lock(7, 8)"))
        assert len(one.roll().keys) == 1
