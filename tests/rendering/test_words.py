"""Amounts in words: rupees against the golden vectors, Arabic against a table of agreement in gender and case."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from ledgerflow.billing.money import currency
from ledgerflow.rendering.figures import Figures
from ledgerflow.rendering.words import arabic_in_words, english_in_words, in_words, number_in_words, rupees_in_words

GOLDEN = Path(__file__).parents[1] / "golden"
MONEY = json.loads((GOLDEN / "gst_golden.json").read_text("utf-8"))["vectors"]["money"]


@pytest.mark.parametrize("vector", MONEY, ids=lambda vector: vector["value"])
@pytest.mark.requirement("PDF.1")
def test_rupees_in_words_and_groups(vector: dict[str, str]) -> None:
    amount = Decimal(vector["value"])
    assert rupees_in_words(amount) == vector["words"]
    assert Figures(currency("INR")).money(amount) == vector["grouped"]


def test_one_paisa_and_two_paise() -> None:
    assert rupees_in_words(Decimal("10.01")) == "Rupees Ten and One Paisa Only"
    assert rupees_in_words(Decimal("10.02")) == "Rupees Ten and Two Paise Only"


def test_a_refund_is_read_as_minus() -> None:
    assert rupees_in_words(Decimal("-2.50")) == "Minus Rupees Two and Fifty Paise Only"
    assert english_in_words(Decimal("-1"), currency("SAR")) == "Minus Saudi Riyal One Only"
    assert arabic_in_words(Decimal("-1"), currency("SAR")) == "فقط سالب ريال سعودي واحد لا غير"


@pytest.mark.parametrize(
    ("code", "amount", "words"),
    [
        ("BHD", "1.000", "دينار بحريني واحد"),
        ("BHD", "2.000", "ديناران بحرينيان"),
        ("BHD", "5.250", "خمسة دنانير بحرينية ومائتان وخمسون فلساً"),
        ("BHD", "0.500", "خمسمائة فلس"),
        ("BHD", "1155.005", "ألف ومائة وخمسة وخمسون ديناراً بحرينياً وخمسة فلوس"),
        ("OMR", "12.345", "اثنا عشر ريالاً عمانياً وثلاثمائة وخمس وأربعون بيسة"),
        ("AED", "115.50", "مائة وخمسة عشر درهماً إماراتياً وخمسون فلساً"),
        ("SAR", "1250.50", "ألف ومائتان وخمسون ريالاً سعودياً وخمسون هللة"),
        ("SAR", "0.00", "صفر ريال سعودي"),
        ("SAR", "0.01", "هللة واحدة"),
        ("SAR", "0.02", "هللتان"),
        ("SAR", "3.08", "ثلاثة ريالات سعودية وثماني هللات"),
        ("SAR", "11.11", "أحد عشر ريالاً سعودياً وإحدى عشرة هللة"),
        ("SAR", "21.22", "واحد وعشرون ريالاً سعودياً واثنتان وعشرون هللة"),
        ("SAR", "61.61", "واحد وستون ريالاً سعودياً وإحدى وستون هللة"),
        ("SAR", "200.12", "مائتا ريال سعودي واثنتا عشرة هللة"),
        ("OMR", "0.018", "ثماني عشرة بيسة"),
        ("KWD", "2000.000", "ألفا دينار كويتي"),
        ("KWD", "2150.000", "ألفان ومائة وخمسون ديناراً كويتياً"),
        ("QAR", "15000.00", "خمسة عشر ألف ريال قطري"),
        ("QAR", "15310.00", "خمسة عشر ألفاً وثلاثمائة وعشرة ريالات قطرية"),
        ("QAR", "200000.10", "مائتا ألف ريال قطري وعشرة دراهم"),
        ("BHD", "3000015.012", "ثلاثة ملايين وخمسة عشر ديناراً بحرينياً واثنا عشر فلساً"),
        ("BHD", "101.000", "مائة وواحد دينار بحريني"),
    ],
)
@pytest.mark.requirement("PDF.2")
def test_arabic_agrees_in_gender_number_and_case(code: str, amount: str, words: str) -> None:
    assert arabic_in_words(Decimal(amount), currency(code)) == f"فقط {words} لا غير"


@pytest.mark.parametrize(
    ("code", "amount", "words"),
    [
        ("BHD", "5.250", "Bahraini Dinars Five and 250 Fils Only"),
        ("BHD", "1.000", "Bahraini Dinar One Only"),
        ("SAR", "2.01", "Saudi Riyals Two and 1 Halala Only"),
        ("GBP", "0.01", "Pounds Sterling Zero and 1 Penny Only"),
        ("SAR", "1250000.05", "Saudi Riyals One Million Two Hundred Fifty Thousand and 5 Halalas Only"),
        ("JPY", "21", "JPY Twenty One Only"),
        ("CHF", "7.35", "CHF Seven and 35 / 100 Only"),
    ],
)
def test_english_for_other_currencies(code: str, amount: str, words: str) -> None:
    assert english_in_words(Decimal(amount), currency(code)) == words


def test_the_page_s_language_comes_first() -> None:
    dinars = currency("BHD")
    assert in_words(Decimal(2), dinars, "ar") == ("فقط ديناران بحرينيان لا غير", "Bahraini Dinars Two Only")
    assert in_words(Decimal(2), dinars, "en") == ("Bahraini Dinars Two Only",)
    assert in_words(Decimal(2), currency("USD"), "ar") == ("US Dollars Two Only",)
    assert in_words(Decimal(2), currency("INR"), "en") == ("Rupees Two Only",)


def test_lakh_and_million_name_the_same_number() -> None:
    assert number_in_words(1_500_000, indian=True) == "Fifteen Lakh"
    assert number_in_words(1_500_000) == "One Million Five Hundred Thousand"
