"""The deed of packing a batch: every format draws its files, and they become one archive with a manifest."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

from ledgerflow.billing.invoice import Invoice, from_json, to_json
from ledgerflow.export.archive import Manifest, Sink, pack
from ledgerflow.export.format import Format
from ledgerflow.export.formats.document import format as json_documents
from ledgerflow.issuing.ports import Progress

File = tuple[str, bytes]

_CHUNK = 5  # invoices drawn together: few enough that no worker is long alone at the end
_AHEAD = 4  # chunks waiting for each worker, so that neither they nor their files pile up


def pack_batch(
    invoices: Sequence[Invoice],
    formats: Sequence[Format],
    target: Sink,
    about: Mapping[str, object],
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Manifest:
    """Packs the files of all formats, and always the invoices as JSON, which verification needs.

    Formats that make one file an invoice are drawn by `workers` processes, to which a format travels by pickle. The
    bytes depend neither on how many there are nor on who finishes first.
    """
    every = list({format.code: format for format in (json_documents, *formats)}.values())
    with _workshop(workers) as pool:
        files = [_draw(format, invoices, pool, workers, progress or _in_silence) for format in every]
        return pack(target, chain.from_iterable(files), about)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that stands under its name only once it is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _workshop(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Worker processes, started afresh: Typst hangs in a fork of a process that has used it."""
    if workers < 2:
        yield None
        return
    pool = ProcessPoolExecutor(workers, get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _draw(
    format: Format,
    invoices: Sequence[Invoice],
    pool: ProcessPoolExecutor | None,
    workers: int,
    progress: Progress,
) -> Iterator[File]:
    """The files of one format, in order. What goes to the pool begins at once, not when its files are asked for."""
    if format.scope == "batch":
        return _told(format.code, [len(invoices)], iter([format.files(invoices)]), progress)
    chunks = [invoices[start : start + _CHUNK] for start in range(0, len(invoices), _CHUNK)]
    drawn: Iterator[Iterable[File]]
    if pool is None or format.code == json_documents.code:
        drawn = (format.files(chunk) for chunk in chunks)
    else:
        drawn = _drawn_elsewhere(format, iter(chunks), pool, workers * _AHEAD)
    return _told(format.code, [len(chunk) for chunk in chunks], drawn, progress)


def _drawn_elsewhere(
    format: Format, chunks: Iterator[Sequence[Invoice]], pool: ProcessPoolExecutor, ahead: int
) -> Iterator[list[File]]:
    orders = (pool.submit(_draw_chunk, format, [to_json(invoice) for invoice in chunk]) for chunk in chunks)
    waiting = deque(islice(orders, ahead))

    def in_order() -> Iterator[list[File]]:
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(islice(orders, 1))

    return in_order()


def _draw_chunk(format: Format, documents: Sequence[bytes]) -> list[File]:
    """What a worker does. Invoices travel as the JSON that the ledger keeps."""
    return list(format.files([from_json(document) for document in documents]))


def _told(code: str, sizes: Sequence[int], drawn: Iterator[Iterable[File]], progress: Progress) -> Iterator[File]:
    """The files as they come, telling how many invoices are done."""
    total = sum(sizes)
    done = 0
    for size, files in zip(sizes, drawn, strict=True):
        yield from files
        done += size
        progress(code, done, total)


def _in_silence(_doing: str, _done: int, _total: int) -> None:
    """Tells nobody."""
