"""An establishment ready to sell: its law, home, currency, seller and assortment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.money import Currency, currency
from ledgerflow.billing.party import Jurisdiction, Party
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.simulation.baskets import Assortment, popularity, price_list
from ledgerflow.simulation.config import Establishment, SimulationConfig
from ledgerflow.simulation.identities import home_of, seller_of
from ledgerflow.simulation.streams import Stream, dice_for
from ledgerflow.simulation.trades import TRADES, Trade


@dataclass(frozen=True)
class Branch:
    """One establishment with everything that stays the same from sale to sale."""

    index: int
    establishment: Establishment
    law: TaxStrategy
    home: Jurisdiction
    currency: Currency
    seller: Party
    assortment: Assortment
    trade: Trade


def open_branches(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy]
) -> list[Branch]:
    """The establishments of a configuration in which nothing contradicts."""
    return [
        _open(config, index, establishment, catalogue, laws)
        for index, establishment in enumerate(config.business.establishments)
    ]


def currency_of(establishment: Establishment, home: Jurisdiction) -> Currency:
    """The establishment's own currency, else its country's."""
    return currency(establishment.currency or home.currency_code)


def _open(
    config: SimulationConfig,
    index: int,
    establishment: Establishment,
    catalogue: Sequence[Product],
    laws: Mapping[str, TaxStrategy],
) -> Branch:
    law = laws[establishment.strategy]
    home = home_of(establishment, law, laws)
    money = currency_of(establishment, home)
    trade = TRADES[config.business.style]
    products = price_list(catalogue, establishment, money, config.products)
    dice = dice_for(config.seed, Stream.CATALOGUE)  # the business's, so that its branches sell alike
    weights = popularity(dice, products, config.products, trade.popularity)
    return Branch(
        index=index,
        establishment=establishment,
        law=law,
        home=home,
        currency=money,
        seller=seller_of(config, establishment, law, home),
        assortment=Assortment(products, weights, config, trade),
        trade=trade,
    )
