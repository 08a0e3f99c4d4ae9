"""Where a mistake stands, said as this door names it: deeds that the command line has too know its options."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from ledgerflow.billing.errors import InputRefused


@contextmanager
def told_at(places: Mapping[str, str]) -> Iterator[None]:
    """Findings at an option are told at the pointer that stands for it."""
    try:
        yield
    except InputRefused as refused:
        found = [replace(one, place=places.get(one.place, one.place)) for one in refused.findings]
        raise InputRefused(found) from refused
