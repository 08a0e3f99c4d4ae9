"""The same page as HTML, for the engine that most people would reach for."""

from html import escape

from ledgerflow.rendering.page import Block, Page, Table

STYLE = """
@page { size: A4; margin: 16mm }
body { font: 8pt 'IBM Plex Sans Arabic', sans-serif }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 0.4pt solid #888; padding: 2pt; text-align: start }
.figures { text-align: end; font-variant-numeric: tabular-nums }
"""


def html(page: Page) -> str:
    """Every text of the page, in plain tables."""
    facts = "".join(f"<td>{escape(fact.label.first)}<br>{escape(fact.value)}</td>" for fact in page.facts)
    totals = "".join(
        f"<tr><td>{escape(row.label.first)}</td><td class=figures>{escape(row.value)}</td></tr>"
        for row in (*page.totals, page.due)
    )
    parts = [
        f"<h1>{escape(page.title.first)}</h1>{_block(page.seller)}{_block(page.buyer)}",
        f"<table><tr>{facts}</tr></table>{_table(page.lines)}<table>{totals}</table>",
        _table(page.summary) if page.summary else "",
        "".join(f"<p>{escape(words)}</p>" for words in page.words),
        "".join(f"<p>{escape(note.first)}</p>" for note in page.notes),
        f"<p>{escape(page.specimen.first)}</p>",
    ]
    direction = "rtl" if page.right_to_left else "ltr"
    return f"<html dir={direction} lang={page.language}><style>{STYLE}</style><body>{''.join(parts)}</body></html>"


def _block(block: Block) -> str:
    texts = (*block.names, *block.lines, *(f"{fact.label.first} {fact.value}" for fact in block.facts))
    return f"<p>{'<br>'.join(map(escape, texts))}</p>"


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column.head.first)}</th>" for column in table.columns)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td class={'figures' if column.figures else 'text'}>{'<br>'.join(map(escape, cell))}</td>"
            for column, cell in zip(table.columns, row, strict=False)
        )
        + "</tr>"
        for row in table.rows
    )
    return f"<h2>{escape(table.title.first)}</h2><table><thead><tr>{head}</tr></thead>{rows}</table>"
