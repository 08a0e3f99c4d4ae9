"""How often something may be tried: counted in Redis where several servers share it, else in this process."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from threading import Lock
from typing import cast

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from ledgerflow.api.errors import TooFast
from ledgerflow.configuration import sections

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
    REQUEST = "request"


_KEYS: Mapping[Doing, Callable[[sections.Rates], int]] = {
    Doing.SIGN_IN: lambda rates: rates.sign_ins,
    Doing.SIGN_IN_FROM: lambda rates: rates.sign_ins_from,
    Doing.INVITATION: lambda rates: rates.sign_ins_from,
    Doing.REFRESH: lambda rates: rates.refreshes,
    Doing.UPLOAD: lambda rates: rates.uploads,
    Doing.ORDER: lambda rates: rates.orders,
    Doing.REQUEST: lambda rates: rates.requests,
}
_ALWAYS_ALONE = (Doing.REQUEST,)  # no request waits for Redis


class OwnCounts:
    """What was done in this process within the last minute, to the moment; whoever did nothing since is forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._done = OrderedDict[tuple[str, ...], deque[float]]()  # who did something last stands last

    def count(self, names: tuple[str, ...], most: int, at: float) -> float:
        """Counts one more, or says after how many seconds it may be; `at` is of a clock that only goes on."""
        with self._lock:
            self._forget(at - _MINUTE)
            times = self._done.setdefault(names, deque())
            while times and times[0] <= at - _MINUTE:
                times.popleft()
            if len(times) >= most:
                return times[0] + _MINUTE - at
            times.append(at)
            self._done.move_to_end(names)
            return 0

    def _forget(self, until: float) -> None:
        while self._done and next(iter(self._done.values()))[-1] <= until:
            self._done.popitem(last=False)


class Rates:
    """How often each thing may be done within a minute, by whom. Where Redis cannot be had, each process counts alone:
    a limit that is a little too wide is better than a door that is shut. How often, `most` says at each count; where
    that changes, counting begins anew."""

    def __init__(self, redis_url: str, most: Callable[[], sections.Rates]) -> None:
        self._own = OwnCounts()
        self._shared = _shared(redis_url)
        self._alone_until = 0.0
        self._most = most

    def count(self, doing: Doing, *by: str) -> None:
        """Counts one more; raises TooFast where it is one too many."""
        item, names = RateLimitItemPerMinute(_KEYS[doing](self._most())), ("ledgerflow", doing.value, *by)
        if self._shared is not None and doing not in _ALWAYS_ALONE and time.monotonic() >= self._alone_until:
            try:
                _hit(self._shared, item, names)
                return
            except StorageError:
                self._alone_until = time.monotonic() + _ALONE
        if wait := self._own.count((*names, str(item.amount)), item.amount, time.monotonic()):
            raise TooFast(seconds=ceil(wait))


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
