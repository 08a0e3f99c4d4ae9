"""The deed of packing a batch: every format draws its files, and they become one archive with a manifest."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice

from ledgerflow.billing.invoice import Invoice, from_json, to_json
from ledgerflow.export.archive import Manifest, Member, Sink, deflate, pack
from ledgerflow.export.format import Format
from ledgerflow.export.formats.document import format as json_documents
from ledgerflow.issuing.ports import Progress

_Order = tuple[Sequence[Invoice], Future[list[Member]]]

_CHUNK = 5  # invoices drawn together: few enough that no worker is long alone at the end
_AHEAD = 16  # chunks waiting, so that neither they nor their files pile up


def pack_batch(
    invoices: Sequence[Invoice],
    formats: Sequence[Format],
    target: Sink,
    about: Mapping[str, object],
    *,
    pool: ProcessPoolExecutor | None = None,
    progress: Progress | None = None,
    drawn: Mapping[str, Iterable[Member]] | None = None,
) -> Manifest:
    """Packs the files of all formats, and always the invoices as JSON, which verification needs.

    Formats that make one file an invoice are drawn by this process and those of the `pool` together; to them a format
    travels by pickle. The bytes depend neither on how many there are nor on who finishes first. What is made over the
    whole batch comes first, while the others draw. Files of a format that are `drawn` already are taken as they are.
    """
    every = {format.code: format for format in (json_documents, *formats)}.values()
    known = drawn or {}
    files = [
        iter(known[format.code]) if format.code in known else _draw(format, invoices, pool, progress or _in_silence)
        for format in every
    ]
    in_turn = [made for _, made in sorted(zip(every, files, strict=True), key=lambda pair: pair[0].scope != "batch")]
    return pack(target, chain.from_iterable(in_turn), about)


def is_drawn(format: Format) -> bool:
    """Whether its files are worth being made apart, each from one invoice: all but the JSON that the ledger keeps."""
    return format.scope == "invoice" and format.code != json_documents.code


def draw_files(format: Format, invoices: Sequence[Invoice]) -> Iterator[Member]:
    """The files of one format, ready for the archive."""
    return (deflate(path, content) for path, content in format.files(invoices))


def _draw(
    format: Format,
    invoices: Sequence[Invoice],
    pool: ProcessPoolExecutor | None,
    progress: Progress,
) -> Iterator[Member]:
    """The files of one format, in order. What goes to the pool begins at once, not when its files are asked for."""
    if format.scope == "batch":
        return _told(format.code, [len(invoices)], iter([draw_files(format, invoices)]), progress)
    chunks = [invoices[start : start + _CHUNK] for start in range(0, len(invoices), _CHUNK)]
    if pool is None or not is_drawn(format):
        drawn = (draw_files(format, chunk) for chunk in chunks)
        return _told(format.code, [len(chunk) for chunk in chunks], drawn, progress)
    orders = ((chunk, pool.submit(_draw_chunk, format, [to_json(one) for one in chunk])) for chunk in chunks)
    waiting = deque(islice(orders, _AHEAD))
    return _drawn_together(format, waiting, orders, lambda done: progress(format.code, done, len(invoices)))


def _drawn_together(
    format: Format, waiting: deque[_Order], further: Iterator[_Order], tell: Callable[[int], None]
) -> Iterator[Member]:
    """The files of chunks that the pool and we draw at the same time, in order; tells how many invoices are drawn."""
    handed_out = 0
    while waiting:
        while not waiting[0][1].done() and _lend_a_hand(format, waiting):
            tell(handed_out + _drawn_of(waiting))
        chunk, order = waiting.popleft()
        yield from order.result()
        handed_out += len(chunk)
        waiting.extend(islice(further, 1))
        tell(handed_out + _drawn_of(waiting))


def _drawn_of(waiting: Iterable[_Order]) -> int:
    return sum(len(chunk) for chunk, order in waiting if order.done())


def _lend_a_hand(format: Format, waiting: deque[_Order]) -> bool:
    """Instead of waiting for the first chunk, draws the last one that nobody has begun, if there is one."""
    for place in reversed(range(len(waiting))):
        chunk, order = waiting[place]
        if order.cancel():
            drawn: Future[list[Member]] = Future()
            drawn.set_result(list(draw_files(format, chunk)))
            waiting[place] = (chunk, drawn)
            return True
    return False


def _draw_chunk(format: Format, documents: Sequence[bytes]) -> list[Member]:
    """What a worker does. Invoices travel as the JSON that the ledger keeps."""
    return list(draw_files(format, [from_json(document) for document in documents]))


def _told(code: str, sizes: Sequence[int], drawn: Iterator[Iterable[Member]], progress: Progress) -> Iterator[Member]:
    """The files as they come, telling how many invoices are done."""
    total = sum(sizes)
    done = 0
    for size, files in zip(sizes, drawn, strict=True):
        yield from files
        done += size
        progress(code, done, total)


def _in_silence(_doing: str, _done: int, _total: int) -> None:
    """Tells nobody."""
