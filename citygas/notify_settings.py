"""The settings ``[notify]``: who is told of alarms, and how."""

from datetime import time
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, IPvAnyNetwork, model_validator

from alerts.delivery.routes import Hours
from citygas.section import Name, Section


def _day_hours(text: str) -> str:
    Hours.parsed(text)
    return text


def _zone_name(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(f"{name!r} is no time zone; expected one such as Asia/Shanghai") from None
    return name


def _day_time(text: str) -> str:
    found = time.fromisoformat(text)
    if found.tzinfo:
        raise ValueError(f"{text!r}: expected a time of day such as 07:30")
    return text


DayHours: TypeAlias = Annotated[str, AfterValidator(_day_hours)]
DayTime: TypeAlias = Annotated[str, AfterValidator(_day_time)]
ZoneName: TypeAlias = Annotated[str, AfterValidator(_zone_name)]


class NotifyChannelSection(Section):
    """One way to one receiver of notices."""

    name: Name
    kind: Name
    url: str
    secrets: tuple[str, ...] = ()
    """What a webhook is signed with: while secrets change, the old one and the new one."""
    allow: tuple[IPvAnyNetwork, ...] = ()
    """Networks inside the house that a webhook may lead to."""
    per_minute: int = Field(default=20, ge=1, le=600)
    language: Literal["en", "zh"] = "zh"


class NotifyRouteSection(Section):
    """Who is told of which alarms."""

    name: Name
    channels: tuple[Name, ...] = Field(min_length=1)
    priorities: tuple[Literal["critical", "high", "medium", "low"], ...] = ()
    zones: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    hours: DayHours | None = None
    """The only time of day at which it tells of anything."""
    quiet: DayHours | None = None
    """The time of day in which medium and low alarms wait for its end."""
    digest: DayTime | None = None
    """When it sums up the day before, each day."""
    wait_s: float = Field(default=30.0, ge=0, le=3600)
    again_s: float = Field(default=300.0, ge=0, le=86400)
    after_min: float = Field(default=0.0, ge=0, le=1440)
    """It tells only of what nobody has acknowledged for so long."""
    repeat_min: float = Field(default=0.0, ge=0, le=10080)
    """How often it tells again of what nobody acknowledges; 0: never."""


class NotifyCustomersSection(Section):
    """How customers are told, and of what; nobody is told without channels."""

    channels: dict[str, Name] = Field(default_factory=dict)
    """The channel for each scheme of accounts.csv's contacts, such as mailto or tel."""
    of: tuple[Literal["balance_low", "statement_ready", "planned_outage"], ...] = (
        "balance_low",
        "statement_ready",
        "planned_outage",
    )
    hours: DayHours | None = None
    """The only time of day at which customers are told of anything."""


class NotifySection(Section):
    """Who is told of alarms, and how."""

    time_zone: ZoneName = "Asia/Shanghai"
    link: str = ""
    """Where the operator page is, as receivers reach it."""
    channel: tuple[NotifyChannelSection, ...] = ()
    route: tuple[NotifyRouteSection, ...] = ()
    customers: NotifyCustomersSection = NotifyCustomersSection()

    @model_validator(mode="after")
    def _known(self) -> Self:
        """Let each name stand once, and each route lead somewhere."""
        for what, names in (("channel", self.channel), ("route", self.route)):
            given = [one.name for one in names]
            if twice := sorted({one for one in given if given.count(one) > 1}):
                raise ValueError(f"{what}: {', '.join(twice)} given twice; expected once")
        known = {one.name for one in self.channel}
        for route in self.route:
            if unknown := sorted(set(route.channels) - known):
                raise ValueError(f"route {route.name}: there is no channel {', '.join(unknown)}")
        if unknown := sorted(set(self.customers.channels.values()) - known):
            raise ValueError(f"customers: there is no channel {', '.join(unknown)}")
        return self
