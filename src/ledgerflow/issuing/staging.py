"""A place to make things in: they go where they belong when all are made; until then what stood there is kept."""

import errno
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".unfinished"
_BESIDE_A_DATABASE = ("-wal", "-shm")  # SQLite's own files: those of an old database would spoil a new one


@contextmanager
def staged(folder: Path, expected: Sequence[str]) -> Iterator[Path]:
    """A folder inside `folder`, whose files replace those of the same names in `folder` when the block ends well.

    If it does not, `folder` is as it was, and is not there if it was not. Raises OSError at once where the place cannot
    be written, or where a folder stands in the way of a file that is `expected`.
    """
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    desk = folder / UNFINISHED
    try:
        _require_free(folder, expected)
        shutil.rmtree(desk, ignore_errors=True)  # of a run that was killed
        desk.mkdir(parents=True)
        yield desk
        _publish(desk, folder)
    except OSError as error:
        if error.errno and not error.filename:
            error.filename = str(folder)  # a full disk does not say which
        raise
    finally:
        shutil.rmtree(desk, ignore_errors=True)
        with suppress(OSError):  # one of them holds something by now
            for place in new:
                place.rmdir()


def _publish(desk: Path, folder: Path) -> None:
    made = sorted(path.name for path in desk.iterdir())
    _require_free(folder, made)
    for name in made:
        for ending in _BESIDE_A_DATABASE:
            (folder / f"{name}{ending}").unlink(missing_ok=True)
        (desk / name).replace(folder / name)


def _require_free(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, "A folder stands where a file must go", str(folder / name))
