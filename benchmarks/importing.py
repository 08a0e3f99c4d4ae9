"""`python -m benchmarks.importing`: catalogues imported over HTTP, from the first byte of the request to the commit."""

import tempfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import xlsxwriter
from tests.api.counter import Served, serving

from benchmarks.measuring import record, seconds
from ledgerflow.intake.inspection import MAX_BYTES

_RUNS = 3
_LETTERS = {10_000: 4, 60_000: 42}  # of chance in a name: with them 60,000 rows fill a file of the largest size


def sheet(rows: int) -> bytes:
    """A workbook of so many products, each with seven columns."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["SKU", "Product Name", "Base Price", "Unit", "HSN", "GST Rate", "Group"])
        for row in range(1, rows + 1):
            name = f"Product {row} {sha256(str(row).encode()).hexdigest()[: _LETTERS[rows]]}"
            page.write_row(row, 0, [f"S{row}", name, 10 + row / 100, "NOS", "8539", 18, f"Group {row % 40}"])
    if len(content.getvalue()) > MAX_BYTES:
        raise ValueError(len(content.getvalue()))
    return content.getvalue()


def imports_over_http() -> None:
    """Ten thousand rows, and as many as fit into a file of five megabytes, into an empty catalogue each time."""
    for rows, limit in ((10_000, 2), (60_000, 10)):
        content, times, work = sheet(rows), [], []
        for _ in range(_RUNS):
            with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "served") as server:
                _import(server, sheet_of_one())  # what is loaded once
                before = server.cpu_seconds()
                times.append(seconds(lambda: _import(server, content)))  # noqa: B023  # called at once
                work.append(server.cpu_seconds() - before)
        detail = f"{len(content) / 1e6:.1f} MB; {min(work):.1f} s of processor; upload and commit, SQLite"
        took = min(times)
        record(f"import_{rows}_rows_over_http_seconds", took, f"at most {limit}", met=took <= limit, detail=detail)


def sheet_of_one() -> bytes:
    """The least that is a catalogue."""
    return b"Product Name,Base Price\nFirst of all,1\n"


def _import(server: Served, content: bytes) -> None:
    made = server.client.post("/api/catalogue/uploads", files={"file": ("catalogue", content)}).raise_for_status()
    path = f"/api/catalogue/uploads/{made.json()['id']}/commit"
    server.client.post(path, json={"replace": True}).raise_for_status()


if __name__ == "__main__":
    imports_over_http()
