"""tenants, operators and keys: who comes in before anybody can say so over HTTP."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from ledgerflow.admission.signing_in import sign_in
from ledgerflow.admission.staying import USUAL
from ledgerflow.admission.users import InvitationOver, change_user, take_up_invitation
from ledgerflow.api.house import draw_secret
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.store.opening import open_ledger

NOW = datetime.now(UTC)  # noqa: TID251 - a door reads the clock, and so must who stands before it
WORDS = "four words of no sense"


@pytest.fixture
def books(tmp_path: Path) -> str:
    return str(tmp_path / "books.db")


def test_a_tenant_is_entered_with_an_owner_who_comes_in_by_the_link(books: str, run: Run) -> None:
    created = run("tenants", "create", "tea-house", "--email", "Asha@Tea.example", "--database", books)
    assert created.status == 0
    path, _, secret = created.out.strip().rpartition("&secret=")
    assert path == "/invitation#tenant=tea-house"
    assert "asha@tea.example" in created.err
    with open_ledger(books, "tea-house") as ledger:
        owner = take_up_invitation(ledger, secret, WORDS, at=NOW)
        assert owner.role is Role.OWNER
        assert sign_in(ledger, "asha@tea.example", WORDS, USUAL, at=NOW, draw=draw_secret).user == owner
        assert "command line" in {entry.actor for entry in ledger.audit_trail()}
    again = json.loads(
        run("tenants", "create", "tea-house", "--email", "asha@tea.example", "--database", books, "--json").out
    )
    assert (again["tenant"], again["user"], again["role"]) == ("tea-house", owner.id, "owner")
    with open_ledger(books, "tea-house") as ledger:
        with pytest.raises(InvitationOver):
            take_up_invitation(ledger, secret, WORDS, at=NOW)
        assert take_up_invitation(ledger, again["secret"], WORDS, at=NOW).id == owner.id


def test_tenants_are_listed_without_the_installation(books: str, run: Run) -> None:
    for name in ("tea-house", "bakery"):
        run("tenants", "create", name, "--email", f"owner@{name}.example", "--database", books)
    run("operators", "create", "--email", "root@example.com", "--database", books)
    listed = json.loads(run("tenants", "list", "--database", books, "--json").out)
    assert [one["tenant"] for one in listed] == ["bakery", "tea-house"]
    assert {(one["users"], one["can_sign_in"]) for one in listed} == {(1, 0)}
    assert "tea-house" in run("tenants", "list", "--database", books).out


@pytest.mark.parametrize("name", ["_installation", "Tea", "a b", "../x", "", "x" * 64])
def test_what_is_no_name_of_a_tenant_is_refused(books: str, run: Run, name: str) -> None:
    refused = run("tenants", "create", name, "--email", "asha@tea.example", "--database", books)
    assert refused.status == 2
    assert refused.out == ""
    assert not Path(books).exists() or json.loads(run("tenants", "list", "--database", books, "--json").out) == []


def test_nobody_else_is_made_an_owner_by_their_address(books: str, run: Run) -> None:
    asking = ("tenants", "create", "tea-house", "--database", books, "--email")
    id = json.loads(run(*asking, "asha@tea.example", "--json").out)["user"]
    with open_ledger(books, "tea-house") as ledger:
        change_user(ledger, id, Role.VIEWER, at=NOW, actor="test")
    assert run(*asking, "asha@tea.example").status == 2
    assert run(*asking, "no address").status == 2
    with open_ledger(books, "tea-house") as ledger:
        assert [user.role for user in ledger.people.users()] == [Role.VIEWER]


def test_an_operator_belongs_to_the_installation(books: str, run: Run) -> None:
    for _ in range(2):
        made = json.loads(run("operators", "create", "--email", "root@example.com", "--database", books, "--json").out)
    assert (made["tenant"], made["role"]) == (INSTALLATION, "operator")
    with open_ledger(books, INSTALLATION) as ledger:
        assert [user.role for user in ledger.people.users()] == [Role.OPERATOR]
        assert take_up_invitation(ledger, made["secret"], WORDS, at=NOW).id == made["user"]


def test_the_next_key_signs_and_the_one_before_is_trusted_for_a_while(books: str, run: Run) -> None:
    first = run("keys", "rotate", "--database", books).out.strip()
    keys = json.loads(run("keys", "rotate", "--database", books, "--json").out)
    assert [key["id"] for key in keys][1:] == [first]
    assert [key["retired_at"] is None for key in keys] == [True, False]
    assert "jwk" not in keys[0]
