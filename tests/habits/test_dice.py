"""The dice: the published answers of Philox4x32-10, and the same chance for an entity whatever else is asked for."""

import numpy as np
import pytest

from ledgerflow.habits.dice import Dice, Draw, philox, pick

ONES = 0xFFFFFFFF


@pytest.mark.requirement("RE-2.1")
@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 4, (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_the_published_answers_come_out(
    counter: tuple[int, int, int, int], key: tuple[int, int], answer: tuple[int, int, int, int]
) -> None:
    a, b, c, d = (np.array([word], np.uint64) for word in counter)
    assert tuple(int(word[0]) for word in philox((a, b, c, d), key)) == answer


@pytest.mark.requirement("RE-2.1")
def test_an_entity_s_chances_do_not_hang_on_who_else_is_asked() -> None:
    dice = Dice(7)
    whole = dice.chances(Draw.LINE, np.arange(20_000))
    assert np.array_equal(whole[:, 9_000:9_500], dice.chances(Draw.LINE, np.arange(9_000, 9_500)))
    assert np.array_equal(whole[:, ::-1], dice.chances(Draw.LINE, np.arange(20_000)[::-1]))


def test_chances_are_even_and_streams_draws_and_seeds_apart() -> None:
    entities = np.arange(100_000)
    chances = Dice(1).chances(Draw.DAY, entities)
    assert chances.min() > 0
    assert chances.max() < 1
    counts = np.histogram(chances, 50, (0, 1))[0]
    assert abs(counts / counts.mean() - 1).max() < 0.05
    others = [Dice(2).chances(Draw.DAY, entities), Dice(1).chances(Draw.GAP, entities)]
    others.append(Dice(1).chances(Draw.DAY, entities, 1))
    assert all(abs(np.corrcoef(chances[0], other[0])[0, 1]) < 0.02 for other in others)


def test_weights_are_drawn_by_their_share() -> None:
    chances = (np.arange(1000) + 0.5) / 1000
    assert np.bincount(pick(np.array([1.0, 0.0, 3.0]), chances)).tolist() == [250, 0, 750]
