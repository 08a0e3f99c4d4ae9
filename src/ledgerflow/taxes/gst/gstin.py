"""GSTIN and PAN: the tax numbers of India.

A GSTIN has 15 characters: two digits of the state, the ten of the holder's PAN, the number of the registration under
that PAN (1-9, then A-Z), the letter Z, and a check character (Luhn, modulus 36). Fourth letter of a PAN: the kind of
holder; fifth: the first letter of the holder's name, for individuals of the surname (Income-tax Rules, rule 114).

    >>> check("27AAPFU0939F1ZV")
    ''
    >>> check("27AAPFU0939F1ZO")
    'the check character should be V'
    >>> check("00ZZZCA0001A1ZK")
    'there is no state with the code 00'
"""

import re

from numpy.random import Generator

from ledgerflow.billing.party import Holder

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE = re.compile(r"\d{2}[A-Z]{3}[ABCFGHJKLPT][A-Z]\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]")
_HOLDER = {Holder.COMPANY: "C", Holder.FIRM: "F", Holder.INDIVIDUAL: "P", Holder.GOVERNMENT: "G"}
STATES = frozenset({*(f"{code:02}" for code in range(1, 39) if code != 28), "28", "97", "99"})


def check_character(first_fourteen: str) -> str:
    """The last character of a GSTIN: weights 1 and 2 in turn from the left, digits of each product added in base 36."""
    total = 0
    for place, letter in enumerate(first_fourteen):
        product = _ALPHABET.index(letter) * (1 + place % 2)
        total += product // 36 + product % 36
    return _ALPHABET[-total % 36]


def check(gstin: str) -> str:
    """What is wrong with a GSTIN, or nothing."""
    if len(gstin) != 15:
        return f"it has {len(gstin)} characters instead of 15"
    if not _SHAPE.fullmatch(gstin):
        return "it is not two digits, a PAN, a number from 1, a Z and a check character"
    if gstin[:2] not in STATES:
        return f"there is no state with the code {gstin[:2]}"
    if gstin[7:11] == "0000":
        return "the PAN in it has the serial number 0000"
    expected = check_character(gstin[:14])
    return "" if gstin[14] == expected else f"the check character should be {expected}"


def invent(dice: Generator, state: str, holder: Holder, name: str) -> str:
    """A well-formed GSTIN whose PAN begins with ZZZ: PANs are allotted upward from AAA, so this one is nobody's."""
    words = name.upper().split() or ["A"]
    initial = words[-1 if holder is Holder.INDIVIDUAL else 0][0]
    if not "A" <= initial <= "Z":
        initial = "A"
    serial, letter, entity = dice.integers(0, (9999, 26, 3)).tolist()
    pan = f"ZZZ{_HOLDER[holder]}{initial}{serial + 1:04}{_ALPHABET[10 + letter]}"
    first = f"{state}{pan}{entity + 1}Z"
    return first + check_character(first)
