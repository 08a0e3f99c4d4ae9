"""How often something may be tried: counted in Redis where several servers share it, else in this process."""

import time
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from typing import cast

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from ledgerflow.api.errors import TooFast
from ledgerflow.settings import Settings

_MINUTE = 60
_PATIENCE = 1.0  # seconds for an answer of Redis
_ALONE = 5.0  # seconds in which one that did not answer is left alone


class Doing(StrEnum):
    """What is counted."""

    SIGN_IN = "sign-in"
    SIGN_IN_FROM = "sign-in-from"
    INVITATION = "invitation"
    REFRESH = "refresh"
    UPLOAD = "upload"
    ORDER = "order"


class OwnCounts:
    """Counts of this process, of the minute that runs and of the one before it. That one counts for as much of it as
    lies within sixty seconds, so that two full minutes never meet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = 0
        self._now = dict[tuple[str, ...], int]()
        self._before = dict[tuple[str, ...], int]()

    def count(self, names: tuple[str, ...], most: int, at: float) -> float:
        """Counts one more, or says after how many seconds it may be; `at` is of a clock that only goes on."""
        minute, gone = divmod(at, _MINUTE)
        left = 1 - gone / _MINUTE
        with self._lock:
            self._turn_to(int(minute))
            now, before = self._now.get(names, 0), self._before.get(names, 0)
            if now + 1 + before * left <= most:
                self._now[names] = now + 1
                return 0
        if now + 1 > most:  # not before those of this minute weigh less
            return _MINUTE * (left + 1 - (most - 1) / now)
        return _MINUTE * (left - (most - now - 1) / before)

    def _turn_to(self, minute: int) -> None:
        if minute > self._minute:
            self._before = self._now if minute == self._minute + 1 else {}
            self._now, self._minute = {}, minute


class Rates:
    """How often each thing may be done within a minute, by whom. Where Redis cannot be had, each process counts alone:
    a limit that is a little too wide is better than a door that is shut."""

    def __init__(self, settings: Settings) -> None:
        self._own = OwnCounts()
        self._shared = _shared(settings.redis_url)
        self._alone_until = 0.0
        self._most = {
            Doing.SIGN_IN: RateLimitItemPerMinute(settings.sign_ins),
            Doing.SIGN_IN_FROM: RateLimitItemPerMinute(settings.sign_ins_from),
            Doing.INVITATION: RateLimitItemPerMinute(settings.sign_ins_from),
            Doing.REFRESH: RateLimitItemPerMinute(settings.refreshes),
            Doing.UPLOAD: RateLimitItemPerMinute(settings.uploads),
            Doing.ORDER: RateLimitItemPerMinute(settings.orders),
        }

    def count(self, doing: Doing, *by: str) -> None:
        """Counts one more; raises TooFast where it is one too many."""
        item, names = self._most[doing], ("ledgerflow", doing.value, *by)
        if self._shared is not None and time.monotonic() >= self._alone_until:
            try:
                _hit(self._shared, item, names)
                return
            except StorageError:
                self._alone_until = time.monotonic() + _ALONE
        if wait := self._own.count(names, item.amount, time.monotonic()):
            raise TooFast(seconds=min(max(1, round(wait)), _MINUTE))  # it is worth asking again after a minute


def rates_of(request: Request) -> Rates:
    """The counts of this server."""
    return cast(Rates, request.app.state.rates)


def whence(request: Request) -> str:
    """The address that a request came from; of IPv6 the network, which one customer has to himself."""
    if request.client is None:
        return ""
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return request.client.host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _shared(url: str) -> SlidingWindowCounterRateLimiter | None:
    if not url:
        return None
    address = f"redis+{url}" if url.startswith("unix:") else url
    options = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE}
    storage = storage_from_string(address, wrap_exceptions=True, **options)
    return SlidingWindowCounterRateLimiter(cast(Storage, storage))


def _hit(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, names: tuple[str, ...]) -> None:
    if not limiter.hit(item, *names):
        until = limiter.get_window_stats(item, *names).reset_time
        raise TooFast(seconds=max(1, round(until - time.time())))
