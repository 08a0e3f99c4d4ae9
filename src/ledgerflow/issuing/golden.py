"""Files of worked examples: assessed as a whole, and held against what they expect."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.billing.tax import TaxStrategy
from ledgerflow.issuing import golden_gst, golden_vat

Kind = Literal["gst", "vat"]
_Assess = Callable[[Mapping[str, Any], Mapping[str, TaxStrategy], str], dict[str, Any]]
_LISTS: dict[Kind, dict[str, _Assess]] = {
    "gst": {"examples": golden_gst.assess_gst},
    "vat": {"examples": golden_vat.assess_vat, "foreign_currency": golden_vat.assess_conversion},
}
_DIFFERENCES = {"gst": golden_gst.differences, "vat": golden_vat.differences}


def assess_examples(content: bytes, kind: Kind, laws: Mapping[str, TaxStrategy]) -> tuple[dict[str, Any], list[str]]:
    """The file with every example assessed, and where it differs from what the examples expected.

    Raises InputRefused where the file or an example cannot be read, all faults at once.
    """
    document = _read(content, kind)
    computed: dict[str, list[dict[str, Any]]] = {}
    findings: list[Finding] = []
    for name, assess in _LISTS[kind].items():
        for place, example in enumerate(document.get(name) or ()):
            try:
                computed.setdefault(name, []).append(assess(example, laws, f"/{name}/{place}"))
            except InputRefused as refused:
                findings += refused.findings
            except InvalidOperation:
                findings.append(_too_large(f"/{name}/{place}"))
    if findings:
        raise InputRefused(findings)
    differences = [
        f"{given.get('id', f'/{name}/{place}')} {difference}"
        for name, answers in computed.items()
        for place, (given, answer) in enumerate(zip(document[name], answers, strict=True))
        for difference in _DIFFERENCES[kind](given, answer)
    ]
    return {**document, **computed}, differences


def _too_large(place: str) -> Finding:
    message = "Its amounts, multiplied and added up, have more digits than are reckoned exactly (28)."
    return Finding("example.too_large", place, message, "Give smaller quantities, prices or rates.")


def _read(content: bytes, kind: Kind) -> dict[str, Any]:
    try:
        document = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        finding = Finding("examples.not_json", "/", f"This is no JSON: {reason}.", "Give a JSON file.")
        raise InputRefused([finding]) from error
    if isinstance(document, list):
        document = {"examples": document}
    if isinstance(document, dict) and "lines" in document:
        document = {"examples": [document]}
    lists = [name for name in _LISTS[kind] if isinstance(document, dict) and document.get(name) is not None]
    wrong = [name for name in lists if not isinstance(document[name], list)]
    if wrong or not lists:
        message = "There is no list of examples."
        place = f"/{(wrong or ['examples'])[0]}"
        raise InputRefused([Finding("examples.missing", place, message, 'Give {"examples": [...]}.')])
    return {**document}
