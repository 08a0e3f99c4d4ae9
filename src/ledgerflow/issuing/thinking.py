"""All thinking of a batch, before anything is numbered: sales, their tax, and what was asked to be wrong with them."""

from collections.abc import Mapping, Sequence

from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing.anomalies import spoil_assessed
from ledgerflow.issuing.assessing import Assessed, assess_sales
from ledgerflow.issuing.ports import Progress
from ledgerflow.simulation.anomalies.labels import Label
from ledgerflow.simulation.anomalies.planting import plant
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.simulate import simulate


def think(
    config: SimulationConfig, catalogue: Sequence[Product], laws: Mapping[str, TaxStrategy], progress: Progress
) -> tuple[Sequence[Assessed], tuple[Label, ...]]:
    """The sales of a batch as they are to be numbered, and the labels of what was put wrong on purpose. The same
    arguments give the same, in any process. Raises InputRefused."""
    wanted = config.count
    sales = simulate(config, catalogue, laws, lambda done: progress("simulate", done, wanted or done))
    planted = plant(config, sales, laws)
    return spoil_assessed(config, assess_sales(config, planted.sales, laws, progress), planted)
