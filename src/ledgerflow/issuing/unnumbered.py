"""The lines of the books that a configuration makes: assessed, but neither numbered nor kept in a ledger."""

from collections.abc import Mapping, Sequence

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.habits.lines import Lines
from ledgerflow.issuing.assessing import assess_sales
from ledgerflow.likeness.billed import lines_of
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import simulate


def lines_by_currency(
    config: SimulationConfig, products: Sequence[Product], laws: Mapping[str, TaxStrategy]
) -> dict[str, Lines]:
    """The invoice lines of a configuration's books for each currency, by its code."""
    assessed = assess_sales(config, simulate(config, products, laws), laws)
    codes = list(dict.fromkeys(sale.supply.currency.code for sale in assessed))
    return {code: lines_of(sale for sale in assessed if sale.supply.currency.code == code).in_order() for code in codes}
