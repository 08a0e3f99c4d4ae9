"""Keys of machines: what they say, and when they are good no more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.admission.conftest import AT, Desk

from ledgerflow.admission.machines import end_key, make_key, require_key, tenant_named
from ledgerflow.admission.signing_in import SignedOut
from ledgerflow.api.house import draw_secret
from ledgerflow.billing.errors import InputRefused
from ledgerflow.identity.people import ApiKey, KeyUnknown
from ledgerflow.identity.roles import OF_TENANT, Role

LIFE = timedelta(days=30)


def made(desk: Desk, role: Role = Role.VIEWER) -> tuple[ApiKey, str]:
    return make_key(desk.ledger, "acme", "till", role, LIFE, at=AT, actor="owner", draw=draw_secret)


@pytest.mark.parametrize("role", OF_TENANT)
def test_a_key_is_good_until_its_day_and_has_a_role_of_its_own(desk: Desk, role: Role) -> None:
    key, words = made(desk, role)
    assert tenant_named(words) == "acme"
    assert require_key(desk.ledger, words, AT + LIFE - timedelta(seconds=1)).role is role
    with pytest.raises(SignedOut, match="has ended"):
        require_key(desk.ledger, words, AT + LIFE)
    assert words.rpartition(".")[2] not in str(desk.trail()) + key.digest


def test_a_key_that_was_ended_is_good_no_more_and_stays_in_the_list(desk: Desk) -> None:
    key, words = made(desk)
    end_key(desk.ledger, key.id, at=AT, actor="owner")
    before = desk.last()
    assert end_key(desk.ledger, key.id, at=AT, actor="another").ended == "by owner"
    assert desk.last() == before
    with pytest.raises(SignedOut, match="has ended"):
        require_key(desk.ledger, words, AT)
    assert (key.id, "by owner") in [(one.id, one.ended) for one in desk.ledger.people.keys(limit=50)]
    with pytest.raises(KeyUnknown):
        end_key(desk.ledger, "never", at=AT, actor="owner")


WRONG: dict[str, Callable[[list[str], list[str]], list[str]]] = {
    "another secret": lambda own, other: [*own[:3], draw_secret()],
    "the secret of another key": lambda own, other: [*own[:3], other[3]],
    "no secret": lambda own, other: [*own[:3], ""],
    "another id": lambda own, other: [*own[:2], draw_secret(), own[3]],
    "a longer secret": lambda own, other: [*own[:3], own[3] + "A"],
    "a huge id": lambda own, other: [*own[:2], "a" * 10**6, own[3]],
    "a huge secret": lambda own, other: [*own[:3], "a" * 10**6],
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_nearly_a_key_is_refused_and_does_not_say_why(desk: Desk, case: str) -> None:
    (_, own), (_, other) = made(desk), made(desk)
    words = ".".join(WRONG[case](own.split("."), other.split(".")))
    with pytest.raises(SignedOut) as refusal:
        require_key(desk.ledger, words, AT)
    with pytest.raises(SignedOut) as unknown:
        require_key(desk.ledger, "lf.acme.never.never", AT)
    assert str(refusal.value) == str(unknown.value)


@pytest.mark.parametrize(
    "words", ["", "lf", "lf.acme", "lf.acme.id", "lf.acme.a.b.c", "lf.ac.me.a.b", "LF.acme.a.b", "a.b.c"]
)
def test_what_has_another_shape_names_no_tenant(words: str) -> None:
    assert tenant_named(words) == ""


def test_no_machine_looks_after_the_installation(desk: Desk) -> None:
    with pytest.raises(InputRefused, match="not a tenant's"):
        made(desk, Role.OPERATOR)


def test_keys_are_listed_newest_first_page_by_page(desk: Desk) -> None:
    for minute in range(7):
        at = AT + timedelta(minutes=minute // 2)
        make_key(desk.ledger, "acme", "till", Role.VIEWER, LIFE, at=at, actor="owner", draw=draw_secret)
    everything = desk.ledger.people.keys()
    assert [one.created_at for one in everything] == sorted((one.created_at for one in everything), reverse=True)
    paged, after = list[ApiKey](), None
    while page := desk.ledger.people.keys(after, 3):
        paged += page
        after = page[-1]
    assert paged == everything
