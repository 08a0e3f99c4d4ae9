"""Every entity has dice of its own, and nobody else's draws move them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, Philox

from ledgerflow.simulation.streams import ALTERNATIVE_LIMIT, BRANCH_LIMIT, Stream, dice_for, entity


@given(st.integers(0, 2**63 - 1), st.sampled_from(Stream), st.integers(0, 2**48 - 1))
def test_a_stream_is_that_of_its_key(seed: int, stream: Stream, index: int) -> None:
    plain = Generator(Philox(key=[seed, stream << 48 | index]))
    assert dice_for(seed, stream, index).random(4).tolist() == plain.random(4).tolist()


def test_streams_differ_by_seed_kind_and_index() -> None:
    draws = {
        tuple(dice_for(seed, stream, index).random(2))
        for seed in (1, 2)
        for stream in (Stream.BUYER, Stream.INVOICE)
        for index in (0, 1, 2**40)
    }
    assert len(draws) == 12


@pytest.mark.parametrize(
    ("one", "other"), [((0, 1), (1, 0)), ((0, 0, 1), (0, 1)), ((1, 0, 0), (0, 0, 1)), ((2, 3, 4), (2, 4, 3))]
)
def test_entities_do_not_meet(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    assert entity(*one) != entity(*other)


def test_the_last_entity_fits_into_48_bits() -> None:
    assert entity(BRANCH_LIMIT, 2**28 - 1, ALTERNATIVE_LIMIT - 1) < 2**48
