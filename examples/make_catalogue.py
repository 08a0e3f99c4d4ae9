"""Writes examples/catalogue.xlsx, the sample catalogue of a general trading house, from the table catalogue.tsv.

HSN, unit and rate follow the tariff as of 22 September 2025 (Notifications 9/2025 to 11/2025-CT(R)); the tax category
is that of the Gulf, as Bahrain has it (Decree-Law 48/2018, Art. 53): India's law asks the HSN instead. GST Rate is
filled in only where the HSN does not decide: bread beside biscuits, loose rice beside packed, cane beside wood.
"""

import csv
import sys
from datetime import datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
TABLE = HERE / "catalogue.tsv"
WORKBOOK = HERE / "catalogue.xlsx"

WIDTHS = {
    "SKU": 10,
    "Product Name": 42,
    "Arabic Name": 42,
    "HSN/SAC": 11,
    "Unit": 7,
    "Base Price": 12,
    "Tax Category": 14,
    "GST Rate": 10,
    "Group": 18,
}
CATEGORIES = ["standard", "zero", "exempt", "out_of_scope", "reverse_charge"]
NUMBERS = ("Base Price", "GST Rate")


def write_catalogue(path: Path) -> None:
    """Writes the workbook; the same table gives the same bytes."""
    with TABLE.open(encoding="utf-8", newline="") as table:
        products = list(csv.DictReader(table, delimiter="\t"))
    with xlsxwriter.Workbook(path) as workbook:
        workbook.set_properties({"title": "Sample catalogue", "author": "LedgerFlow", "created": datetime(2026, 4, 1)})
        font = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
        header = workbook.add_format({**font, "bold": True, "font_color": "#FFFFFF", "bg_color": "#0A6B4B"})
        text = workbook.add_format({**font, "num_format": "@"})
        formats = {
            "Arabic Name": workbook.add_format({**font, "num_format": "@", "align": "right", "reading_order": 2}),
            "Base Price": workbook.add_format({**font, "num_format": "#,##0.00"}),
            "GST Rate": workbook.add_format({**font, "num_format": "0.##"}),
        }
        sheet = workbook.add_worksheet("Products")
        for place, (title, width) in enumerate(WIDTHS.items()):
            column_format = formats.get(title, text)
            sheet.set_column(place, place, width, column_format)
            sheet.write_string(0, place, title, header)
            for row, product in enumerate(products, 1):
                if not product[title]:
                    continue
                if title in NUMBERS:
                    sheet.write_number(row, place, float(product[title]), column_format)
                else:
                    sheet.write_string(row, place, product[title], column_format)
        sheet.set_row(0, 22)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, len(products), len(WIDTHS) - 1)
        category = list(WIDTHS).index("Tax Category")
        sheet.data_validation(1, category, len(products) + 500, category, {"validate": "list", "source": CATEGORIES})
        sheet.ignore_errors({"number_stored_as_text": f"A2:D{len(products) + 1}"})
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)


if __name__ == "__main__":
    write_catalogue(Path(sys.argv[1]) if len(sys.argv) > 1 else WORKBOOK)
