"""Access tokens: JWTs (RFC 7519) signed by Ed25519 (RFC 8037, named as RFC 9864 has it), with tenant and role inside.

A token is good for some minutes, an hour at most. Who verifies knows the public keys alone; a key is found by its
`kid`. A key is made known some seconds before it signs, so that no process meets a token by a key of which it could not
have heard.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from joserfc.jws import extract_compact
from joserfc.jwt import ClaimsOption

from ledgerflow.billing.errors import BillingError
from ledgerflow.identity.people import SigningKey
from ledgerflow.identity.roles import Role

ALGORITHM = "Ed25519"
ISSUER = AUDIENCE = "ledgerflow"
LONGEST = timedelta(hours=1)  # that a token may be good for, whatever the configuration says
ANNOUNCED = timedelta(seconds=10)  # before a key signs, and while the one before it still does
_NEEDED: ClaimsOption = {"essential": True}
_FOREIGN = "it was not signed here, or says something else"
_LEEWAY = 5  # seconds by which clocks of servers may differ


class TokenRefused(BillingError):
    """The access token is not good: {reason}."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: who (`subject` in `tenant`, with `role`), by which sign-in, and until when."""

    subject: str
    tenant: str
    role: Role
    session: str
    expires_at: datetime


def new_key(id: str, at: datetime) -> SigningKey:
    """A key to sign with."""
    key = OKPKey.generate_key("Ed25519", {"kid": id, "alg": ALGORITHM, "use": "sig"})
    return SigningKey(id, json.dumps(key.as_dict(private=True)), at)


class KeyRing:
    """The keys of an installation, newest first: all verify, and the newest that was announced long enough signs."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self._keys = KeySet([OKPKey.import_key(json.loads(key.jwk)) for key in keys])
        self._known = {key.id for key in keys}
        self._signing = keys

    def knows(self, id: str) -> bool:
        """Whether a key of that `kid` is here."""
        return id in self._known

    def sign(self, claims: Claims, at: datetime) -> str:
        """The token, good from `at`."""
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": claims.subject,
            "tenant": claims.tenant,
            "role": claims.role.value,
            "sid": claims.session,
            "iat": int(at.timestamp()),
            "nbf": int(at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
        }
        signing = self._signs(at)
        header = {"alg": ALGORITHM, "kid": signing}
        return jwt.encode(header, said, self._keys.get_by_kid(signing), algorithms=[ALGORITHM])

    def verify(self, token: str, at: datetime) -> Claims:
        """What a token says; raises TokenRefused."""
        checks = jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub=_NEEDED,
            tenant=_NEEDED,
            role=_NEEDED,
            sid=_NEEDED,
            iat=_NEEDED,
            nbf=_NEEDED,
            exp=_NEEDED,
        )
        if not self.knows(key_named(token)):
            raise TokenRefused(reason=_FOREIGN)
        try:
            said = jwt.decode(token, self._keys, algorithms=[ALGORITHM]).claims
            checks.validate(said)
            if not all(isinstance(said[name], str) for name in ("sub", "tenant", "sid", "role")):
                raise TokenRefused(reason=_FOREIGN)
            until = datetime.fromtimestamp(said["exp"], UTC)
            return Claims(said["sub"], said["tenant"], Role(said["role"]), said["sid"], until)
        except (JoseError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as refusal:
            raise TokenRefused(reason=_in_words(refusal)) from refusal

    def _signs(self, at: datetime) -> str:
        """The newest that was announced; where none was, as on the first day, the newest."""
        known = [key for key in self._signing if key.created_at + ANNOUNCED <= at]
        return (known or self._signing)[0].id

    def public(self) -> dict[str, list[dict[str, object]]]:
        """The public halves, as a JWK set (RFC 7517)."""
        return {"keys": [dict(key.as_dict(private=False)) for key in self._keys.keys]}


def are_sound(keys: Sequence[SigningKey]) -> bool:
    """Whether each of these keys can be read."""
    try:
        KeyRing(keys)
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    return True


def key_named(token: str) -> str:
    """The `kid` that a token names, unverified; empty where it names none."""
    try:
        kid = extract_compact(token.encode()).headers().get("kid", "")
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        return ""
    return kid if isinstance(kid, str) else ""


def _in_words(refusal: Exception) -> str:
    kind = getattr(refusal, "error", "")  # the words below are about a token, and none themselves
    return {"expired_token": "it has expired", "invalid_token": "it is not good yet"}.get(kind, _FOREIGN)  # nosec B105
