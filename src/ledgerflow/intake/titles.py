"""What a catalogue's columns are called: ours, and what people write over theirs in English, Hindi and Arabic."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum


class Column(StrEnum):
    """What a catalogue says of a product, under the names of our own template."""

    NAME = "Product Name"
    PRICE = "Base Price"
    SKU = "SKU"
    UNIT = "Unit"
    CODE = "HSN/SAC"
    CATEGORY = "Tax Category"
    RATE = "GST Rate"
    CESS = "Cess Rate"
    LOCAL_NAME = "Arabic Name"
    GROUP = "Group"


REQUIRED = (Column.NAME, Column.PRICE)

FIELDS: Mapping[Column, str] = {
    Column.NAME: "name",
    Column.PRICE: "price",
    Column.SKU: "sku",
    Column.UNIT: "unit",
    Column.CODE: "commodity_code",
    Column.CATEGORY: "tax_category",
    Column.RATE: "tax_rate",
    Column.CESS: "cess_rate",
    Column.LOCAL_NAME: "name_local",
    Column.GROUP: "group",
}
"""What of a product stands in each column, as `Product` calls it."""

COLUMNS: Mapping[str, Column] = {field: column for column, field in FIELDS.items()}

# The better name first: where a sheet has two of one row, the earlier one is taken.
SYNONYMS: Mapping[Column, tuple[str, ...]] = {
    Column.NAME: (
        *("Product Name", "Product", "Item Name", "Item", "Name", "Article", "Particulars"),
        *("Item Description", "Product Description", "Description", "Product Title", "Title", "Goods"),
        *("उत्पाद का नाम", "उत्पाद", "वस्तु का नाम", "वस्तु", "सामान का नाम", "सामान", "माल", "नाम", "विवरण"),
        *("اسم المنتج", "المنتج", "اسم الصنف", "الصنف", "اسم السلعة", "السلعة", "منتج", "صنف", "البيان", "الوصف"),
    ),
    Column.PRICE: (
        *("Base Price", "Price", "Unit Price", "Rate", "Unit Rate", "Selling Price", "Sale Price", "Sales Price"),
        *("List Price", "Basic Price", "MRP", "Price per Unit", "Cost"),
        *("मूल मूल्य", "आधार मूल्य", "मूल्य", "कीमत", "क़ीमत", "दाम", "इकाई मूल्य", "विक्रय मूल्य", "बिक्री मूल्य"),
        "दर",
        *("السعر الأساسي", "السعر", "سعر الوحدة", "سعر البيع", "سعر", "الثمن"),
    ),
    Column.SKU: (
        *("SKU", "SKU Code", "Item Code", "Product Code", "Article Code", "Code", "Item No", "Article No"),
        *("उत्पाद कोड", "वस्तु कोड", "एसकेयू", "कोड"),
        *("رمز المنتج", "رمز الصنف", "كود المنتج", "كود الصنف", "رقم الصنف", "رقم المنتج", "الرمز", "الكود"),
    ),
    Column.UNIT: (
        *("Unit", "UQC", "UOM", "Unit of Measure", "Unit of Measurement", "Units", "Unit Code"),
        *("इकाई", "यूनिट", "मात्रक", "माप की इकाई"),
        *("الوحدة", "وحدة القياس", "وحدة"),
    ),
    Column.CODE: (
        *("HSN/SAC", "HSN", "SAC", "HSN Code", "SAC Code", "HSN/SAC Code", "HSN No", "Commodity Code"),
        *("एचएसएन", "एचएसएन कोड", "एचएसएन/एसएसी", "एसएसी"),
        *("رمز النظام المنسق", "الرمز الجمركي"),
    ),
    Column.CATEGORY: (
        *("Tax Category", "Tax Class", "Tax Type", "VAT Category", "Tax Treatment", "Taxability"),
        *("कर श्रेणी", "कर वर्ग", "कर प्रकार"),
        *("فئة الضريبة", "نوع الضريبة", "الفئة الضريبية", "المعاملة الضريبية"),
    ),
    Column.RATE: (
        *("GST Rate", "GST", "GST Percent", "GST Percentage", "Tax Rate", "IGST", "IGST Rate", "Tax", "Tax Percent"),
        *("जीएसटी दर", "जीएसटी", "कर दर", "कर की दर", "जीएसटी प्रतिशत"),
        *("نسبة الضريبة", "معدل الضريبة", "الضريبة"),
    ),
    Column.CESS: ("Cess Rate", "Cess", "Cess Percent", "उपकर दर", "उपकर", "सेस"),
    Column.LOCAL_NAME: (
        *("Arabic Name", "Name Arabic", "Name in Arabic", "Product Name Arabic", "Local Name"),
        *("अरबी नाम", "الاسم العربي", "الاسم بالعربية", "الاسم"),
    ),
    Column.GROUP: (
        *("Group", "Category", "Product Group", "Product Category", "Item Group", "Department"),
        *("समूह", "श्रेणी", "वर्ग", "उत्पाद श्रेणी", "विभाग"),
        *("الفئة", "المجموعة", "التصنيف", "القسم"),
    ),
}

_ALIKE = str.maketrans("أإآٱىة", "اااايه")  # written one for the other in Arabic


def plain(title: str) -> str:
    """A column name without case, blanks, signs, vowel marks, and what stands in brackets: `Base_Price (INR)*` is
    `baseprice`."""
    title = re.sub(r"[(\[].*?[)\]]", "", unicodedata.normalize("NFKC", title).translate(_ALIKE).replace("%", ""))
    return "".join(letter for letter in title.casefold() if letter.isalnum() or _is_vowel_of_hindi(letter))


def _is_vowel_of_hindi(letter: str) -> bool:
    """Signs for vowels and the like are no letters to Unicode, and yet tell one word of Hindi from another. The dot
    beneath, which many leave out, does not."""
    return "\u0900" <= letter <= "\u0963" and letter != "\u093c"


KNOWN: Mapping[str, tuple[Column, int]] = {
    plain(title): (column, place) for column, titles in SYNONYMS.items() for place, title in enumerate(titles)
}
