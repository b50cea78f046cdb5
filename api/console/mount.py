"""The operator pages put into the application."""

from importlib.resources import files

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.console import errors, letters, login, overview, pages


def mount(app: FastAPI) -> None:
    """Add the pages, their log-in and their files; after the problems were installed."""
    errors.install(app)
    for room in (login, overview, pages, letters):
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=str(files("api.console") / "static")), name="static")
