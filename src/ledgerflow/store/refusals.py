"""What the place of a shelf says when it does not serve, told in the words of the trade: one line, and no secrets."""

import errno
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ledgerflow.billing.errors import BillingError
from ledgerflow.issuing.shelf import NotOnShelf, ShelfFull, ShelfUnreachable

MIB = 2**20
_LIBRARIES = {
    "aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "google", "http", "paramiko", "requests", "s3fs",
    "urllib3",
}  # fmt: skip
_GOING = {
    getattr(errno, name, -1)
    for name in (
        "EAGAIN", "EBUSY", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EHOSTDOWN", "EHOSTUNREACH", "EIO", "EMFILE",
        "ENETDOWN", "ENETUNREACH", "ENFILE", "ENOMEM", "EPIPE", "EREMOTEIO", "ESTALE", "ETIMEDOUT",
    )
}  # fmt: skip
_PASSING = {"ConnectionError", "HTTPClientError", "ClientConnectionError", "ClientPayloadError", "FileExpired"}
_HTTP_PASSING = (408, 409, 412, 429)  # and whatever is the server's fault
_FULL = {"InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}
_NO_BUCKET = "There is no such bucket. Make it, or name another."
_ADVICE = "Check its address, and that its user may read and write there."
_KEYS = "Give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in a file as botocore reads them."


@dataclass(frozen=True, slots=True)
class Sign:
    """How a shelf is called where it is told of: its address without user, password and query."""

    label: str
    secret: str = ""

    @classmethod
    def of(cls, url: str) -> "Sign":
        scheme, separator, rest = url.partition("://")
        if not separator:
            return cls(url)
        place, slash, path = rest.partition("?")[0].partition("/")
        secret, _, host = place.rpartition("@")
        return cls(f"{scheme}://{host}{slash}{path}", secret)


@contextmanager
def told(sign: Sign, name: str, room: Callable[[], int | None], needed: int = 0) -> Iterator[None]:
    """Whatever the place raises about a file becomes NotOnShelf, ShelfFull or ShelfUnreachable."""
    try:
        yield
    except Exception as error:
        if isinstance(error, BillingError) or not (isinstance(error, OSError) or _is_of_a_place(error)):
            raise
        code, status = _answer(error)
        if _is_full(error, code, status):
            raise ShelfFull(shelf=sign.label, free=(room() or 0) // MIB, needed=-(-needed // MIB)) from error
        if isinstance(error, FileNotFoundError) and code != "NoSuchBucket" and name:
            raise NotOnShelf(name=name, shelf=sign.label) from error
        reason = _NO_BUCKET if code == "NoSuchBucket" else _reason(error, sign)
        raise ShelfUnreachable(shelf=sign.label, reason=reason, passing=_is_passing(error, status)) from error


def is_of_no_bucket(error: BaseException) -> bool:
    """Whether not the file is missing, but all of the place."""
    return _answer(error)[0] == "NoSuchBucket"


def _reason(error: Exception, sign: Sign) -> str:
    """One line, in which no address has its user, password or query."""
    words = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    line = re.sub(r"//[^/@\s]+@", "//", re.sub(r"\?[^\s\"']*", "", " ".join(words.split())))
    if sign.secret:
        line = line.replace(sign.secret, "…")
    return f"{line.rstrip('.')}. {_KEYS if 'credentials' in line.lower() else _ADVICE}"


def _is_of_a_place(error: Exception) -> bool:
    return any(kind.__module__.partition(".")[0] in _LIBRARIES for kind in type(error).__mro__)


def _is_full(error: Exception, code: str, status: int) -> bool:
    number = error.errno if isinstance(error, OSError) else None
    return number in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)) or code in _FULL or status == 507


def _is_passing(error: Exception, status: int) -> bool:
    if status:
        return status >= 500 or status in _HTTP_PASSING
    if isinstance(error, OSError) and error.errno in _GOING:
        return True
    kinds = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, TimeoutError | ConnectionError) or not kinds.isdisjoint(_PASSING)


def _answer(error: BaseException | None) -> tuple[str, int]:
    """The code and the HTTP status that an S3 answered with, if it did; s3fs keeps them in what an error came from."""
    while error is not None:
        response = getattr(error, "response", None)
        if isinstance(response, dict):
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            return str(response.get("Error", {}).get("Code", "")), int(status)
        error = error.__cause__
    return "", 0
