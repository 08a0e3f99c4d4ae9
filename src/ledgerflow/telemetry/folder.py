"""The folder in which the processes of one server count, so that whoever reads sees the sum of them.

What a process that died had counted stays counted: it is carried over into one file for all the dead. That it had
circuits open does not stay. Nothing here is loaded before the folder is named: prometheus_client looks for it once.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

_NAME: Final = "ledgerflow-meters-"
_OF_THE_DEAD: Final = 0  # no process that can die has this number
_KINDS: Final = ("counter", "histogram")
READING: Final = Lock()
"""Held by whoever reads the folder, and by whoever carries over, so that nothing is seen twice or not at all."""


@contextmanager
def counted_together() -> Iterator[Path]:
    """This process and all that it starts count in one folder. One that somebody named is used, and stays; else there
    is one of our own, until this is left. What earlier processes left over goes."""
    named = os.environ.get(VARIABLE)
    if named:
        folder = Path(named)
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
        yield folder
        return
    _clear_away()
    with tempfile.TemporaryDirectory(prefix=f"{_NAME}{os.getpid()}-") as made:
        os.environ[VARIABLE] = made
        try:
            yield Path(made)
        finally:
            del os.environ[VARIABLE]


def bury(pid: int) -> None:
    """A process that counted has died."""
    named = os.environ.get(VARIABLE)
    if not named:
        return
    folder = Path(named)
    with READING:
        for file in folder.glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)
        for kind in _KINDS:
            _carry_over(folder / f"{kind}_{pid}.db", folder / f"{kind}_{_OF_THE_DEAD}.db")


def _carry_over(file: Path, into: Path) -> None:
    if not file.exists():
        return
    from prometheus_client.mmap_dict import MmapedDict

    kept = MmapedDict(str(into))
    try:
        for key, value, _at, _place in MmapedDict.read_all_values_from_file(str(file)):
            before, _ = kept.read_value(key)
            kept.write_value(key, before + value, 0.0)
    finally:
        kept.close()
    file.unlink()


def _clear(folder: Path) -> None:
    """Files of processes that are no more; those of others that are at work stay."""
    for file in folder.glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        if not pid.isdecimal() or int(pid) == os.getpid() or not is_running(int(pid)):
            file.unlink(missing_ok=True)


def _clear_away() -> None:
    """Folders of servers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_NAME}*"):
        pid = folder.name.removeprefix(_NAME).partition("-")[0]
        if pid.isdecimal() and not is_running(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def is_running(pid: int) -> bool:
    """Whether there is a process of this number."""
    if sys.platform == "win32":  # where a signal to ask with is one to end with
        return True
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
