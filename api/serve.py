"""The role ``api``: serve HTTP until told to stop."""

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import time, timedelta
from typing import Final

import uvicorn

from alerts.people.shelving import LONGEST
from alerts.reports.shifts import SHIFTS
from api.app import create_app
from ingest.router import Router

_LOG: Final = logging.getLogger(__name__)
_GRACE_SECONDS: Final = 3


def run(
    dsn: str,
    stop: threading.Event,
    host: str = "127.0.0.1",
    port: int = 8080,
    *,
    broker: str | None = None,
    router: Router | None = None,
    edits_need_approval: bool = False,
    shelve_longest: timedelta = LONGEST,
    shifts: Sequence[time] = SHIFTS,
    started: Callable[[int], None] | None = None,
) -> None:
    """Serve the API and the operator pages until ``stop`` is set.

    ``started`` is called with the port once connections are accepted; port 0 takes a free one.
    ``broker`` names the embedded broker, for ``/readyz`` to say; ``router``,
    ``edits_need_approval``, ``shelve_longest`` and ``shifts`` are the configuration's.
    """
    listener = socket.create_server((host, port), family=_family(host), backlog=512)
    # Accepted connections inherit it; without it each answer waits 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    app = create_app(
        dsn,
        broker=broker,
        router=router,
        edits_need_approval=edits_need_approval,
        shelve_longest=shelve_longest,
        shifts=shifts,
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )
    thread = threading.Thread(target=server.run, args=([listener],), name="http")
    thread.start()
    try:
        _watch(server, thread, stop, lambda: started and started(listener.getsockname()[1]))
        _LOG.info("http=stopping")
        if platform := getattr(app.state, "platform", None):
            platform.feed.stop()  # open streams would hold the server's end up
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
    if not server.started:
        raise RuntimeError("the HTTP server did not start; the log says why")


def _watch(
    server: uvicorn.Server, thread: threading.Thread, stop: threading.Event, on_start: Callable[[], object]
) -> None:
    """Return when told to stop, or when the server ended by itself."""
    while thread.is_alive() and not server.started and not stop.wait(0.02):
        pass
    if server.started:
        _LOG.info("http=serving")
        on_start()
    while thread.is_alive() and not stop.wait(0.2):
        pass


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
