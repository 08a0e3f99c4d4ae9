"""The application: routes, refusals, and what surrounds every request."""

from fastapi import FastAPI

from ledgerflow import __version__
from ledgerflow.api import problems
from ledgerflow.api.house import House
from ledgerflow.api.routes import auth, batches, catalogue, products
from ledgerflow.api.tracing import Tracing

ROUTERS = (auth.router, batches.router, catalogue.router, products.router)


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
