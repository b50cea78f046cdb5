"""The role that watches: what arrives is judged, and alarms are raised where they are due."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from typing import Final

from psycopg import Connection, OperationalError

from alerts.alarm import Alarm, Change, Target, TargetKind
from alerts.card_watch import cards_spoken
from alerts.catalogue import catalogue
from alerts.due_watch import DueWatch
from alerts.engine import evaluate
from alerts.hour_watch import HourWatch
from alerts.maintenance.checks import create_due_checks
from alerts.maintenance.faults import open_faults
from alerts.open_alarms import OpenAlarms
from alerts.overrides import Overrides
from alerts.ringing.annunciation import annunciated, ended_shelvings
from alerts.ringing.first_out import with_first_out
from alerts.ringing.neighbours import Neighbours
from alerts.ringing.situation import situation
from alerts.rule import FRESH
from alerts.stored_changes import store_changes
from alerts.windows.indices import asked, indices
from alerts.windows.limits import LimitTable
from alerts.windows.look_back import LOOK_BACK
from alerts.windows.meter_states import meter_states
from alerts.windows.placed import placed
from alerts.windows.pressures import pressures
from alerts.windows.registers import registers
from alerts.windows.silence import Heard, Listening
from alerts.windows.stream_state import CARRYING_M3H
from alerts.windows.streams import Streams
from alerts.windows.window import UNKNOWN_SINCE, Cards, Proofs, Window
from telemetry.errors import ConflictError
from telemetry.model import Instant, instant, moment
from telemetry.registry import Registry
from telemetry.store.alarms import end_alarms_without_rule
from telemetry.store.muting import end_shelving
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry, registry_version
from telemetry.store.stream_hours import roll_stream_hours, stream_records
from telemetry.store.windows import (
    Arrivals,
    Span,
    database_time,
    last_heard,
    listened_until,
    mechanical_before,
    meter_readings,
    note_listened,
    receiving,
    station_samples,
    stations_known_until,
    take_arrivals,
    watch_lead,
)

_LOG: Final = logging.getLogger(__name__)
_BATCHES: Final = 256  # of one pass; what is left is taken in the next, at once
_RETRY_S: Final = 1.0
_CHECKS_EVERY_S: Final = 3600.0
_POLL_S: Final = 0.5  # how late a stop is noticed at most
_FRESH: Final = timedelta(microseconds=FRESH)
_LOOK_BACK: Final = timedelta(microseconds=LOOK_BACK)
_LATELY: Final = timedelta(days=60)
_ATTEMPTS: Final = 3


def run(dsn: str, stop: threading.Event, tick: float = 0.5) -> None:
    """Watch until told to stop, as the only one of all that run; the others wait to take over.

    Parameters
    ----------
    dsn : str
        Connection string of the database, the only place where anything is kept.
    stop : threading.Event
        Set by whoever wants it to end.
    tick : float [s]
        How often delays are looked at when nothing arrives: so late an alarm is at most.
    """
    while not stop.is_set():
        try:
            with connect(dsn, "watch", autocommit=True) as connection:
                if _lead(connection, stop):
                    Watch(connection).follow(stop, tick)
        except OperationalError as error:
            _LOG.warning("watch=interrupted error=%s", str(error).strip())
            stop.wait(_RETRY_S)


def _lead(connection: Connection, stop: threading.Event) -> bool:
    """Wait to be the one that watches; False when told to stop first."""
    while not stop.is_set():
        if watch_lead(connection):
            _LOG.info("watch=leading")
            return True
        stop.wait(_RETRY_S)
    return False


class Watch:
    """Judges what arrives, over the connection that holds the lead."""

    def __init__(self, connection: Connection) -> None:
        """Read the registry, and who was heard last."""
        self._connection = connection
        self._rules = catalogue()
        self._alarms = OpenAlarms(connection, self._rules)
        self._check_at = 0.0
        self._lateness = timedelta(microseconds=max(rule.max_age for rule in self._rules.values()))
        if ended := end_alarms_without_rule(connection, list(self._rules)):
            _LOG.warning("watch=rules_gone alarms_ended=%d", ended)
        since = database_time(connection)
        heard = _heard(connection, since)
        listened = listened_until(connection) or UNKNOWN_SINCE
        last_before = max(listened, *(one.at for one in heard.values()), UNKNOWN_SINCE)
        registry = load_registry(connection)
        self._listening = Listening(registry, heard, since=since, last_before=last_before)
        self._hours = HourWatch(connection, registry)
        self._dues = DueWatch(connection, registry)
        self._learn(registry)

    def follow(self, stop: threading.Event, tick: float) -> None:
        """Judge what arrives as it arrives, delays at every tick, and who is silent at every other one."""
        self._connection.execute("LISTEN citygas_arrival")
        self._connection.execute("LISTEN citygas_registry")
        due, silences = time.monotonic(), cycle((True, False))
        while not stop.is_set():
            if ticks := time.monotonic() >= due:
                due = time.monotonic() + tick
            if not self.look(silences=ticks and next(silences)):
                self._wait(stop, due)

    def look(self, *, silences: bool = False) -> bool:
        """Judge what has arrived since the last time; True when there may be more.

        Word of a batch is taken away in the transaction that stores what follows from it: it is judged
        once, whatever is killed when. An operator who acknowledges meanwhile wins, and it is judged again.
        """
        for _ in range(_ATTEMPTS):
            try:
                with self._connection.transaction():
                    more = self._look(silences=silences)
            except ConflictError as error:
                _LOG.info("watch=again reason=%s", error)
            else:
                self._look_for_checks()
                return self._hours.done() or more
        return True

    def _look_for_checks(self) -> None:
        """Make jobs of the recurring checks that come due, now and then."""
        if time.monotonic() >= self._check_at:
            with self._connection.transaction():
                now = database_time(self._connection)
                made = create_due_checks(self._connection, self._registry, now)
            self._check_at = time.monotonic() + _CHECKS_EVERY_S
            _LOG.info("checks=looked_for made=%d", made)

    def _look(self, *, silences: bool) -> bool:
        self._refresh()
        now = database_time(self._connection)
        arrivals = take_arrivals(self._connection, _BATCHES)
        self._listening.hear(self._speakers(arrivals))
        time_brings = self._time_brings(now) if silences else Window()
        window = self._window(arrivals, self._hours.look(time_brings, now, fetch=silences))
        self._hours.hear(window.meters)
        alarms = self._alarms.read()
        changes = evaluate(self._rules.values(), window, alarms, now, self._overrides)
        done = self._annunciated(changes, alarms, now) if changes or silences else []
        store_changes(self._connection, self._rules, done)
        open_faults(self._connection, self._rules, done, now)
        return len(arrivals.stored_at) == _BATCHES

    def _annunciated(self, changes: Sequence[Change], alarms: Sequence[Alarm], now: Instant) -> list[Change]:
        """Return the changes with what mutes them, and end what is shelved no longer."""
        said = situation(self._connection, self._neighbours, self._overrides, now)
        told = with_first_out(changes, alarms, self._neighbours)
        done = annunciated(self._rules, told, alarms, said, now)
        known = {(one.rule, one.target): one for one in (*alarms, *(change.alarm for change in done))}
        for shelving_id, why in ended_shelvings(said, known, now):
            end_shelving(self._connection, shelving_id, at=moment(now), why=why)
        return done

    def _refresh(self) -> None:
        """Read the registry again when it is no longer the one we know."""
        if registry_version(self._connection) != self._registry.version:
            registry = load_registry(self._connection)
            self._listening.learn(registry)
            self._hours.learn(registry)
            self._dues.learn(registry)
            self._learn(registry)

    def _learn(self, registry: Registry) -> None:
        self._registry = registry
        self._limits = LimitTable(registry)
        self._overrides = Overrides(registry)
        self._neighbours = Neighbours(registry)
        self._check_at = 0.0  # what a new registry says is due is looked up at once
        self._know_streams(database_time(self._connection))
        self._devices = {device_id: device for device, device_id in registry.device_ids.items()}
        self._stations = {station_id: station for station, station_id in registry.station_ids.items()}
        _LOG.info("watch=registry version=%d stations=%d", registry.version, len(self._stations))

    def _window(self, arrivals: Arrivals, window: Window) -> Window:
        """Return what these batches say, beside what a window has already."""
        if not arrivals.stored_at:
            return window
        samples = station_samples(self._connection, arrivals, _FRESH, _LOOK_BACK)
        known = stations_known_until(self._connection, arrivals.stations, _FRESH)
        said = placed(meter_readings(self._connection, arrivals.devices, self._lateness), self._registry)
        carrying = [one for one in arrivals.devices if one.id in self._dues.card_devices]
        return replace(
            window,
            pressures=pressures(samples, known, self._registry, self._limits, self._streams),
            registers=registers(said),
            meters=meter_states(said, self._registry),
            indices=indices(said, mechanical_before(self._connection, asked(said))),
            cards=cards_spoken(self._connection, carrying, self._registry) if carrying else Cards(),
        )

    def _know_streams(self, now: Instant) -> None:
        """Learn what the hours that are over say of each stream."""
        self._streams = Streams(self._registry, stream_records(self._connection, now, CARRYING_M3H), now)

    def _proofs(self, now: Instant) -> Proofs:
        """Return how long ago each stream was proven, counting the hour that has just ended."""
        if self._streams.outdated(now):
            roll_stream_hours(self._connection, now)
            self._know_streams(now)
        return self._streams.proofs(now)

    def _time_brings(self, now: Instant) -> Window:
        """Return what is due or proven, and who is how silent after the time since the last tick."""
        if self._listening.listen(now, receiving=receiving(self._connection)):
            note_listened(self._connection, now)
        return replace(
            self._dues.look(now),
            silences=self._listening.at(now),
            zone_silences=self._listening.zones_at(now),
            proofs=self._proofs(now),
        )

    def _speakers(self, arrivals: Arrivals) -> dict[Target, Heard]:
        """Return who spoke in some batches."""
        spoken: dict[Target, Heard] = {}
        for kind, names, spans in (
            (TargetKind.DEVICE, self._devices, arrivals.devices),
            (TargetKind.STATION, self._stations, arrivals.stations),
        ):
            for span in spans:
                if name := names.get(span.id):
                    spoken[Target(kind, name)] = _newest(spoken.get(Target(kind, name)), span)
        return spoken

    def _wait(self, stop: threading.Event, due: float) -> None:
        """Wait for news, the next tick or the end."""
        while not stop.is_set() and (left := due - time.monotonic()) > 0:
            if list(self._connection.notifies(timeout=min(left, _POLL_S), stop_after=1)):
                return


def _heard(connection: Connection, now: Instant) -> dict[Target, Heard]:
    """Return who was heard lately, and when last."""
    return {
        Target(TargetKind(kind), name): Heard(received_at, measured_at)
        for kind, name, received_at, measured_at in last_heard(connection, now, _LATELY)
    }


def _newest(known: Heard | None, span: Span) -> Heard:
    """Return the newer of what is known of a speaker and what a batch says."""
    one = Heard(instant(span.stored_at), instant(span.last))
    return one if known is None or one.measured_at >= known.measured_at else known
