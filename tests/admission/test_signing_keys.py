"""Keys that sign come and go while tokens are out, in several processes, and nobody notices."""

from datetime import datetime, timedelta

import pytest
from tests.admission.conftest import AT, Desk

from ledgerflow.admission.signing_keys import AGE, TRUSTED, current_keys, rotate_keys
from ledgerflow.api.house import Keys, draw_secret
from ledgerflow.identity.roles import Role
from ledgerflow.identity.tokens import ANNOUNCED, LONGEST, Claims, KeyRing, TokenRefused, key_named


def claims(at: datetime) -> Claims:
    return Claims("asha", "acme", Role.VIEWER, "session", at + LONGEST)


def test_no_process_refuses_a_token_while_keys_rotate(desk: Desk) -> None:
    """Three processes, some hours, a key each forty minutes, and somebody who shows tokens with keys that are none."""
    processes = [Keys(lambda: desk.ledger) for _ in range(3)]
    out: list[tuple[str, datetime]] = []
    signed_by = set[str]()
    noise = KeyRing(current_keys(desk.ledger, draw_secret(), at=AT)).sign(claims(AT), AT)
    stranger = f"eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoieCJ9{noise[noise.index('.') :]}"
    at, turn = AT, 0
    while at < AT + timedelta(hours=2, minutes=45):
        if turn % 80 == 40:
            rotate_keys(desk.ledger, draw_secret(), at=at, actor="cli")
        token = processes[turn % 3].ring(at).sign(claims(at), at)
        signed_by.add(key_named(token))
        out = [(token, at), *(one for one in out if one[1] + LONGEST > at)]
        for process in processes:
            for shown, since in (out[0], out[len(out) // 2], out[-1]):
                assert process.verify(shown, at).expires_at == since + LONGEST
        with pytest.raises(TokenRefused):
            processes[turn % 3].verify(stranger, at)
        at += timedelta(seconds=30)
        turn += 1
    assert len(signed_by) == 5
    known = {key.id for key in desk.ledger.people.signing_keys()}
    assert len(known) <= 4, "what nobody needs any more is gone"


def test_a_key_is_known_before_it_signs_and_trusted_after_it_does_no_more(desk: Desk) -> None:
    start = AT + timedelta(days=1)
    rotate_keys(desk.ledger, "first", at=start, actor="cli")
    rotate_keys(desk.ledger, "second", at=start + timedelta(hours=2), actor="cli")
    rotated = start + timedelta(hours=2)

    def at(seconds: float) -> tuple[str, set[str]]:
        moment = rotated + timedelta(seconds=seconds)
        keys = current_keys(desk.ledger, "", at=moment)
        return key_named(KeyRing(keys).sign(claims(moment), moment)), {key.id for key in keys}

    assert at(0) == ("first", {"first", "second"})
    assert at(ANNOUNCED.total_seconds() - 1) == ("first", {"first", "second"})
    assert at(ANNOUNCED.total_seconds()) == ("second", {"first", "second"})
    assert at((ANNOUNCED + TRUSTED).total_seconds() - 1) == ("second", {"first", "second"})
    assert at((ANNOUNCED + TRUSTED).total_seconds()) == ("second", {"second"})


def test_each_process_publishes_a_key_before_any_other_signs_by_it(desk: Desk) -> None:
    at = AT + timedelta(days=50)
    own, other = Keys(lambda: desk.ledger), Keys(lambda: desk.ledger)
    other.ring(at)
    rotate_keys(desk.ledger, "fresh", at=at + timedelta(seconds=5), actor="cli")
    signing = at + timedelta(seconds=5) + ANNOUNCED
    assert key_named(own.ring(signing).sign(claims(signing), signing)) == "fresh"
    assert not other.ring(signing).knows("fresh")
    assert "fresh" in [key["kid"] for key in other.latest(signing).public()["keys"]]


def test_a_key_that_is_old_is_followed_by_another_and_only_one(desk: Desk) -> None:
    start = AT + timedelta(days=100)
    rotate_keys(desk.ledger, "old", at=start, actor="cli")
    later = start + AGE
    for id in ("new", "too many"):
        current_keys(desk.ledger, id, at=later)
        rotate_keys(desk.ledger, id, at=later, actor="keys", unless_since=later - AGE)
    assert [key.id for key in current_keys(desk.ledger, "more", at=later)] == ["new", "old"]
    assert (desk.last().deed, desk.last().actor) == ("rotate_signing_keys", "keys")


def test_no_private_key_is_in_the_trail_or_in_what_is_published(desk: Desk) -> None:
    keys = current_keys(desk.ledger, draw_secret(), at=AT + timedelta(days=200))
    [published, *_] = KeyRing(keys).public()["keys"]
    assert published.keys() == {"kty", "crv", "x", "kid", "alg", "use"}
    assert '"d"' not in str(desk.trail())
