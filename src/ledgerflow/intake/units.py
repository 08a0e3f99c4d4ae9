"""The units of quantity: the UQC codes of Indian GST, and what people write instead."""

import re
from functools import lru_cache

_SPELLINGS = {
    "BAG": "bag bags",
    "BAL": "bale bales",
    "BDL": "bundle bundles",
    "BKL": "buckle buckles",
    "BOU": "billion billions",
    "BOX": "box boxes bx",
    "BTL": "bottle bottles",
    "BUN": "bunch bunches",
    "CAN": "can cans tin tins",
    "CBM": "cubicmetre cubicmetres cubicmeter cubicmeters m3",
    "CCM": "cubiccentimetre cubiccentimeter cc cm3",
    "CMS": "centimetre centimetres centimeter centimeters cm",
    "CTN": "carton cartons case cases",
    "DOZ": "dozen dozens dz",
    "DRM": "drum drums",
    "GGK": "greatgross",
    "GMS": "gram grams gramme grammes g gm",
    "GRS": "gross",
    "GYD": "grossyard grossyards",
    "KGS": "kilogram kilograms kilo kilos kg",
    "KLR": "kilolitre kilolitres kiloliter kl",
    "KME": "kilometre kilometres kilometer km",
    "LTR": "litre litres liter liters l lt ltrs",
    "MLT": "millilitre millilitres milliliter ml",
    "MTR": "metre metres meter meters m mtrs",
    "MTS": "metricton metrictons metrictonne mt",
    "NOS": "no number numbers each ea",
    "OTH": "other others na hour hours hr hrs job service visit day days month months",
    "PAC": "pack packs packet packets pkt pouch",
    "PCS": "pc piece pieces",
    "PRS": "pair pairs pr",
    "QTL": "quintal quintals",
    "ROL": "roll rolls",
    "SET": "sets",
    "SQF": "squarefoot squarefeet sqft",
    "SQM": "squaremetre squaremetres squaremeter sqmtr m2",
    "SQY": "squareyard squareyards sqyd",
    "TBS": "tablet tablets tab",
    "TGM": "tengross",
    "THD": "thousand thousands",
    "TON": "tonne tonnes tons",
    "TUB": "tube tubes",
    "UGS": "usgallon usgallons",
    "UNT": "unit units",
    "YDS": "yard yards yd",
}

_UNITS = {spelling: code for code, spellings in _SPELLINGS.items() for spelling in (code.lower(), *spellings.split())}


@lru_cache(maxsize=1000)
def unit_code(text: str) -> str | None:
    """The UQC code of `Nos.`, `kg`, `PCS-PIECES` or `Sq. Ft`; None for what is no unit.

    Services are billed in `OTH`; the return GSTR-1 alone writes `NA`.
    """
    before_dash = text.partition("-")[0]
    return _UNITS.get(re.sub(r"[\s._]", "", before_dash).lower())
