"""The command line as a user meets it: words in, status and words out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledgerflow.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it said where."""

    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in this process."""

    def command(*arguments: str | Path) -> Outcome:
        status = status_of([str(argument) for argument in arguments])
        said = capfd.readouterr()
        return Outcome(status, said.out, said.err)

    return command


def status_of(arguments: Sequence[str]) -> int:
    try:
        main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's folder: a hundred invoices, made once."""
    out = tmp_path_factory.mktemp("demo")
    assert status_of(["demo", "--out", str(out), "--examples", str(EXAMPLES), "--workers", "1"]) == 0
    return out
