"""Access tokens, and every trick by which somebody would have one taken that was not signed here, or not so."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from hmac import digest
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from ledgerflow.identity.people import SigningKey
from ledgerflow.identity.roles import Role
from ledgerflow.identity.tokens import Claims, KeyRing, TokenRefused, key_named, new_key

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
LIFE = timedelta(minutes=10)
FIRST, SECOND = new_key("first", AT - timedelta(hours=1)), new_key("second", AT - timedelta(hours=2))
FOREIGN = new_key("first", AT)  # a key of one's own, under a name that is known
RING = KeyRing([FIRST, SECOND])
SAID: dict[str, Any] = {
    "iss": "ledgerflow",
    "aud": "ledgerflow",
    "sub": "asha",
    "tenant": "acme",
    "role": "viewer",
    "sid": "session",
    "iat": int(AT.timestamp()),
    "nbf": int(AT.timestamp()),
    "exp": int((AT + LIFE).timestamp()),
}
HEAD: dict[str, Any] = {"alg": "Ed25519", "kid": "first"}


def part(value: object) -> str:
    words = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(words).rstrip(b"=").decode()


def jwt(key: SigningKey = FIRST, head: object = HEAD, said: object = SAID) -> str:
    """Signed as it should be, whatever it says."""
    signed = f"{part(head)}.{part(said)}"
    private = OKPKey.import_key(json.loads(key.jwk)).private_key
    assert private is not None
    return f"{signed}.{part(private.sign(signed.encode()))}"  # type: ignore[union-attr]  # of Ed25519


def hmac(secret: bytes, alg: str = "HS256") -> str:
    signed = f"{part(HEAD | {'alg': alg})}.{part(SAID)}"
    return f"{signed}.{part(digest(secret, signed.encode(), 'sha256'))}"


def unsigned(alg: object) -> str:
    return f"{part(HEAD | {'alg': alg})}.{part(SAID)}."


def saying(**other: Any) -> str:
    return jwt(said={name: value for name, value in (SAID | other).items() if value is not None})


def headed(**other: Any) -> str:
    return jwt(head={name: value for name, value in (HEAD | other).items() if value is not None})


def grafted(**other: Any) -> str:
    """The signature of what was said, under something else."""
    head, _, signature = jwt().split(".")
    return f"{head}.{part(SAID | other)}.{signature}"


def jwk(key: SigningKey, *, private: bool = False) -> dict[str, Any]:
    return dict(OKPKey.import_key(json.loads(key.jwk)).as_dict(private=private))


PUBLIC = jwk(FIRST)
PEM = OKPKey.import_key(PUBLIC).as_pem(private=False)
HOUR = 3600
TRICKS: dict[str, Callable[[], str]] = {
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg nOnE with a signature": lambda: headed(alg="nOnE"),
    "no alg": lambda: headed(alg=None),
    "alg a number": lambda: headed(alg=1),
    "alg EdDSA, another name of the same": lambda: headed(alg="EdDSA"),
    "HMAC with the public key": lambda: hmac(urlsafe_b64decode(PUBLIC["x"] + "=")),
    "HMAC with the public key in base64": lambda: hmac(PUBLIC["x"].encode()),
    "HMAC with the public JWK": lambda: hmac(json.dumps(PUBLIC).encode()),
    "HMAC with the public PEM": lambda: hmac(PEM),
    "HMAC that says Ed25519": lambda: hmac(PEM, "Ed25519"),
    "HMAC with nothing": lambda: hmac(b""),
    "another key under a known kid": lambda: jwt(FOREIGN),
    "the kid of another key": lambda: headed(kid="second"),
    "no kid": lambda: headed(kid=None),
    "an empty kid": lambda: headed(kid=""),
    "a kid that is not known": lambda: headed(kid="third"),
    "a kid that is a list": lambda: headed(kid=["first"]),
    "a kid that is a number": lambda: headed(kid=1),
    "a kid that is an object": lambda: headed(kid={"first": 1}),
    "a kid that is a path": lambda: headed(kid="../../../dev/null"),
    "a kid that asks a database": lambda: headed(kid="' OR 1=1 --"),
    "a key in the head": lambda: jwt(FOREIGN, HEAD | {"jwk": jwk(FOREIGN)}),
    "a key in the head, no kid": lambda: jwt(FOREIGN, {"alg": "Ed25519", "jwk": jwk(FOREIGN)}),
    "keys elsewhere": lambda: jwt(FOREIGN, HEAD | {"jku": "http://127.0.0.1/keys"}),
    "something critical": lambda: headed(crit=["x"], x=1),
    "a body that is not encoded": lambda: headed(b64=False, crit=["b64"]),
    "another audience": lambda: saying(aud="another"),
    "an audience that begins so": lambda: saying(aud="ledgerflow.example"),
    "another issuer": lambda: saying(iss="another"),
    "an issuer that is a list": lambda: saying(iss=["ledgerflow", "another"]),
    "expired": lambda: saying(exp=int(AT.timestamp()) - 6),
    "expired long ago": lambda: saying(exp=0),
    "not good yet": lambda: saying(nbf=SAID["nbf"] + HOUR),
    "from the future": lambda: saying(iat=SAID["iat"] + HOUR),
    "an end that is a word": lambda: saying(exp="never"),
    "an end that is true": lambda: saying(exp=True),
    "an end beyond all days": lambda: saying(exp=10**30),
    "a role that there is not": lambda: saying(role="root"),
    "a role that is a list": lambda: saying(role=["owner"]),
    "a subject that is a list": lambda: saying(sub=["asha"]),
    "a tenant that is an object": lambda: saying(tenant={"acme": 1}),
    "a session that is a number": lambda: saying(sid=1),
    "another tenant under the same signature": lambda: grafted(tenant="another"),
    "another role under the same signature": lambda: grafted(role="owner"),
    "a body that is a list": lambda: jwt(said=[SAID]),
    "a body that is no JSON": lambda: jwt(said=b"no JSON"),
    "a body of two minds": lambda: jwt(said=b'{"sub": "asha", "sub": "bina"}'),
    "a head that is a list": lambda: jwt(head=[HEAD]),
    "no signature": lambda: jwt().rpartition(".")[0] + ".",
    "half a signature": lambda: jwt()[:-20],
    "two parts": lambda: jwt().rpartition(".")[0],
    "four parts": lambda: jwt() + ".x",
    "five parts, as if encrypted": lambda: jwt() + ".x.y",
    "nothing": lambda: "",
    "dots": lambda: "...",
    "no base64": lambda: "é.é.é",
    "something huge": lambda: "a" * 10**6,
    "something huge that is signed": lambda: saying(more="a" * 10**6, exp=0),
    "something deep": lambda: jwt(said=b"[" * 5000 + b"]" * 5000),
    "a head that is deep": lambda: f"{part(b'[' * 5000)}.{part(SAID)}.x",
}
TRICKS |= {f"no {name}": partial(saying, **{name: None}) for name in SAID}


def test_a_token_says_what_was_signed_until_it_expires() -> None:
    claims = Claims("asha", "acme", Role.AUDITOR, "session", AT + LIFE)
    token = RING.sign(claims, AT)
    assert RING.verify(token, AT) == claims
    assert RING.verify(token, AT + LIFE - timedelta(seconds=1)) == claims
    with pytest.raises(TokenRefused, match="expired"):
        RING.verify(token, AT + LIFE + timedelta(seconds=6))
    with pytest.raises(TokenRefused):
        RING.verify(token, AT - timedelta(minutes=1))


def test_what_the_tricks_begin_with_is_good() -> None:
    assert (
        RING.verify(jwt(), AT) == RING.verify(saying(), AT) == Claims("asha", "acme", Role.VIEWER, "session", AT + LIFE)
    )
    assert RING.verify(jwt(SECOND, HEAD | {"kid": "second"}), AT).subject == "asha"


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.requirement("NFR.2")
def test_a_trick_is_refused(trick: str) -> None:
    token = TRICKS[trick]()
    for ring in (RING, KeyRing([FIRST]), KeyRing([])):
        with pytest.raises(TokenRefused):
            ring.verify(token, AT)
    assert isinstance(key_named(token), str)
