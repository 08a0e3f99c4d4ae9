"""schemathesis against a running server, with every check on, once for each of three roles.

`python -m tests.security.fuzzing 200` tries 200 examples an operation; the gate tries a few.
"""

import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from tests.security.door import Door, opened, people_enter

from ledgerflow.admission.machines import make_key
from ledgerflow.api.house import draw_secret, now
from ledgerflow.identity.roles import INSTALLATION, Role
from ledgerflow.store.opening import open_ledger

ROLES = (Role.OWNER, Role.VIEWER, Role.OPERATOR)
_RATES = ("sign_ins", "sign_ins_from", "refreshes", "uploads", "orders", "requests")
GENEROUS = dict.fromkeys(_RATES, "1000000")
_RUN = "from schemathesis.cli import schemathesis; schemathesis()"
_CONFIG = Path(__file__).parent / "schemathesis.toml"


def key_of(database: str, role: Role) -> str:
    """The words of a machine's key of that role: good however long it takes."""
    tenant = INSTALLATION if role is Role.OPERATOR else "default"
    with open_ledger(database, tenant) as ledger:
        made = make_key(ledger, tenant, role.value, role, timedelta(days=1), at=now(), actor="test", draw=draw_secret)
        return made[1]


def tried(door: Door, words: str, examples: int, *options: str) -> subprocess.CompletedProcess[str]:
    """What schemathesis says of the server, to the bearer of a key."""
    command = [
        *(sys.executable, "-W", "ignore", "-c", _RUN, "--config-file", str(_CONFIG)),
        *("run", f"{door.url}/api/openapi.json", "--checks", "all", "--max-examples", str(examples)),
        *("-H", f"Authorization: Bearer {words}", "--no-color", "--continue-on-failure", "--no-shrink"),
        *("--warnings", "off", *options),
    ]
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, check=False)


def main(examples: int) -> int:
    """Tries all roles; how many of them found something."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "ledger.db")
        people_enter(database)
        keys = {role: key_of(database, role) for role in ROLES}
        with opened(Path(folder), settings=GENEROUS) as door:
            for role, words in keys.items():
                run = tried(door, words, examples)
                print(f"== {role.value}\n{run.stdout[-20_000:]}{run.stderr[-2000:]}")
                wrong += run.returncode != 0
    return wrong


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
