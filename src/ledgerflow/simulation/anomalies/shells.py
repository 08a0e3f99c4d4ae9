"""The buyer who is the seller in disguise: a firm of its own name that shares the seller's address or telephone."""

from dataclasses import replace

from numpy.random import Generator

from ledgerflow.billing.party import Party, Registration
from ledgerflow.simulation.anomalies.labels import BEYOND_SALES, dice_of
from ledgerflow.simulation.anomalies.scene import Odd, Scene
from ledgerflow.simulation.anomaly_wishes import AnomalyKind, Difficulty
from ledgerflow.simulation.identities import firm, home_of
from ledgerflow.simulation.simulate import Sale

_FAR = 40_000_000  # further than any count of customers: names that no customer bears
_ABROAD = (Registration.OVERSEAS, Registration.SEZ)
_SHARED = {
    Difficulty.EASY: "name, address and telephone",
    Difficulty.MEDIUM: "address and telephone",
    Difficulty.HARD: "telephone",
}


def self_dealing(scene: Scene, sale: Sale, difficulty: Difficulty, dice: Generator) -> tuple[Odd, ...] | None:
    """The sale with a firm of the seller's own as the buyer; an establishment has one such firm."""
    supply = sale.supply
    if not supply.buyer.name or supply.buyer.registration in _ABROAD or supply.delivered_to:
        return None
    shell = _shell(scene, sale, difficulty)
    true = f"sold to itself: {shell.name} shares the seller's {_SHARED[difficulty]}"
    return (Odd(replace(supply, buyer=shell), true, f"a sale to {shell.name}"),)


def _shell(scene: Scene, sale: Sale, difficulty: Difficulty) -> Party:
    establishment = scene.establishments[sale.establishment]
    branch = scene.config.business.establishments.index(establishment)
    dice = dice_of(scene.config, AnomalyKind.SELF_DEALING, BEYOND_SALES + branch)
    law, seller = scene.laws[establishment.strategy], sale.supply.seller
    home = home_of(establishment, law, scene.laws)
    region = home.region_by_code.get(seller.place.region)
    shell = firm(dice, home, region, _FAR + branch, seller.place, law, Registration.REGISTERED)
    shell = replace(shell, phone=seller.phone)
    if difficulty is Difficulty.HARD:
        return shell
    shell = replace(shell, place=seller.place)
    if difficulty is Difficulty.EASY:
        own = " ".join(seller.name.split()[:2])
        shell = replace(shell, name=f"{own} Associates", name_local="", email=seller.email)
    number = law.invent_registration(dice, shell) if shell.tax_number else ""
    return replace(shell, tax_number=number)
