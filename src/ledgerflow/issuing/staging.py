"""A place to make things in: they go where they belong when all are made; until then what stood there is kept."""

import errno
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".unfinished"
_BESIDE_A_DATABASE = ("-wal", "-shm")  # SQLite's own files: those of an old database would spoil a new one


@contextmanager
def staged(folder: Path, expected: Sequence[str], earlier: Sequence[str] = ()) -> Iterator[Path]:
    """A folder inside `folder`, whose files replace those of the same names in `folder` when the block ends well. Files
    of the names `earlier` that were not made again go away then: beside the new ones they would pass for theirs.

    If the block does not end well, `folder` is as it was, and is not there if it was not. Raises OSError at once where
    the place cannot be written, or where a folder stands in the way of a file that is `expected`.
    """
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    desk = folder / UNFINISHED
    try:
        _require_free(folder, expected)
        shutil.rmtree(desk, ignore_errors=True)  # of a run that was killed
        desk.mkdir(parents=True)
        yield desk
        _publish(desk, folder, earlier)
    except OSError as error:
        if error.errno and not error.filename:
            error.filename = str(folder)  # a full disk does not say which
        raise
    finally:
        shutil.rmtree(desk, ignore_errors=True)
        with suppress(OSError):  # one of them holds something by now
            for place in new:
                place.rmdir()


def _publish(desk: Path, folder: Path, earlier: Sequence[str]) -> None:
    made = sorted(path.name for path in desk.iterdir())
    _require_free(folder, made)
    for place in (folder / name for name in earlier if name not in made):
        if not place.is_dir():
            place.unlink(missing_ok=True)
    for name in made:
        for ending in _BESIDE_A_DATABASE:
            (folder / f"{name}{ending}").unlink(missing_ok=True)
        (desk / name).replace(folder / name)


def _require_free(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, "A folder stands where a file must go", str(folder / name))
