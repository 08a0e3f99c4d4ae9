"""Our own signatures: what no catalogue is, known by its bytes. The rules stand in `uploads.yar`, compiled once."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yara_x

_SECONDS = 2  # no file of five megabytes takes a tenth of it


def known_by_sight(content: bytes) -> Sequence[str]:
    """In plain words, what of the rules' list the bytes are or hold. Raises yara_x.TimeoutError."""
    scanner = yara_x.Scanner(_rules())
    scanner.set_timeout(_SECONDS)
    matching = scanner.scan(content).matching_rules
    return [str(dict(rule.metadata)["words"]) for rule in matching]


@cache
def _rules() -> yara_x.Rules:
    return yara_x.compile(files(__package__).joinpath("uploads.yar").read_text("utf-8"))
