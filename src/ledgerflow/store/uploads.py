"""Uploads in the books: what a deed writes of them in its transaction, and what is read of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import TypeAdapter
from sqlalchemy import delete, func, insert, select, update

from ledgerflow.intake.delivery import Reading as ReadAs
from ledgerflow.issuing.uploads import Upload, UploadStatus, UploadUnknown
from ledgerflow.store.counters import take
from ledgerflow.store.jobs import Reading
from ledgerflow.store.rows import UploadRow
from ledgerflow.store.tenancy import TenantSession

_WAITING = ("uploads", "")  # a counter that counts nothing: held by whoever would enter another
_READ_AS = TypeAdapter(ReadAs)
_PLAIN = {"synchronize_session": False}


class SessionUploadBook:
    """What a deed writes of uploads; see `uploads.UploadBook`."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    def enter(self, upload: Upload) -> None:
        self._session.execute(insert(UploadRow), [{"tenant": self._session.tenant, **_columns(upload)}])

    def count_open(self) -> int:
        take(self._session, *_WAITING, 0)
        is_open = UploadRow.status == UploadStatus.OPEN.value
        return self._session.scalar(select(func.count(UploadRow.id)).where(is_open)) or 0

    def hold(self, id: str) -> Upload:
        wanted = select(UploadRow).where(UploadRow.id == id).with_for_update()
        return _upload(self._session.scalar(wanted, execution_options={"populate_existing": True}), id)

    def keep(self, upload: Upload) -> None:
        columns = {name: _columns(upload)[name] for name in ("status", "mapping")}
        self._session.execute(
            update(UploadRow).where(UploadRow.id == upload.id).values(columns), execution_options=_PLAIN
        )

    def remove(self, id: str) -> None:
        self._session.execute(delete(UploadRow).where(UploadRow.id == id), execution_options=_PLAIN)


class DatabaseUploads:
    """The uploads of a tenant, each question answered as of the moment it is asked; see `uploads.Uploads`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def find(self, id: str) -> Upload:
        with self._reading() as session:
            return _upload(session.scalar(select(UploadRow).where(UploadRow.id == id)), id)

    def before(self, at: datetime) -> Sequence[str]:
        with self._reading() as session:
            return session.scalars(select(UploadRow.id).where(UploadRow.created_at < _moment(at))).all()


def _columns(upload: Upload) -> dict[str, object]:
    return {
        "id": upload.id,
        "name": upload.name,
        "sha256": upload.sha256,
        "status": upload.status.value,
        "mapping": _READ_AS.dump_json(upload.reading).decode(),
        "actor": upload.actor,
        "created_at": _moment(upload.created_at),
    }


def _upload(row: UploadRow | None, id: str) -> Upload:
    if row is None:
        raise UploadUnknown(id=id)
    reading = _READ_AS.validate_json(row.mapping)
    at = datetime.fromisoformat(row.created_at)
    return Upload(row.id, row.name, row.sha256, UploadStatus(row.status), reading, row.actor, at)


def _moment(at: datetime) -> str:
    """One length, so that the order of texts is that of times."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
