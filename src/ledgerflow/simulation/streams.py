"""dice_for(): every entity has its own stream of dice, keyed by what it is, never by who draws first.

Philox is counter-based: a stream is named by a key, so any worker can make any invoice and get the same one (Salmon et
al., Parallel random numbers: as easy as 1, 2, 3; SC 2011).
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.random import Generator, Philox
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import DTypeLike, NDArray

Thing = TypeVar("Thing")


class Stream(IntEnum):
    """What a stream of dice decides. A number once given is never given to another: it is part of every seed."""

    CALENDAR = 1
    CATALOGUE = 2
    ESTABLISHMENT = 3
    CUSTOM = 4  # which kind of buyer, and which customer, stands behind an order
    BUYER = 5
    INVOICE = 6
    CREDIT_NOTE = 7
    RETURNS = 8  # which sales are corrected
    TARGET = 9
    PAYER = 21  # how a buyer pays
    PAYMENT = 22  # how an invoice is paid
    ANOMALY = 23  # which invoices are made odd, and how


BRANCH_LIMIT = 200
ALTERNATIVE_LIMIT = 4096
_SERIAL_BITS = 28


class _Key(ISeedSequence):
    """A key handed to Philox as it stands: the stream of `Philox(key=…)`, in half the time, for that one first asks the
    operating system for entropy that it then throws away."""

    def __init__(self, seed: int, index: int) -> None:
        self.words = np.array((seed, index), dtype=np.uint64)

    def generate_state(self, n_words: int, dtype: DTypeLike = np.uint32) -> NDArray[np.uint64]:
        return self.words


def dice_for(seed: int, stream: Stream, index: int = 0) -> Generator:
    """The dice of one entity: the same three numbers give the same draws, in any process and any order."""
    return Generator(Philox(_Key(seed, stream << 48 | index)))  # type: ignore[arg-type]  # stubs lag behind


def some(chance: float, things: Sequence[Thing]) -> Thing:
    """One of the things, each as likely, by a chance from 0 to below 1."""
    return things[int(chance * len(things))]


def entity(branch: int, serial: int, alternative: int = 0) -> int:
    """The index of the `serial`-th entity of an establishment, in 48 bits; `alternative` for one drawn anew."""
    return (branch << 12 | alternative) << _SERIAL_BITS | serial
