"""The head of an audit trail: its last entry, written down elsewhere to show if the trail is cut or rewritten."""

import json
import re
from dataclasses import asdict, dataclass

from ledgerflow.billing.errors import Finding, InputRefused
from ledgerflow.issuing.seals import AuditEntry

_HASH = re.compile(r"[0-9a-f]{64}")
_MOST = 2**63


@dataclass(frozen=True, slots=True)
class Head:
    """Where the trail of a tenant ended. An empty trail's has the sequence 0 and no hash; `at` is the entry's."""

    tenant: str
    sequence: int
    hash: str
    at: str = ""

    def to_json(self) -> str:
        """The head as the file that `read_head` reads."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"


def head_of(tenant: str, last: AuditEntry | None) -> Head:
    """The head of a trail whose last entry is given."""
    return Head(tenant, last.sequence, last.hash, last.at) if last else Head(tenant, 0, "")


def read_head(content: bytes, source: str) -> Head:
    """The head in a file; `source` names it where it is none."""
    try:
        head = Head(**json.loads(content.decode("utf-8-sig")))
    except (ValueError, TypeError, RecursionError) as error:
        raise InputRefused([_no_head(source)]) from error
    if not _is_head(head):
        raise InputRefused([_no_head(source)])
    return head


def _is_head(head: Head) -> bool:
    texts = all(isinstance(text, str) for text in (head.tenant, head.hash, head.at))
    if not texts or not head.tenant or type(head.sequence) is not int or not 0 <= head.sequence < _MOST:
        return False
    return bool(_HASH.fullmatch(head.hash)) if head.sequence else not head.hash


def _no_head(source: str) -> Finding:
    message = "This is no head of an audit trail: JSON with tenant, sequence, hash and at."
    return Finding("head.unreadable", source, message, "Give a file that `ledgerflow audit head --out` wrote.")
