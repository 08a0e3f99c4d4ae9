"""Dice for whole arrays: four chances for each entity of an array, a pure function of seed, stream, entity and draw.

Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011), reckoned over numpy
arrays. Since nothing is drawn in turn, any worker may draw for any part of the entities and gets the same.
"""

from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_CHUNK = 1 << 13  # entities at a time, so that the words stay in the processor's cache
_EDGE = 1e-9


class Draw(IntEnum):
    """What a stream of chances decides. A number once given is never given to another: it is part of every seed."""

    DAY = 1
    NAMED = 2
    CUSTOMER = 3
    ORDER = 4
    GAP = 5
    WALK_IN = 6
    CLOCK = 7
    INVOICE = 8
    TASTE = 9
    PRODUCT = 10
    FAMILY = 11
    LINE = 12
    PICK = 13
    USUAL = 14
    SIBLING = 15
    DUPLICATE = 16
    QUANTITY = 17
    VARIANT = 18
    LEAK = 19
    CREDIT = 20
    CANDIDATE = 21
    EXTENT = 22
    ROUND = 23
    PRONE = 25


class Dice:
    """The chances of one seed, 0 to below 2**64."""

    def __init__(self, seed: int) -> None:
        self._key = (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF)

    def chances(self, stream: Draw, entities: Ints, draw: int = 0) -> Floats:
        """Four chances above 0 and below 1 for each entity: shape (4, number of entities)."""
        names = np.ascontiguousarray(entities).astype(np.uint64)
        out = np.empty((4, len(names)))
        for start in range(0, len(names), _CHUNK):
            part = names[start : start + _CHUNK]
            fill = np.zeros(len(part), np.uint64)
            counter = (part & _LOW, part >> _HALF, fill + np.uint64(draw), fill + np.uint64(stream))
            for row, words in enumerate(philox(counter, self._key)):
                out[row, start : start + _CHUNK] = (words.astype(np.float64) + 0.5) / 2.0**32
        return out

    def normals(self, stream: Draw, entities: Ints, draw: int = 0) -> Floats:
        """Four standard normal numbers for each entity: shape (4, number of entities)."""
        return score_of(self.chances(stream, entities, draw))


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    """Ten rounds of Philox4x32 over arrays of counters, each word in the lower half of 64 bits."""
    a, b, c, d = counter
    for turn in range(_ROUNDS):
        left, right = ((word + turn * step) & 0xFFFFFFFF for word, step in zip(key, _WEYL, strict=True))
        one, two = a * _MULTIPLIERS[0], c * _MULTIPLIERS[1]
        a, b, c, d = (two >> _HALF) ^ b ^ np.uint64(left), two & _LOW, (one >> _HALF) ^ d ^ np.uint64(right), one & _LOW
    return a, b, c, d


def score_of(chance: Floats) -> Floats:
    """The standard normal score of a chance."""
    scores: Floats = ndtri(np.clip(chance, _EDGE, 1 - _EDGE))
    return scores


def chance_of(score: Floats) -> Floats:
    """The chance that a standard normal number stays below a score."""
    chances: Floats = ndtr(score)
    return chances


def pick(weights: Floats, chance: Floats) -> Ints:
    """The places in a list of weights that chances fall on."""
    steps = np.cumsum(weights)
    places: Ints = np.minimum(np.searchsorted(steps, chance * steps[-1], side="right"), len(steps) - 1)
    return places
