"""Many rows entered by one statement. PostgreSQL takes each while the next is being written down; COPY would do the
same, and is refused under row-level security.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import cast

from sqlalchemy import Engine, Insert, event, insert
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext

from ledgerflow.store.rows import Row
from ledgerflow.store.tenancy import FURTHER, TenantSession

Values = Mapping[str, object]
_AT_ONCE = 500  # rows that are written down before the first is sent


def enter_rows(session: TenantSession, table: type[Row], rows: Iterator[Values], once: Sequence[str] = ()) -> None:
    """Inserts the rows, all of the same columns, in their order. Where another transaction entered one that is equal in
    the columns of `once`, PostgreSQL leaves that as it is; on SQLite there is no other."""
    streams = session.get_bind().dialect.name == "postgresql"
    statement = _unless_there(table, once) if streams and once else insert(table)
    while some := list(islice(rows, _AT_ONCE)):
        further = {FURTHER: rows} if streams and len(some) == _AT_ONCE else {}
        session.execute(statement, some, execution_options=further)


def _unless_there(table: type[Row], once: Sequence[str]) -> Insert:
    from sqlalchemy.dialects.postgresql import insert as into_postgresql

    return into_postgresql(table).on_conflict_do_nothing(index_elements=once)


def let_rows_follow(engine: Engine) -> None:
    """Statements of this engine, which is PostgreSQL's, take the rows that follow those they were given."""
    event.listen(engine, "do_executemany", _send)


def _send(cursor: DBAPICursor, statement: str, parameters: Iterable[Values], context: ExecutionContext) -> bool:
    """The driver draws from an iterator as fast as the server takes rows in."""
    further = cast("Iterable[Values]", context.execution_options.get(FURTHER, ()))
    cursor.executemany(statement, chain(parameters, further))  # type: ignore[arg-type]  # psycopg takes any iterable
    return True
