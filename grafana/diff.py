"""Tell where the dashboards of a running Grafana differ from the code's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from grafana.catalogue import DashboardJson, catalogue
from grafana.live import LiveGrafana
from grafana.normal import comparable
from grafana.places import PAGE_URL

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | float | bool | None


@dataclass(frozen=True)
class Difference:
    """One place of one dashboard where Grafana holds something else than the code."""

    uid: str
    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.uid}: {self.path}: expected {self.expected}, found {self.found}"


def diff(url: str, token: str, *, page: str = PAGE_URL) -> list[Difference]:
    """Return every difference; none where Grafana holds what the code says."""
    there = LiveGrafana(url, token)
    return [
        one for uid, content in catalogue(page).items() for one in compare(uid, content, there.dashboard(uid))
    ]


def compare(uid: str, content: DashboardJson, kept: DashboardJson | None) -> list[Difference]:
    """Return where a dashboard differs from what a Grafana keeps of it."""
    if kept is None:
        return [Difference(uid, "dashboard", "present", "missing")]
    return [Difference(uid, *one) for one in _walk("", comparable(content), comparable(kept))]


def _walk(path: str, expected: Json, found: Json) -> Iterator[tuple[str, str, str]]:
    """Yield path, expected and found wherever two pieces of JSON differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            yield from _walk(f"{path}.{key}".lstrip("."), expected.get(key), found.get(key))
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for place, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _walk(f"{path}[{place}]", one, other)
    elif expected != found and not (_says_nothing(expected) and _says_nothing(found)):
        yield path, _short(expected), _short(found)


def _says_nothing(value: Json) -> bool:
    """Whether it makes no difference to leave a value out, as Grafana does with some and adds others."""
    return value is None or value is False or value in ("", [], {})


_LONGEST: Final = 80


def _short(value: Json) -> str:
    """Return a value in one line that fits a terminal."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
