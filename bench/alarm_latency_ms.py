"""From an excursion to its alarm over HTTP and in the stream, beside 2,000 messages a second."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, Final

import numpy as np
from paho.mqtt.client import Client

from bench import report
from bench.chain import Chain, chain, publisher
from telemetry.store.pool import connect

EXCURSIONS: Final = 300
RATE: Final = 2_000
WARM_UP_S: Final = 10.0
_APART_S: Final = 0.1
_POLL_S: Final = 0.02
_NEWEST: Final = "/v1/alarms?state=active&priority=critical&priority=high&limit=20"
_PATIENCE_S: Final = 30.0
_KEPT_UP: Final = 0.98
_HIGH_HIGH_KPA: Final = 370.0
_HIGH_KPA: Final = 345.0
_DELAY_S: Final = 60.0  # of outlet_pressure_high
_AGAIN_S: Final = 10.0  # how often a station says that its pressure is high


def main() -> None:
    """Measure, and write the result."""
    result = run()
    print(f"{result['name']}: {result['value']:,.0f} {result['unit']} over {result['n']} excursions")


def run(excursions: int = EXCURSIONS, rate: int = RATE, warm_up_s: float = WARM_UP_S) -> report.Result:
    """Return the 99th percentile over so many excursions of a station each, half of them with a delay."""
    with chain(rate, excursions) as made, _seen(made) as ways:
        client = publisher(made.mqtt_port)
        time.sleep(warm_up_s)
        half = excursions // 2
        at_once = _waited(ways, _excursions(client, range(1, half + 1), ways))
        delayed = _waited(ways, _held(client, range(half + 1, excursions + 1)))
        client.disconnect()
        client.loop_stop()
        stored = _stored_a_second(made.dsn)
    more = {
        f"{way}{after}_{name}_ms": figure
        for after, waited in (("", at_once), ("_after_delay", delayed))
        for way, figures in waited.items()
        for name, figure in _figures(figures)
    } | {"messages_per_s": round(stored)}
    print(*(f"{name} {figure:,.0f}" for name, figure in more.items()), sep="; ")
    if stored < _KEPT_UP * rate:
        raise RuntimeError(f"only {stored:,.0f} of {rate:,} messages/s were stored: a figure of another load")
    return report.write("alarm_latency_ms", more["http_p99_ms"], "ms", None, None, excursions, more)


def _figures(waited: Sequence[float]) -> list[tuple[str, float]]:
    return [
        ("median", float(np.median(waited))),
        ("p99", float(np.percentile(waited, 99))),
        ("max", max(waited)),
    ]


class Seen:
    """When each station's alarm was first seen in one way."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._news = threading.Condition()

    def note(self, stations: Sequence[str]) -> None:
        """Note who is in alarm now."""
        now = time.perf_counter()
        with self._news:
            for station in stations:
                self._at.setdefault(station, now)
            self._news.notify_all()

    def wait(self, station: str, until: float) -> float:
        """Return when a station's alarm was seen; RuntimeError when it is not in time."""
        with self._news:
            if not self._news.wait_for(lambda: station in self._at, max(until - time.perf_counter(), 0)):
                raise RuntimeError(f"no alarm of {station} within {_PATIENCE_S:g} s")
            return self._at[station]


Ways = dict[str, Seen]


@contextmanager
def _seen(made: Chain) -> Iterator[Ways]:
    """Look in both ways while the body runs."""
    stop, ways = threading.Event(), {"http": Seen(), "stream": Seen()}
    looks: list[tuple[Callable[[Chain, Seen, threading.Event], None], Seen]] = [
        (_poll, ways["http"]),
        (_follow, ways["stream"]),
    ]
    threads = [threading.Thread(target=look, args=(made, seen, stop)) for look, seen in looks]
    for thread in threads:
        thread.start()
    try:
        yield ways
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _poll(made: Chain, seen: Seen, stop: threading.Event) -> None:
    """Ask for the newest alarms again and again."""
    web = HTTPConnection("127.0.0.1", made.http_port)
    while not stop.wait(_POLL_S):
        web.request("GET", _NEWEST, headers=_key(made))
        body = json.loads(web.getresponse().read())
        seen.note([one["target"]["id"] for one in body["items"]])


def _follow(made: Chain, seen: Seen, stop: threading.Event) -> None:
    """Read the stream; it says every quarter of a minute that it is still there."""
    web = HTTPConnection("127.0.0.1", made.http_port)
    web.request("GET", "/v1/alarms/stream", headers=_key(made))
    answer = web.getresponse()
    while not stop.is_set() and (line := answer.readline()):
        if line.startswith(b"data: "):
            said: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
            seen.note([said["target"]["id"]] if said["state"] == "active" else [])
    web.close()


def _key(made: Chain) -> dict[str, str]:
    return {"Authorization": f"Bearer {made.key}"}


def _excursions(client: Client, stations: range, ways: Ways) -> dict[str, float]:
    """Publish excursions that ring at once, one after another; return when each was."""
    due = {}
    for number in stations:
        due[f"ST-{number}"] = time.perf_counter()
        _say(client, number, _HIGH_HIGH_KPA)
        for seen in ways.values():
            seen.wait(f"ST-{number}", time.perf_counter() + _PATIENCE_S)
        time.sleep(_APART_S)
    return due


def _held(client: Client, stations: range) -> dict[str, float]:
    """Publish pressures that ring when they have been high for the delay; return when that is for each."""
    begun = time.perf_counter()
    sayings = sorted(
        (number % _AGAIN_S / _AGAIN_S + turn * _AGAIN_S + (number - stations.start) * _APART_S, number)
        for number in stations
        for turn in range(round(_DELAY_S / _AGAIN_S))
    )
    due: dict[str, float] = {}
    for after_s, number in sayings:
        time.sleep(max(begun + after_s - time.perf_counter(), 0))
        due.setdefault(f"ST-{number}", time.perf_counter() + _DELAY_S)
        _say(client, number, _HIGH_KPA)
    return due


def _say(client: Client, number: int, outlet_kpa: float) -> None:
    said = {"measured_at": time.time(), "outlet_gauge_pressure_kpa": outlet_kpa, "flow_m3h": 100}
    client.publish(f"citygas/v1/bench/ST-{number}/pressure", json.dumps(said), 1)


def _waited(ways: Ways, due: dict[str, float]) -> dict[str, list[float]]:
    """Return in each way how long after it was due each alarm was seen [ms]."""
    return {
        way: [1000 * (seen.wait(station, at + _PATIENCE_S) - at) for station, at in due.items()]
        for way, seen in ways.items()
    }


def _stored_a_second(dsn: str) -> float:
    """Return how many messages were stored a second."""
    with connect(dsn, "bench") as connection:
        row = connection.execute(
            "SELECT count(*), extract(epoch FROM max(received_at) - min(received_at))::float8 FROM message"
        ).fetchone()
    stored, seconds = row or (0, 0.0)
    return float(stored / seconds) if seconds else 0.0


if __name__ == "__main__":
    main()
