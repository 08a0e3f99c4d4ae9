"""Signing in, going on, and everything by which a sign-in ends."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.admission.conftest import AT, WORDS, Desk

from ledgerflow.admission.account import change_password, end_other_sessions, end_session
from ledgerflow.admission.signing_in import (
    TOGETHER,
    Admitted,
    JustUsed,
    NotAdmitted,
    Refresh,
    SignedOut,
    claims_of,
    go_on,
    refuse_stranger,
    require_admitted,
    sign_in,
    sign_out,
)
from ledgerflow.admission.staying import USUAL, Stay
from ledgerflow.admission.users import change_user, invite_again, take_up_invitation
from ledgerflow.api.house import draw_secret
from ledgerflow.identity.people import User
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.ports import Journal

OTHER = "other words that nobody knows"
LATER = AT + timedelta(minutes=5)


def again(desk: Desk, token: str, at: datetime = LATER, stay: Stay = USUAL) -> Admitted:
    return go_on(desk.ledger, token, stay, at=at, draw=draw_secret)


@pytest.mark.parametrize("written", [str, str.upper, lambda email: f"  {email} "])
def test_who_has_the_password_comes_in_however_the_address_is_written(
    desk: Desk, written: Callable[[str], str]
) -> None:
    user = desk.user()
    admitted = sign_in(desk.ledger, written(user.email), WORDS, USUAL, at=AT, draw=draw_secret)
    assert admitted.user == user
    assert require_admitted(desk.ledger, claims_of("default", admitted, AT, USUAL.token), AT) == user
    last = desk.last()
    assert (last.actor, last.deed) == (user.id, "sign_in")
    assert admitted.refresh.rpartition(".")[2] not in str(desk.trail()), "no secret is in the trail"


REFUSED: dict[str, tuple[Callable[[Desk], User], str, str]] = {
    "a wrong password": (lambda desk: desk.user(), OTHER, "password"),
    "nearly the password": (lambda desk: desk.user(), WORDS + "s", "password"),
    "no password at all": (lambda desk: desk.user(), "", "password"),
    "who was shut out": (lambda desk: desk.user(active=False), WORDS, "inactive"),
    "who was shut out, wrongly": (lambda desk: desk.user(active=False), OTHER, "password"),
    "who was invited and set none": (lambda desk: desk.user(password=""), "", "password"),
    "who was invited, by the password of nobody": (lambda desk: desk.user(password=""), WORDS, "password"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_who_is_refused_is_told_nothing_and_the_trail_why(desk: Desk, case: str) -> None:
    made, password, reason = REFUSED[case]
    user = made(desk)
    with pytest.raises(NotAdmitted) as refusal:
        sign_in(desk.ledger, user.email, password, USUAL, at=AT, draw=draw_secret)
    with pytest.raises(NotAdmitted) as unknown:
        sign_in(desk.ledger, "nobody@example.com", password, USUAL, at=AT, draw=draw_secret)
    assert str(refusal.value) == str(unknown.value)
    entry = desk.trail()[-2]
    assert (entry.actor, entry.deed, json.loads(entry.details)) == (user.id, "sign_in_refused", {"reason": reason})
    assert user.email not in entry.details
    assert desk.ledger.people.sessions(user.id) == []


def test_strangers_cannot_fill_the_trail_and_do_not_hide_what_is_tried_on_others(desk: Desk) -> None:
    def knock(at: datetime) -> None:
        with pytest.raises(NotAdmitted):
            refuse_stranger(desk.ledger, "", at=at)

    before, user = len(desk.trail()), desk.user()

    def refuse(journal: Journal) -> None:
        journal.audit_sparingly(AT + timedelta(days=1), "nobody", "sign_in_refused", {"reason": "tenant"})

    for _ in range(40):
        desk.ledger.transact(refuse)
    knock(AT + timedelta(days=1, seconds=40))
    assert len(desk.trail()) - before == 20
    with pytest.raises(NotAdmitted):
        sign_in(desk.ledger, user.email, OTHER, USUAL, at=AT + timedelta(days=1, minutes=1), draw=draw_secret)
    assert desk.last().actor == user.id
    knock(AT + timedelta(days=1, hours=2))
    assert (desk.last().actor, json.loads(desk.last().details)) == ("nobody", {"reason": "tenant"})


def test_each_refresh_token_is_good_once_and_the_next_of_its_family_follows(desk: Desk) -> None:
    first = desk.signed_in(desk.user())
    second = again(desk, first.refresh)
    third = again(desk, second.refresh, LATER + timedelta(minutes=5))
    assert [one.session.turn for one in (first, second, third)] == [0, 1, 2]
    assert len({one.refresh for one in (first, second, third)}) == 3
    assert {one.session.id for one in (first, second, third)} == {first.session.id}
    assert third.session.expires_at == LATER + timedelta(minutes=5) + USUAL.unused


@pytest.mark.parametrize("turns", [1, 2, 5])
@pytest.mark.requirement("NFR.2", "NFR.6")
def test_a_token_that_is_shown_again_ends_its_family_alone_and_the_trail_says_so(desk: Desk, turns: int) -> None:
    user = desk.user()
    stolen, other = desk.signed_in(user), desk.signed_in(user)
    newest, at = stolen, AT
    for _ in range(turns):
        at += timedelta(minutes=5)
        newest = again(desk, newest.refresh, at)
    at += TOGETHER
    with pytest.raises(SignedOut):
        again(desk, stolen.refresh, at)
    entry = desk.last()
    details = {"session": stolen.session.id, "turn": 0}
    assert (entry.actor, entry.deed, json.loads(entry.details)) == (user.id, "refresh_token_reused", details)
    with pytest.raises(SignedOut, match="shown again"):
        again(desk, newest.refresh, at)
    with pytest.raises(SignedOut, match="shown again"):
        require_admitted(desk.ledger, claims_of("default", newest, at, USUAL.token), at)
    assert desk.last() == entry, "it is told once"
    assert again(desk, other.refresh, at).user == user


def test_two_windows_that_show_one_token_at_once_stay_signed_in_and_only_one_gets_the_next(desk: Desk) -> None:
    admitted = desk.signed_in(desk.user())
    first = again(desk, admitted.refresh)
    with pytest.raises(JustUsed):
        again(desk, admitted.refresh, LATER + TOGETHER - timedelta(seconds=1))
    assert again(desk, first.refresh, LATER + TOGETHER).session.turn == 2


def test_an_older_token_is_stolen_however_soon_it_comes(desk: Desk) -> None:
    first = desk.signed_in(desk.user())
    again(desk, again(desk, first.refresh).refresh)
    with pytest.raises(SignedOut, match="shown again"):
        again(desk, first.refresh)


MADE_UP = {
    "another family": lambda shown: Refresh(shown.session, shown.turn, draw_secret(), shown.secret),
    "another family of a turn before": lambda shown: Refresh(shown.session, 0, draw_secret(), draw_secret()),
    "another secret": lambda shown: Refresh(shown.session, shown.turn, shown.family, draw_secret()),
    "a turn to come": lambda shown: Refresh(shown.session, shown.turn + 1, shown.family, shown.secret),
    "another session": lambda shown: Refresh(draw_secret(), shown.turn, shown.family, shown.secret),
}


@pytest.mark.parametrize("case", MADE_UP)
def test_a_token_that_was_made_up_is_refused_and_signs_nobody_out(desk: Desk, case: str) -> None:
    good = again(desk, desk.signed_in(desk.user()).refresh)
    before = desk.last()
    with pytest.raises(SignedOut, match="not good"):
        again(desk, MADE_UP[case](Refresh.read(good.refresh)).text(), LATER + timedelta(minutes=1))
    assert desk.last() == before
    assert again(desk, good.refresh, LATER + timedelta(minutes=1)).session.turn == 2


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "a", "a.b.c.d", "a.1.b", "a.1.b.c.d", "a.-1.b.c", "a.1e3.b.c", "a.١.b.c", "a.1.b.", ".1.b.c"),
        *("a.1.b.c\n", "a.1.b\0.c", "a.1.b.c'--", f"a.{'9' * 10}.b.c", f"{'a' * 101}.1.b.c", "a.1.b." + "c" * 10**6),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_refresh_token_is_refused_before_anybody_is_asked(desk: Desk, text: str) -> None:
    with pytest.raises(SignedOut, match="no refresh token"):
        again(desk, text)


def test_a_sign_in_ends_when_it_is_not_used_and_in_any_case_after_its_days(desk: Desk) -> None:
    user = desk.user()
    idle = desk.signed_in(user)
    with pytest.raises(SignedOut, match="expired"):
        again(desk, idle.refresh, AT + USUAL.unused)
    busy, at = desk.signed_in(user), AT
    while at + timedelta(days=13) < AT + USUAL.whole:
        at += timedelta(days=13)
        busy = again(desk, busy.refresh, at)
    assert busy.session.expires_at <= AT + USUAL.whole
    with pytest.raises(SignedOut, match="expired"):
        again(desk, busy.refresh, AT + USUAL.whole)


def test_a_sign_in_that_began_when_it_might_last_longer_is_over_as_others_are(desk: Desk) -> None:
    user, day = desk.user(), timedelta(days=1)
    for shorter in (Stay(USUAL.token, 2 * day, 90 * day), Stay(USUAL.token, 2 * day, 2 * day)):
        held = desk.signed_in(user)
        with pytest.raises(SignedOut, match="expired"):
            again(desk, held.refresh, AT + 2 * day, shorter)
        going_on = again(desk, held.refresh, AT + 2 * day - timedelta(seconds=1), shorter)
        assert going_on.session.expires_at <= AT + 4 * day


def _taken_up(desk: Desk, user: User, _own: Admitted, _other: Admitted) -> None:
    _, secret = invite_again(desk.ledger, user.id, at=AT, actor="owner", draw=draw_secret)
    take_up_invitation(desk.ledger, secret, OTHER, at=AT)


Ending = Callable[[Desk, User, Admitted, Admitted], object]
ENDING: dict[str, tuple[Ending, bool, bool]] = {
    "signing out": (lambda desk, user, own, other: sign_out(desk.ledger, own.session.id, at=AT), False, True),
    "ending the other": (
        lambda desk, user, own, other: end_session(desk.ledger, user.id, other.session.id, at=AT),
        True,
        False,
    ),
    "ending all others": (
        lambda desk, user, own, other: end_other_sessions(desk.ledger, user.id, session=own.session.id, at=AT),
        True,
        False,
    ),
    "another password": (
        lambda desk, user, own, other: change_password(
            desk.ledger, user.id, WORDS, OTHER, session=own.session.id, at=AT
        ),
        True,
        False,
    ),
    "a password by a link": (_taken_up, False, False),
    "another role": (
        lambda desk, user, own, other: change_user(desk.ledger, user.id, Role.AUDITOR, at=AT, actor="owner"),
        False,
        False,
    ),
    "being shut out": (
        lambda desk, user, own, other: change_user(desk.ledger, user.id, active=False, at=AT, actor="owner"),
        False,
        False,
    ),
    "another name": (
        lambda desk, user, own, other: change_user(desk.ledger, user.id, name="Bina", at=AT, actor="owner"),
        True,
        True,
    ),
}


@pytest.mark.parametrize("case", ENDING)
def test_what_ends_a_sign_in_ends_its_tokens_of_both_kinds_at_once(desk: Desk, case: str) -> None:
    end, *stay = ENDING[case]
    user = desk.user()
    both = desk.signed_in(user), desk.signed_in(user)
    before = desk.last().sequence
    end(desk, user, *both)
    assert desk.last().sequence > before, "it is in the trail"
    for admitted, stays in zip(both, stay, strict=True):
        if stays:
            require_admitted(desk.ledger, claims_of("default", admitted, AT, USUAL.token), AT)
            assert again(desk, admitted.refresh)
            continue
        with pytest.raises(SignedOut):
            require_admitted(desk.ledger, claims_of("default", admitted, AT, USUAL.token), AT)
        with pytest.raises(SignedOut):
            again(desk, admitted.refresh)


def test_a_token_is_good_only_for_who_signed_in_and_as_what_they_are(desk: Desk) -> None:
    asha, bina = desk.signed_in(desk.user()), desk.signed_in(desk.user())
    swapped = Admitted(asha.user, bina.session, "")
    with pytest.raises(SignedOut):
        require_admitted(desk.ledger, claims_of("default", swapped, AT, USUAL.token), AT)
    with pytest.raises(SignedOut, match="expired"):
        require_admitted(desk.ledger, claims_of("default", asha, AT, USUAL.token), AT + USUAL.unused)
