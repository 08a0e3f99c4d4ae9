"""Every setting that requests obey: changed in its file and read anew, it is obeyed by the next request."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from tests.configuration.sites import answering, key_for

from ledgerflow.admission.signing_in import Refresh
from ledgerflow.admission.users import invite_user, take_up_invitation
from ledgerflow.api.gates.crossing import token_of
from ledgerflow.api.house import House, draw_secret, now
from ledgerflow.identity.people import Session, User
from ledgerflow.identity.roles import Role
from ledgerflow.issuing.ports import Journal
from ledgerflow.server import open_house
from ledgerflow.settings import Settings

EMAIL, PASSWORD = "asha@ledgerflow.example", "  seven green umbrellas "
ORDER = {"config": {"business": {"establishments": [{"key": "shop", "strategy": "none"}]}, "count": 1}}


@dataclass(frozen=True)
class Door:
    """A house with its door open, and the folder of its configuration."""

    client: httpx.Client
    house: House
    folder: Path
    keys: Mapping[Role, dict[str, str]]
    user: User

    def change(self, **files: str) -> None:
        """These files and no others, read anew."""
        for old in self.folder.iterdir():
            old.unlink()
        for name, text in files.items():
            (self.folder / f"{name}.yaml").write_text(text, "utf-8")
        answer = self.client.post("/api/config/reload", headers=self.keys[Role.OPERATOR])
        assert answer.status_code == 200, answer.text

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD, **headers: str) -> httpx.Response:
        self.client.cookies.clear()
        said = {"email": email, "password": password}
        return self.client.post("/api/auth/sign-in", json=said, headers=headers)

    def show(self, refresh: str) -> httpx.Response:
        """The answer to who shows a refresh token, as a browser does."""
        cookie = f"default/{refresh}"
        headers = {"Cookie": f"ledgerflow_refresh={cookie}", "X-CSRF-Token": token_of(cookie)}
        self.client.cookies.clear()
        return self.client.post("/api/auth/refresh", headers=headers)

    def session(self, age: timedelta, unused: timedelta) -> str:
        """The refresh token of a sign-in that began so long ago, and was not used for so long."""
        shown, at = Refresh(draw_secret(), 0, draw_secret(), draw_secret()), now()
        held = Session(shown.session, self.user.id, shown.digest(), 0, at - age, at - unused, at + timedelta(days=1))

        def enter(journal: Journal) -> None:
            journal.people.enter_session(held)

        self.house.ledger("default").transact(enter)
        return shown.text()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    here = tmp_path_factory.mktemp("in-force")
    folder, database = here / "config", str(here / "ledger.db")
    folder.mkdir()
    with open_house(Settings(database_url=database, config_dir=str(folder))) as house, answering(house) as client:
        ledger = house.ledger("default")
        _, link = invite_user(ledger, EMAIL, "Asha", Role.OWNER, at=now(), actor="test", draw=draw_secret)
        user = take_up_invitation(ledger, link, PASSWORD, at=now())
        yield Door(client, house, folder, {role: key_for(database, role) for role in Role}, user)


@pytest.fixture
def door(opened: Door) -> Iterator[Door]:
    """The door, with nothing in its files before and after."""
    yield opened
    opened.change()


def sign_in(door: Door) -> httpx.Response:
    return door.sign_in("nobody@ledgerflow.example")


def sign_in_as_another(door: Door) -> httpx.Response:
    return door.sign_in(f"{draw_secret()[:9]}@ledgerflow.example")


def take_up(door: Door) -> httpx.Response:
    return door.client.post("/api/auth/invitation", json={"secret": "x" * 43, "password": PASSWORD})


def refresh(door: Door) -> httpx.Response:
    return door.client.post("/api/auth/refresh")


def upload(door: Door) -> httpx.Response:
    sheet = {"file": ("tea.csv", b"Product Name,Base Price\nTea,120\n")}
    return door.client.post("/api/catalogue/uploads", files=sheet, headers=door.keys[Role.OWNER])


def order(door: Door) -> httpx.Response:
    return door.client.post("/api/batches", json=ORDER, headers=door.keys[Role.OWNER])


def look(door: Door) -> httpx.Response:
    return door.client.get("/api/config", headers=door.keys[Role.VIEWER])


Attempt = Callable[[Door], httpx.Response]
TRIED: list[tuple[str, Attempt]] = [
    ("sign_ins", sign_in),
    ("sign_ins_from", sign_in_as_another),
    ("sign_ins_from", take_up),
    ("refreshes", refresh),
    ("uploads", upload),
    ("orders", order),
    ("requests", look),
]


@pytest.mark.parametrize(("key", "attempt"), TRIED, ids=[f"{key} {attempt.__name__}" for key, attempt in TRIED])
def test_how_often_something_may_be_done_is_read_anew(door: Door, key: str, attempt: Attempt) -> None:
    door.change(limits=f"rates: {{{key}: 2}}\n")
    answers = [attempt(door) for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    door.change(limits=f"rates: {{{key}: 40}}\n")
    assert attempt(door).status_code == answers[0].status_code


def test_other_origins_are_let_in_as_the_file_says(door: Door) -> None:
    assert door.sign_in(Origin="https://books.example").status_code == 403
    door.change(security="allowed_origins: ['https://Books.example', 'https://tea.example']\n")
    assert door.sign_in(Origin="https://books.example").status_code == 200
    assert door.sign_in(Origin="https://books.example.org").status_code == 403
    door.change(security="allowed_origins: ['https://tea.example']\n")
    assert door.sign_in(Origin="https://books.example").status_code == 403


def test_an_access_token_is_good_for_as_long_as_the_file_says(door: Door) -> None:
    for minutes in (10, 3, 60):
        door.change(security=f"token_minutes: {minutes}\n")
        told = door.sign_in().json()
        said = told["access_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        assert (claims["exp"] - claims["iat"], told["expires_in"]) == (minutes * 60, minutes * 60)


def test_a_sign_in_that_is_not_used_is_over_after_the_days_in_the_file(door: Door) -> None:
    days = timedelta(days=3)
    assert door.show(door.session(days, days)).status_code == 200
    door.change(security="unused_days: 3\n")
    assert door.show(door.session(days, days)).status_code == 401
    going_on = door.show(door.session(days, days / 2))
    assert (going_on.status_code, "Max-Age=259200" in going_on.headers["Set-Cookie"]) == (200, True)


def test_any_sign_in_is_over_after_the_days_in_the_file(door: Door) -> None:
    age, lately = timedelta(days=20), timedelta(hours=1)
    assert door.show(door.session(age, lately)).status_code == 200
    door.change(security="session_days: 20\n")
    assert door.show(door.session(age, lately)).status_code == 401
    assert door.show(door.session(age - 2 * lately, lately)).status_code == 200


OFFERED = {
    "realism_profile": "advanced",
    "count": 7,
    "repeat_rate": 0.25,
    "seasonality": 0.75,
    "credit_note_rate": 0.125,
}


@pytest.mark.parametrize("key", OFFERED)
@pytest.mark.parametrize("lang", ["en", "hi"])
def test_the_form_offers_what_the_file_says(door: Door, key: str, lang: str) -> None:
    path, mine = f"/api/schema/simulation-config?lang={lang}", door.keys[Role.VIEWER]
    before = door.client.get(path, headers=mine)
    door.change(simulation=f"{key}: {OFFERED[key]}\n")
    after = door.client.get(path, headers=mine | {"If-None-Match": before.headers["ETag"]})
    fields, were = after.json()["properties"], before.json()["properties"]
    assert fields[key]["default"] == OFFERED[key] != were[key]["default"]
    were[key]["default"] = OFFERED[key]
    assert fields == were, "nothing else changed"


def test_a_password_is_taken_as_it_was_typed_at_every_door(door: Door) -> None:
    plain = PASSWORD.strip()
    assert (door.sign_in(password=plain).status_code, door.sign_in().status_code) == (401, 200)
    ledger, new = door.house.ledger("default"), "\tnine red umbrellas  "
    _, link = invite_user(ledger, "b@tea.example", "Bina", Role.VIEWER, at=now(), actor="test", draw=draw_secret)
    said = {"secret": link, "password": PASSWORD}
    assert door.client.post("/api/auth/invitation", json=said).status_code == 204
    assert door.sign_in("b@tea.example", plain).status_code == 401
    bearer = {"Authorization": f"Bearer {door.sign_in('b@tea.example').json()['access_token']}"}

    def change(old: str) -> int:
        said = {"old": old, "new": new}
        return door.client.put("/api/users/me/password", json=said, headers=bearer).status_code

    assert (change(plain), change(PASSWORD)) == (400, 204)
    assert door.sign_in("b@tea.example", new.strip()).status_code == 401
    assert door.sign_in("b@tea.example", new).status_code == 200
