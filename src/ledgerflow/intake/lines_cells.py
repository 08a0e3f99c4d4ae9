"""The cells of invoice lines as numbers, moments and codes, and a finding for each kind of fault in each column."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ledgerflow.billing.errors import Finding
from ledgerflow.habits.lines import UNNAMED, Codes, Figures, Marks, Moments

if TYPE_CHECKING:  # polars takes longer to load than all else, and only those who read lines need it
    import polars as pl

_MOST_ROWS_NAMED = 5
_SAMPLE = 2_000
_ISO = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_FORMATS = _ISO + tuple(
    f"{day}{time}"
    for day in ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
    for time in (" %H:%M", " %H:%M:%S", "")
)
_TRUTH = {"true": True, "1": True, "yes": True, "y": True, "false": False, "0": False, "no": False, "n": False}


@dataclass(slots=True)
class LinesFaults:
    """Gathers findings; alike ones of a column become one that names the first rows and counts the others."""

    rows: "pl.Series"
    found: list[Finding] = field(default_factory=list)

    def add(self, code: str, title: str, wrong: "pl.Series", message: str, advice: str) -> None:
        """A finding over the marked lines, if there are any; `{count}` in the message is how many."""
        rows = self.rows.filter(wrong)
        if not len(rows):
            return
        named = ", ".join(str(row) for row in rows.head(_MOST_ROWS_NAMED))
        more = f" and {len(rows) - _MOST_ROWS_NAMED:,} more" if len(rows) > _MOST_ROWS_NAMED else ""
        place = f"row{'s' if len(rows) > 1 else ''} {named}{more}, column {title}"
        parameters = {"column": title, "row": str(rows[0]), "rows": str(len(rows))}
        self.found.append(Finding(code, place, message, advice, parameters))


@dataclass(slots=True)
class LinesCells:
    """Reads one column after another. `titles` are their names in the file."""

    frame: "pl.DataFrame"
    titles: dict[str, str]
    faults: LinesFaults

    def __contains__(self, column: str) -> bool:
        return column in self.frame.columns

    def names(self, column: str, *, may_be_empty: bool = False) -> "tuple[Codes, tuple[str, ...]]":
        """Codes in the order of the names, and the names; -1 for an empty cell."""
        import polars as pl

        series = self._text(column)
        if not may_be_empty:
            self._report_empty(column, series)
        names = series.drop_nulls().unique().sort()
        codes = series.cast(pl.Enum(names)).to_physical().cast(pl.Int64).fill_null(UNNAMED)
        return codes.to_numpy(), tuple(names.to_list())

    def numbers(self, column: str) -> Figures:
        """The column as floats, NaN where there is no number."""
        import polars as pl

        raw = self.frame[column]
        series = self._text(column) if raw.dtype == pl.String else raw
        read = series.cast(pl.Float64, strict=False)
        read = read.set(read.is_infinite() | read.is_nan(), None)
        self._report_empty(column, series)
        self._report(column, series, read, "is no number", "Write numbers as 1234.50, without signs of currency.")
        return read.fill_null(float("nan")).to_numpy()

    def moments(self, column: str) -> Moments:
        """The column as local time to the second; what cannot be read is 1970-01-01."""
        import polars as pl

        raw = self.frame[column]
        if raw.dtype == pl.String:
            raw = self._text(column).str.replace("T", " ", literal=True).str.replace(r"(Z|[+-]\d\d:?\d\d)$", "")
            read = _parsed(raw)
        elif raw.dtype.is_temporal() and raw.dtype != pl.Time:
            read = raw.dt.replace_time_zone(None) if isinstance(raw.dtype, pl.Datetime) else raw
            read = read.cast(pl.Datetime("ms"), strict=False)
        else:
            read = pl.Series(column, [None] * len(raw), pl.Datetime("ms"))
        self._report_empty(column, raw)
        self._report(column, raw, read, "is no date and time", "Write moments as 2026-05-04 11:30:00.")
        return read.cast(pl.Int64).fill_null(0).to_numpy().astype("datetime64[ms]").astype("datetime64[s]")

    def marks(self, column: str) -> Marks:
        """The column as true or false."""
        import polars as pl

        raw = self.frame[column]
        if raw.dtype == pl.Boolean:
            read = raw
        else:
            text = self._text(column).str.to_lowercase()
            read = text.replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)
            self._report(column, text, read, "is neither true nor false", "Write true on lines of credit notes.")
        return read.fill_null(value=False).to_numpy()

    def wrong(self, code: str, column: str, where: Marks, message: str, advice: str) -> None:
        """Reports the lines at which a column that could be read says what cannot be."""
        import polars as pl

        message = message.format(count=f"{int(np.count_nonzero(where)):,}")
        self.faults.add(code, self.titles[column], pl.Series(where), message, advice)

    def _text(self, column: str) -> "pl.Series":
        """Without blanks at either end, nothing as nothing; a whole float as people write it."""
        import polars as pl

        series = self.frame[column]
        if series.dtype.is_float():
            series = series.fill_nan(None)
            series = series.cast(pl.Int64) if (series.drop_nulls() % 1 == 0).all() else series
        text = series.cast(pl.String).str.strip_chars()
        return text.set(text == "", None)

    def _report_empty(self, column: str, series: "pl.Series") -> None:
        empty = series.is_null()
        words = f"{int(empty.sum()):,} cell(s) of column {self.titles[column]} are empty."
        self.faults.add("lines.cell_empty", self.titles[column], empty, words, "Fill them in, or take the rows out.")

    def _report(self, column: str, before: "pl.Series", after: "pl.Series", words: str, advice: str) -> None:
        wrong = before.is_not_null() & after.is_null()
        if wrong.any():
            first = str(before.filter(wrong)[0])[:80]
            self.faults.add("lines.cell_unreadable", self.titles[column], wrong, f"{first!r} {words}.", advice)


def _parsed(text: "pl.Series") -> "pl.Series":
    """Reads the whole column in one format: the one that reads most of it; where the day and the month could change
    places, the one in which the lines run forward in time."""
    import polars as pl

    filled = text.drop_nulls()
    sample = filled.gather_every(max(1, len(filled) // _SAMPLE))

    def fitness(layout: str) -> tuple[int, int]:
        moments = sample.str.to_datetime(layout, strict=False, time_unit="ms")
        return len(moments) - moments.null_count(), -int((moments.drop_nulls().diff().dt.total_seconds() < 0).sum())

    best = max(_FORMATS, key=fitness)
    return text.str.to_datetime(best, strict=False, time_unit="ms").cast(pl.Datetime("ms"))
