"""What a tenant set up, in the books: what a deed writes of it in its transaction, and what is read of it."""

from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from ledgerflow.issuing.documents import Document
from ledgerflow.store.counters import take
from ledgerflow.store.jobs import Reading
from ledgerflow.store.rows import DocumentRow
from ledgerflow.store.statements import Question
from ledgerflow.store.tenancy import TenantSession

_SETTING_UP = ("documents", "")  # a counter that counts nothing: held by whoever changes a document
_PLAIN = {"synchronize_session": False}
_NAMED = DocumentRow.name == bindparam("name")
_NAME = Question(select(DocumentRow.name).where(_NAMED))
_DOCUMENT = Question(
    select(
        DocumentRow.name, DocumentRow.version, DocumentRow.document, DocumentRow.actor, DocumentRow.updated_at
    ).where(_NAMED)
)


class SessionDocumentBook:
    """What a deed writes of documents; see `documents.DocumentBook`."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session

    def hold(self, name: str) -> Document | None:
        take(self._session, *_SETTING_UP, 0)
        row = self._session.ask(_DOCUMENT, name=name).one_or_none()
        return _document(*row) if row else None

    def has(self, name: str) -> bool:
        return self._session.ask(_NAME, name=name).scalar() is not None

    def put(self, document: Document) -> None:
        columns = {
            "version": document.version,
            "document": document.text,
            "actor": document.actor,
            "updated_at": document.updated_at.isoformat(),
        }
        row = DocumentRow
        changing = update(row).where(row.name == document.name).values(columns).returning(row.name)
        if self._session.scalar(changing, execution_options=_PLAIN) is None:
            new = {"tenant": self._session.tenant, "name": document.name, **columns}
            self._session.execute(insert(row), [new])


class DatabaseDocuments:
    """The documents of a tenant, each question answered as of the moment it is asked; see `documents.Documents`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def find(self, name: str) -> Document | None:
        with self._reading() as session:
            row = session.ask(_DOCUMENT, name=name).one_or_none()
        return _document(*row) if row and row.document else None


def _document(name: str, version: int, text: str, actor: str, updated_at: str) -> Document:
    return Document(name, version, text, actor, datetime.fromisoformat(updated_at))
