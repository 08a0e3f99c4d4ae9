"""The pieces of a page: its frame, lists of facts, figures with their tables. One file, no network, no script."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files


def page(title: str, header: str, main: str, footer: str, *, simulated: bool = True) -> str:
    """The whole page; `header`, `main` and `footer` are markup. A page about simulated documents says so."""
    mark = '<meta name="keywords" content="simulated">' if simulated else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{mark}'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_style()}</style></head><body>"
        f"<header>{header}</header><main>{main}</main><footer>{footer}</footer></body></html>\n"
    )


def _style() -> str:
    return files(__package__).joinpath("report.css").read_text("utf-8")


def definitions(kind: str, pairs: Iterable[tuple[str, object]]) -> str:
    """Names and values as a list of the kind `about` or `headline`."""
    items = "".join(
        f'<div><dt>{escape(name)}</dt><dd dir="auto">{escape(str(value))}</dd></div>' for name, value in pairs
    )
    return f'<dl class="{kind}">{items}</dl>' if items else ""


def figure(
    title: str,
    note: str,
    chart: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    legend: Sequence[str] = (),
) -> str:
    """A chart with its title, a note, the names of its colours, and its figures as a table."""
    keys = "".join(
        f'<li dir="auto"><svg viewBox="0 0 12 12" aria-hidden="true">'
        f'<rect class="c{turn % 6 + 1}" width="12" height="12" rx="2"/></svg>{escape(name)}</li>'
        for turn, name in enumerate(legend)
    )
    return (
        f"<figure><figcaption><h3>{escape(title)}</h3><p>{escape(note)}</p>"
        f"{f'<ul class=legend>{keys}</ul>' if keys else ''}</figcaption>{chart}"
        f"<details><summary>Show figures</summary>{table('', heads, rows)}</details></figure>"
    )


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], foot: Sequence[str] = (), text: int = 1
) -> str:
    """A table whose first `text` columns are words and whose others are numbers."""
    kinds = ["" if place < text else ' class="number"' for place in range(len(heads))]
    titles = "".join(f"<th scope=col{kind}>{escape(head)}</th>" for head, kind in zip(heads, kinds, strict=True))
    body = "".join(f"<tr>{_cells(row, kinds)}</tr>" for row in rows)
    end = f"<tfoot><tr>{_cells(foot, kinds)}</tr></tfoot>" if foot else ""
    name = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{name}<thead><tr>{titles}</tr></thead><tbody>{body}</tbody>{end}</table>"


def _cells(row: Sequence[str], kinds: Sequence[str]) -> str:
    first = f'<th scope=row dir="auto">{escape(row[0])}</th>'
    return first + "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(row[1:], kinds[1:], strict=True))
