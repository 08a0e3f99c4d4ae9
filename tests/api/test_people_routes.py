"""Users, keys and the trail over HTTP: what each role may, and what a person finds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.api.shops import Shop, comes_in, statements, two_shops

from ledgerflow.admission.signing_in import Admitted, claims_of
from ledgerflow.admission.staying import USUAL
from ledgerflow.api.house import draw_secret, now
from ledgerflow.identity.people import ApiKey, Session, digest_of
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.identity.tokens import KeyRing, new_key
from ledgerflow.issuing.audit import verify_trail
from ledgerflow.issuing.ports import Journal

WORDS = "four words of no sense"
HERE = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Shop]]:
    with two_shops(tmp_path_factory.mktemp("people")) as both:
        yield both


@pytest.fixture(scope="module")
def asha(shops: tuple[Shop, Shop]) -> Shop:
    return shops[0]


def sign_in(shop: Shop, email: str, password: str, tenant: str = "") -> tuple[int, dict[str, str]]:
    said = {"tenant": tenant or shop.tenant, "email": email, "password": password}
    answer = shop.door.request("POST", "/api/auth/sign-in", json=said, headers=HERE)
    return answer.status_code, answer.json()


def test_who_is_invited_sets_a_password_signs_in_changes_it_and_ends_what_is_open(asha: Shop) -> None:
    invited = asha.ask("POST", "/api/users", json={"email": "New@Tea.example", "name": "Nisha", "role": "accountant"})
    assert (invited.status_code, invited.headers["cache-control"]) == (201, "no-store")
    user, secret = invited.json()["user"], invited.json()["secret"]
    assert invited.headers["location"] == f"/api/users/{user['id']}"
    assert (user["email"], user["role"], user["invited"]) == ("new@tea.example", "accountant", True)
    said = {"tenant": asha.tenant, "secret": secret, "password": WORDS}
    assert asha.door.request("POST", "/api/auth/invitation", json=said, headers=HERE).status_code == 204
    assert asha.door.request("POST", "/api/auth/invitation", json=said, headers=HERE).status_code == 400
    (_, first), (status, second) = sign_in(asha, user["email"], WORDS), sign_in(asha, user["email"], WORDS)
    assert status == 200
    token, other = first["access_token"], second["access_token"]
    me = asha.ask("GET", "/api/users/me", token).json()
    assert (me["email"], me["tenant"], me["invited"]) == ("new@tea.example", "asha", False)
    open_ones = asha.ask("GET", "/api/users/me/sessions", token).json()["items"]
    assert sorted(one["current"] for one in open_ones) == [False, True]
    changing = {"old": WORDS, "new": "other words that nobody knows"}
    wrong = asha.ask("PUT", "/api/users/me/password", token, json=changing | {"old": "wrong"})
    assert (wrong.status_code, wrong.json()["findings"][0]["pointer"]) == (400, "/old")
    assert asha.ask("PUT", "/api/users/me/password", token, json=changing).status_code == 204
    assert asha.ask("GET", "/api/users/me", other).status_code == 401
    assert sign_in(asha, user["email"], WORDS)[0] == 401
    third = sign_in(asha, user["email"], changing["new"])[1]["access_token"]
    assert asha.ask("DELETE", "/api/users/me/sessions", third).json() == {"ended": 1}
    assert asha.ask("GET", "/api/users/me", token).status_code == 401
    [own] = asha.ask("GET", "/api/users/me/sessions", third).json()["items"]
    assert asha.ask("DELETE", f"/api/users/me/sessions/{own['id']}", third).status_code == 204
    assert asha.ask("GET", "/api/users/me", third).status_code == 401


def test_who_signs_in_wrongly_learns_neither_of_the_tenant_nor_of_the_address(asha: Shop) -> None:
    answers, roads = [], []
    for email, tenant in ((asha.owner.email, "asha"), ("x@x.example", "asha"), ("x@x.example", "never")):
        with statements() as sent:
            status, told = sign_in(asha, email, "wrong", tenant)
        told.pop("trace_id")
        answers.append((status, told))
        roads.append(sent)
    assert answers == [answers[0]] * 3
    assert roads == [roads[0]] * 3, "nor by what the database is asked"
    assert answers[0][0] == 401


def test_a_refresh_cookie_is_turned_and_two_windows_do_not_sign_each_other_out(asha: Shop) -> None:
    user, _ = asha.comes_in(Role.VIEWER)
    session = Session(draw_secret(), user.id, digest_of("f") + digest_of("s"), 0, now(), now(), now() + timedelta(1))
    asha.ledger.transact(lambda journal: journal.people.enter_session(session))
    assert [refreshed(asha, f"asha/{session.id}.0.f.s") for _ in range(2)] == [200, 409]
    assert refreshed(asha, f"asha/{session.id}.0.x.s") == 401
    assert refreshed(asha, f"bina/{session.id}.0.f.s") == 401
    assert refreshed(asha, f"{INSTALLATION}/{session.id}.0.f.s") == 401
    for nonsense in ("", "/", "asha", "asha/", "asha/a.b.c.d", "x" * 3000):
        assert refreshed(asha, nonsense) in (401, 403)
    assert asha.ledger.people.session(session.id).ended == ""  # type: ignore[union-attr]  # it is there


def refreshed(shop: Shop, cookie: str) -> int:
    """What is answered to a cookie, with what a browser sends beside it."""
    shop.door.cookies.clear()
    headers = HERE | cookies_of(cookie)
    status = shop.door.request("POST", "/api/auth/refresh", headers=headers).status_code
    shop.door.cookies.clear()
    return status


def cookies_of(cookie: str) -> dict[str, str]:
    """And the token against forgery that follows from it."""
    return {"Cookie": f"ledgerflow_refresh={cookie}", "X-CSRF-Token": digest_of(f"csrf {cookie}")}


ROUTES = {
    "GET /api/users": {"owner"},
    "POST /api/users": {"owner"},
    "GET /api/users/me": {"owner", "accountant", "auditor", "viewer", "operator"},
    "GET /api/users/me/sessions": {"owner", "accountant", "auditor", "viewer", "operator"},
    "GET /api/api-keys": {"owner"},
    "POST /api/api-keys": {"owner"},
    "GET /api/admin/audit": {"owner", "auditor", "operator", "owner's machine", "auditor's machine"},
}


@pytest.mark.parametrize("route", ROUTES)
def test_each_role_may_what_it_may(asha: Shop, route: str) -> None:
    method, _, path = route.partition(" ")
    tokens = {role.value: asha.comes_in(role)[1] for role in Role if role is not Role.OPERATOR}
    tokens["operator"] = comes_in(asha.house, INSTALLATION, Role.OPERATOR, "operator")[1]
    for role in ("owner", "auditor", "viewer"):
        made = asha.ask("POST", "/api/api-keys", json={"name": f"{role}'s machine", "role": role})
        tokens[f"{role}'s machine"] = made.json()["words"]
    answered = {who: asha.ask(method, path, token, json={}).status_code for who, token in tokens.items()}
    assert {who for who, status in answered.items() if status != 403} == ROUTES[route]
    assert set(answered.values()) <= {200, 400, 403}
    assert asha.door.request(method, path).status_code == 401


def test_a_role_that_does_not_belong_to_the_tenant_opens_nothing(asha: Shop) -> None:
    """Whatever somebody wrote into the books past the deeds."""
    for tenant, role in (("asha", Role.OPERATOR), (INSTALLATION, Role.OWNER)):
        _, token = comes_in(asha.house, tenant, role, "forged")
        assert asha.ask("GET", "/api/admin/audit", token).status_code == 403
        words = a_forged_key(asha, tenant, role)
        assert asha.ask("GET", "/api/admin/audit", words).status_code == 403


def a_forged_key(shop: Shop, tenant: str, role: Role) -> str:
    key = ApiKey(draw_secret(), "forged", role, digest_of("s"), now(), now() + timedelta(1))
    shop.house.ledger(tenant).transact(lambda journal: journal.people.enter_key(key))
    return f"lf.{tenant}.{key.id}.s"


def test_a_key_that_signs_is_the_installations_and_no_tenants(asha: Shop) -> None:
    own = new_key("own", now())
    asha.ledger.transact(lambda journal: journal.people.enter_signing_key(own))
    session = asha.ledger.people.sessions(asha.owner.id)[0]
    claims = claims_of("asha", Admitted(asha.owner, session, ""), now(), USUAL.token)
    assert asha.ask("GET", "/api/users/me", KeyRing([own]).sign(claims, now())).status_code == 401
    assert asha.ask("GET", "/api/users/me", asha.house.keys.ring(now()).sign(claims, now())).status_code == 200


def test_a_token_that_is_signed_here_but_of_another_tenant_session_or_role_is_refused(shops: tuple[Shop, Shop]) -> None:
    asha, bina = shops
    good = claims_of(
        "asha", Admitted(asha.owner, asha.ledger.people.sessions(asha.owner.id)[0], ""), now(), USUAL.token
    )
    theirs = bina.ledger.people.sessions(bina.owner.id)[0]
    ring = asha.house.keys.ring(now())
    for other in (
        replace(good, tenant="bina"),
        replace(good, tenant="never"),
        replace(good, tenant=INSTALLATION),
        replace(good, session=theirs.id),
        replace(good, session="never"),
        replace(good, subject=bina.owner.id),
        replace(good, role=Role.ACCOUNTANT),
        replace(good, role=Role.OPERATOR),
    ):
        assert asha.ask("GET", "/api/users/me", ring.sign(other, now())).status_code == 401
    assert asha.ask("GET", "/api/users/me", ring.sign(good, now())).status_code == 200


@pytest.mark.parametrize(
    "bearer",
    [
        *("", "x", "Bearer", "lf.asha.x.y", "lf.asha.x.y.z", "lf.never.x.y", "lf._installation.x.y", "é.é.é", "..."),
        *("lf..x.y", "lf.asha.'--.x", "lf.a/../asha.x.y", "a" * 8000, f"lf.{'a' * 8000}.x.y", "lf.asha.x."),
    ],
    ids=lambda bearer: bearer[:20],
)
def test_what_is_no_token_is_refused_alike(asha: Shop, bearer: str) -> None:
    headers = {b"Authorization": f"Bearer {bearer}".encode("latin-1")}
    answer = asha.door.request("GET", "/api/users/me", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    if bearer.startswith("lf.") and bearer.count(".") == 3 and ".." not in bearer:
        assert "the key is not good" in answer.json()["detail"]


def test_the_last_owner_stays_and_no_tenant_makes_an_operator(shops: tuple[Shop, Shop]) -> None:
    _, bina = shops
    for change in ({"role": "viewer"}, {"active": False}):
        answer = bina.ask("PATCH", f"/api/users/{bina.owner.id}", json=change)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")
    for body in ({"role": "operator"}, {"role": "root"}, {"rôle": "viewer"}, {"name": "a\0b"}, {"active": "perhaps"}):
        assert bina.ask("PATCH", f"/api/users/{bina.owner.id}", json=body).status_code == 400
    taken = bina.ask("POST", "/api/users", json={"email": bina.owner.email.upper(), "role": "viewer"})
    assert taken.status_code == 409
    renamed = bina.ask("PATCH", f"/api/users/{bina.owner.id}", json={"name": "Bina"})
    assert (renamed.json()["name"], renamed.json()["role"]) == ("Bina", "owner")


def test_who_is_shut_out_is_out_at_once_with_whatever_they_hold(asha: Shop) -> None:
    user, token = asha.comes_in(Role.OWNER)
    assert asha.ask("GET", "/api/users", token).status_code == 200
    assert asha.ask("PATCH", f"/api/users/{user.id}", json={"active": False}).json()["active"] is False
    assert asha.ask("GET", "/api/users", token).status_code == 401
    assert asha.ask("PATCH", f"/api/users/{user.id}", json={"active": True}).status_code == 200
    assert asha.ask("GET", "/api/users", token).status_code == 401, "and has to sign in anew"


def test_a_machine_comes_in_by_its_words_until_they_are_ended(asha: Shop) -> None:
    made = asha.ask("POST", "/api/api-keys", json={"name": "till", "role": "viewer", "days": 1}).json()
    words, id = made["words"], made["key"]["id"]
    assert words.startswith(f"lf.asha.{id}.")
    assert asha.ask("GET", "/api/batches/never", words).status_code == 404
    assert asha.ask("POST", "/api/batches", words, json={}).status_code == 403
    shown = asha.ask("GET", f"/api/api-keys/{id}").json()
    assert "digest" not in shown
    assert shown["ended"] == ""
    assert asha.ask("DELETE", f"/api/api-keys/{id}").json()["ended"] == f"by {asha.owner.id}"
    assert asha.ask("GET", "/api/batches/never", words).status_code == 401


@pytest.mark.parametrize(("path", "key"), [("/api/users", "email"), ("/api/api-keys", "created_at")])
def test_lists_are_told_page_by_page(asha: Shop, path: str, key: str) -> None:
    for number in range(3):
        asha.ask("POST", "/api/users", json={"email": f"{path[5:]}{number}@tea.example", "role": "viewer"})
        asha.ask("POST", "/api/api-keys", json={"name": "till", "role": "viewer"})
    whole = asha.ask("GET", path, params={"limit": 200}).json()
    assert whole["next"] is None
    assert [one[key] for one in whole["items"]] == sorted(
        (one[key] for one in whole["items"]), reverse=key == "created_at"
    )
    paged, cursor = [], ""
    while cursor is not None:
        page = asha.ask("GET", path, params={"limit": 2, "cursor": cursor}).json()
        paged += page["items"]
        cursor = page["next"]
    assert paged == whole["items"]
    assert asha.ask("GET", path, params={"cursor": "never"}).json()["findings"][0]["code"] == "cursor.unknown"


def test_the_trail_is_told_newest_first_by_deed_actor_and_day(asha: Shop) -> None:
    at = now()

    def enter(journal: Journal) -> None:
        for place in range(7):
            journal.audit(at - timedelta(days=place % 3), f"actor {place % 2}", "count", {"place": place})

    asha.ledger.transact(enter)

    def told(**asked: object) -> list[int]:
        found, cursor = [], ""
        while cursor is not None:
            page = asha.ask("GET", "/api/admin/audit", params={"deed": "count", "cursor": cursor, **asked}).json()
            found += [one["details"]["place"] for one in page["items"]]
            cursor = page["next"]
        return found

    assert told() == told(limit=2) == told(limit=1) == [6, 5, 4, 3, 2, 1, 0]
    assert told(actor="actor 1") == [5, 3, 1]
    yesterday = (at - timedelta(days=1)).date().isoformat()
    assert told(**{"from": yesterday}) == [6, 4, 3, 1, 0]
    assert told(**{"to": yesterday}) == [5, 4, 2, 1]
    assert told(**{"from": yesterday, "to": yesterday, "actor": "actor 0"}) == [4]
    assert told(deed="never") == []
    newest = asha.ask("GET", "/api/admin/audit", params={"limit": 1}).json()["items"][0]
    *_, last = asha.ledger.audit_trail()
    assert (newest["sequence"], newest["hash"]) == (last.sequence, last.hash)
    assert verify_trail(asha.ledger.audit_trail()) == ()


def test_the_operator_sees_the_trail_of_the_installation_alone(asha: Shop) -> None:
    _, token = comes_in(asha.house, INSTALLATION, Role.OPERATOR, "operator")
    entries = asha.ask("GET", "/api/admin/audit", token).json()["items"]
    assert "rotate_signing_keys" in {one["deed"] for one in entries}
    own = asha.ask("GET", "/api/admin/audit", params={"limit": 200}).json()["items"]
    assert {one["hash"] for one in own}.isdisjoint(one["hash"] for one in entries)
