"""`ledgerflow audit`: whether the audit trail is what was written, and its head to be kept elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from ledgerflow.cli.options import AsJson, Database, Tenant, chosen, read_bytes, required
from ledgerflow.issuing.audit import AuditEntry, Head, TrailFault, head_of, read_head, verify_trail

app = typer.Typer(help="The audit trail: whether it is sound, and its head.", no_args_is_help=True)


@app.command()
def verify(
    database: Database = "",
    tenant: Tenant = "",
    head: Annotated[
        Path | None, typer.Option("--head", help="A head kept from earlier: shows a tail cut off or a trail rewritten.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Reads the whole audit trail and names what was changed, removed, inserted or reordered; exit 1 if anything was.

    A tail that was cut and a trail that was written anew show only against --head.
    """
    from ledgerflow.cli.output import complain, show_facts, show_json

    address, whose = chosen(database, tenant)
    kept = _kept(head, whose) if head else None
    seen = _Seen()
    faults = _read(address, whose, seen, kept)
    end = head_of(whose, seen.last)
    if as_json:
        show_json(_verified(seen.entries, end, faults))
    else:
        complain(*(str(fault) for fault in faults))
        words = f"{len(faults)} fault(s)" if faults else "sound"
        show_facts({"audit trail": words, "entries": str(seen.entries), **_facts(end)})
    if faults:
        raise typer.Exit(1)


@app.command()
def head(
    database: Database = "",
    tenant: Tenant = "",
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; else it is printed.")] = None,
) -> None:
    """The head of the audit trail as JSON. Keep it where whoever can change the ledger cannot, for `audit verify`."""
    from ledgerflow.cli.output import show_facts, show_json

    address, whose = chosen(database, tenant)
    seen = _Seen()
    faults = _read(address, whose, seen)
    end = head_of(whose, seen.last)
    if faults:
        _warn(len(faults))
    if out is None:
        show_json(asdict(end))
    else:
        out.write_text(end.to_json(), "utf-8")
        show_facts({**_facts(end), "file": str(out)})


@dataclass(slots=True)
class _Seen:
    """What went by while a trail was read once."""

    entries: int = 0
    last: AuditEntry | None = None

    def watch(self, trail: Iterable[AuditEntry]) -> Iterator[AuditEntry]:
        for entry in trail:
            self.entries += 1
            self.last = entry
            yield entry


def _read(address: str, tenant: str, seen: _Seen, kept: Head | None = None) -> tuple[TrailFault, ...]:
    from ledgerflow.assembly import Application

    with Application().read_ledger(required(address), tenant) as ledger:
        return tuple(verify_trail(seen.watch(ledger.audit_trail()), kept))


def _kept(path: Path, tenant: str) -> Head:
    from ledgerflow.billing.errors import Finding, InputRefused

    kept = read_head(read_bytes(path, "head"), str(path))
    if kept.tenant != tenant:
        words = f"This is the head of {kept.tenant!r}, and the trail is that of {tenant!r}."
        advice = "Give the head of the same tenant, or --tenant."
        parameters = {"head": kept.tenant, "tenant": tenant}
        raise InputRefused([Finding("head.other_tenant", str(path), words, advice, parameters)])
    return kept


def _warn(faults: int) -> None:
    from ledgerflow.billing.errors import Finding, Severity
    from ledgerflow.cli.output import complain

    words = f"The trail has {faults} fault(s), and this head does not heal them."
    complain(Finding("audit.unsound", "audit trail", words, "See `ledgerflow audit verify`.", {}, Severity.WARNING))


def _facts(end: Head) -> dict[str, str]:
    return {"head": f"{end.sequence} {end.hash}".strip(), **({"at": end.at} if end.at else {})}


def _verified(entries: int, end: Head, faults: Iterable[TrailFault]) -> dict[str, object]:
    told = [{"kind": fault.kind.value, "sequence": fault.sequence, "words": str(fault)} for fault in faults]
    return {"sound": not told, "entries": entries, "head": asdict(end), "faults": told}
