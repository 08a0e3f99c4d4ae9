"""QR codes: what ZATCA wants in one (phase 1, tags 1 to 5), and its drawing as a crisp vector.

Source: ZATCA, Security Features Implementation Standards 1.2 §4: tag, length in one byte, UTF-8 value; then base64.
"""

from base64 import b64encode
from decimal import Decimal
from io import BytesIO
from typing import Final

import segno

from ledgerflow.billing.invoice import Invoice
from ledgerflow.billing.money import Currency

_LONGEST_NAME: Final = 127  # bytes: below it the one length byte and BER agree

_MASK: Final = 2  # columns of three; trying all eight masks takes ten times as long and reads no better


def zatca_content(invoice: Invoice) -> str:
    """Seller, VAT number, time of issue, total with VAT and VAT, as the base64 text that the code carries."""
    seller, money = invoice.supply.seller, invoice.supply.currency
    return tlv(
        seller.name_local or seller.name,
        seller.tax_number,
        f"{invoice.supply.tax_point:%Y-%m-%dT%H:%M:%S}",
        _plain(money, invoice.tax.totals.total),
        _plain(money, invoice.tax.totals.tax),
    )


def tlv(*values: str) -> str:
    """The values under the tags 1, 2, 3 …, each cut to what one length byte can say."""
    fields = (_cut(value) for value in values)
    return b64encode(b"".join(bytes((tag, len(field))) + field for tag, field in enumerate(fields, 1))).decode("ascii")


def draw(content: str) -> str:
    """The code as SVG in its module units, one path, four modules of quiet zone."""
    picture = BytesIO()
    segno.make(content, error="m", micro=False, mask=_MASK).save(
        picture, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None
    )
    return picture.getvalue().decode("utf-8")


def _cut(value: str) -> bytes:
    return value.encode("utf-8")[:_LONGEST_NAME].decode("utf-8", "ignore").encode("utf-8")


def _plain(money: Currency, amount: Decimal) -> str:
    return f"{money.round(amount):f}"
