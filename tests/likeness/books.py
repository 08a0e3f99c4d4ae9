"""Real and made books for the tests of likeness: whole customers of the UCI set, uniform dice, spoilt books."""

import importlib
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ledgerflow.habits.lines import Lines
from ledgerflow.intake.lines_table import read_lines

YARDSTICK = Path(__file__).parent / "yardstick"
SMOKE = 3_000  # invoices
COLUMNS = ["inv", "ts", "cust", "prod", "qty", "price", "total", "credit"]


def dice(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def uci() -> pd.DataFrame:
    """All sales and returns of products in the UCI set, as the yardstick cleans it."""
    with warnings.catch_warnings():
        frame: pd.DataFrame = _yardstick("real_stats").load_uci()
    return frame


def yardstick_score(
    real: pd.DataFrame, made: pd.DataFrame, *, shape: bool = False, classify: bool = False
) -> tuple[Mapping[str, float], Mapping[str, Mapping[str, float]]]:
    """The yardstick's scores and their parts."""
    with warnings.catch_warnings(), threadpool_limits(1):
        module = _yardstick("realism_metrics")
        warnings.simplefilter("ignore")
        scores, parts = module.score(real, made, shape=shape, detail=True, c2=classify)
    return scores, parts


def _yardstick(name: str) -> Any:
    """Its modules name each other without a package."""
    sys.path.insert(0, str(YARDSTICK))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(YARDSTICK))


def as_lines(frame: pd.DataFrame, folder: Path) -> Lines:
    """The frame by way of a file, as a user's lines come."""
    path = folder / "lines.parquet"
    frame[COLUMNS].to_parquet(path)
    return read_lines(path)


def halves(frame: pd.DataFrame, invoices: int | None = None, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two sets that share no customer, each of half of them or of so many invoices. An unnamed buyer's invoice stands
    for a customer of its own."""
    who = frame.cust.astype(str).where(frame.cust.notna(), "?" + frame.inv.astype(str))
    sold = frame[~frame.credit].groupby(who).inv.nunique()
    order = sold.index.to_numpy()[dice(seed).permutation(len(sold))]
    sides = []
    for side in (order[::2], order[1::2]):
        if invoices:
            side = side[: int(np.searchsorted(sold[side].cumsum().to_numpy(), invoices)) + 1]
        sides.append(frame[who.isin(set(side))].reset_index(drop=True))
    return sides[0], sides[1]


def uniform(invoices: int, seed: int = 0) -> pd.DataFrame:
    """What a script draws that knows nothing: every choice as likely as any other."""
    throw = dice(seed)
    size = throw.integers(1, 11, invoices)
    inv = np.repeat(np.arange(invoices), size)
    moments = np.datetime64("2010-12-01", "s") + throw.integers(0, 373 * 86_400, invoices).astype("timedelta64[s]")
    qty = throw.integers(1, 11, len(inv)).astype(float)
    price = np.round(throw.uniform(1, 100, len(inv)), 2)
    frame = pd.DataFrame(
        {
            "inv": inv,
            "ts": moments[inv],
            "cust": throw.integers(0, 500, invoices).astype(float)[inv],
            "prod": [f"P{product}" for product in throw.integers(0, 1_000, len(inv))],
            "qty": qty,
            "price": price,
            "total": np.round(qty * price, 2),
            "credit": False,
        }
    )
    return in_order(frame)


def dearer(frame: pd.DataFrame, factor: float) -> pd.DataFrame:
    """The same books with every price multiplied."""
    price = (frame.price * factor).round(2)
    return frame.assign(price=price, total=(frame.qty * price).round(2))


def shuffled_customers(frame: pd.DataFrame) -> pd.DataFrame:
    """The same invoices, each to the customer of another."""
    invoices = frame.drop_duplicates("inv").set_index("inv").cust
    other = pd.Series(invoices.to_numpy()[dice(7).permutation(len(invoices))], invoices.index)
    return frame.assign(cust=frame.inv.map(other))


def sorted_by_customer(frame: pd.DataFrame) -> pd.DataFrame:
    """The same invoices and the same moments, but one customer after another."""
    invoices = frame.drop_duplicates("inv").set_index("inv")
    by_customer = invoices.sort_values(["cust", "ts"], kind="stable").index
    moments = pd.Series(np.sort(invoices.ts.to_numpy()), by_customer)
    return in_order(frame.assign(ts=frame.inv.map(moments)))


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["ts", "inv"], kind="stable").reset_index(drop=True)
