"""India: Goods and Services Tax. The strategy is found through the entry point `gst`."""

from ledgerflow.taxes.gst.strategy import GSTStrategy

strategy = GSTStrategy()

__all__ = ["GSTStrategy", "strategy"]
