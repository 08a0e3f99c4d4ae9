"""Each hostile file is refused within bounds of time and memory, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.intake.hostile import CORPUS, formula
from tests.intake.test_bad_workbooks import GOOD, HEADER, RICE, workbook, xls

from ledgerflow.intake.inspection import FileKind
from ledgerflow.intake.scanning import ScannerUnreachable, scan
from ledgerflow.store.clamd import Clamd

MOST_MEBIBYTES, MOST_SECONDS = 200, 2

# Everything is loaded once; then each file is looked at in a fork, of which the system counts time and memory.
LOOK = """
import json, os, resource, sys
from ledgerflow.billing.errors import InputRefused
from ledgerflow.intake.delivery import read_delivery
from ledgerflow.intake.scanning import scan
from ledgerflow.intake.signatures import known_by_sight
known_by_sight(b"")
for path in sys.argv[1:]:
    if os.fork():
        os.wait()
        continue
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    codes = []
    try:
        with open(path, "rb") as file:
            content = file.read()
        scan(content)
        read_delivery(content)
    except InputRefused as refusal:
        codes = [finding.code for finding in refusal.findings]
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([path, codes, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]), flush=True)
    os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process is forked")
def test_every_hostile_file_is_refused_within_two_seconds_and_200_mebibytes(tmp_path: Path) -> None:
    paths = {}
    for place, (name, (make, code)) in enumerate(CORPUS.items()):
        path = tmp_path / f"{place:03}"
        path.write_bytes(make())
        paths[str(path)] = (name, code)
    done = subprocess.run([sys.executable, "-c", LOOK, *paths], capture_output=True, text=True, check=True)
    told = {
        paths[path][0]: (codes, seconds, size)
        for path, codes, seconds, size in map(json.loads, done.stdout.splitlines())
    }
    assert set(told) == set(CORPUS)
    assert {name: told[name][0] for name, code in paths.values() if code not in told[name][0]} == {}
    assert {name: seconds for name, (_, seconds, _) in told.items() if seconds > MOST_SECONDS} == {}
    assert {name: size for name, (_, _, size) in told.items() if size > MOST_MEBIBYTES} == {}


def test_what_is_harmless_passes() -> None:
    linked = workbook([HEADER, RICE])
    assert scan(linked) is FileKind.XLSX
    assert scan(formula('="A|B, call (us)"&Sheet1!A1')) is FileKind.XLSX
    assert scan(xls([HEADER, RICE])) is FileKind.XLS
    for line in ("MZ no,Name\nRice,1", "Name,Price\nA|B!,5", "Name,Price\n-20 °C gel pack | blue,5", "Name,Price\n+,5"):
        assert scan(line.encode()) is FileKind.CSV


def test_a_scanner_that_cannot_be_asked_lets_nothing_in(tmp_path: Path) -> None:
    for url in (f"unix://{tmp_path}/nobody", "tcp://127.0.0.1:9"):
        with pytest.raises(ScannerUnreachable, match="nothing is taken in"):
            scan(GOOD, [Clamd(url)])
