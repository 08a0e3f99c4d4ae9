"""Files of worked examples: assessed as a whole, and held against what they expect."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing import golden_gst, golden_vat


def assess_examples(
    content: bytes, kind: Literal["gst", "vat"], laws: Mapping[str, TaxStrategy]
) -> tuple[dict[str, Any], list[str]]:
    """The file with every example assessed, and where it differs from what the examples expected.

    Raises InputRefused where the file or an example cannot be read, all faults at once.
    """
    document = _read(content)
    examples = [
        golden_gst.assess_gst(example, laws["gst"]) if kind == "gst" else golden_vat.assess_vat(example, laws)
        for example in document["examples"]
    ]
    differ = golden_gst.differences if kind == "gst" else golden_vat.differences
    differences = [
        f"{given.get('id', place)} {difference}"
        for place, (given, computed) in enumerate(zip(document["examples"], examples, strict=True))
        for difference in differ(given, computed)
    ]
    return {**document, "examples": examples}, differences


def _read(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise InputRefused([Finding("examples.not_json", "", f"This is no JSON: {error}.", "Give a JSON file.")]) from error
    examples = document if isinstance(document, list) else document.get("examples") if isinstance(document, dict) else None
    if not isinstance(examples, list) or not all(isinstance(example, dict) for example in examples):
        advice = 'Give {"examples": [...]}, as in tests/golden.'
        raise InputRefused([Finding("examples.missing", "/examples", "There is no list of examples.", advice)])
    return {**(document if isinstance(document, dict) else {}), "examples": examples}
