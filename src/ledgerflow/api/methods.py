"""What can be done at a path: `Allow`, where something else is asked for."""

from collections.abc import Mapping

from fastapi import Request
from starlette.routing import Route


def allow(request: Request) -> Mapping[str, str]:
    """Every method that the routes of the house know there, in the words of the path that fits first; else none."""
    routes = [route for router in request.app.state.routers for route in router.routes if isinstance(route, Route)]
    first = next((route.path for route in routes if route.path_regex.match(request.url.path)), None)
    methods = sorted({method for route in routes if route.path == first for method in route.methods or ()})
    return {"Allow": ", ".join(methods)} if methods else {}
