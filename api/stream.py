"""Server-sent events: what happens to alarms, as it happens, from wherever the client left off."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.platform import Platform
from api.schemas.alarms import streamed
from telemetry.store.alarm_lists import AlarmEvent, events_since

HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
MEDIA_TYPE: Final = "text/event-stream"
_KEEP_ALIVE_SECONDS: Final = 15.0
_PAGE: Final = 500


async def alarm_stream(platform: Platform, after: int | None) -> AsyncIterator[bytes]:
    """Yield every event after one, then each as it happens, until the feed stops."""
    feed = platform.feed
    await run_in_threadpool(feed.ready.wait, 10)
    last = feed.last if after is None else after
    news = feed.subscribe()
    try:
        yield b"retry: 2000\n\n"
        while not feed.stopped:
            news.clear()
            events = feed.since(last)
            if events is None:
                events, last = await _caught_up(platform, last)
            for event in events:
                last = event.event_id
                if event.annunciated:
                    yield written(event)
            if not events and not await _woken(news):
                yield b": still here\n\n"
    finally:
        feed.unsubscribe(news)


async def _caught_up(platform: Platform, last: int) -> tuple[list[AlarmEvent], int]:
    """Return what the feed no longer remembers, and from where it goes on."""

    def load() -> list[AlarmEvent]:
        with platform.reading() as connection:
            return events_since(connection, last, _PAGE)

    found = [one for one in await run_in_threadpool(load) if one.event_id <= platform.feed.last]
    return found, (last if found else platform.feed.last)


async def _woken(news: asyncio.Event) -> bool:
    """Wait for news; tell whether there were any."""
    try:
        await asyncio.wait_for(news.wait(), _KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return False
    return True


def written(event: AlarmEvent) -> bytes:
    """Return an event as it goes over the wire."""
    return f"id: {event.event_id}\nevent: alarm\ndata: {streamed(event).model_dump_json()}\n\n".encode()
