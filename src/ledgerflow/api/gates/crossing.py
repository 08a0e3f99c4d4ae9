"""Requests that a browser makes for another site, with our cookie: refused by where they come from, and by a token.

The token follows from the cookie, which no page can read. It is told in the answer that sets the cookie, and beside it
in a cookie that our own pages can read after they were loaded anew; another site reads neither.
"""

from collections.abc import Mapping
from hmac import compare_digest
from typing import cast

from fastapi import Request, Response

from ledgerflow.api.errors import CrossSite
from ledgerflow.api.house import House
from ledgerflow.identity.people import digest_of

HEADER = "X-CSRF-Token"
_REFRESH, _CSRF, PATH = "ledgerflow_refresh", "ledgerflow_csrf", "/api/auth"


def require_from_here(request: Request) -> None:
    """A dependency: no other site made a browser send this; who is no browser says nothing. Raises CrossSite."""
    origin = request.headers.get("Origin", "")
    if origin and origin.casefold() in _allowed(request):
        return
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise CrossSite(reason="Sec-Fetch-Site says so")
    if origin and origin.casefold() != f"{request.url.scheme}://{request.headers.get('Host', '')}".casefold():
        raise CrossSite(reason="Origin names another")


def require_token(request: Request) -> None:
    """Whoever shows the cookie shows the token of it too. Raises CrossSite."""
    shown = refresh_cookie(request.cookies, is_secure(request))
    if shown and not compare_digest(token_of(shown).encode(), request.headers.get(HEADER, "").encode()):
        raise CrossSite(reason=f"{HEADER} does not fit the cookie")


def token_of(refresh: str) -> str:
    """The token that goes with a refresh cookie."""
    return digest_of(f"csrf {refresh}")


def is_secure(request: Request) -> bool:
    """Whether the browser came by TLS, to us or to a proxy that is trusted."""
    return request.url.scheme == "https"


def refresh_cookie(cookies: Mapping[str, str], secure: bool) -> str:
    """The refresh token that was shown. By TLS only a cookie counts that nothing without TLS can have set."""
    return cookies.get(f"__Secure-{_REFRESH}" if secure else _REFRESH, "")


def set_cookies(response: Response, refresh: str, secure: bool, seconds: int) -> None:
    """Hands both out."""
    name, readable = _names(secure)
    response.set_cookie(name, refresh, seconds, path=PATH, httponly=True, secure=secure, samesite="strict")
    response.set_cookie(readable, token_of(refresh), seconds, path="/", secure=secure, samesite="strict")


def take_cookies(response: Response, secure: bool) -> None:
    """Takes both back."""
    name, readable = _names(secure)
    response.delete_cookie(name, path=PATH, httponly=True, secure=secure, samesite="strict")
    response.delete_cookie(readable, path="/", secure=secure, samesite="strict")


def _allowed(request: Request) -> frozenset[str]:
    """Where our own pages are besides here."""
    house = cast(House, request.app.state.house)
    return frozenset(one.casefold() for one in house.rules.now.values.security.allowed_origins)


def _names(secure: bool) -> tuple[str, str]:
    """Names that a browser takes by TLS alone; `__Host-` is for the path / only."""
    return (f"__Secure-{_REFRESH}", f"__Host-{_CSRF}") if secure else (_REFRESH, _CSRF)
