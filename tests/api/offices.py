"""An office behind a real HTTP server, for tests of routes: a catalogue, keys of each role, and what a worker does."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import uvicorn
import yaml

from ledgerflow.admission.machines import make_key
from ledgerflow.api.app import make_app
from ledgerflow.api.house import House, draw_secret
from ledgerflow.identity.roles import OF_TENANT
from ledgerflow.intake.catalogue_sheet import read_catalogue
from ledgerflow.issuing.batch import generation_id
from ledgerflow.issuing.commission import commissioned
from ledgerflow.issuing.delivering import Packing, finish_job, pack_job
from ledgerflow.issuing.drawing import Place, begin_chunk, draw, enter_drawn, lacking
from ledgerflow.issuing.entering import Issuing, begin_run, issue_job
from ledgerflow.issuing.jobs import Failure, Job
from ledgerflow.issuing.ports import Ledger
from ledgerflow.issuing.stocking import Stocked
from ledgerflow.server import open_house
from ledgerflow.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime.now(UTC)  # noqa: TID251 - a door reads the clock, and so must who stands before it
TRACE = "0123456789abcdef0123456789abcdef"


def wanted(count: int | None = 12, **changes: object) -> dict[str, object]:
    """The demonstration, as a client sends it."""
    config: dict[str, object] = yaml.safe_load((EXAMPLES / "demo.yaml").read_text("utf-8"))
    for name, value in config.items():
        if isinstance(value, date):
            config[name] = value.isoformat()
    return {**config, "count": count, **changes}


@dataclass
class Office:
    """Who asks over HTTP, and the house behind the server."""

    house: House
    address: str
    folder: Path
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def client(self, role: str = "owner", tenant: str = "default") -> httpx.Client:
        """A machine of this role, with a key of its own."""
        if (tenant, role) not in self.keys:
            self.open_tenant(tenant)
        headers = {"Authorization": f"Bearer {self.keys[tenant, role]}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)

    def open_tenant(self, tenant: str) -> None:
        """A business with keys for each role."""
        self.house.lobby.enter(tenant)
        for role in OF_TENANT:
            life = timedelta(days=1)
            made = make_key(
                self.house.ledger(tenant), tenant, "test", role, life, at=NOW, actor="test", draw=draw_secret
            )
            self.keys[tenant, role.value] = made[1]

    def stock(self, tenant: str = "default") -> None:
        """The sample catalogue is kept."""
        goods = read_catalogue((EXAMPLES / "catalogue.xlsx").read_bytes()).products
        stocked = [Stocked(f"p{place}", place, product, NOW) for place, product in enumerate(goods, 1)]
        self.house.ledger(tenant).transact(lambda journal: journal.stock.put(stocked))

    def order(self, client: httpx.Client, config: Mapping[str, object], *formats: str) -> str:
        """A batch that is ordered, by its id."""
        answer = client.post("/api/batches", json={"config": config, "formats": formats or ("json", "csv")})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def make(self, id: str, tenant: str = "default", spoilt: Sequence[int] = ()) -> Job:
        """Does what a worker does; the pages of the spoilt positions are torn."""
        ledger, laws = self.house.ledger(tenant), self.house.application.laws
        commission = commissioned(ledger, id)
        formats = [self.house.application.format(code) for code in commission.formats]
        codes = [code for code in commission.formats if code == "pdf"]
        desk = self.folder / f"desk-{time.monotonic_ns()}"
        desk.mkdir()
        place = Place(desk, f"{tenant}/{id}")
        run = begin_run(ledger, id, ledger.jobs.find(id).run, NOW).run
        issuing = Issuing(id, run, commission, NOW, "worker")
        identity = generation_id(commission.config, commission.catalogue)
        issue_job(issuing, laws, ledger, identity, drawn=bool(codes), progress=_in_silence)
        for chunk in ledger.jobs.chunks(id):
            begun = begin_chunk(ledger, id, run, chunk.number)
            spreads = [spread for spread in lacking(begun, codes) if not spoilt]
            batch = ledger.jobs.find(id).batch or 0
            drawn = draw(spreads, batch, ledger, formats, self.house.shelf, place, _Nobody())
            failures = [Failure(position, 3, "the page is torn", TRACE) for position in spoilt]
            enter_drawn(ledger, id, chunk.number, codes, drawn.parts, failures)
        packing = Packing(ledger.jobs.find(id), commission, laws, formats, (), self.house.shelf, place)
        archive = pack_job(packing, ledger, at=NOW, actor="worker", progress=_in_silence)
        return finish_job(ledger, id, run, archive=archive, at=NOW, actor="worker")


@contextmanager
def open_office(folder: Path, shelf: str = "", open_batches: int = 20) -> Iterator[Office]:
    """A server of its own at a port of its own, in this process, with SQLite."""
    settings = Settings(
        database_url=str(folder / "books.db"),
        shelf_url=shelf or str(folder / "shelf"),
        tenant="default",
        open_batches=open_batches,
    )
    with open_house(settings) as house, serving(house) as address:
        office = Office(house, address, folder)
        office.open_tenant("default")
        office.stock()
        yield office


@contextmanager
def serving(house: House) -> Iterator[str]:
    """The address at which the house is served."""
    config = uvicorn.Config(make_app(house), host="127.0.0.1", port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        house.closing.set()
        server.should_exit = True
        thread.join()


def rows(ledger: Ledger) -> tuple[object, ...]:
    """All that a deed could have changed in the books."""
    jobs = ledger.jobs.latest(1000)
    last = len(list(ledger.audit_trail()))
    return last, ledger.accounts(), ledger.batches(), jobs, ledger.void_numbers()


class _Nobody:
    def at(self, position: int) -> None:
        """Is told, and does nothing."""


def _in_silence(_doing: str, _done: int, _total: int) -> None:
    """Tells nobody."""
