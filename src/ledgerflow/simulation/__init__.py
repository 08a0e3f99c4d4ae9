"""The master simulation engine: from a configuration, a catalogue and a seed to supplies, oldest first. Pure."""

from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.contradictions import contradictions, refuse_contradictions
from ledgerflow.simulation.identities import seller_of
from ledgerflow.simulation.reading import read_config, schema
from ledgerflow.simulation.simulate import Sale, simulate

__all__ = [
    "Sale",
    "SimulationConfig",
    "contradictions",
    "read_config",
    "refuse_contradictions",
    "schema",
    "seller_of",
    "simulate",
]
