"""Which column of a table of invoice lines holds what, by our own names and by those that other programs give."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ledgerflow.billing.errors import Finding

REQUIRED = ("inv", "ts", "cust", "prod", "qty", "price")

# The better name first: where a table has two of one row, the earlier one is taken.
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "inv": (
        *("inv", "invoice", "invoice no", "invoice number", "invoice id", "bill no", "document", "document no"),
        *("order id", "order no", "order number"),
    ),
    "ts": (
        *("ts", "timestamp", "invoice date", "invoice time", "date time", "datetime", "date", "time", "day"),
        *("order date", "bill date", "document date"),
    ),
    "cust": (
        *("cust", "customer", "customer id", "customer no", "customer code", "customer name", "buyer"),
        *("buyer id", "buyer name", "client", "client id", "party", "party name", "account"),
    ),
    "prod": (
        *("prod", "product", "product id", "product code", "stock code", "sku", "item code", "item", "item id"),
        *("item name", "product name", "article", "description"),
    ),
    "qty": ("qty", "quantity", "units", "count", "pieces"),
    "price": ("price", "unit price", "rate", "unit rate", "price per unit", "list price", "price each"),
    "total": ("total", "line total", "amount", "line amount", "line value", "taxable value", "net amount", "sales"),
    "credit": ("credit", "is credit", "credit note", "is credit note", "return", "is return", "cancelled"),
    "currency": ("currency", "currency code", "curr", "ccy"),
}
_MEANING: Mapping[str, str] = {
    "inv": "the invoice's number",
    "ts": "date and time",
    "cust": "the customer; its cells may be empty, where the buyer left no name",
    "prod": "the product",
    "qty": "the quantity",
    "price": "the price of one unit",
}


def _plain(title: str) -> str:
    """A title without case, blanks, signs and brackets: `Unit_Price (GBP)` is `unitprice`."""
    title = re.sub(r"[(\[].*?[)\]]", "", title)
    return "".join(letter for letter in title.casefold() if letter.isalnum())


_KNOWN = {_plain(name): (column, place) for column, names in _SYNONYMS.items() for place, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class LinesHeader:
    """Which title of the file stands for which of our columns."""

    titles: Mapping[str, str]
    unknown: tuple[str, ...]

    def missing(self) -> Iterator[Finding]:
        """A finding for each column that must be there and is not, with the title that comes nearest."""
        for column in REQUIRED:
            if column not in self.titles:
                yield self._missing(column)

    def _missing(self, column: str) -> Finding:
        near = {_plain(title): title for title in self.unknown}
        wanted = [_plain(name) for name in _SYNONYMS[column]]
        found = next((match for name in wanted for match in get_close_matches(name, near, 1, 0.75)), "")
        names = ", ".join(dict.fromkeys(_SYNONYMS[column][:4]))
        advice = f"Give it one of the names {names}; letter case does not matter."
        if found:
            advice = f"Is it {near[found]!r}? Then call it {column}."
        message = f"There is no column {column}: {_MEANING[column]}."
        parameters = {"column": column} | ({"near": near[found]} if found else {})
        return Finding("lines.column_missing", f"header, column {column}", message, advice, parameters)


def match(titles: Sequence[str]) -> LinesHeader:
    """Finds our columns among the titles of a file."""
    best: dict[str, tuple[int, str]] = {}
    unknown = []
    for title in titles:
        column, rank = _KNOWN.get(_plain(title), ("", 0))
        if not column:
            unknown.append(title)
        elif column not in best or rank < best[column][0]:
            best[column] = (rank, title)
    return LinesHeader({column: title for column, (_, title) in best.items()}, tuple(unknown))
