"""The API over a test's database, served on a free port as the role does it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from typing import Any, TypeAlias

from httpx import Client, Response

from api.serve import run
from ingest.router import Router
from telemetry.store.keys import create_key
from telemetry.store.pool import connect

START_SECONDS = 30
Asked: TypeAlias = str | int | list[str]


def new_key(dsn: str, *scopes: str) -> str:
    """Make a key under a name of its own."""
    with connect(dsn, "test") as connection:
        row = connection.execute("SELECT count(*) FROM api_key").fetchone()
        assert row is not None
        return create_key(connection, f"test-{row[0]}", scopes or ("admin",))


class Caller:
    """Asks the API with one key."""

    def __init__(self, client: Client, key: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str, /, *, headers: dict[str, str] | None = None, **query: Asked) -> Response:
        """Ask for something under ``/v1``; ``start`` stands for ``from``, which is a word of Python."""
        asked = {("from" if name == "start" else name): value for name, value in query.items()}
        return self.client.get(f"/v1{path}", params=asked or None, headers=self.headers | (headers or {}))

    def post(self, path: str, body: object) -> Response:
        """Send something under ``/v1``."""
        return self.client.post(f"/v1{path}", json=body, headers=self.headers)

    def send(self, path: str, payload: bytes, **query: Asked) -> Response:
        """Send bytes as they are."""
        return self.client.post(f"/v1{path}", content=payload, params=query or None, headers=self.headers)

    def patch(self, path: str, body: object, **headers: str) -> Response:
        """Change something under ``/v1``; ``if_match`` stands for ``If-Match``."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.patch(f"/v1{path}", json=body, headers=self.headers | more)

    def pages(self, path: str, **query: Asked) -> list[list[dict[str, Any]]]:
        """Turn all pages of a list."""
        found = []
        cursor = None
        while True:
            answer = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found.append(page["items"])
            cursor = page["next_cursor"]
            if cursor is None:
                return found


@contextmanager
def calling(dsn: str, *, edits_need_approval: bool = False, router: Router | None = None) -> Iterator[Caller]:
    """Serve the application, and ask it with a key that may do everything."""
    asked = served(dsn, edits_need_approval=edits_need_approval, router=router)
    with asked as address, Client(base_url=address, timeout=30) as client:
        yield Caller(client, new_key(dsn))


@contextmanager
def served(
    dsn: str,
    *,
    broker: str | None = None,
    edits_need_approval: bool = False,
    router: Router | None = None,
) -> Iterator[str]:
    """Serve the application; yield its address."""
    stop = threading.Event()
    ports: Queue[int] = Queue()
    options = {
        "port": 0,
        "started": ports.put,
        "broker": broker,
        "edits_need_approval": edits_need_approval,
        "router": router,
    }
    thread = threading.Thread(target=run, args=(dsn, stop), kwargs=options)
    thread.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=START_SECONDS)}"
    except Empty as error:
        raise AssertionError("the server did not start") from error
    finally:
        stop.set()
        thread.join(START_SECONDS)
        assert not thread.is_alive(), "the server did not stop"
