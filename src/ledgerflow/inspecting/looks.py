"""What is found when a part of the installation is looked at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledgerflow.billing.errors import Finding


class State(StrEnum):
    """Whether a part serves, serves in part, or does not."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: in words where all is well, or the fault with what to do about it."""

    state: State
    said: str = ""
    fault: Finding | None = None

    @property
    def reason(self) -> str:
        """In words, why the state is what it is."""
        return self.fault.message if self.fault else self.said


@dataclass(frozen=True, slots=True)
class Check:
    """A part by its name, how it is looked at, and for how many seconds a look is good: heavy ones for longer."""

    part: str
    look: Callable[[], Look]
    good_for: float = 2.0


def well(said: str) -> Look:
    """All is well."""
    return Look(State.OK, said)


def down(fault: Finding) -> Look:
    """The part does not serve."""
    return Look(State.DOWN, fault=fault)


def degraded(fault: Finding) -> Look:
    """The part serves, and not as it should."""
    return Look(State.DEGRADED, fault=fault)


def worst(states: Iterable[State]) -> State:
    """The state of all together."""
    return max(states, key=list(State).index, default=State.OK)
