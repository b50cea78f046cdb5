"""Templates to pages: numbers, times and words as an operator reads them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.console.languages import language_of, translator
from api.console.sessions import Operator

THEME_COOKIE: Final = "citygas_theme"
THEMES: Final = ("light", "dark")
THIN_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"
NOTHING: Final = "\N{EN DASH}"


def render(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    operator: Operator | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Return a page or a part of one."""
    language = language_of(request)
    theme = request.cookies.get(THEME_COOKIE)
    t = translator(language)
    around = {
        "t": t,
        "words_of": lambda names, prefix="": [(name, t(f"{prefix}{name}")) for name in names],
        "next_page": lambda **place: f"{request.url.path}?{request.url.include_query_params(**place).query}",
        "language": language,
        "theme": theme if theme in THEMES else None,
        "operator": operator,
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "version": version("citygas"),
    }
    return HTMLResponse(_environment().get_template(template).render(**around, **values), status)


def fixed(value: float | None, digits: int = 1) -> str:
    """Return a number with a fixed count of digits and thin spaces between thousands.

    >>> fixed(12345.678, 1).replace(THIN_SPACE, "_")
    '12_345.7'
    >>> fixed(None) == NOTHING
    True
    """
    return NOTHING if value is None else f"{value:,.{digits}f}".replace(",", THIN_SPACE)


def significant(value: float | None, digits: int = 5) -> str:
    """Return a number to a few significant digits, never in exponents.

    >>> significant(231.40000000000003)
    '231.4'
    """
    if value is None:
        return NOTHING
    text = f"{value:.{digits}g}"
    return fixed(float(text), 0) if "e" in text or abs(value) >= 10**digits else text


def epoch(at: datetime | None) -> str:
    """Return a time as seconds for the page's scripts; empty where there is none."""
    return "" if at is None else f"{at.timestamp():.0f}"


def local(at: datetime | None, zone: ZoneInfo, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Return a time by the city's clock."""
    return NOTHING if at is None else at.astimezone(zone).strftime(pattern)


def local_short(at: datetime | None, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Return a time by the city's clock, without the date when it is today."""
    if at is None:
        return NOTHING
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    return local(at, zone, "%H:%M:%S" if at.astimezone(zone).date() == today else "%m-%d %H:%M")


def field_time(at: datetime | None, zone: ZoneInfo) -> str:
    """Return a time as a field for one takes it."""
    return "" if at is None else local(at, zone, "%Y-%m-%dT%H:%M")


def preview(payload: bytes | None, length: int) -> str:
    """Return the beginning of a payload as text, as far as it is text.

    >>> preview(b'{"seq": 1, "index_m3": 2}', 10)
    '{"seq": 1,…'
    """
    if payload is None:
        return NOTHING
    text = payload[: 4 * length].decode("utf-8", "replace")
    shown = "".join(one if one.isprintable() or one == "\n" else "\ufffd" for one in text[:length])
    return shown + ("…" if len(text) > length else "")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("api.console"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    for one in (fixed, significant, epoch, local, local_short, field_time, preview):
        made.filters[one.__name__] = one
    return made
