"""Whether everything that is said to users is said in Arabic and Hindi too."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest

from ledgerflow import words
from ledgerflow.api import problems
from ledgerflow.simulation.config import SimulationConfig

SOURCE = Path(__file__).parents[2] / "src" / "ledgerflow"
FOREIGN = [lang for lang in words.LANGUAGES if lang != words.ENGLISH]
LOGS = ("log", "_log")  # whose words are for the log, in English: `log.error(...)` says nothing to users
SAYING = {"Finding", "FindingModel", "refuse", "error", "warning", "add", "wrong", "_nothing", "_unknown", "Refusal"}
CODE = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z_]+)?")
OF_TEXTS = ("name", "sku")  # of whose cells the same is said
ROOMS_THAT_SPEAK_ENGLISH = ("cli", "worker", "store", "telemetry")  # the command line, and logs


def said() -> Iterator[tuple[str, frozenset[str] | None]]:
    """Each code in the source, with the parameters that are given beside it where the call shows them."""
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] not in ROOMS_THAT_SPEAK_ENGLISH:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _speaks(ast.unparse(node.func).split(".")):
                    yield from _codes(node)


def _speaks(called: list[str]) -> bool:
    return called[-1] in SAYING and not set(called[:-1]) & set(LOGS)


def _codes(call: ast.Call) -> Iterator[tuple[str, frozenset[str] | None]]:
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    is_refusal = ast.unparse(call.func) == "Refusal"
    first = named.get("code") or next(iter(call.args[3 if is_refusal else 0 :]), None)
    if isinstance(first, ast.JoinedStr) and ast.unparse(first).startswith("f'{what}."):
        for what in OF_TEXTS:
            yield ast.unparse(first)[2:-1].replace("{what}", what), None
    if isinstance(first, ast.Constant) and CODE.fullmatch(str(first.value)):
        given = named.get("parameters") or next((one for one in call.args[4:] if isinstance(one, ast.Dict)), None)
        keys = given.keys if isinstance(given, ast.Dict) else None
        shown = keys is not None and all(isinstance(key, ast.Constant) for key in keys)
        yield (
            str(first.value),
            frozenset(str(key.value) for key in keys or () if isinstance(key, ast.Constant)) if shown else None,
        )


def placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


@pytest.mark.parametrize("lang", FOREIGN)
def test_every_finding_has_its_words(lang: str) -> None:
    found = dict(said())
    assert len(found) > 90
    lacking = sorted(code for code in found if code not in words.book(lang)["findings"])
    assert lacking == []


@pytest.mark.parametrize("lang", FOREIGN)
def test_words_ask_for_what_findings_give(lang: str) -> None:
    given: dict[str, set[frozenset[str] | None]] = {}
    for code, parameters in said():
        given.setdefault(code, set()).add(parameters)
    for code, texts in words.book(lang)["findings"].items():
        asked = frozenset[str]().union(*map(placeholders, texts))
        for parameters in given.get(code, ()):
            assert parameters is None or asked <= parameters, (code, asked, parameters)


def test_both_languages_ask_for_the_same() -> None:
    ours, others = (words.book(lang)["findings"] for lang in FOREIGN)
    assert ours.keys() == others.keys()
    for code in ours:
        assert [placeholders(text) for text in ours[code]] == [placeholders(text) for text in others[code]], code


@pytest.mark.parametrize("lang", FOREIGN)
def test_every_problem_has_its_words(lang: str) -> None:
    book = words.book(lang)
    for kind, _, _, title in problems._KINDS:
        assert title in book["problems"], title
        assert kind.__name__ in book["details"], kind
        wanted = placeholders(book["details"][kind.__name__])
        assert wanted <= placeholders(kind.message), kind
    assert {str(title) for title in titles()} <= book["problems"].keys()


def titles() -> Iterator[object]:
    """The titles of refusals that are answered without an error of the trade."""
    for path in sorted((SOURCE / "api").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("answer", "Refusal"):
                place = 3 if ast.unparse(node.func) == "answer" else 2
                title = node.args[place] if len(node.args) > place else None
                if isinstance(title, ast.Constant):
                    yield title.value


def texts(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name in ("title", "description") and isinstance(value, str):
                yield value
            else:
                yield from texts(value)
    elif isinstance(node, list):
        for one in node:
            yield from texts(one)


def choices(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        yield from node.get("enum", ())
    if isinstance(node, Mapping | list):
        for one in node.values() if isinstance(node, Mapping) else node:
            yield from choices(one)


@pytest.mark.parametrize("lang", FOREIGN)
def test_the_form_is_whole_in_every_language(lang: str) -> None:
    schema = SimulationConfig.model_json_schema()
    book = words.book(lang)
    assert sorted({" ".join(text.split()) for text in texts(schema)} - book["schema"].keys()) == []
    assert sorted(set(choices(schema)) - book["choices"].keys()) == []
    assert sorted(set(choices(schema)) - words.book("en")["choices"].keys()) == []
    given = words.translated(schema, lang)
    own = re.compile(r"[\u0600-\u06ff]" if lang == "ar" else r"[\u0900-\u097f]")
    assert [text for text in texts(given) if not own.search(text)] == []


def test_a_translated_form_takes_the_same() -> None:
    schema = SimulationConfig.model_json_schema()
    given = words.translated(schema, "ar")
    english = words.translated(schema, "en")
    assert english["properties"].keys() == schema["properties"].keys()  # type: ignore[union-attr]
    profile = given["$defs"]["RealismProfile"]  # type: ignore[index,call-overload]
    assert profile["enum"] == ["basic", "realistic", "advanced"]  # type: ignore[index,call-overload]
    assert profile["x-enum-titles"] == ["أساسي", "واقعي", "متقدم"]  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("wanted", "accepted", "lang"),
    [
        ("", "", "en"),
        ("hi", "ar", "hi"),
        ("", "ar-BH, en;q=0.8", "ar"),
        ("", "fr, hi;q=0.5, en;q=0.4", "hi"),
        ("", "ar;q=0, en", "en"),
        ("xx", "hi;q=a, *", "en"),
        ("../en", "", "en"),
    ],
)
def test_the_language_is_the_readers(wanted: str, accepted: str, lang: str) -> None:
    assert words.chosen(wanted, accepted) == lang


def test_what_lacks_a_parameter_is_told_in_english() -> None:
    assert words.told("price.text", {}, "ar") is None
    assert words.told("price.text", {"value": "abc"}, "ar") == ("abc ليس سعرًا.", "اكتب عددًا مثل 1250.50.")
    assert words.told("form.greater_than", {"gt": "0"}, "hi") == ("मान 0 से बड़ा होना चाहिए।", "")
    assert words.told("form.never_heard_of", {}, "hi") == ("यह मान मान्य नहीं है।", "इसे सुधारें।")
