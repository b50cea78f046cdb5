"""A storm through all that can go wrong meanwhile: each alarm raised once, each notice delivered once."""

import base64
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from alerts.reports.flood import PERIOD
from alerts.reports.kpi import Span, performance
from citygas.embedded.postgres import EmbeddedPostgres
from citygas.roles import Orders
from citygas.settings import Settings
from telemetry.model import DAY, HOUR, SECOND, Instant, PressureSample, Reading, moment
from telemetry.quality import Flag
from telemetry.store.alarm_figures import alarm_spans, rings
from tests.integration.receivers import HttpReceiver, Mailbox, mailbox
from tests.integration.watching import Field, build_city, leads, until
from tests.servers import TEST_SETTINGS

SECRET: Final = "whsec_" + base64.b64encode(b"k" * 32).decode()
STORM: Final = """
INSERT INTO zone (zone, name) VALUES ('STORM', 'Zone');
INSERT INTO site (site, zone, time_zone) VALUES ('STORM', 'STORM', 'Asia/Shanghai');
INSERT INTO device (device, expected_interval_s)
SELECT 'X-' || n, {every_s} FROM generate_series(1, {devices}) AS n;
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
SELECT 'X-' || n, 'rotary', 'smart', 100, 6, 'ptz' FROM generate_series(1, {devices}) AS n;
INSERT INTO installation (meter, site, device, valid_from, index_m3)
SELECT 'X-' || n, 'STORM', 'X-' || n, '2020-01-01Z', 0 FROM generate_series(1, {devices}) AS n;
UPDATE device SET expected_interval_s = 3600 WHERE device IN ('D-1', 'D-2');
INSERT INTO registry_import (changed) VALUES ('{{}}');
"""


@pytest.fixture
def server(server_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server that a test may stop."""
    home = Path(tempfile.mkdtemp(prefix="storm-", dir=server_folder))
    home.chmod(0o711)
    with EmbeddedPostgres(home, settings=TEST_SETTINGS) as server:
        yield server


class City:
    """A zone of meters that speak together, and one meter outside that always does."""

    def __init__(self, server: EmbeddedPostgres, devices: int, every_s: int) -> None:
        self.every_s = every_s
        self.names = [f"X-{number}" for number in range(1, devices + 1)]
        self.server = server
        build_city(server.dsn)
        self.field = Field(server.dsn)
        self.field.connection.execute(STORM.format(devices=devices, every_s=every_s).encode())
        self.field = self._again()

    def speak(self, *, storm: bool) -> None:
        """Let the meter outside say something and, where there is no storm, everybody."""
        now = self.field.now()
        speaking = ["D-1", *([] if storm else self.names)]
        self.field.readings(*(Reading(device=one, measured_at=now, index_m3=1.0) for one in speaking))

    def come_back(self) -> None:
        """Let everybody speak, some of what they kept: what rang then would be news of yesterday."""
        now = self.field.now()
        told = {"index_m3": 1.0, "flags": Flag.MAGNETIC_TAMPER}
        kept = [Reading(device=one, measured_at=now - HOUR, **told) for one in self.names[:20]]
        self.field.readings(*kept)
        sample = PressureSample(station="ST-1", measured_at=now - DAY, outlet_gauge_pressure_kpa=400.0)
        self.field.pressures(sample)
        self.speak(storm=False)

    def outage(self) -> None:
        """Stop the database and start it again."""
        self.server.stop()
        self.server.start()
        self.field = self._again()

    def close(self) -> None:
        """Leave the database."""
        self.field.connection.close()

    def alarms(self) -> Counter[tuple[str, str]]:
        """Return how many alarms of each rule there are in each state."""
        return Counter(self.field.connection.execute("SELECT rule, state FROM alarm").fetchall())

    def notices(self) -> int:
        """Return how many notices were made, sent or not."""
        row = self.field.connection.execute("SELECT count(*) FROM notice").fetchone()
        assert row
        return int(row[0])

    def _again(self) -> Field:
        self.close()
        return Field(self.server.dsn)


def orders(server: EmbeddedPostgres, receiver: HttpReceiver, mail_port: int) -> bytes:
    """Tell the role whom to tell: a webhook and a mailbox, of everything."""
    url = f"mailto://127.0.0.1:{mail_port}?from=citygas@example.com&to=duty@example.com"
    hook = {"name": "hook", "kind": "webhook", "url": receiver.url, "secrets": [SECRET]}
    channels = [{**hook, "allow": ["127.0.0.0/8"]}, {"name": "mail", "kind": "apprise", "url": url}]
    route = {"name": "room", "channels": ["hook", "mail"], "wait_s": 0.2, "again_s": 0}
    settings = Settings.model_validate({"notify": {"channel": channels, "route": [route]}})
    return Orders(dsn=server.dsn, settings=settings).model_dump_json().encode()


class Role:
    """The watch and its delivery, killed and started again."""

    def __init__(self, told: bytes) -> None:
        self._told = told
        self._start()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._start()

    def _start(self) -> None:
        arguments = [sys.executable, "-m", "citygas.roles", "watch"]
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdin is not None
        self._process.stdin.write(self._told)
        self._process.stdin.close()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def role(told: bytes) -> Iterator[Role]:
    found = Role(told)
    try:
        yield found
    finally:
        found.end()


def weather(
    city: City,
    say: Callable[[], None],
    mishaps: list[tuple[float, Callable[[], None]]],
    wanted: Counter[tuple[str, str]],
    notices: int,
) -> None:
    """Let the city speak until its alarms and their notices are as wanted; mishaps come at their moments [s].

    Notices are waited for because what is over before anybody could be told of it is told in one.
    """
    begun = time.monotonic()
    while mishaps or (city.alarms(), city.notices()) != (wanted, notices):
        passed = time.monotonic() - begun
        assert passed < 200, (city.alarms(), city.notices())
        say()
        if mishaps and passed >= mishaps[0][0]:
            mishaps.pop(0)[1]()
        time.sleep(0.1)


def storm(city: City, kills: int, outages: int, seed: int) -> None:
    devices, chance = len(city.names), random.Random(seed)

    def mishaps(running: Role, within_s: float) -> list[tuple[float, Callable[[], None]]]:
        happen = [running.kill] * kills + [city.outage] * outages
        return sorted(((chance.uniform(0, within_s), one) for one in happen), key=lambda one: one[0])

    receiver = HttpReceiver(SECRET)
    with receiver.listening(), mailbox() as mails, role(orders(city.server, receiver, mails.port)) as running:
        until(city.field.connection, lambda: leads(city.field.connection), 60)
        heard = city.field.now()
        while not _listened(city, heard):
            city.speak(storm=False)
            time.sleep(0.05)
        rung = Counter({("zone_silent", "active"): 1, ("device_silent", "active"): devices})
        weather(city, lambda: city.speak(storm=True), mishaps(running, 3.0 * city.every_s), rung, 2)
        over = Counter({(rule, "returned"): count for (rule, _), count in rung.items()})
        weather(city, city.come_back, mishaps(running, 3.0), over, 4)
        _wait(city, "SELECT count(*) FROM notice WHERE sent_at IS NOT NULL", 4)
    assert_each_once(city, receiver, mails)


def assert_each_once(city: City, receiver: HttpReceiver, mails: Mailbox) -> None:
    """Hold what is stored and what was received against one storm of the zone."""
    more_than_once = city.field.connection.execute(
        "SELECT alarm_id, array_agg(to_state || recorded_at::text ORDER BY event_id) FROM alarm_event"
        " WHERE from_state <> to_state GROUP BY alarm_id"
        " HAVING array_agg(to_state ORDER BY event_id) <> ARRAY['active', 'returned']"
    ).fetchall()
    assert more_than_once == []
    figures = {one.definition.name: one.value for one in performance(figures_of(city)).figures}
    assert (figures["max_raised_in_10_min"], figures["max_alarms_in_10_min"]) == (len(city.names) + 1, 1)
    told = dict(receiver.got)
    assert [(one["data"]["rule"], one["data"]["reasons"]) for one in told.values()] == [
        ("zone_silent", {"first": 1}),
        ("zone_silent", {"returned": 1}),
    ]
    numbers = {text.strip().rpartition("#")[2] for _, text in mails.got}
    assert len(numbers) == len(told), "a mail may come twice, under one number"
    waiting = (
        "SELECT (SELECT count(*) FROM untold_event), (SELECT count(*) FROM occasion WHERE settled_at IS NULL)"
    )
    assert city.field.connection.execute(waiting).fetchone() == (0, 0)


def figures_of(city: City) -> Span:
    """Return what happened within the last ten minutes, as figures are made from it."""
    end = moment(city.field.now())
    start, connection = end - PERIOD, city.field.connection
    return Span(start, end, rings(connection, start, end), alarm_spans(connection, start, end), [])


def _listened(city: City, since: Instant) -> bool:
    """Tell whether the watch has heard the city for a while."""
    row = city.field.connection.execute(
        "SELECT extract(epoch FROM listened_until) * 1000000 > %s FROM watch_progress", (since + SECOND,)
    ).fetchone()
    return bool(row and row[0])


def _wait(city: City, query: str, count: int) -> None:
    until(
        city.field.connection,
        lambda: city.field.connection.execute(query.encode()).fetchone() == (count,),
        200,
    )


def test_killed_and_cut_off_in_a_storm_everything_is_told_once(server: EmbeddedPostgres) -> None:
    with closing(City(server, devices=200, every_s=4)) as city:
        storm(city, kills=1, outages=1, seed=11)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_killed_and_cut_off_often_in_a_large_storm(server: EmbeddedPostgres, seed: int) -> None:
    with closing(City(server, devices=2000, every_s=10)) as city:
        storm(city, kills=5, outages=2, seed=seed)
