"""One country's law as its TOML file states it: rates, thresholds, statements, rounding, the look of numbers."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from ledgerflow.billing.party import Jurisdiction
from ledgerflow.billing.rates import RateBook
from ledgerflow.billing.tax import Legend, Rounder


@dataclass(frozen=True, slots=True)
class Statement:
    """What the page says of a line without tax. `basis` is the rate book's code; `commodity` the HSN or SAC prefix of
    the goods it speaks of, empty for all others."""

    basis: str
    code: str
    text: str
    text_local: str = ""
    commodity: str = ""

    @property
    def legend(self) -> Legend:
        return Legend(self.code, self.text, self.text_local)


@dataclass(frozen=True, slots=True)
class Simplified:
    """When a simplified invoice is enough: the buyer is not registered, or the amount stays below the threshold."""

    unregistered_buyer: bool
    before_tax: bool
    at_limit: bool


@dataclass(frozen=True, slots=True)
class VATLaw:
    """One country's file. In `tax_number` `#` stands for a digit and `@` for the country's code;
    `tax_number_pattern` is what is accepted, `tax_number_words` the same in words."""

    code: str
    title: str
    jurisdiction: Jurisdiction
    book: RateBook
    statements: tuple[Statement, ...]
    rounder: Rounder
    rounder_of_inclusive: Rounder
    tax_number: str
    tax_number_pattern: str
    tax_number_words: str
    export_code: str
    declared_rates: bool
    simplified: Simplified | None
    answers: dict[str, str]

    def statement(self, basis: str, commodity: str) -> Statement:
        """The statement for these goods, by the longest prefix that fits; the last of a basis speaks of all goods."""
        fitting = [s for s in self.statements if s.basis == basis and commodity.startswith(s.commodity)]
        return max(fitting, key=lambda statement: len(statement.commodity))


def read_law(file: str) -> VATLaw:
    """Reads one of the files beside this module."""
    text = files(__package__).joinpath(file).read_text("utf-8")
    table = tomllib.loads(text)
    simplified = table.get("simplified")
    rounding = table["rounding"]
    return VATLaw(
        code=table["code"],
        title=table["title"],
        jurisdiction=Jurisdiction.from_mapping(table["jurisdiction"]),
        book=RateBook.from_toml(text),
        statements=tuple(Statement(**statement) for statement in table["statements"]),
        rounder=Rounder(rounding["prices_without_tax"]),
        rounder_of_inclusive=Rounder(rounding["prices_with_tax"]),
        tax_number=table["tax_number"],
        tax_number_pattern=table["tax_number_pattern"],
        tax_number_words=table["tax_number_words"],
        export_code=table.get("export_code", "Z"),
        declared_rates=table.get("declared_rates", False),
        simplified=Simplified(**simplified) if simplified else None,
        answers=table.get("answers", {}),
    )
