"""The application: routes, refusals, and what surrounds every request."""

from fastapi import FastAPI

from ledgerflow import __version__
from ledgerflow.api import problems
from ledgerflow.api.house import House
from ledgerflow.api.routes import (
    api_keys,
    audit,
    auth,
    batches,
    business,
    catalogue,
    choices,
    configuration,
    exports,
    following,
    invoices,
    overview,
    products,
    realism,
    trials,
    users,
)
from ledgerflow.api.tracing import Tracing

ROUTERS = (
    auth.router,
    users.router,
    api_keys.router,
    audit.router,
    batches.router,
    business.router,
    catalogue.router,
    configuration.router,
    products.router,
    following.router,
    exports.router,
    realism.router,
    invoices.router,
    overview.router,
    trials.router,
    choices.router,
)


def make_app(house: House) -> FastAPI:
    """The HTTP door of a house; `app.state.house` is what requests find there."""
    app = FastAPI(
        title="LedgerFlow",
        version=__version__,
        summary="Simulates the books of a business: every document says that it is simulated.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.house = house
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Tracing)
    return app
