"""A device of every family at a broker, days of accelerated time: the server says what the displays showed.

What each family promises: registers to the last digit of its own format (`Device.resolution`); times as
told, by the zone of the site where the clock says none, and of what has no clock the time of arrival.
"""

import tempfile
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import pytest

from ingest.decoding import decoders
from simulators.city import City, build_city
from simulators.days import HOUR_S, local_day, midnight
from simulators.registry import write_registry
from simulators.timeline import Timeline
from tests.device_families import DEVICES, Device
from tests.device_voices import Shown
from tests.platform_process import PlatformProcess, publisher

DAYS: Final = 3
PATIENCE_S: Final = 90
MICRO: Final = Decimal("0.000001")
COUNTERS: Final = ("received_total", "committed_total", "duplicate_total", "refused_total", "in_flight")
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
HALF_S: Final = timedelta(seconds=0.5)
"""Half of what an age in whole seconds tells apart."""
OPENING_M3: Final = 20_000.0
"""Small enough for the shortest register, of five digits before the point."""

pytestmark = pytest.mark.mosquitto


@dataclass(frozen=True)
class Server:
    """A running platform as its users reach it."""

    platform: PlatformProcess
    config: Path
    key: str

    def ask(self, path: str, **query: str) -> httpx.Response:
        """Ask it."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.get(f"{self.platform.http}{path}", params=query, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer

    def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        """Return a list, numbers to the digit."""
        found = self.ask(path, limit="1000", **query).json(parse_float=Decimal, parse_int=Decimal)
        assert found["next_cursor"] is None
        return list(found["items"])

    def metric(self, name: str) -> int:
        """Return a figure without labels."""
        lines = (line.split() for line in self.ask("/metrics").text.splitlines())
        (value,) = (words[1] for words in lines if words[0] == name)
        return round(float(value))

    def command(self, *arguments: str) -> str:
        """Run a command with the routes at hand."""
        return self.platform.command(*arguments, "--config", str(self.config))


@dataclass(frozen=True)
class Delivered:
    """What all devices said, and a server at which it has arrived."""

    server: Server
    meters: dict[str, str]
    """Each device's meter."""
    shown: dict[str, list[Shown]]
    """What each device's display showed, and its readings say."""
    later: dict[str, Shown]
    """What it showed an hour later, of which a spoilt payload came."""
    begun: datetime
    ended: datetime
    counts: dict[str, int]
    """What the platform had counted when all of it had arrived."""

    def listed(self, kind: str, device: Device, begin: datetime, end: datetime) -> list[dict[str, Any]]:
        """Return what the server has of a device's meter; of one that tells no times, of when it spoke."""
        if device.clock == "arrival":
            begin, end = self.begun - HOUR, self.ended + HOUR
        elif device.clock == "age":
            begin, end = begin - HOUR, end + HOUR
        span = {"from": begin.isoformat(), "to": end.isoformat()}
        return self.server.items(f"/v1/meters/{self.meters[device.name]}/{kind}", **span)


def city_of_devices(begin: int) -> City:
    """Return a city with a corrector for each device, which bears the device's name."""
    city = build_city(7, begin, customers=60)
    correctors = [one for one in city.customers if one.meter.has_corrector]
    customers = [
        replace(
            customer,
            meter=replace(
                customer.meter,
                device=device.name,
                digits=8,
                correction="ptz" if "index_m3" in device.registers else "device",
                opening_index_m3=OPENING_M3,
                opening_base_index_m3=OPENING_M3,
            ),
        )
        for customer, device in zip(correctors, DEVICES, strict=False)
    ]
    assert len(customers) == len(DEVICES)
    return City(city.seed, begin, tuple(customers), city.stations)


def displays(city: City) -> dict[str, list[Shown]]:
    """Return what each device's meter shows hour by hour, and an hour more, cut off at its last digit."""
    timeline = Timeline(city)
    shown: dict[str, list[Shown]] = {device.name: [] for device in DEVICES}
    for hour in range(24 * DAYS + 2):
        at_s = city.begin + (24 + hour) * HOUR_S
        for row, device in enumerate(DEVICES):
            state = timeline.state(row, np.array([float(at_s)]))
            registers = (float(one[0]) + OPENING_M3 for one in (state.volume_m3, state.base_volume_m3))
            index, base = (cut_off(one, device.resolution) for one in registers)
            flow, factor = float(state.flow_m3h[0]), 3.0
            pressure, temperature = (
                round(float(one[0]), 2) for one in (state.pressure_kpa, state.temperature_degc)
            )
            at = datetime.fromtimestamp(at_s, UTC)
            shown[device.name].append(
                Shown(hour, at, index, base, pressure, temperature, flow, factor * flow)
            )
    return shown


def cut_off(register_m3: float, resolution: Decimal) -> Decimal:
    steps = (Decimal(register_m3) / resolution).to_integral_value(ROUND_FLOOR)
    return (steps * resolution).quantize(MICRO)


@pytest.fixture(scope="module")
def delivered() -> Iterator[Delivered]:
    city = city_of_devices(midnight(local_day(time.time()) - DAYS - 2))
    meters = {one.meter.device: one.meter.meter for one in city.customers}
    with tempfile.TemporaryDirectory(prefix="citygas-families-") as folder:
        Path(folder).chmod(0o755)
        config = Path(folder) / "citygas.toml"
        config.write_text("\n".join(device.route for device in DEVICES))
        with PlatformProcess(Path(folder) / "data", "--config", str(config)) as platform:
            write_registry(city, Path(folder) / "registry")
            platform.command("registry", "import", str(Path(folder) / "registry"))
            key = platform.command("keys", "create", "--name", "test", "--scope", "admin").strip()
            yield spoken(Server(platform, config, key), displays(city), meters)


def spoken(server: Server, displayed: dict[str, list[Shown]], meters: dict[str, str]) -> Delivered:
    """Let all devices speak, and wait until all of it is stored and derived."""
    shown = {name: hours[:-1] for name, hours in displayed.items()}
    later = {name: hours[-1] for name, hours in displayed.items()}
    begun = datetime.now(UTC)
    publish(server.platform, shown, later)
    push(server.platform, shown, later)
    sent = sum(len(shown[one.name]) + one.events for one in DEVICES) + len(DEVICES)
    until(lambda: server.metric("citygas_ingest_received_total") >= sent)
    ended = datetime.now(UTC)
    until(lambda: server.metric("citygas_derive_dirty_spans") == 0)
    counts = {name: server.metric(f"citygas_ingest_{name}") for name in COUNTERS}
    return Delivered(server, meters, shown, later, begun, ended, counts)


def publish(platform: PlatformProcess, shown: dict[str, list[Shown]], later: dict[str, Shown]) -> None:
    """Let all devices speak, a day at a time, each in its own order."""
    by_mqtt = [device for device in DEVICES if not device.pushed]
    with publisher(platform.mqtt_host, platform.mqtt_port) as client:
        for device in by_mqtt:
            client.publish(*device.bad(later[device.name]), 1)
        for first in range(0, 24 * DAYS + 1, 24):
            for device in by_mqtt:
                for topic, payload in device.say(shown[device.name][first : first + 24], datetime.now(UTC)):
                    sent = client.publish(topic, payload, 1)
            sent.wait_for_publish(30)


def push(platform: PlatformProcess, shown: dict[str, list[Shown]], later: dict[str, Shown]) -> None:
    """Let the network server push, by a key of its own."""
    key = platform.command("keys", "create", "--name", "lns", "--scope", "ingest:write").strip()
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=60) as server:
        for device in (one for one in DEVICES if one.pushed):
            url = f"{platform.http}/v1/ingest/{device.family}"
            for _, payload in [
                device.bad(later[device.name]),
                *device.say(shown[device.name], datetime.now(UTC)),
            ]:
                server.post(url, content=payload).raise_for_status()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.1)


def test_every_family_has_a_device_here() -> None:
    assert {device.family for device in DEVICES} == set(decoders())


@pytest.mark.parametrize("device", DEVICES, ids=lambda one: f"{one.family}-{one.name}")
def test_every_register_is_what_the_display_showed(delivered: Delivered, device: Device) -> None:
    shown = delivered.shown[device.name]
    readings = delivered.listed("readings", device, shown[0].at, shown[-1].at + MINUTE)
    for register in device.registers:
        assert [one[register] for one in readings] == [getattr(one, register) for one in shown]
    others = {"index_m3", "base_index_m3"} - set(device.registers)
    assert {one[register] for one in readings for register in others} <= {None}
    times = [datetime.fromisoformat(one["measured_at"]) for one in readings]
    assert {"site_clock" in one["flags"] for one in readings} == {device.clock == "site"}
    if device.clock == "arrival":
        assert [one["measured_at"] for one in readings] == [one["received_at"] for one in readings]
        assert all(delivered.begun <= at <= delivered.ended for at in times)
    elif device.clock == "age":
        late = [at - one.at for at, one in zip(times, shown, strict=True)]
        assert all(-HALF_S <= one <= delivered.ended - delivered.begun + HALF_S for one in late)
    else:
        assert times == [one.at for one in shown]


@pytest.mark.parametrize("device", DEVICES, ids=lambda one: f"{one.family}-{one.name}")
def test_the_volumes_sum_to_what_the_register_rose_by(delivered: Delivered, device: Device) -> None:
    shown = delivered.shown[device.name]
    volumes = delivered.listed("volumes", device, shown[0].at, shown[-1].at)
    if device.clock in ("told", "site"):
        assert len(volumes) == 24 * DAYS
        assert {one["coverage"] for one in volumes} == {1}
    for register in device.registers:
        volume = {"index_m3": "volume_m3", "base_index_m3": "device_base_volume_m3"}[register]
        rose = getattr(shown[-1], register) - getattr(shown[0], register)
        assert rose > 0
        assert sum(one[volume] for one in volumes) == rose


def test_all_is_counted_and_only_what_was_spoilt_is_refused(delivered: Delivered) -> None:
    readings = sum(len(shown) for shown in delivered.shown.values())
    events = sum(one.events for one in DEVICES)
    assert delivered.counts == {
        "received_total": readings + events + len(DEVICES),
        "committed_total": readings + events,
        "duplicate_total": 0,
        "refused_total": len(DEVICES),
        "in_flight": 0,
    }
    letters = Counter((one["decoder"], one["reason"]) for one in delivered.server.items("/v1/dead-letters"))
    assert letters == Counter((one.family, one.reason) for one in DEVICES)


def test_a_payload_with_a_digit_too_many_is_mended_and_stands_at_its_time(delivered: Delivered) -> None:
    device = next(one for one in DEVICES if one.family == "json_map")
    letters = delivered.server.items("/v1/dead-letters", reason=device.reason)
    (letter,) = (one for one in letters if one["decoder"] == device.family)
    right = b64decode(letter["payload_base64"]).replace(b'"vm":0', b'"vm":').decode()
    said = delivered.server.command(
        *("dead-letters", "mend", str(letter["id"]), "--reason", "a zero too many", "--text", right)
    )
    assert "stored 1, stood already 0, refused newly 0" in said
    later = delivered.later[device.name]
    (reading,) = delivered.listed("readings", device, later.at, later.at + MINUTE)
    assert datetime.fromisoformat(reading["measured_at"]) == later.at
    assert [reading[one] for one in device.registers] == [getattr(later, one) for one in device.registers]
