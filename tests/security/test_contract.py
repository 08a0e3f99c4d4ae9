"""The OpenAPI document: it is sound, and the server keeps to it whatever it is sent."""

import re
from pathlib import Path

import httpx
import pytest
from tests.security.door import Door, opened, people_enter
from tests.security.fuzzing import GENEROUS, ROLES, key_of, tried

from ledgerflow.identity.roles import Role


@pytest.fixture(scope="module")
def generous(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[Role, str]]:
    folder = tmp_path_factory.mktemp("contract")
    database = str(folder / "ledger.db")
    people_enter(database)
    return folder, {role: key_of(database, role) for role in ROLES}


def test_the_document_is_sound(door: Door) -> None:
    from openapi_spec_validator import validate

    document = httpx.get(f"{door.url}/api/openapi.json").json()
    validate(document)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            told = operation["responses"]
            assert "422" not in told, (method, path)  # what cannot be taken is 400, with all findings
            assert "200" in told or "201" in told or "202" in told or "204" in told or "206" in told, (method, path)


def test_allow_names_what_the_document_has_at_a_path(door: Door) -> None:
    with door.client() as client:
        for path, operations in client.get("/api/openapi.json").json()["paths"].items():
            answer = client.options(re.sub(r"{\w+}", "1-1", path))
            named = set(answer.headers.get("Allow", "").split(", "))
            assert (answer.status_code, named) == (405, {method.upper() for method in operations}), path


NO_DAYS = ("0", "1764000000", "2026-04-01T00:00:00", "2026-4-1", "2026-02-30")


@pytest.mark.parametrize("place", ["invoices?first_day=", "overview?last_day=", "admin/audit?from="])
def test_only_a_day_is_taken_for_a_day(owner: httpx.Client, place: str) -> None:
    for day in NO_DAYS:
        refused = owner.get(f"/api/{place}{day}")
        assert refused.status_code == 400, (day, refused.text)
        assert [one["code"].startswith("form.date_") for one in refused.json()["findings"]] == [True], day
    assert owner.get(f"/api/{place}2026-04-01").status_code == 200


def test_whatever_is_sent_the_answer_is_a_documented_one(generous: tuple[Path, dict[Role, str]]) -> None:
    """Few examples in each of three roles; `make api-fuzz` tries many."""
    folder, keys = generous
    with opened(folder, settings=GENEROUS) as door:
        for role, words in keys.items():
            few = 2 if role is Role.OWNER else 1
            run = tried(door, words, few, "--phases", "examples,fuzzing", "--seed", "1")
            assert run.returncode == 0, (role, run.stdout[-6000:], run.stderr[-2000:])
