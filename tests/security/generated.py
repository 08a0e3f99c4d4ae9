"""A client that openapi-python-client makes of the document signs in, orders a batch and sees it made.

`python -m tests.security.generated PROGRAM` names the program that makes it. It stands outside of the gate: the program
needs an environment of its own.
"""

import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import httpx
from tests.security.door import PASSWORD, Door, address, opened, people_enter

from ledgerflow.identity.roles import Role

_NAME = "ledgerflow_client"
# What the program takes for bytes; it knows the kinds of no document.
_BYTES = (
    "application/pdf", "application/vnd.ms-excel", "application/zip", "image/jpeg", "image/png", "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip
_COUNT = 5
_CONFIG = {"business": {"establishments": [{"key": "shop", "strategy": "none"}]}, "count": _COUNT}


class Client:
    """The package that was made, by the operations of its document."""

    def __init__(self, folder: Path, document: dict[str, Any]) -> None:
        sys.path.insert(0, str(folder))
        self._operations = {
            (method, path): (operation["tags"][0], operation["operationId"])
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        }
        self.package = importlib.import_module(_NAME)
        self.models = importlib.import_module(f"{_NAME}.models")

    def operation(self, method: str, path: str) -> ModuleType:
        """The module of an operation."""
        tag, name = self._operations[(method, path)]
        return importlib.import_module(f"{_NAME}.api.{tag.replace('-', '_')}.{re.sub('_+', '_', name)}")


def made(program: str, door: Door, folder: Path) -> Client:
    """Makes the client; what the document says and the program does not understand is told, and fails."""
    document = httpx.get(f"{door.url}/api/openapi.json").json()
    (folder / "openapi.json").write_text(json.dumps(document))
    overrides = {"content_type_overrides": dict.fromkeys(_BYTES, "application/octet-stream")}
    (folder / "config.json").write_text(json.dumps(overrides))
    command = [
        *(program, "generate", "--path", "openapi.json", "--meta", "none", "--output-path", _NAME),
        *("--config", "config.json", "--overwrite"),
    ]
    surroundings = {
        **os.environ,
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    }  # ruff
    run = subprocess.run(
        [*command, "--fail-on-warning"], cwd=folder, env=surroundings, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return Client(folder, document)


def journey(client: Client, url: str) -> str:
    """From signing in to a batch that is made; gives how it ended."""
    nobody = client.package.Client(base_url=url)
    said = client.models.SigningIn(email=address(Role.OWNER), password=PASSWORD)
    token = client.operation("post", "/api/auth/sign-in").sync(client=nobody, body=said)
    owner = client.package.AuthenticatedClient(base_url=url, token=token.access_token)
    ordering = client.models.Ordering.from_dict({"config": _CONFIG, "formats": ["json"]})
    batch = client.operation("post", "/api/batches").sync(client=owner, body=ordering)
    assert hasattr(batch, "id"), batch
    end = time.monotonic() + 60
    while time.monotonic() < end:
        batch = client.operation("get", "/api/batches/{id}").sync(batch.id, client=owner)
        if str(batch.status) not in ("queued", "running"):
            break
        time.sleep(0.2)
    _export(client, owner, batch.id)
    return str(batch.status)


def _export(client: Client, owner: object, batch: str) -> None:
    """The archive comes as bytes, and holds the invoices that were ordered."""
    archive = client.operation("get", "/api/batches/{id}/export").sync(batch, client=owner)
    with ZipFile(archive.payload) as opened_archive:
        names = opened_archive.namelist()
    assert sum(name.endswith(".json") and "/" in name for name in names) >= _COUNT, names


def main(program: str) -> None:
    """Makes it, and sends it on its way."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people_enter(str(folder / "ledger.db"))
        with opened(folder, "--worker") as door:
            print(f"the batch of a generated client {journey(made(program, door, folder), door.url)}")


if __name__ == "__main__":
    main(sys.argv[1])
