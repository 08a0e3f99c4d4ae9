"""What a user asks to be made, as words of a command: read into a configuration, products and formats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ledgerflow.assembly import Application
from ledgerflow.billing.catalogue import Product
from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.cli.options import read_bytes
from ledgerflow.cli.output import complain
from ledgerflow.export.format import Format
from ledgerflow.export.tables import TABLES
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.simulation.config import SimulationConfig
from ledgerflow.simulation.reading import read_configuration


@dataclass(frozen=True, slots=True)
class Wish:
    """The words of the command; empty where the user said nothing."""

    config: Path
    catalogue: Path
    out: Path
    formats: str
    count: int | None = None
    seed: int | None = None
    database: str = ""
    tenant: str = ""
    first_day: date | None = None
    last_day: date | None = None


def read_wish(wish: Wish) -> SimulationConfig:
    """The configuration, with what the command says instead of it; the user hears what deserves a look."""
    content = read_bytes(wish.config, "configuration")
    names = ("count", "seed", "first_day", "last_day")
    said = {name: value for name in names if (value := getattr(wish, name)) is not None}
    try:
        reading = read_configuration(content.decode("utf-8-sig"), str(wish.config), **said)
    except UnicodeDecodeError as error:
        message = "The configuration is no UTF-8 text."
        finding = Finding("config.not_text", str(wish.config), message, "Save it as UTF-8.")
        raise InputRefused([finding]) from error
    complain(*reading.warnings)
    return reading.config


def read_goods(wish: Wish) -> Sequence[Product]:
    """The products of the catalogue; the user hears what deserves a look."""
    goods = read_catalogue(read_bytes(wish.catalogue, "catalogue"))
    complain(*goods.warnings)
    return goods.products


def read_formats(wish: Wish, application: Application) -> tuple[tuple[Format, ...], bool]:
    """The formats in the order in which they were named, and whether tables are wanted beside them."""
    codes = dict.fromkeys(code.strip() for code in wish.formats.split(",") if code.strip())
    return tuple(application.format(code) for code in codes if code != TABLES), TABLES in codes
