"""A twin: right in itself, within its days, the same for the same seed, and drawn from a profile alone."""

import copy
import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import cycle
from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import ValidationError
from tests.learning.trades import distributor

from ledgerflow.habits.lines import COLUMNS, Lines
from ledgerflow.habits.profile import Profile
from ledgerflow.habits.twin import open_shop, twin
from ledgerflow.learning.fit import fit

GOLDEN = "94c9eab1239d4442759bba7f1694214c3ef5732e100559464ee5236f7b6ec4d6"


@pytest.fixture(scope="module")
def profile() -> Profile:
    return fit(distributor(shops=120, days=120))


@pytest.fixture(scope="module")
def made(profile: Profile) -> Lines:
    return twin(profile, 1500, 5)


def test_as_many_invoices_as_asked_for(made: Lines) -> None:
    assert len(np.unique(made.inv[~made.credit])) == 1500


@pytest.mark.requirement("RE-2.4")
def test_lines_multiply_out_and_lie_in_time(made: Lines, profile: Profile) -> None:
    assert np.abs(made.total - np.round(made.qty * made.price, 2)).max() < 0.0051
    assert (np.diff(made.ts) >= np.timedelta64(0)).all()
    assert made.ts[0].astype("datetime64[D]") >= np.datetime64(profile.learnt.first_day)
    assert made.ts[-1].astype("datetime64[D]") <= np.datetime64(profile.learnt.last_day)
    assert (made.price > 0).all()
    assert ((made.qty > 0) != made.credit).all()
    assert ((made.total > 0) != made.credit).all()


def test_an_invoice_has_one_buyer_and_one_moment(made: Lines) -> None:
    pairs = np.unique(np.stack([made.inv, made.cust, made.ts.astype(np.int64)]), axis=1)
    assert pairs.shape[1] == len(np.unique(made.inv))


def test_credit_notes_take_back_what_their_buyer_had_bought_before_and_no_more(made: Lines) -> None:
    held: dict[tuple[int, int], float] = {}
    for place in range(len(made)):
        key = (int(made.cust[place]), int(made.prod[place]))
        held[key] = held.get(key, 0.0) + float(made.qty[place])
        assert held[key] >= 0
    assert made.credit.any()


def test_a_product_has_few_prices(made: Lines) -> None:
    sales = made.take(~made.credit)
    prices = {product: len(np.unique(sales.price[sales.prod == product])) for product in np.unique(sales.prod)[:100]}
    assert max(prices.values()) <= 3


@pytest.mark.requirement("RE-2.3")
def test_the_same_seed_gives_the_same_books_and_another_others(profile: Profile, made: Lines) -> None:
    assert _hash(twin(profile, 1500, 5)) == _hash(made)
    assert _hash(twin(profile, 1500, 6)) != _hash(made)


@pytest.mark.requirement("RE-2.3")
def test_the_books_of_a_written_profile_are_those_of_the_golden_hash(profile: Profile) -> None:
    """Whoever changes what is drawn changes the version of the generator, and this."""
    assert _hash(twin(profile, 400, 1)) == GOLDEN


@pytest.mark.requirement("RE-2.3")
def test_blocks_may_be_made_by_anyone_in_any_order(profile: Profile) -> None:
    """As one, two or eight workers would, each with a shop of its own."""
    hashes = set()
    for workers, lines in ((1, 10**9), (2, 3_000), (8, 400)):
        shops = [open_shop(profile, 700, 4, None, None) for _ in range(workers)]
        blocks = shops[0].blocks(lines)
        made = {block.start: shops[turn % workers].sold(block) for turn, block in reversed(list(enumerate(blocks)))}
        columns = [
            [part[2], part[1], part[0].quantity, part[0].price, part[0].total] for _, part in sorted(made.items())
        ]
        joined = [np.concatenate(column) for column in zip(*columns, strict=True)]
        hashes.add(hashlib.sha256(b"".join(column.tobytes() for column in joined)).hexdigest())
        assert len(blocks) >= workers
    assert len(hashes) == 1


def test_invoices_are_numbered_in_time_and_notes_after_them(made: Lines) -> None:
    sales, notes = (np.unique(made.inv[made.credit == kind]) for kind in (False, True))
    assert sales.tolist() == list(range(1500))
    assert notes.tolist() == list(range(1500, 1500 + len(notes)))
    firsts = np.unique(made.take(~made.credit).inv, return_index=True)[1]
    assert (np.diff(made.take(~made.credit).ts[firsts]) >= np.timedelta64(0)).all()


def test_other_days_and_a_smaller_shop(profile: Profile) -> None:
    days = (date(2026, 2, 2), date(2026, 2, 15))
    lines = twin(profile, 60, 1, *days)
    assert lines.ts[0].astype("datetime64[D]") >= np.datetime64(days[0])
    sales = lines.take(~lines.credit)
    assert len(np.unique(sales.inv)) == 60
    assert sales.ts[-1].astype("datetime64[D]") <= np.datetime64(days[1])
    weekday = (sales.ts.astype("datetime64[D]").astype(np.int64) + 3) % 7
    assert not (weekday == (np.datetime64("2025-04-07").astype(np.int64) + 3) % 7).any()  # its day of rest


@pytest.mark.requirement("RE-2.6")
def test_a_spoilt_profile_is_refused_or_makes_sound_books(profile: Profile) -> None:
    """Every leaf in turn, by something else: a refusal, or lines that are right, and nothing else."""
    tree = yaml.safe_load(profile.to_yaml())
    spoils = cycle([0, -1, 1e300, "", [], None, float("nan"), float("inf"), "0:0", "1e300:1", [1], 0.5])
    refused = 0
    for path in list(_leaves(tree))[::7]:
        spoilt = copy.deepcopy(tree)
        _put(spoilt, path, next(spoils))
        try:
            read = Profile.model_validate(spoilt)
        except ValidationError:
            refused += 1
            continue
        made = twin(read, 30, 1)
        assert np.isfinite(made.total).all()
        assert (made.price > 0).all()
    assert refused > 100


def _leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    if path and not children:
        yield path
    for key, child in children:
        yield from _leaves(child, (*path, key))


def _put(tree: Any, path: tuple[Any, ...], value: object) -> None:
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value


def _hash(lines: Lines) -> str:
    """Over canonical rows: figures in their shortest decimal form."""
    rows = zip(*(getattr(lines, column).tolist() for column in COLUMNS), strict=True)
    return hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()
