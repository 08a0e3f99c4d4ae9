"""The OpenAPI document: the routes as FastAPI tells them, and what every one of them may answer besides."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI

from ledgerflow.api.problems import MEDIA

_ALL = {
    "400": "What was sent cannot be taken",
    "414": "The address is too long",
    "431": "The headers are too many, or too large",
    "503": "Come back later",
}
_WITH_BODY = {"408": "The body did not come in time", "413": "The body is too large"}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")  # its own words for what we answer as a problem


def told(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What makes the document, once."""
    plain = app.openapi

    def make() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            for path, operation in _operations(document):
                _complete(path, operation)
            for name in _OF_FASTAPI:
                document["components"]["schemas"].pop(name, None)
            app.openapi_schema = document
        return app.openapi_schema

    return make


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation


def _complete(path: str, operation: dict[str, Any]) -> None:
    """Every refusal is a problem, under the name of its kind of document; FastAPI's 422 is never answered."""
    answers = operation["responses"]
    answers.pop("422", None)
    besides = dict(_ALL) if path.startswith("/api/") else {"414": _ALL["414"], "431": _ALL["431"], "400": _ALL["400"]}
    if "requestBody" in operation:
        besides |= _WITH_BODY
    for status, words in besides.items():
        answers.setdefault(status, {"description": words})
    for status, answer in answers.items():
        if status >= "400":
            answer["content"] = {MEDIA: {"schema": _PROBLEM}}
    for status in ("429", "503"):
        if status in answers:
            answers[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
