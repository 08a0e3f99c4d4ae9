"""wapiti and sqlmap against a running server on the loopback, with a signed-in user.

`python -m tests.security.scanning WAPITI SQLMAP` names the two programs; each finding that is high or critical counts.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
from benchmarks.measuring import record
from tests.security.door import Door, opened, people_enter
from tests.security.fuzzing import GENEROUS, key_of

from ledgerflow.identity.roles import Role

_MODULES = (
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,redirect,shellshock,"
    "sql,timesql,upload,xss"
)  # none that asks a place outside what came of it
_HIGH = 3  # of wapiti's levels from 1 to 4


def by_wapiti(program: str, door: Door, words: str, folder: Path) -> list[str]:
    """What wapiti holds for high or critical."""
    document, report = folder / "openapi.json", folder / "wapiti.json"
    document.write_text(json.dumps(_older(httpx.get(f"{door.url}/api/openapi.json").json(), door.url)))
    command = [
        *(program, "-u", f"{door.url}/", "--swagger", str(document), "-m", _MODULES, "-f", "json"),
        *("-o", str(report), "-H", f"Authorization: Bearer {words}", "--no-bugreport", "--flush-session"),
        *("--max-scan-time", "600", "--max-attack-time", "60", "--store-session", str(folder), "-v", "1"),
        *("--external-endpoint", door.url, "--internal-endpoint", door.url, "--dns-endpoint", "localhost"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if not report.exists():
        return [f"wapiti ended without a report: {run.stdout[-2000:]}{run.stderr[-2000:]}"]
    told = json.loads(report.read_text("utf-8"))
    print(f"wapiti: {told['infos']['crawled_pages_nbr']} requests attacked")
    found = []
    for kind in ("vulnerabilities", "anomalies"):
        for name, cases in told[kind].items():
            for case in cases:
                line = f"wapiti: level {case['level']} {name}: {case['method']} {case['path']} {case['info']}"
                print(line)
                found += [line] if case["level"] >= _HIGH else []
    return found


def by_sqlmap(program: str, door: Door, words: str, folder: Path) -> list[str]:
    """Where sqlmap came through to the database."""
    document = httpx.get(f"{door.url}/api/openapi.json").json()
    found, tried = [], 0
    for number, target in enumerate(_targets(document)):
        command = [
            *(
                program,
                "--batch",
                "--disable-coloring",
                "--level",
                "2",
                "--dbms",
                "sqlite",
                "--technique",
                "BEU",
                "--flush-session",
                "--threads",
                "4",
            ),
            *("--ignore-code", "*", "--output-dir", str(folder / f"sqlmap-{number}"), "--drop-set-cookie"),
            *("-H", f"Authorization: Bearer {words}", "-u", door.url + target.path, *target.words),
        ]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        tried += 1
        if re.search(r"is vulnerable|identified the following injection", run.stdout):
            found.append(f"sqlmap: {target.path} {run.stdout[-1500:]}")
        elif "all tested parameters" not in run.stdout and "skipping" not in run.stdout.casefold():
            print(f"sqlmap: {target.path}: {run.stdout.strip().splitlines()[-4:]}")
    print(f"sqlmap: {tried} routes tried")
    return found


class _Target:
    """A route with every parameter marked."""

    def __init__(self, path: str, words: list[str]) -> None:
        self.path = path
        self.words = words


def _targets(document: dict[str, object]) -> Iterator[_Target]:
    paths = document["paths"]
    assert isinstance(paths, dict)
    for path, operations in paths.items():
        for method, operation in operations.items():
            place = re.sub(r"\{[^}]+\}", "1*", path)
            query = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            body = _example(document, operation)
            if place == path and not query and not body:
                continue  # nothing that anyone could put words into
            address = place + ("?" + "&".join(f"{name}=1*" for name in query) if query else "")
            words = ["--method", method.upper()]
            if body:
                words += ["--data", json.dumps(body), "-H", "Content-Type: application/json"]
            yield _Target(address, words)


def _example(document: dict[str, object], operation: dict[str, object]) -> dict[str, object]:
    """A JSON body with a text for each key at its top."""
    content = operation.get("requestBody", {})
    assert isinstance(content, dict)
    schema = content.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    components = document["components"]
    assert isinstance(components, dict)
    return {key: "tea*" for key in components["schemas"].get(name, {}).get("properties", {})}


def _older(document: dict[str, object], url: str) -> dict[str, object]:
    """The document as wapiti reads it: OpenAPI 3.0, with the server's address."""
    return {**document, "openapi": "3.0.3", "servers": [{"url": url}]}


def main(wapiti: str, sqlmap: str) -> int:
    """Tries both; how much was found that is high or critical."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = str(folder / "ledger.db")
        people_enter(database)
        words = key_of(database, Role.OWNER)
        with opened(folder, settings=GENEROUS) as door:
            found = by_wapiti(wapiti, door, words, folder) + by_sqlmap(sqlmap, door, words, folder)
            assert httpx.get(f"{door.url}/readyz").status_code == 200
    print("\n".join(found))
    record("scan_high_findings", len(found), "none", met=not found, detail="wapiti and sqlmap, as a signed-in owner")
    return len(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
