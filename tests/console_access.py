"""Somebody at the operator pages, with a key of their own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from httpx import Client, Response

from telemetry.store.keys import create_key
from telemetry.store.pool import connect

PEOPLE = {"Accept": "text/html"}
READS = ("telemetry:read", "alarms:read")


class Visitor:
    """Looks at pages and sends their forms."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._token = re.findall(r'name="csrf" value="(\w+)"', self.page("/"))[0]

    def page(self, path: str, status: int = 200) -> str:
        """Return a page's text."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)

    def send(self, path: str, **form: str) -> Response:
        """Send a form as a page does; ``__`` in a name stands for a point."""
        said = {name.replace("__", "."): value for name, value in form.items()}
        return self.client.post(path, data={"csrf": self._token, **said})

    def speak(self, language: str) -> None:
        """Choose a language."""
        self.client.cookies.set("citygas_language", language)


@contextmanager
def visiting(dsn: str, address: str, name: str, *scopes: str) -> Iterator[Visitor]:
    """Log in with a new key of that name."""
    with connect(dsn, "test") as connection:
        key = create_key(connection, name, [*READS, *scopes])
    with Client(base_url=address, headers=PEOPLE, timeout=30) as client:
        assert client.post("/login", data={"key": key}).status_code == 303
        yield Visitor(client)


def wrong(text: str) -> list[str]:
    """Return what a page says is wrong, in its order."""
    return re.findall(r'<span class="wrong" role="alert">(.*?)</span>', text)


def rows(text: str, table: str) -> list[str]:
    """Return the lines of one of a page's tables, without markup."""
    body = text.split(f'id="{table}"')[1].split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return [" ".join(re.sub("<[^>]+>", " ", line).split()) for line in body.split("</tr>")[:-1]]
