"""Invitations, passwords, roles, and the owner who stays."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from tests.admission.conftest import AT, WORDS, Desk

from ledgerflow.admission.account import SessionUnknown, change_password, end_session
from ledgerflow.admission.signing_in import NotAdmitted, SignedOut, go_on, sign_in
from ledgerflow.admission.staying import USUAL
from ledgerflow.admission.users import (
    INVITED,
    InvitationOver,
    LastOwner,
    change_user,
    invite_again,
    invite_operator,
    invite_user,
    take_up_invitation,
)
from ledgerflow.api.house import draw_secret
from ledgerflow.billing.errors import BillingError, InputRefused
from ledgerflow.identity.passwords import hash_password
from ledgerflow.identity.people import EmailTaken, User, UserUnknown
from ledgerflow.identity.roles import Role
from ledgerflow.store.opening import open_ledger

OTHER = "other words that nobody knows"


def invited(desk: Desk, role: Role = Role.VIEWER) -> tuple[User, str]:
    email = f"{draw_secret()[:12]}@Example.com"
    return invite_user(desk.ledger, email, "", role, at=AT, actor="owner", draw=draw_secret)


def set_password(desk: Desk, secret: str, password: str = WORDS) -> User:
    return take_up_invitation(desk.ledger, secret, password, at=AT + timedelta(hours=1))


def test_a_link_sets_a_password_once_and_no_secret_is_kept(desk: Desk) -> None:
    user, secret = invited(desk)
    assert (user.email, user.name) == (user.email.lower(), user.email.partition("@")[0])
    set_password(desk, secret)
    assert sign_in(desk.ledger, user.email, WORDS, USUAL, at=AT, draw=draw_secret).user.id == user.id
    with pytest.raises(InvitationOver):
        set_password(desk, secret, OTHER)
    kept = desk.ledger.people.user(user.id).password
    assert kept.startswith("$argon2id$")
    assert not any(word in str(desk.trail()) for word in (secret, WORDS, kept))


def test_a_weak_password_does_not_use_the_link_up(desk: Desk) -> None:
    user, secret = invited(desk)
    for weak in ("short", "a" * 40, user.email, "x" * 257):
        with pytest.raises(InputRefused):
            set_password(desk, secret, weak)
    assert set_password(desk, secret).id == user.id


def test_a_link_is_over_after_its_days_after_another_and_for_who_was_shut_out(desk: Desk) -> None:
    user, first = invited(desk)
    with pytest.raises(InvitationOver):
        take_up_invitation(desk.ledger, first, WORDS, at=AT + INVITED)
    _, second = invite_again(desk.ledger, user.id, at=AT, actor="owner", draw=draw_secret)
    with pytest.raises(InvitationOver):
        set_password(desk, first)
    change_user(desk.ledger, user.id, active=False, at=AT, actor="owner")
    change_user(desk.ledger, user.id, active=True, at=AT, actor="owner")
    with pytest.raises(InvitationOver):
        set_password(desk, second)
    for nonsense in ("", "x", "0" * 64):
        with pytest.raises(InvitationOver):
            set_password(desk, nonsense)


def test_a_link_that_somebody_else_may_have_is_over_when_the_password_is_changed(desk: Desk) -> None:
    user = desk.user()
    admitted = desk.signed_in(user)
    _, secret = invite_again(desk.ledger, user.id, at=AT, actor="owner", draw=draw_secret)
    with pytest.raises(InputRefused, match="not the password you have"):
        change_password(desk.ledger, user.id, OTHER, OTHER, session=admitted.session.id, at=AT)
    assert desk.last().deed == "password_refused"
    with pytest.raises(InputRefused, match="12 to 256"):
        change_password(desk.ledger, user.id, WORDS, "short", session=admitted.session.id, at=AT)
    change_password(desk.ledger, user.id, WORDS, OTHER, session=admitted.session.id, at=AT)
    with pytest.raises(InvitationOver):
        set_password(desk, secret)
    with pytest.raises(NotAdmitted):
        sign_in(desk.ledger, user.email, WORDS, USUAL, at=AT, draw=draw_secret)
    assert sign_in(desk.ledger, user.email, OTHER, USUAL, at=AT, draw=draw_secret).user.id == user.id


def test_nobody_ends_the_sign_in_of_another(desk: Desk) -> None:
    user, other = desk.user(), desk.signed_in(desk.user())
    for id in (other.session.id, "never"):
        with pytest.raises(SessionUnknown):
            end_session(desk.ledger, user.id, id, at=AT)
    assert desk.ledger.people.sessions(other.user.id) == [other.session]


@pytest.mark.parametrize(
    "email",
    [
        *("", "asha", "@", "asha@", "@example.com", "asha@example", "asha@.com", "a b@example.com", "a@b@example.com"),
        *("asha@example.com\0", "asha\n@example.com", "as\u202eha@example.com", f"{'a' * 250}@x.com", "a@."),
    ],
)
def test_what_is_no_address_is_refused_with_its_place(desk: Desk, email: str) -> None:
    with pytest.raises(InputRefused) as refused:
        invite_user(desk.ledger, email, "", Role.VIEWER, at=AT, actor="owner", draw=draw_secret)
    assert [one.place for one in refused.value.findings] == ["/email"]


def test_an_address_is_taken_once_however_it_is_written(desk: Desk) -> None:
    user, _ = invited(desk)
    with pytest.raises(EmailTaken):
        invite_user(desk.ledger, f" {user.email.upper()}", "", Role.OWNER, at=AT, actor="owner", draw=draw_secret)


def test_no_tenant_makes_an_operator(desk: Desk) -> None:
    """An operator looks after the installation: whoever could give the role would have given it to themselves."""
    user = desk.user()
    with pytest.raises(InputRefused, match="not a tenant's"):
        invite_user(desk.ledger, "x@example.com", "", Role.OPERATOR, at=AT, actor="owner", draw=draw_secret)
    with pytest.raises(InputRefused, match="not a tenant's"):
        change_user(desk.ledger, user.id, Role.OPERATOR, at=AT, actor="owner")
    assert desk.ledger.people.user(user.id).role is Role.VIEWER
    with open_ledger(str(desk.ledger._engine.url.database), "_installation") as installation:
        operator, _ = invite_operator(installation, "o@example.com", "", at=AT, actor="cli", draw=draw_secret)
        assert operator.role is Role.OPERATOR
        with pytest.raises(UserUnknown):
            change_user(installation, user.id, active=False, at=AT, actor="owner")


def test_one_owner_stays_who_can_sign_in(desk: Desk) -> None:
    for one in desk.ledger.people.users():
        change_user(desk.ledger, one.id, Role.VIEWER, at=AT, actor="owner")
    last = desk.user(Role.OWNER)
    desk.user(Role.OWNER, active=False)
    desk.user(Role.OWNER, password="")
    for change in ({"role": Role.ACCOUNTANT}, {"active": False}):
        with pytest.raises(LastOwner):
            change_user(desk.ledger, last.id, **change, at=AT, actor=last.id)
    assert change_user(desk.ledger, last.id, name="Asha", at=AT, actor=last.id).role is Role.OWNER
    next_one = desk.user(Role.OWNER)
    change_user(desk.ledger, last.id, Role.VIEWER, at=AT, actor=last.id)
    with pytest.raises(LastOwner):
        change_user(desk.ledger, next_one.id, active=False, at=AT, actor=next_one.id)


def test_two_owners_who_shut_each_other_out_at_once_do_not_both_succeed(postgresql_url: str) -> None:
    for turn in range(5):
        with open_ledger(postgresql_url, f"shop-{turn}") as ledger:
            desk = Desk(ledger, "kept")
            pair = [desk.user(Role.OWNER), desk.user(Role.OWNER)]
            ended = at_once(*(partial(change_user, ledger, one.id, Role.VIEWER, at=AT, actor="") for one in pair))
            assert [type(one) for one in ended if one] == [LastOwner]
            assert sorted(one.role for one in ledger.people.users()) == [Role.OWNER, Role.VIEWER]


def test_deeds_on_one_user_at_once_wait_for_each_other_and_never_for_ever(postgresql_url: str) -> None:
    with open_ledger(postgresql_url) as ledger:
        desk = Desk(ledger, hash_password(WORDS))
        for turn in range(8):
            user = desk.user()
            shown = desk.signed_in(user).refresh
            _, secret = invite_again(ledger, user.id, at=AT, actor="owner", draw=draw_secret)
            ended = at_once(
                partial(go_on, ledger, shown, USUAL, at=AT, draw=draw_secret),
                partial(change_user, ledger, user.id, Role.AUDITOR, at=AT, actor="owner"),
                partial(invite_again, ledger, user.id, at=AT, actor="owner", draw=draw_secret),
                partial(take_up_invitation, ledger, secret, f"{WORDS} {turn}", at=AT),
            )
            assert {type(one) for one in ended if one} <= {SignedOut, InvitationOver}


def at_once(*deeds: Callable[[], object]) -> list[BaseException | None]:
    """How each ended that was begun at the same moment."""
    start = Barrier(len(deeds))
    ended: list[BaseException | None] = [None] * len(deeds)

    def run(place: int) -> None:
        start.wait()
        try:
            deeds[place]()
        except BillingError as error:
            ended[place] = error

    threads = [Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return ended
