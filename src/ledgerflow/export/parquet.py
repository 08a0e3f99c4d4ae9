"""Tables as Parquet, streamed in row groups, so that no more than one is in memory, however many rows there are.

Each file says in its metadata that it is simulated, and what made it. Polars is loaded when a file is written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from ledgerflow.billing.errors import BillingError
from ledgerflow.export.tables import Columns, Kind, Row, Value

if TYPE_CHECKING:
    import polars as pl

ROWS_OF_A_GROUP = 20_000
PRECISION = 18  # digits: what fits a 64-bit integer, in which such a decimal is stored
DECIMALS = {Kind.AMOUNT: 3, Kind.NUMBER: 6}

_EXACTLY = Context(prec=PRECISION, traps=[Inexact, InvalidOperation])
_UNITS = {kind: Decimal(1).scaleb(-decimals) for kind, decimals in DECIMALS.items()}


class NumberTooFine(BillingError):
    """The {column} {number} cannot be kept exactly in 18 digits with {decimals} decimals. Leave out `parquet`."""


def write_parquet(
    target: BinaryIO,
    columns: Columns,
    rows: Callable[[], Iterable[Row]],
    about: Mapping[str, str],
    rows_of_a_group: int = ROWS_OF_A_GROUP,
) -> None:
    """Writes a table to `target`; `about` goes to the file's metadata besides the mark. `rows` is called once."""
    import polars as pl  # a heavy library, for those who want tables
    from polars.io.plugins import register_io_source

    schema = pl.Schema({name: _types()[kind] for name, kind in columns.kinds.items()})
    failure: list[BillingError] = []

    def groups(
        _columns: list[str] | None, _filter: "pl.Expr | None", _rows: int | None, _size: int | None
    ) -> "Iterator[pl.DataFrame]":
        source = iter(rows())
        try:
            while group := list(islice(source, rows_of_a_group)):
                yield _frame(columns, group, schema)
        except BillingError as error:  # the engine would wrap it in an error of its own
            failure.append(error)

    register_io_source(groups, schema=schema).sink_parquet(
        target,
        compression="zstd",
        row_group_size=rows_of_a_group,
        metadata={**about, "simulated": "true", "table": columns.title},
    )
    if failure:
        raise failure[0]


def _types() -> Mapping[Kind, "pl.DataType"]:
    import polars as pl

    amount, number = (pl.Decimal(PRECISION, DECIMALS[kind]) for kind in (Kind.AMOUNT, Kind.NUMBER))
    return {
        Kind.TEXT: pl.String(),
        Kind.WHOLE: pl.Int64(),
        Kind.DAY: pl.Date(),
        Kind.MOMENT: pl.Datetime("us"),
        Kind.AMOUNT: amount,
        Kind.NUMBER: number,
        Kind.TAXES: pl.List(pl.Struct({"tax": pl.String(), "rate": number, "amount": amount})),
    }


def _frame(columns: Columns, rows: list[Row], schema: "pl.Schema") -> "pl.DataFrame":
    import polars as pl

    values = zip(*rows, strict=True)
    series = [
        _taxes(name, column) if kind is Kind.TAXES else _series(name, kind, column, schema[name])
        for (name, kind), column in zip(columns.kinds.items(), values, strict=True)
    ]
    return pl.DataFrame(series)


def _series(name: str, kind: Kind, column: Iterable[Value], dtype: "pl.DataType") -> "pl.Series":
    import polars as pl

    if kind in _UNITS:
        column = [exactly(name, kind, value) if isinstance(value, Decimal) else value for value in column]
    return pl.Series(name, column, dtype)


def _taxes(name: str, column: Iterable[Value]) -> "pl.Series":
    """Lists of taxes, laid out as one long table and gathered by row: a tenth of the time of nested values."""
    import polars as pl

    lists = [value if isinstance(value, list) else [] for value in column]
    flat = [(row, *tax) for row, taxes in enumerate(lists) for tax in taxes]
    rows, names, rates, amounts = zip(*flat, strict=True) if flat else ((), (), (), ())
    types = _types()
    parts = pl.DataFrame(
        [
            pl.Series("tax", names, pl.String()),
            _series("rate", Kind.NUMBER, rates, types[Kind.NUMBER]),
            _series("amount", Kind.AMOUNT, amounts, types[Kind.AMOUNT]),
        ]
    )
    gathered = (
        pl.DataFrame([pl.Series("row", rows, pl.Int64()), parts.to_struct(name)])
        .group_by("row", maintain_order=True)
        .agg(name)
    )
    every = pl.DataFrame({"row": pl.Series(range(len(lists)), dtype=pl.Int64())})
    return every.join(gathered, on="row", how="left", maintain_order="left")[name].fill_null([])


def exactly(column: str, kind: Kind, number: Decimal) -> Decimal:
    """A number with just the decimals of its column; raises NumberTooFine where that would change it."""
    try:
        return _EXACTLY.quantize(number, _UNITS[kind])
    except (Inexact, InvalidOperation) as error:
        raise NumberTooFine(column=column, number=number, decimals=DECIMALS[kind]) from error
