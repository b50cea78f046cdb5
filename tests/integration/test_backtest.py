"""A backtest over what is stored: it tells what the watch told when it happened."""

import json
import random
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from alerts.catalogue import catalogue
from alerts.overrides import Overrides
from alerts.replay.backtest import backtest
from alerts.replay.looks import Variant
from alerts.replay.occurrences import Occurrence
from alerts.replay.said import Said
from alerts.replay.stored_history import Order, said_before, said_in
from alerts.replay.worked_hours import with_hours
from alerts.watch import Watch
from citygas.cli import app
from telemetry.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    CardState,
    Instant,
    PressureSample,
    Reading,
    SlamShut,
    instant,
    moment,
)
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from telemetry.work.derive import derive_pending
from tests.integration.watching import Field, alarms, build_city


@pytest.fixture
def field(database: str) -> Iterator[Field]:
    build_city(database)
    field = Field(database)
    field.connection.execute("UPDATE device SET expected_interval_s = NULL")
    yield field
    field.connection.close()


def tell(field: Field, watch: Watch) -> Iterator[Instant]:
    """Let stations speak of nine minutes and meters of fifteen hours; yield when the watch looks."""
    drawn = random.Random(4)
    kpa, index = dict.fromkeys(("ST-1", "ST-2"), 300.0), {"D-1": 500.0, "D-2": 800.0}
    now = field.now()
    for step in range(60):
        at = now - (60 - step) * 9 * SECOND
        for station, before in kpa.items():
            kpa[station] = 300.0 if step > 45 else before + drawn.gauss((300 - before) * 0.1, 15)
            field.pressures(*_samples(station, kpa[station], at, drawn, calm=step > 45), received_at=at)
        for device, before in index.items():
            index[device] = before + (drawn.choice((1.0, -2.0)) if drawn.random() < 0.2 else 0.5)
            measured_at = now - 16 * HOUR + (step - drawn.choice((0, 0, 3))) * 15 * MINUTE
            said = Reading(device=device, measured_at=measured_at, index_m3=round(index[device], 3))
            field.readings(said, received_at=at)
        yield field.now()
        watch.look()


def _samples(
    station: str, kpa: float, at: Instant, drawn: random.Random, *, calm: bool
) -> Iterator[PressureSample]:
    """Yield three samples of a batch, now and then much too late or out of turn."""
    late = 0 if calm else drawn.choice((0, 0, 0, 10 * SECOND, 20 * MINUTE))
    shut = SlamShut(not calm and drawn.random() < 0.1)
    for part in range(3):
        yield PressureSample(
            station=station,
            measured_at=at - late + part * 3 * SECOND,
            outlet_gauge_pressure_kpa=round(kpa, 2),
            flow_m3h=400.0,
            slam_shut=shut,
        )


def by_arrival(field: Field, begin: Instant, looks: list[Instant]) -> list[Occurrence]:
    """Show the rules what was stored, at the moments at which the watch looked."""
    with connect(field.dsn, "test") as connection:
        registry = load_registry(connection)
        variant = Variant(list(catalogue().values()), Overrides(registry))
        before = said_before(connection, begin, Order.ARRIVAL)
        spans = pairwise([begin, *(at + 1 for at in looks)])
        parts = [part for span in spans for part in said_in(connection, *span, Order.ARRIVAL)]
        (told,) = backtest(registry, before, parts, begin, [variant], DAY)
    return told.occurrences.found


def test_what_arrived_tells_what_the_watch_told(field: Field) -> None:
    """In the order of arrival, lateness and all, every alarm is raised and cleared when it was."""
    with connect(field.dsn, "watch", autocommit=True) as connection:
        watch = Watch(connection)
        begin = field.now()
        looks = list(tell(field, watch))
    raised = _raised(field)
    assert len({rule for rule, *_ in raised}) >= 4
    found = by_arrival(field, begin, looks)
    assert [(one.rule, one.target.id, one.raised_at, one.cleared_at) for one in _sorted(found)] == raised


def _sorted(found: list[Occurrence]) -> list[Occurrence]:
    return sorted(found, key=lambda one: (one.rule, one.target.id, one.raised_at))


def _raised(field: Field) -> list[tuple[str, str, Instant, Instant | None]]:
    """Return each time that the watch raised an alarm, and when it returned."""
    rows = field.connection.execute(
        """
        SELECT rule, target_id, e.at,
               (SELECT min(c.at) FROM alarm_event c
                WHERE c.alarm_id = e.alarm_id AND c.event_id > e.event_id AND c.signal = 'GONE')
        FROM alarm JOIN alarm_event e USING (alarm_id)
        WHERE e.signal = 'HELD' ORDER BY rule, target_id, e.at
        """
    ).fetchall()
    return [
        (rule, target, instant(at), None if until is None else instant(until))
        for rule, target, at, until in rows
    ]


def test_history_that_rang_nothing_live_rings_in_the_order_in_which_it_was_measured(field: Field) -> None:
    begin = field.now() - 40 * HOUR
    field.pressures(
        *(
            PressureSample(station="ST-1", measured_at=begin + step * MINUTE, outlet_gauge_pressure_kpa=kpa)
            for step, kpa in enumerate([300.0] * 5 + [338.0] * 10 + [300.0] * 200)
        )
    )
    field.readings(
        *(
            Reading(device="D-1", measured_at=begin + hour * HOUR, index_m3=index)
            for hour, index in enumerate([500.0, 501.0, 400.0, 401.0, 402.0])
        )
    )
    for hour, index, credit in ((1, 10.0, 5.0), (2, 20.0, -5.0)):
        at = begin + hour * HOUR
        field.card(
            Reading(device="D-2", measured_at=at, index_m3=index),
            CardState(device="D-2", measured_at=at, remaining_m3=credit, price_version="A"),
        )
    field.connection.execute(
        "INSERT INTO job (kind, target_kind, target_id, state, permits, starts_at, ends_at, created_at)"
        " VALUES ('planned', 'device', 'D-1', 'verified', '{silence}', %s, %s, now())",
        (moment(begin), moment(begin + DAY)),
    )
    told = _command(field, begin, begin + 8 * HOUR)
    events = {event["rule"]: event for event in told["events"]}
    assert set(events) == {
        "outlet_pressure_high",
        "outlet_pressure_high_high",
        "register_regression",
        "device_silent",
        "credit_exhausted_with_flow",
    }
    high = events["outlet_pressure_high_high"]
    assert high["target"] == {"kind": "station", "id": "ST-1"}
    assert high["raised_at"] == moment(begin + 5 * MINUTE).isoformat()
    assert high["cleared_at"] == moment(begin + 16 * MINUTE).isoformat()
    assert (high["value"], high["limit"], high["evidence"]["set_kpa"]) == (338.0, 332.5, 300.0)
    assert told["rules"]["outlet_pressure_high_high"]["median_duration_s"] == 660.0
    assert (events["device_silent"]["muted_by"], high["muted_by"]) == (["planned_job"], [])
    assert _command(field, begin, begin + 8 * HOUR, "--order", "arrival")["events"] == []
    assert alarms(field.connection) == []


def test_other_settings_are_held_against_those_of_today(field: Field) -> None:
    begin = field.now() - 10 * HOUR
    field.pressures(
        *(
            PressureSample(station="ST-1", measured_at=begin + step * MINUTE, outlet_gauge_pressure_kpa=kpa)
            for step, kpa in enumerate([334.0, 328.0] * 30)
        )
    )
    rule = "outlet_pressure_high_high"
    told = _command(field, begin, begin + 2 * HOUR, "--rule", rule, "--set", f"{rule}.deadband_pct=1")
    assert (told["as_set_today"]["rules"][rule]["raised"], told["rules"][rule]["raised"]) == (1, 1)
    changed = ("--set", f"{rule}.deadband_pct@station:ST-1=1", "--set", f"{rule}.off_delay_s=0")
    told = _command(field, begin, begin + 2 * HOUR, "--rule", rule, *changed)
    assert (told["as_set_today"]["rules"][rule]["raised"], told["rules"][rule]["raised"]) == (1, 30)
    assert list(told["rules"]) == [rule]


def _command(field: Field, begin: Instant, end: Instant, *arguments: str) -> Mapping[str, Any]:
    done = _invoked(field, begin, end, "--json", *arguments)
    assert done.exit_code == 0, done.exception
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _invoked(field: Field, begin: Instant, end: Instant, *arguments: str) -> Any:  # noqa: ANN401 -- typer's own
    span = ("--from", moment(begin).isoformat(), "--to", moment(end).isoformat(), "--step-s", "300")
    environment = {"CITYGAS_DATABASE__DSN": field.dsn}
    return CliRunner().invoke(app, ["backtest", *span, *arguments], env=environment)


def test_stored_hours_are_those_that_follow_from_the_readings(field: Field) -> None:
    """What rule tests and labelled cities are judged by is what derive stores."""
    drawn = random.Random(2)
    begin = (field.now() - 30 * HOUR) // HOUR * HOUR
    index = 1000.0
    for step in range(40):
        index = round(index + drawn.choice((0.0, 3.25)), 3)
        at = begin + step * 45 * MINUTE + drawn.randrange(60) * SECOND
        field.readings(
            Reading(device="D-1", measured_at=at, index_m3=index, pressure_kpa=400.0, temperature_degc=15.0)
        )
    derive_pending(field.connection)
    with connect(field.dsn, "test") as connection:
        registry = load_registry(connection)
        parts = [said for _, said in said_in(connection, begin, begin + 40 * HOUR, Order.MEASURED)]
    together = {name: np.concatenate([part.readings[name] for part in parts]) for name in parts[0].readings}
    worked = with_hours(Said(readings=together), registry).hours
    assert worked["interval_start"].size > 25
    for name, column in worked.items():
        found = np.concatenate([part.hours[name] for part in parts])
        np.testing.assert_allclose(found, column, rtol=1e-6, err_msg=name)
