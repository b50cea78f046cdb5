"""Who is told of alarms, from the settings."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from alerts.delivery.channel import ChannelOptions
from alerts.delivery.customers import Customers
from alerts.delivery.outbox import Telling
from alerts.delivery.routes import Hours, Route
from citygas.notify_settings import NotifyRouteSection, NotifySection


def channels(notify: NotifySection) -> list[ChannelOptions]:
    """Return how receivers are reached."""
    return [
        ChannelOptions(
            name=one.name,
            kind=one.kind,
            url=one.url,
            secrets=one.secrets,
            allow=tuple(str(network) for network in one.allow),
            per_minute=one.per_minute,
            language=one.language,
        )
        for one in notify.channel
    ]


def telling(notify: NotifySection) -> Telling:
    """Return who is told of what."""
    routes = tuple(_route(one) for one in notify.route)
    customers = Customers(
        channels={scheme.lower(): one for scheme, one in notify.customers.channels.items()},
        of=frozenset(notify.customers.of),
        hours=Hours.parsed(notify.customers.hours) if notify.customers.hours else None,
    )
    return Telling(routes=routes, zone=ZoneInfo(notify.time_zone), link=notify.link, customers=customers)


def _route(one: NotifyRouteSection) -> Route:
    return Route(
        name=one.name,
        channels=one.channels,
        priorities=frozenset(one.priorities),
        zones=frozenset(one.zones),
        rules=frozenset(one.rules),
        hours=Hours.parsed(one.hours) if one.hours else None,
        quiet=Hours.parsed(one.quiet) if one.quiet else None,
        digest=time.fromisoformat(one.digest) if one.digest else None,
        wait=timedelta(seconds=one.wait_s),
        again=timedelta(seconds=one.again_s),
        after=timedelta(minutes=one.after_min),
        repeat=timedelta(minutes=one.repeat_min) if one.repeat_min else None,
    )
