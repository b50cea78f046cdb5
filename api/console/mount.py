"""The operator pages put into the application."""

from importlib.resources import files
from typing import Final

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.console import (
    alarm_actions,
    alarm_page,
    errors,
    explanation_page,
    figures_page,
    history,
    job_entry,
    jobs_page,
    letters,
    login,
    meters,
    muted_page,
    overview,
    service_actions,
    shift_page,
    station_page,
)

_ROOMS: Final = (
    login,
    overview,
    history,
    alarm_page,
    alarm_actions,
    muted_page,
    service_actions,
    job_entry,  # before the jobs, of which it is no number
    jobs_page,
    shift_page,
    figures_page,
    meters,
    explanation_page,
    station_page,
    letters,
)


def mount(app: FastAPI) -> None:
    """Add the pages, their log-in and their files; after the problems were installed."""
    errors.install(app)
    for room in _ROOMS:
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=str(files("api.console") / "static")), name="static")
