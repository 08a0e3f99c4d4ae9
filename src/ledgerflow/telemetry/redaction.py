"""The last defence of the log: what has the name or the shape of a secret, a tax number or an address does not get in.

Whoever writes a line leaves such things out. This is for what slips through: a reason that a library gave, a traceback.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Final

HIDDEN: Final = "***"

_NAMES: Final = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|credential|api_?key|jwk|csrf|gstin|\btrn\b|tax_?number|vat_?number"
    r"|e_?mail|street|address|postal|phone|buyer|customer",
    re.IGNORECASE,
)
_KEEPING: Final = (
    re.compile(r"(://[^:/@\s]*:)[^@\s]+(?=@)"),  # the password in a URL
    re.compile(r"((?:password|secret|token|key)=)[^&\s\"',)]+", re.IGNORECASE),
    re.compile(r"(\b(?:bearer|basic)\s+)[^\s\"',)]+", re.IGNORECASE),
)
"""Of these the beginning stays."""
_SHAPES: Final = re.compile(
    "|".join(
        (
            r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",  # an access token
            r"(?<![A-Za-z0-9_.-])lf\.[a-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",  # the key of a machine
            r"(?<![A-Za-z0-9_-])(?=[0-9a-z_-]*[A-Z])(?=[0-9A-Z_-]*[a-z])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])",  # 32 bytes
            r"\$argon2[a-z]*\$[^\s\"']+",  # a password that was hashed
            r"(?<![A-Za-z0-9])[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z](?![A-Za-z0-9])",  # a GSTIN
            r"(?<![A-Za-z0-9.])[0-9]{15}(?![A-Za-z0-9])",  # a tax number of the Emirates, Saudi Arabia or Bahrain
            r"(?<![A-Za-z0-9])OM[0-9]{10}(?![A-Za-z0-9])",  # one of Oman
            r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",  # where somebody gets mail
        )
    )
)


def redacted(text: str) -> str:
    """The text without whatever has the shape of a secret."""
    for shape in _KEEPING:
        text = shape.sub(rf"\1{HIDDEN}", text)
    return _SHAPES.sub(HIDDEN, text)


def redact(_logger: object, _method: str, line: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """A processor of log lines: to be the last before the line is written."""
    return {name: HIDDEN if _NAMES.search(name) else _clean(value) for name, value in line.items()}


def _clean(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): HIDDEN if _NAMES.search(str(name)) else _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one) for one in value]
    return redacted(str(value))
