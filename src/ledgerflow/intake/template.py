"""A workbook to begin with: the columns of a catalogue, and three products as an example."""

from datetime import datetime
from io import BytesIO

import xlsxwriter

from ledgerflow.intake.titles import Column

_EPOCH = datetime(1980, 1, 1)  # the workbook's date of creation: nothing of the clock
_COLUMNS = (
    Column.SKU,
    Column.NAME,
    Column.PRICE,
    Column.UNIT,
    Column.CODE,
    Column.CATEGORY,
    Column.RATE,
    Column.LOCAL_NAME,
    Column.GROUP,
)
_EXAMPLES = (
    ("RICE-5", "Basmati rice 5 kg", "649.50", "BAG", "1006", "standard", "5", "أرز بسمتي 5 كجم", "Groceries"),
    ("LAMP-9", "LED lamp 9 W", "120", "NOS", "8539", "standard", "", "مصباح ليد 9 واط", "Electrical"),
    ("BOOK-1", "Reader for class one", "85", "NOS", "4901", "exempt", "", "كتاب القراءة للصف الأول", "Books"),
)
_WIDTHS = {Column.NAME: 28, Column.LOCAL_NAME: 28}


def template() -> bytes:
    """The same bytes each time."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": "Catalogue", "created": _EPOCH})
        sheet = workbook.add_worksheet("Products")
        bold = workbook.add_format({"bold": True, "bottom": 1})
        for place, column in enumerate(_COLUMNS):
            sheet.set_column(place, place, _WIDTHS.get(column, 14))
            sheet.write_string(0, place, column.value, bold)
        for row, cells in enumerate(_EXAMPLES, 1):
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, cell)  # as text, so that a code keeps its zeros
        sheet.freeze_panes(1, 0)
    return content.getvalue()
