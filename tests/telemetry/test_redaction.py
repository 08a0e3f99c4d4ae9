"""What must not be in a log is taken out by its name and by its shape, and what may be in it stays."""

import pytest
from tests.telemetry.scanning import AT, found_in

from ledgerflow.admission.machines import PREFIX
from ledgerflow.api.house import draw_secret
from ledgerflow.identity.passwords import hash_password
from ledgerflow.identity.people import SigningKey
from ledgerflow.identity.roles import Role
from ledgerflow.identity.tokens import Claims, KeyRing, new_key
from ledgerflow.telemetry.redaction import HIDDEN, redact, redacted


def a_token() -> str:
    """As a server signs it."""
    key: SigningKey = new_key("one", AT)
    return KeyRing([key]).sign(Claims("asha", "shop", Role.OWNER, "session", AT), AT)


SECRETS = {
    "an access token": a_token(),
    "a key of a machine": f"{PREFIX}.shop.{draw_secret()}.{draw_secret()}",
    "a secret of a link": draw_secret(),
    "a hash of a password": hash_password("seven green umbrellas"),
    "a GSTIN": "27AAAAA0000A1Z5",
    "a TRN": "100123456700003",
    "a VAT number of Saudi Arabia": "310122393500003",
    "a VATIN of Oman": "OM1100001234",
    "an e-mail address": "asha.rao+books@shop.example",
}


@pytest.mark.parametrize("what", SECRETS)
def test_a_secret_is_known_by_its_shape_wherever_it_stands(what: str) -> None:
    secret = SECRETS[what]
    for text in (secret, f"it says '{secret}'.", f"x={secret}&y=1", f'{{"a": "{secret}"}}', f"({secret})"):
        assert secret not in redacted(text), text
        line = redact(None, "", {"event": "e", "reason": text, "found": [text], "facts": {"a": {"b": text}}})
        assert secret not in str(line)
        assert secret not in str(redact(None, "", {"event": "e", "trouble": ValueError(text)}))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgresql://asha:hunter2@db/books", f"postgresql://asha:{HIDDEN}@db/books"),
        ("GET /x?token=hunter2&page=3", f"GET /x?token={HIDDEN}&page=3"),
        ("Authorization: Bearer hunter2", f"Authorization: Bearer {HIDDEN}"),
        ("host=db password=hunter2 user=asha", f"host=db password={HIDDEN} user=asha"),
    ],
)
def test_of_what_leads_a_secret_the_beginning_stays(text: str, kept: str) -> None:
    assert redacted(text) == kept


@pytest.mark.parametrize(
    "name", ["password", "refresh_token", "Authorization", "Cookie", "tax_number", "gstin", "email", "address", "jwk"]
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert redact(None, "", {"event": "e", name: "umbrella"})[name] == HIDDEN
    assert "umbrella" not in str(redact(None, "", {"event": "e", "facts": {name: "umbrella"}}))


def test_what_may_be_in_a_log_stays() -> None:
    line = {
        "event": "job_ended",
        "trace_id": "0123456789abcdef0123456789abcdef",
        "trace": "123456789012345a0123456789abcdef",
        "tenant": "shop",
        "job": "7f9c1d2e-0a1b-4c2d-8e3f-123456789abc",
        "worker": "ip-10-0-0-1.eu-central-1.compute.internal-12-0a1b2c3d",
        "ms": 12.5,
        "version": "6b7f9e1520deef71",
        "hash": "0" * 64,
        "number": "INV/2026/000001",
        "route": "/api/invoices/{id}",
        "at": "2026-11-25T00:00:00.123456Z",
        "ratio": "0.123456789012345",
        "done": True,
        "last": None,
    }
    assert redact(None, "", dict(line)) == line
    assert found_in(str(line)) == []
