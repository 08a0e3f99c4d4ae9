"""Routes by noun: each module is one `router`, found by its place in `app.ROUTERS`."""
