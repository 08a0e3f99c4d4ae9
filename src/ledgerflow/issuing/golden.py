"""Files of worked examples: assessed as a whole, and held against what they expect."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing import golden_gst, golden_vat

_LISTS = ("examples", "foreign_currency")


def assess_examples(
    content: bytes, kind: Literal["gst", "vat"], laws: Mapping[str, TaxStrategy]
) -> tuple[dict[str, Any], list[str]]:
    """The file with every example assessed, and where it differs from what the examples expected.

    Raises InputRefused where the file or an example cannot be read, all faults at once.
    """
    document = _read(content)
    if kind == "gst":
        computed = golden_gst.assess_gst_file(document, laws["gst"])
    else:
        computed = golden_vat.assess_vat_file(document, laws)
    differ = golden_gst.differences if kind == "gst" else golden_vat.differences
    differences = [
        f"{given.get('id', f'/{name}/{place}')} {difference}"
        for name in _LISTS
        for place, (given, answer) in enumerate(zip(document.get(name, ()), computed.get(name, ()), strict=False))
        for difference in differ(given, answer)
    ]
    return {**document, **computed}, differences


def _read(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content, parse_float=Decimal)
    except ValueError as error:
        finding = Finding("examples.not_json", "/", f"This is no JSON: {error}.", "Give a JSON file.")
        raise InputRefused([finding]) from error
    if isinstance(document, list):
        document = {"examples": document}
    if not isinstance(document, dict) or not isinstance(document.get("examples"), list):
        advice = 'Give {"examples": [...]}.'
        raise InputRefused([Finding("examples.missing", "/examples", "There is no list of examples.", advice)])
    return document
