"""Four real meters, their whole history: every alarm that rings is explained in docs/alarm-quality.md."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
import pytest

from alerts.alarm import Alarm, Change
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.habits.calendar import weeks_back
from alerts.habits.history import history
from alerts.habits.line import line
from alerts.lifecycle import State
from alerts.windows.hours import hours
from alerts.windows.meter_states import meter_states
from alerts.windows.placed import placed
from alerts.windows.registers import registers
from alerts.windows.window import Window
from telemetry.batch import NULL, Columns
from telemetry.model import DAY, Instant
from telemetry.registry import Registry
from telemetry.volumes.method import BaseMethod
from tests.acceptance.test_real_meters import DATA, METERS, hourly, readings
from tests.unit.alerts.registries import device, installation, meter, registry

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real meters are not in ../shared/data"),
]

QMAX_M3H: Final = {"02": 40.0, "06": 16.0, "011": 40.0, "016": 16.0}
"""The next usual size above each meter's largest hour: the data do not say."""

FOUND: Final = {
    ("02", "consumption_swing"): 2,
    ("06", "consumption_swing"): 2,
    ("011", "consumption_swing"): 2,
    ("016", "consumption_swing"): 5,
    ("02", "flow_under_range"): 2,
    ("011", "flow_under_range"): 3,
    ("016", "flow_under_range"): 3,
    ("016", "register_regression"): 1,
}
"""How often each rule rings; docs/alarm-quality.md says of each why."""


def city() -> Registry:
    numbers = range(1, len(METERS) + 1)
    return registry(
        devices=[device(one) for one in numbers],
        meters=[meter(one, type="vortex", qmax_m3h=QMAX_M3H[METERS[one - 1]], digits=8) for one in numbers],
        installations=[installation(one, one, 0) for one in numbers],
    )


def volumes(number: int) -> Columns:
    """Return a meter's hourly volumes as the store keeps them."""
    found = hourly(METERS[number - 1])
    size = found.interval_start.size
    return {
        "meter_id": np.full(size, number),
        "interval_start": found.interval_start,
        **{
            name: getattr(found, name)
            for name in (
                "volume_um3",
                "base_volume_um3",
                "device_base_volume_um3",
                "pressure_pa",
                "temperature_k",
                "correction_factor",
                "quality",
                "flags",
            )
        },
        "coverage": found.coverage.astype(np.float64),
        "corrected": (found.method == BaseMethod.PTZ).astype(np.int64),
    }


def over_hours(known: Registry) -> Iterator[Change]:
    """Judge all four once a day, as one zone; what returns is acknowledged at once."""
    columns = [volumes(number) for number in range(1, len(METERS) + 1)]
    starts = [one["interval_start"] for one in columns]
    rules = [rule for rule in catalogue().values() if rule.name in OVER_HOURS]
    zones = dict.fromkeys(range(1, len(METERS) + 1), "Asia/Shanghai")
    alarms: dict[tuple[str, object], Alarm] = {}
    for now in range(min(int(one[0]) for one in starts) + DAY, max(int(one[-1]) for one in starts), DAY):
        spans = [slice(*np.searchsorted(one, (now - weeks_back(now) * 7 * DAY, now))) for one in starts]
        rows = {
            name: np.concatenate([one[name][span] for one, span in zip(columns, spans, strict=True)])
            for name in columns[0]
        }
        past = history(rows, zones)
        ages: dict[int, Instant] = dict(zip(past.meters.tolist(), (now - past.ends).tolist(), strict=True))
        shared = line(past, now)
        lines = dict.fromkeys(past.meters.tolist(), (shared, shared))
        ends = dict(zip(past.meters.tolist(), past.ends.tolist(), strict=True))
        new = {meter: (end - DAY, end) for meter, end in ends.items()}
        window = Window(hours=hours(past, new, ages, {}, known, lines))
        for change in evaluate(rules, window, alarms.values(), now):
            key = change.alarm.rule, change.alarm.target
            alarms[key] = change.alarm
            if change.alarm.state in (State.NORMAL, State.RETURNED):
                del alarms[key]
            yield change


OVER_HOURS: Final = frozenset(
    {
        "night_leak",
        "register_stuck",
        "flow_over_range",
        "flow_under_range",
        "corrector_mismatch",
        "sensor_frozen",
        "sensor_drift",
        "consumption_swing",
    }
)


def over_readings(known: Registry, number: int) -> list[Change]:
    """Judge one meter's readings, each as if it had arrived when it was measured."""
    said = readings(METERS[number - 1])
    rows = {name: column[np.argsort(said["measured_at"], kind="stable")] for name, column in said.items()}
    size = rows["index_um3"].size
    rows |= dict.fromkeys(("battery_v", "battery_pct"), np.full(size, np.nan))
    rows |= dict.fromkeys(
        ("mechanical_index_um3", "disturbed_index_um3", "base_disturbed_index_um3"), np.full(size, NULL)
    )
    rows |= {
        "device_id": np.full(size, number),
        "received_at": rows["measured_at"],
        "is_new": np.ones(size, dtype=np.bool_),
        "valve": np.full(size, -1),
        "meter_bypass_valve": np.full(size, -1),
        "told": np.zeros(size, dtype=np.int64),
    }
    put = placed(rows, known)
    window = Window(registers=registers(put), meters=meter_states(put, known))
    rules = [rule for rule in catalogue().values() if rule.name not in OVER_HOURS]
    return evaluate(rules, window, [], int(rows["measured_at"][-1]) + DAY)


@cache
def rung() -> Counter[tuple[str, str]]:
    known = city()
    changes = [*over_hours(known), *(one for number in range(1, 5) for one in over_readings(known, number))]
    return Counter(
        (METERS[int(change.alarm.target.id[2:]) - 1], change.alarm.rule)
        for change in changes
        for event in change.events
        if event.after is State.ACTIVE
    )


def test_every_alarm_is_one_that_the_documentation_explains() -> None:
    assert dict(rung()) == FOUND


def test_the_exchange_in_016_is_found_and_nothing_rings_for_gaps_and_displayed_spikes() -> None:
    found = rung()
    assert found["016", "register_regression"] == 1
    assert not {rule for _, rule in found} & {
        "register_jump",
        "flow_over_range",
        "night_leak",
        "register_stuck",
    }
