"""Learning: a profile stays small, tells nobody's secret, says what it could not learn, and its twin looks real."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import yaml
from tests.learning.trades import distributor, grocery

from ledgerflow.habits.lines import Lines
from ledgerflow.habits.profile import Profile
from ledgerflow.habits.twin import twin
from ledgerflow.learning.fit import fit
from ledgerflow.learning.words import told
from ledgerflow.likeness.scoring import score


@pytest.fixture(scope="module")
def shops() -> Lines:
    return distributor(shops=120, days=120)


@pytest.fixture(scope="module")
def profile(shops: Lines) -> Profile:
    return fit(shops)


@pytest.fixture(scope="module")
def real_profile(real: Lines) -> Profile:
    return fit(real)


@pytest.mark.requirement("RE-2.2")
def test_the_twin_of_three_thousand_real_invoices_looks_real(real: Lines, real_profile: Profile) -> None:
    made = twin(real_profile, len(np.unique(real.inv[~real.credit])), 1)
    assert score(real, made).realism > 0.85


@pytest.mark.requirement("RE-2.2")
@pytest.mark.parametrize("books", [grocery(households=120, days=120), distributor(shops=120)], ids=["grocery", "route"])
def test_twins_of_other_trades_look_real(books: Lines) -> None:
    made = twin(fit(books), len(np.unique(books.inv[~books.credit])), 1)
    assert score(books, made).realism > 0.8


@pytest.mark.requirement("RE-2.5")
def test_a_profile_is_small_and_survives_being_written(profile: Profile, real_profile: Profile) -> None:
    for one in (profile, real_profile):
        text = one.to_yaml()
        assert len(text.encode()) <= 64_000
        assert Profile.model_validate(yaml.safe_load(text)).to_yaml() == text


@pytest.mark.requirement("RE-2.5")
def test_a_planted_product_and_a_planted_buyer_leave_no_trace(shops: Lines, profile: Profile) -> None:
    """Forty invoices of one buyer who alone buys one product, at its own price, in its own quantity."""
    sales = shops.take(~shops.credit)
    moments = sales.ts[:: len(sales) // 40][:40]
    count = len(moments)
    planted = Lines(
        inv=sales.inv.max() + 1 + np.arange(count),
        ts=moments,
        cust=np.full(count, sales.cust.max() + 1),
        prod=np.full(count, sales.prod.max() + 1),
        qty=np.full(count, 7919.0),
        price=np.full(count, 4242.17),
        total=np.full(count, round(7919 * 4242.17, 2)),
        credit=np.zeros(count, np.bool_),
    )
    text = fit(shops.with_more(planted).in_order()).to_yaml()
    told = np.array([float(word) for word in re.findall(r"\d+(?:\.\d+)?(?:e[+-]\d+)?", text)])
    for secret in (7919.0, 4242.17, 424217.0, 7919 * 4242.17, 7919 * 424217.0):
        assert np.abs(told / secret - 1).min() > 0.001, secret
    made = twin(Profile.model_validate(yaml.safe_load(text)), 2000, 1)
    assert not (made.qty == 7919).any()
    assert not (made.price == 4242.17).any()


@pytest.mark.requirement("RE-2.5")
def test_a_lone_early_invoice_does_not_show_in_the_days(shops: Lines, profile: Profile) -> None:
    early = shops.take(np.arange(1))
    stray = replace(early, inv=np.array([shops.inv.max() + 1]), ts=early.ts - np.timedelta64(900, "D"))
    assert fit(shops.with_more(stray).in_order()).learnt.first_day == profile.learnt.first_day


def test_it_tells_in_words_what_it_learnt(profile: Profile) -> None:
    words = told(profile)
    assert "closed on Mon" in words["busy"]  # the day of rest: every seventh from 1 April 2025, a Tuesday
    assert "packs of" in words["quantities"]


@pytest.mark.requirement("RE-2.6")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: replace(lines, cust=np.full(len(lines), -1)), "no buyer is named"),
        (lambda lines: replace(lines, cust=np.zeros(len(lines), np.int64)), "Differences between buyers"),
        (lambda lines: replace(lines, ts=np.full(len(lines), lines.ts[0])), "all lines are of one day"),
        (lambda lines: replace(lines, prod=lines.prod % 3), "fewer than 10 products"),
        (lambda lines: lines.take(~lines.credit), "Credit notes"),
    ],
    ids=["unnamed", "one buyer", "one moment", "three products", "no notes"],
)
def test_poor_lines_are_learnt_from_as_far_as_they_go(
    shops: Lines, change: Callable[[Lines], Lines], words: str
) -> None:
    learnt = fit(change(shops))
    assert any(words in gap for gap in learnt.not_learnt)
    made = twin(learnt, 200, 1)
    assert len(np.unique(made.inv[~made.credit])) == 200
    assert (made.price > 0).all()


def test_thirty_lines_of_thirty_invoices_are_enough_to_begin(shops: Lines) -> None:
    first = np.unique(shops.inv[~shops.credit], return_index=True)[1][:30]
    made = twin(fit(shops.take(~shops.credit).take(first)), 50, 1)
    assert len(np.unique(made.inv)) == 50


def test_quantities_in_halves_and_whole_prices(shops: Lines) -> None:
    sales = shops.take(~shops.credit)
    hours = replace(sales, qty=sales.qty / 2, price=np.round(sales.price), total=sales.qty / 2 * np.round(sales.price))
    learnt = fit(hours)
    assert (learnt.quantities.step, learnt.decimals) == (0.5, 0)
    made = twin(learnt, 300, 1)
    assert (made.qty * 2 % 1 == 0).all()
    assert (made.price % 1 == 0).all()
    assert np.allclose(made.total, made.qty * made.price)
