"""The application: every route, page and error of the HTTP side."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import time, timedelta
from functools import partial
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from alerts.people.shelving import LONGEST
from alerts.reports.shifts import SHIFTS
from api import problems
from api.console import mount as console
from api.description import describe
from api.feed import AlarmFeed
from api.headers import SafeHeaders
from api.platform import Platform
from api.routes import (
    adjustments,
    alarm_entries,
    alarm_figures,
    alarms,
    card_sales,
    dead_letters,
    edits,
    exchanges,
    explain,
    health,
    ingest,
    jobs,
    meters,
    out_of_service,
    readings,
    reads,
    rules,
    statements,
    stations,
    volume_changes,
    volume_manifest,
    volumes,
)
from ingest.push import Pusher
from ingest.router import Router
from telemetry.store.pool import open_pool

_RESOURCES: Final = (
    meters,
    readings,
    reads,
    card_sales,
    volumes,
    volume_changes,
    volume_manifest,
    edits,
    exchanges,
    explain,
    statements,
    adjustments,
    stations,
    alarm_figures,  # before the alarms, of which it is no number
    alarms,
    alarm_entries,
    out_of_service,
    jobs,
    rules,
    ingest,
    dead_letters,
)


def create_app(
    dsn: str,
    *,
    broker: str | None = None,
    router: Router | None = None,
    pool_size: int = 8,
    edits_need_approval: bool = False,
    shelve_longest: timedelta = LONGEST,
    shifts: Sequence[time] = SHIFTS,
) -> FastAPI:
    """Return the application over one database.

    ``broker`` names the embedded broker (``mosquitto`` or ``amqtt``), for ``/readyz`` to
    say; None when the broker is somebody else's. ``router`` leads to the configuration's
    decoders, for payloads that are pushed or decoded again. ``edits_need_approval``: an edit holds
    only once somebody other than its author approved it. ``shelve_longest``: for how long an alarm
    may be shelved at most. ``shifts``: when shifts begin by the city's clock.
    """
    platform = partial(
        open_platform,
        dsn,
        broker=broker,
        router=router or Router(),
        pool_size=pool_size,
        edits_need_approval=edits_need_approval,
        shelve_longest=shelve_longest,
        shifts=shifts,
    )
    app = FastAPI(
        title="citygas",
        version=version("citygas"),
        lifespan=_lifespan(platform),
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        redirect_slashes=False,
    )
    problems.install(app)
    describe(app)
    app.include_router(health.router)
    for resource in _RESOURCES:
        app.include_router(resource.router, prefix="/v1")
    console.mount(app)
    app.add_middleware(SafeHeaders)
    return app


def _lifespan(
    open_one: Callable[[], Platform],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        platform = await run_in_threadpool(open_one)
        app.state.platform = platform
        try:
            yield
        finally:
            await run_in_threadpool(close_platform, platform)

    return lifespan


def open_platform(
    dsn: str,
    *,
    broker: str | None,
    router: Router,
    pool_size: int,
    edits_need_approval: bool = False,
    shelve_longest: timedelta = LONGEST,
    shifts: Sequence[time] = SHIFTS,
) -> Platform:
    """Connect what requests need."""
    pool = open_pool(dsn, "api", size=pool_size)
    feed = AlarmFeed(dsn)
    feed.start()
    return Platform(
        dsn=dsn,
        pool=pool,
        feed=feed,
        broker=broker,
        router=router,
        pusher=Pusher(dsn, router),
        edits_need_approval=edits_need_approval,
        shelve_longest=shelve_longest,
        shifts=shifts,
    )


def close_platform(platform: Platform) -> None:
    """Let go of everything."""
    platform.feed.stop()
    platform.pusher.close()
    platform.pool.close()
