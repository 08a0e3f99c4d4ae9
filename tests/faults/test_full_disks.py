"""A disk that is full: nothing is half written, and when there is room again the work goes on."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.faults.clusters import running_cluster
from tests.faults.conftest import LONG, Hire
from tests.faults.soundness import issued_once

from ledgerflow.store.ledger import DatabaseLedger
from ledgerflow.store.opening import open_ledger

FULL = 1_500_000  # bytes that a file may have; new books have a tenth of it
LEFT = [600_000, 1_000_000, 2_500_000, 5_000_000] if LONG else [2_500_000]  # bytes of a disk
pytestmark = pytest.mark.requirement("FR-1.1", "FR-1.6")


class SmallDisk:
    """A file system in memory, of which a ballast leaves little until it is thrown off."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        run("mount", "-t", "tmpfs", "-o", "size=200m", "ledgerflow-test", str(folder))

    def leave(self, size: int) -> None:
        """Fills all but so many bytes."""
        stand = os.statvfs(self.folder)
        self._ballast.write_bytes(bytes(stand.f_bavail * stand.f_frsize - size))

    def make_room(self) -> None:
        self._ballast.unlink()

    def close(self) -> None:
        run("umount", str(self.folder))


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")


@contextmanager
def small_disk() -> Iterator[SmallDisk]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts a file system, and a tmpfs is Linux's")
    with tempfile.TemporaryDirectory(prefix="lf") as folder:
        disk = SmallDisk(Path(folder))
        try:
            yield disk
        finally:
            disk.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no largest file")
def test_a_file_that_may_not_grow_leaves_sound_books(
    tmp_path: Path, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    url = str(tmp_path / "ledger.db")
    hand = hire("issue", url, largest=FULL, size=40)
    assert "The ledger cannot be reached: d" in hand.hear("failed"), "disk I/O error, or database or disk is full"
    hand.kill()
    check(url, hand.done(), require_sound)


@pytest.mark.parametrize("left", LEFT)
def test_sqlite_on_a_full_disk_leaves_sound_books(
    left: int, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    with small_disk() as disk:
        url = str(disk.folder / "ledger.db")
        disk.leave(left)
        hand = hire("issue", url, size=40)
        assert "database or disk is full" in hand.hear("failed")
        disk.make_room()
        hand.hear("done")
        hand.kill()
        check(url, hand.done(), require_sound)


@pytest.mark.parametrize("left", LEFT)
def test_postgresql_on_a_full_disk_leaves_sound_books(
    left: int, hire: Hire, require_sound: Callable[[DatabaseLedger], None]
) -> None:
    with small_disk() as disk, running_cluster(disk.folder) as cluster:
        with open_ledger(cluster.url):
            disk.leave(left)
        hand = hire("issue", cluster.url, size=40)
        hand.hear("failed", "unknown")  # it cannot be asked where there is no room for what it would write down
        disk.make_room()
        if not cluster.is_running():
            cluster.start()
        hand.hear("done")
        hand.kill()
        check(cluster.url, hand.done(), require_sound)


def check(url: str, acknowledged: int, require_sound: Callable[[DatabaseLedger], None]) -> None:
    """What was told is there, and another goes on."""
    with open_ledger(url) as ledger:
        assert issued_once(ledger, "writer")["writer"] - acknowledged in (0, 1)
        require_sound(ledger)
