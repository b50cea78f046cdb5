"""What forms say, as the API's bodies have it: the same schemas check both."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import model_validator

from api.parameters import Parameters
from api.schemas.entries import Entry

Body = TypeVar("Body", bound=Entry)


class Filter(Parameters):
    """What a page's filter asks for; a field that was left empty asks for nothing."""

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, given: Any) -> Any:  # noqa: ANN401 -- what a validator is given
        return {name: value for name, value in given.items() if value not in (None, "", [])}


def entry(kind: type[Body], given: Mapping[str, Any]) -> Body:
    """Return what a form says; a field that was left empty was not given.

    Raises
    ------
    ValidationError
        If the API would refuse it as well.
    """
    return kind.model_validate({name: value for name, value in given.items() if value not in (None, "", [])})


def spoken(text: str) -> str:
    """Return a field's text as it was meant: without the spaces around, lines ended in one way."""
    return text.replace("\r\n", "\n").strip()


def day(text: str, zone: ZoneInfo, *, after: int = 0) -> datetime | None:
    """Return when a day of the city's calendar begins, or one some days after it; None for what is no day.

    >>> day("2026-07-01", ZoneInfo("Asia/Shanghai"), after=1).isoformat(), day("soon", ZoneInfo("UTC"))
    ('2026-07-02T00:00:00+08:00', None)
    """
    try:
        found = date.fromisoformat(text) + timedelta(days=after)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(found, time(), zone)


def zoned(text: str, zone: ZoneInfo) -> str:
    """Return what a field for a time of the city's clock says, as RFC 3339; anything else as it is.

    >>> zoned("2026-07-01T08:00", ZoneInfo("Asia/Shanghai")), zoned("soon", ZoneInfo("UTC"))
    ('2026-07-01T08:00:00+08:00', 'soon')
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()
