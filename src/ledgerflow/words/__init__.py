"""What is said to users, in Arabic and Hindi: problems, findings and the form. English stands in the code itself.

A finding is found by its code, a problem by its English title, a text of the form by its English words.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TypeAlias, TypedDict, cast

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
ENGLISH = "en"
LANGUAGES = (ENGLISH, "ar", "hi")
_FORM = {"form.missing": "missing", "form.extra_forbidden": "unknown_key"}
_ANY_VALUE = "value_*"


class Book(TypedDict, total=False):
    """The words of one language. In `findings` each code has a message and an advice, both with parameters."""

    problems: Mapping[str, str]
    details: Mapping[str, str]
    findings: Mapping[str, Sequence[str]]
    schema: Mapping[str, str]
    choices: Mapping[str, str]


@cache
def book(lang: str) -> Book:
    """All words of a language; none of one that is not spoken here."""
    if lang not in LANGUAGES:
        return Book()
    return cast(Book, json.loads(files(__package__).joinpath(f"{lang}.json").read_text("utf-8")))


def chosen(wanted: str, accepted: str = "") -> str:
    """The language that is wanted, or else the first of an Accept-Language that is spoken here, or English."""
    if wanted in LANGUAGES:
        return wanted
    ranked = sorted((_ranked(one) for one in accepted.split(",")[:20]), key=lambda one: -one[0])
    return next((lang for weight, lang in ranked if weight > 0 and lang in LANGUAGES), ENGLISH)


def told(code: str, parameters: Mapping[str, str], lang: str) -> tuple[str, str] | None:
    """The message and the advice of a finding; None where English has to do."""
    findings = book(lang).get("findings", {})
    name = _FORM.get(code, code.replace("form.", "value_", 1))
    words = findings.get(name) or (findings.get(_ANY_VALUE) if name.startswith("value_") else None)
    if not words:
        return None
    message, advice = (_filled(text, parameters) for text in words)
    return None if message is None or advice is None else (message, advice)


def titled(title: str, lang: str) -> str:
    """The title of a problem."""
    return book(lang).get("problems", {}).get(title, title)


def detailed(error: str, parameters: Mapping[str, object], lang: str) -> str:
    """What an error says, by the name of its kind; empty where English has to do."""
    return _filled(book(lang).get("details", {}).get(error, ""), parameters) or ""


def translated(schema: Mapping[str, Json], lang: str) -> dict[str, Json]:
    """A JSON Schema with titles and descriptions in a language, and beside each `enum` the words for its values."""
    return {name: _translated(name, value, lang) for name, value in schema.items()} | _choices(schema, lang)


def _translated(name: str, value: Json, lang: str) -> Json:
    if isinstance(value, str):
        return book(lang).get("schema", {}).get(" ".join(value.split()), value) if _is_words(name) else value
    if isinstance(value, Mapping):
        return translated(value, lang)
    if isinstance(value, Sequence):
        return [translated(one, lang) if isinstance(one, Mapping) else one for one in value]
    return value


def _choices(schema: Mapping[str, Json], lang: str) -> dict[str, Json]:
    values = schema.get("enum")
    if not isinstance(values, Sequence) or isinstance(values, str):
        return {}
    words = book(lang).get("choices", {})
    return {"x-enum-titles": [words.get(str(value), str(value)) for value in values]}


def _is_words(name: str) -> bool:
    return name in ("title", "description")


def _filled(text: str, parameters: Mapping[str, object]) -> str | None:
    try:
        return text.format_map(parameters)
    except (KeyError, IndexError, ValueError):
        return None


def _ranked(wanted: str) -> tuple[float, str]:
    """One language of an Accept-Language, and how much it is wanted."""
    lang, _, weight = wanted.partition(";q=")
    try:
        rank = float(weight or 1)
    except ValueError:
        rank = 0
    return rank, lang.strip().partition("-")[0].casefold()
