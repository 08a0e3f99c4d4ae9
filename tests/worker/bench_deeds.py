"""Deeds that a bench is given in tests: sound ones, and ones that break off, hang or hold on to memory."""

import os
import signal
import sys
import threading
import time
from typing import Protocol

from ledgerflow.billing.errors import RateUnknown

_kept: list[bytes] = []


class Tell(Protocol):
    def at(self, position: int) -> None: ...
    def progress(self, stage: str, done: int, total: int) -> None: ...


class NotToBeReadAgain(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


class Panic(BaseException):
    """As engines written in other languages raise."""


def add(tell: Tell, one: int, two: int) -> int:
    return one + two


def whoami(tell: Tell) -> int:
    return os.getpid()


def echo(tell: Tell, what: bytes) -> bytes:
    return what


def a_lock(tell: Tell) -> object:
    return threading.Lock()


def end_by_signal(tell: Tell, position: int, number: int) -> None:
    for each in range(position + 1):
        tell.at(each)
    signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
    os.kill(os.getpid(), number)
    time.sleep(60)


def end_by_status(tell: Tell, position: int, status: int) -> None:
    tell.at(position)
    os._exit(status)


def end_with_all_closed(tell: Tell, position: int) -> None:
    tell.at(position)
    os.closerange(3, 100)
    time.sleep(60)


def hang(tell: Tell, position: int) -> None:
    tell.at(position)
    time.sleep(60)


def say_pid_and_be_busy(tell: Tell, file: str, *, in_foreign_code: bool) -> None:
    with open(file, "w", encoding="ascii") as told:
        told.write(str(os.getpid()))
    if in_foreign_code:
        sum(range(10**13))  # lets no other thread of Python run
    while True:
        pass


def talk(tell: Tell, seconds: float) -> str:
    end = time.monotonic() + seconds
    said = 0
    while time.monotonic() < end:
        said += 1
        tell.progress("drawing", said, 10**9)
        time.sleep(0.001)
    tell.progress("drawing", said + 1, 10**9)
    tell.progress("packing", 0, 2)
    tell.progress("packing", 1, 2)
    return f"{said + 1}"


def rate_unknown(tell: Tell) -> None:
    raise RateUnknown(code="9999", day="2026-01-01")


def not_to_be_read_again(tell: Tell) -> None:
    raise NotToBeReadAgain("this", "that")


def panic(tell: Tell) -> None:
    raise Panic("the engine is at its end")


def leave(tell: Tell) -> None:
    sys.exit(4)


def hold_on(tell: Tell, mib: int) -> int:
    _kept.append(b"x" * (mib << 20))
    return os.getpid()


def sleep(tell: Tell, seconds: float, said: str = "") -> str:
    tell.at(0)
    time.sleep(seconds)
    return said


def be_told_to_stop(tell: Tell) -> str:
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    return "went on"
