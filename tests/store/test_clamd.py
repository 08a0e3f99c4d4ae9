"""Against a real ClamAV daemon, with a signature file of our own: what it finds is refused, and its silence too."""

import hashlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.counter import serving
from tests.intake.test_bad_workbooks import HEADER, package, workbook

from ledgerflow.billing.errors import InputRefused
from ledgerflow.intake.scanning import ScannerUnreachable, scan
from ledgerflow.store.clamd import Clamd

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
pytestmark = pytest.mark.skipif(CLAMD is None, reason="no clamd is installed (Debian: clamav-daemon)")
MARK = "a word that only our own signature knows"
ILL = f"Product Name,Base Price\n{MARK},5\n".encode()
WELL = b"Product Name,Base Price\nRice,5\n"


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A daemon of our own; where it can be asked."""
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"Own.Test.Mark:0:*:{MARK.encode().hex()}\n")
    digest = hashlib.md5(WELL + b"Ill,6\n", usedforsecurity=False).hexdigest()
    (folder / "signatures" / "own.hdb").write_text(f"{digest}:{len(WELL) + 6}:Own.Test.File\n")
    lines = [
        f"DatabaseDirectory {folder}/signatures",
        f"LocalSocket {folder}/socket",
        "Foreground yes",
        "User root" if Path.home() == Path("/root") else "",
        "StreamMaxLength 6M",
    ]
    (folder / "clamd.conf").write_text("\n".join(lines))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(CLAMD), "--config-file", str(folder / "clamd.conf")], stdout=log, stderr=log)
    try:
        for _ in range(300):
            if (folder / "socket").exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        assert (folder / "socket").exists(), (folder / "log").read_text()
        yield f"unix://{folder}/socket"
    finally:
        process.terminate()
        process.wait(30)


def test_what_it_finds_is_refused_under_its_name(clamd: str) -> None:
    for content in (ILL, workbook([HEADER, [MARK, 5]])):
        with pytest.raises(InputRefused) as refusal:
            scan(content, [Clamd(clamd)])
        (finding,) = refusal.value.findings
        assert finding.code == "upload.virus"
        assert finding.parameters["found"].startswith("Own.Test.Mark")
    with pytest.raises(InputRefused, match=r"Own\.Test\.File"):
        scan(WELL + b"Ill,6\n", [Clamd(clamd)])


def test_what_is_clean_passes_whatever_its_size(clamd: str) -> None:
    scan(WELL, [Clamd(clamd)])
    scan(WELL + b"Rice,5\n" * 700_000, [Clamd(clamd)])


def test_an_answer_that_is_no_clean_bill_is_none(clamd: str) -> None:
    with pytest.raises(ScannerUnreachable):
        Clamd(clamd).found(bytes(7 * 2**20))  # more than the daemon takes


def test_the_server_asks_it_and_takes_nothing_while_it_is_silent(clamd: str, tmp_path: Path) -> None:
    def refused(url: str, folder: Path, content: bytes) -> tuple[int, int, str]:
        with serving(folder, {"LEDGERFLOW_CLAMD_URL": url}) as server:
            answer = server.client.post("/api/catalogue/uploads", files={"file": ("sheet.csv", content)})
            taken = server.client.post("/api/catalogue/uploads", files={"file": ("sheet.csv", WELL)})
            last = server.ledger.last_entry()
            assert last is not None
            assert server.shelved() == [] or taken.status_code == 201
            return answer.status_code, taken.status_code, last.details

    assert refused(clamd, tmp_path / "there", ILL)[:2] == (400, 201)
    ill, well, details = refused(f"unix://{tmp_path}/nobody", tmp_path / "silent", ILL)
    assert (ill, well) == (503, 503)
    assert hashlib.sha256(WELL).hexdigest() in details


def test_a_zip_is_looked_into(clamd: str) -> None:
    assert Clamd(clamd).found(package({"inner.txt": MARK.encode()}))
