"""What can be done at a path: `Allow`, where something else is asked for."""

from collections.abc import Mapping

from fastapi import Request
from starlette.routing import Route


def allow(request: Request) -> Mapping[str, str]:
    """Every method that a route of the house knows there, in whichever router it stands; none where no route is."""
    routes = (route for router in request.app.state.routers for route in router.routes)
    here = (route for route in routes if isinstance(route, Route) and route.path_regex.match(request.url.path))
    methods = sorted({method for route in here for method in route.methods or ()})
    return {"Allow": ", ".join(methods)} if methods else {}
