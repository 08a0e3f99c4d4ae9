"""Made-up books of two trades, by mechanisms of their own: a grocer with loyal households, a distributor on routes."""

import numpy as np

from ledgerflow.habits.lines import Lines

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_Row = tuple[int, int, int, int, float, float, bool]


def grocery(households: int = 400, days: int = 300, seed: int = 3) -> Lines:
    """Households with tastes for departments, lists of favourites, and offers; prices end in 9."""
    dice = np.random.Generator(np.random.Philox(seed))
    size = 6000
    department = dice.integers(0, 40, size)
    weight = np.exp(dice.normal(0, 2, size))
    ending = dice.choice([0.99, 0.49, 0.79, 0.29, 0.89, 0.0], size, p=[0.35, 0.15, 0.15, 0.12, 0.13, 0.1])
    price = np.maximum(np.floor(np.exp(dice.normal(0.9, 0.8, size))) + ending, 0.25)
    rows: list[_Row] = []
    number = 0
    for household in range(households):
        rate, usual = dice.gamma(1.4, 1 / 9), np.exp(dice.normal(1.6, 0.6))
        favourites = dice.choice(size, 60, p=weight / weight.sum())
        steps = np.cumsum(weight * dice.dirichlet(np.full(40, 0.6))[department])
        time = dice.exponential(1 / rate)
        while time < days:
            hour = int(np.clip(dice.normal(17, 3.2), 7, 22))
            moment = int(time) * _DAY + hour * _HOUR + int(dice.integers(60)) * _MINUTE
            wanted = min(1 + dice.poisson(usual * dice.gamma(1.2, 1 / 1.2)), 80)
            own = dice.random(wanted) < 0.4
            anew = np.searchsorted(steps, dice.random(wanted) * steps[-1])
            for product in np.unique(np.where(own, dice.choice(favourites, wanted), anew)).tolist():
                quantity = float(dice.choice([1, 2, 3, 4, 6], p=[0.8, 0.145, 0.03, 0.02, 0.005]))
                each = round(price[product] * (0.8 if dice.random() < 0.18 else 1), 2)
                rows.append((number, moment, household, product, quantity, each, False))
            number += 1
            time += max(dice.exponential(1 / rate) * (0.6 if int(time + 1) % 7 > 4 else 1), 0.2)
    return _lines(rows, "2024-01-01")


def distributor(shops: int = 260, days: int = 200, seed: int = 4) -> Lines:
    """Shops visited on their weekday, cases, cost-plus prices, one round of higher prices, some damaged goods."""
    dice = np.random.Generator(np.random.Philox(seed))
    size = 900
    weight = np.exp(dice.normal(0, 1, size))
    price = np.round(np.exp(dice.normal(4.6, 0.64, size)), 2)
    pack = dice.choice([6, 12, 24, 1], size, p=[0.3, 0.4, 0.15, 0.15])
    rows: list[_Row] = []
    number = 0
    for shop in range(shops):
        usual, bulk = np.exp(dice.normal(2.6, 0.7)), np.exp(dice.normal(0, 0.6))
        stock = dice.choice(size, int(np.clip(usual * 4, 10, 300)), replace=False, p=weight / weight.sum())
        share = weight[stock] / weight[stock].sum()
        every = int(dice.choice([7, 14], p=[0.75, 0.25]))
        for day in range(int(dice.integers(0, 6)) + 7 * int(dice.integers(0, 2)), days, every):
            if day % 7 == 6 or dice.random() < 0.08:
                continue
            moment = day * _DAY + int(dice.integers(8, 14)) * _HOUR + int(dice.integers(60)) * _MINUTE
            count = min(max(1, dice.poisson(usual * dice.gamma(4, 0.25))), len(stock))
            for product in dice.choice(stock, count, replace=False, p=share).tolist():
                cases = float(pack[product] * max(1, dice.poisson(bulk * 0.8)))
                quantity = cases if dice.random() < 0.8 else float(dice.integers(1, 6))
                each = round(price[product] * (1 if day < 110 or product % 3 else 1.06), 2)
                rows.append((number, moment, shop, product, quantity, each, False))
                if dice.random() < 0.004:
                    back = int(moment + dice.exponential(9) * _DAY)
                    rows.append((-len(rows), back, shop, product, -float(max(1, quantity // 3)), each, True))
            number += 1
    return _lines(rows, "2025-04-01")


def _lines(rows: list[_Row], first: str) -> Lines:
    number, moment, buyer, product, quantity, price, credit = (np.array(column) for column in zip(*rows, strict=True))
    inv = np.unique(number, return_inverse=True)[1]
    ts = np.datetime64(first, "s") + moment.astype("timedelta64[s]")
    total = np.round(quantity * price, 2)
    return Lines(inv, ts, buyer, product, quantity, price, total, credit.astype(np.bool_)).in_order()
