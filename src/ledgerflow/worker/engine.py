"""The durable engine: DBOS keeps which pieces of which jobs are done, hands them to workers, and goes on after a crash.

It knows names alone. What a piece does, and what became of it, stands in the books; so each may be done twice.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from dbos import DBOS, DBOSConfig, Serializer, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import Engine

from ledgerflow.issuing.jobs import Part
from ledgerflow.store.database import LedgerUnreachable, reaching, sqlite_path
from ledgerflow.store.guards import APP_ROLE
from ledgerflow.worker.work import Ended, Issued, Work

BATCHES, PAGES, SHEETS = "batches", "pages", "sheets"
QUEUES = (BATCHES, PAGES)

T = TypeVar("T")

_NAME = "ledgerflow"
_VERSION = "ledgerflow-jobs/1"  # pinned, or a new release would not take up what an old one began
_POLL = 0.25  # seconds
_AHEAD = 1  # chunk that waits for a bench, so that none waits for a chunk
_CONNECTIONS = 5  # to SQLite, whose writers wait for each other anyhow
_AT_ONCE = 500  # ended runs that are looked up together
_PATIENT = {"retries_allowed": True, "max_attempts": 8, "interval_seconds": 1.0, "backoff_rate": 2.0}
_ENDS = frozenset({"ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is done at once: chunks and jobs by this worker, jobs of one tenant by all."""

    pages: int = 1
    batches: int = 4
    batches_of_tenant: int = 2


@dataclass(frozen=True, slots=True)
class Begun:
    """A piece of work that somebody has begun."""

    id: str
    executor: str
    queue: str


def make_engine_tables(url: str) -> None:
    """Makes the engine's tables on PostgreSQL, as their owner, and lets the program's role use them: there may be
    workers whose user can make none. On SQLite the engine has a file of its own, and makes it."""
    if sqlite_path(url) is None:
        with reaching():
            DBOS.migrate(url, application_role=APP_ROLE)


class Json(Serializer):
    """What the engine keeps is JSON, which any release can read."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=_in_json)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data, object_hook=_out_of_json)

    def name(self) -> str:
        return "ledgerflow_json"


class EngineFailed(Exception):
    """What went wrong within the engine, in the words that it kept."""


class JobEngine:
    """One for a process. `launch` begins to take work from the queues that are named."""

    def __init__(self, work: Work, where: str | Engine, executor: str) -> None:
        self._work = work
        self.executor = executor
        config: DBOSConfig = {
            "name": _NAME,
            "application_version": _VERSION,
            "executor_id": executor,
            "serializer": Json(),
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": 1.0,
        }
        if isinstance(where, str):
            config["system_database_url"] = where
            config["sys_db_pool_size"] = _CONNECTIONS
        else:
            config["system_database_engine"] = where
        DBOS(config=config)
        self._batch = DBOS.workflow(name=BATCHES)(_function(self._make_batch))
        self._page = DBOS.workflow(name=PAGES)(_function(self._draw_chunk))
        self._sheets = DBOS.workflow(name=SHEETS)(_function(self._make_sheets))

    def launch(self, queues: Sequence[str], limits: Limits) -> None:
        """Raises LedgerUnreachable where its tables cannot be had."""
        DBOS.listen_queues(list(queues))
        with reaching():
            DBOS.launch()
        self.limit(limits)

    def limit(self, limits: Limits) -> None:
        """From now on so much is done at once; whatever is begun is not touched by it."""
        DBOS.register_queue(
            BATCHES,
            worker_concurrency=limits.batches,
            partition_concurrency=limits.batches_of_tenant,
            polling_interval_sec=_POLL,
            on_conflict="always_update",
        )
        DBOS.register_queue(
            PAGES,
            worker_concurrency=limits.pages + _AHEAD,
            partition_worker_concurrency=limits.pages + _AHEAD,
            polling_interval_sec=_POLL,
            on_conflict="always_update",
        )

    def schedule(self, name: str, cron: str, do: Callable[[], None]) -> None:
        """Has something done at set times, by one of all workers."""

        def at_its_time(_at: datetime, _context: object) -> None:
            DBOS.run_step({"name": name}, do)

        at_its_time.__qualname__ = name
        workflow = DBOS.workflow(name=name)(at_its_time)
        DBOS.apply_schedules([{"schedule_name": name, "workflow_fn": workflow, "schedule": cron, "context": None}])

    def take_up(self, tenant: str, id: str, run: int, priority: int) -> None:
        """A run of a job is to be done; to say so twice is to say it once."""
        self._enqueue(BATCHES, self._batch, tenant, priority, _name(tenant, id, run), tenant, id, run)

    def ended_badly(self, tenant: str, id: str, run: int) -> str | None:
        """Why the engine gave a run up, None if it did not."""
        status = DBOS.get_workflow_status(_name(tenant, id, run))
        return (
            f"The engine gave it up ({status.error or status.status})." if status and status.status in _ENDS else None
        )

    def begun(self) -> list[Begun]:
        """All pieces that some worker has begun and not ended."""
        known = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return [Begun(one.workflow_id, one.executor_id or "", one.queue_name or "") for one in known]

    def hand_back(self, pieces: Sequence[Begun]) -> None:
        """Has pieces done by whoever is next. What ended meanwhile stays ended."""
        for piece in pieces:
            status = DBOS.get_workflow_status(piece.id)
            if status and status.status == "PENDING" and status.executor_id == piece.executor:
                DBOS.resume_workflow(piece.id, queue_name=piece.queue or None)

    def forget(self, before: datetime) -> int:
        """What ended longer ago is kept no longer, each run with its chunks; says how many runs that were."""
        forgotten = 0
        while ended := DBOS.list_workflows(
            completed_before=before.isoformat(), has_parent=False, limit=_AT_ONCE, load_input=False, load_output=False
        ):
            for one in ended:  # one by one, for a large run has thousands of chunks
                DBOS.delete_workflow(one.workflow_id, delete_children=True)
            forgotten += len(ended)
        return forgotten

    def _make_batch(self, tenant: str, id: str, run: int) -> str:
        issued: Issued = DBOS.run_step(self._step("issue"), self._work.issue, tenant, id, run)
        if issued.ended is not Ended.DONE:
            return issued.ended
        which = (tenant, id, run)

        def enqueue(workflow: Callable[..., object], piece: object, *arguments: object) -> Any:
            name = f"{_name(*which)}/{piece}"
            return self._enqueue(PAGES, workflow, tenant, issued.priority, name, *which, *arguments)

        codes, over_all = list(issued.codes), list(issued.sheets)
        beside = over_all and issued.chunks  # where nothing is drawn meanwhile, packing makes them with less reading
        sheets = [enqueue(self._sheets, SHEETS, issued.batch, over_all)] if beside else []  # first, for it is long
        chunks = [enqueue(self._page, number, number, issued.batch, codes) for number in issued.chunks]
        for chunk in chunks:
            chunk.get_result(polling_interval_sec=_POLL)
        made = [part for parts in sheets for part in parts.get_result(polling_interval_sec=_POLL)]
        return DBOS.run_step(self._step("pack"), self._work.pack, *which, made)

    def _draw_chunk(self, tenant: str, id: str, run: int, number: int, batch: int, codes: list[str]) -> str:
        return DBOS.run_step(self._step("draw"), self._work.draw, tenant, id, run, number, batch, codes)

    def _make_sheets(self, tenant: str, id: str, run: int, batch: int, codes: list[str]) -> list[Part]:
        return list(DBOS.run_step(self._step("sheets"), self._work.sheets, tenant, id, run, batch, codes))

    def _enqueue(
        self, queue: str, workflow: Callable[..., object], tenant: str, priority: int, name: str, *arguments: Any
    ) -> Any:
        with SetWorkflowID(name), SetEnqueueOptions(priority=priority, queue_partition_key=tenant):
            return DBOS.enqueue_workflow(queue, workflow, *arguments)

    def _step(self, name: str) -> Any:
        return {"name": name, "should_retry": _is_away, **_PATIENT}


def _function(method: Callable[..., T]) -> Callable[..., T]:
    """The engine writes on what it is given, and a method takes no writing."""

    def call(*arguments: Any) -> T:
        return method(*arguments)

    return call


def _is_away(error: BaseException) -> bool:
    """A database that is away is waited for; whatever else there is to try again was tried by then."""
    return isinstance(error, LedgerUnreachable)


def _name(tenant: str, id: str, run: int) -> str:
    return f"{tenant}/{id}/{run}"


def _in_json(value: object) -> Mapping[str, object]:
    if isinstance(value, Issued):
        return {"_issued": asdict(value)}
    if isinstance(value, Part):
        return {"_part": asdict(value)}
    if isinstance(value, datetime):
        return {"_at": value.isoformat()}
    if isinstance(value, BaseException):
        return {"_error": f"{type(value).__name__}: {value}"}
    raise TypeError(f"{type(value).__name__} is not kept by the engine")


def _out_of_json(value: dict[str, Any]) -> object:
    if "_issued" in value:
        kept = value["_issued"]
        codes, chunks, sheets = (tuple(kept[name]) for name in ("codes", "chunks", "sheets"))
        return Issued(Ended(kept["ended"]), kept["batch"], codes, chunks, sheets, kept["priority"])
    if "_part" in value:
        return Part(**value["_part"])
    if "_at" in value:
        return datetime.fromisoformat(value["_at"])
    return EngineFailed(value["_error"]) if "_error" in value else value
