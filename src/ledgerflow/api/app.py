"""The application: routes, refusals, and what surrounds every request."""

from collections.abc import Collection

from fastapi import FastAPI

from ledgerflow import __version__
from ledgerflow.api import problems
from ledgerflow.api.document import told
from ledgerflow.api.gates.client import Client
from ledgerflow.api.gates.counting import Durations
from ledgerflow.api.gates.crowds import Crowds
from ledgerflow.api.gates.headers import Headers
from ledgerflow.api.gates.lines import Lines
from ledgerflow.api.gates.measures import Measures
from ledgerflow.api.gates.mishaps import Mishaps
from ledgerflow.api.gates.rates import Rates
from ledgerflow.api.gates.spanning import Spanning
from ledgerflow.api.house import House
from ledgerflow.api.routes import (
    admin_health,
    api_keys,
    audit,
    auth,
    batches,
    business,
    catalogue,
    choices,
    configuration,
    drawings,
    exports,
    following,
    health,
    invoices,
    metrics,
    overview,
    products,
    realism,
    trials,
    users,
)
from ledgerflow.api.tracing import Tracing
from ledgerflow.telemetry.spans import Spans

ROUTERS = (
    auth.router,
    users.router,
    api_keys.router,
    audit.router,
    admin_health.router,
    batches.router,
    business.router,
    catalogue.router,
    configuration.router,
    products.router,
    following.router,
    exports.router,
    realism.router,
    invoices.router,
    drawings.router,
    overview.router,
    trials.router,
    choices.router,
    health.router,
    metrics.router,
)


def make_app(house: House, hosts: Collection[str] = (), spans: Spans | None = None) -> FastAPI:
    """The HTTP door of a house; `app.state.house` is what requests find there. Only these `hosts` are its names."""
    app = FastAPI(
        title="LedgerFlow",
        version=__version__,
        summary="Simulates the books of a business: every document says that it is simulated.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,  # a generated client has one class for what it gets and puts back
    )
    app.state.house = house
    app.state.routers = ROUTERS
    app.state.rates = Rates(house.settings.redis_url, lambda: house.rules.now.values.limits.rates)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = told(app)  # type: ignore[method-assign]  # as FastAPI's manual has it
    app.add_middleware(Client)
    app.add_middleware(Mishaps)  # the last that is added is the first that a request meets
    app.add_middleware(Crowds, most=house.settings.requests_in_hand)
    app.add_middleware(Measures, hosts=hosts, seconds=house.settings.body_seconds)
    app.add_middleware(Headers)
    if spans is not None:
        app.add_middleware(Spanning, spans=spans)
    app.add_middleware(Lines)
    app.add_middleware(Tracing)
    app.add_middleware(Durations)
    return app
