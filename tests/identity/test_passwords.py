"""What is kept of passwords, and which are refused."""

import pytest

from ledgerflow.identity.passwords import _OF_NOBODY, hash_password, is_outdated, matches, weak

EMAIL = "asha.verma@tea-house.example.com"


def test_a_password_is_kept_as_argon2id_with_salt_and_compared() -> None:
    first, second = hash_password("four words of no sense"), hash_password("four words of no sense")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert matches("four words of no sense", first)
    assert not matches("four words of no sens", first)
    assert not is_outdated(first)


def test_an_accent_is_the_same_on_every_keyboard() -> None:
    assert matches("cafe\u0301 au lait, s'il vous plait", hash_password("caf\u00e9 au lait, s'il vous plait"))


def test_where_there_is_none_nothing_matches_and_it_takes_as_much_work() -> None:
    assert not matches("", "")
    assert not matches("four words of no sense", "")
    assert not matches("four words of no sense", "no hash at all")
    assert not is_outdated(_OF_NOBODY), "it is made with the parameters of the others"


@pytest.mark.parametrize(
    "password", ["four words of no sense", "чотири слова без сенсу", "चार शब्द बिना मतलब", "x" * 3 + "9-Kw!ä2 pQ"]
)
def test_long_ones_of_any_script_are_taken(password: str) -> None:
    assert weak(password, EMAIL, "/password") == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("elevenchars", "password.length"),
        ("ab" * 129, "password.length"),
        ("aaaaaaaaaaaaaaaa", "password.guessable"),
        ("abababababababab", "password.guessable"),
        ("Asha.Verma2026", "password.guessable"),
        ("tea-house-2026", "password.guessable"),
        (EMAIL, "password.guessable"),
    ],
)
def test_what_is_weak_is_told_with_its_place(password: str, code: str) -> None:
    assert [(one.code, one.place) for one in weak(password, EMAIL, "/password")] == [(code, "/password")]
