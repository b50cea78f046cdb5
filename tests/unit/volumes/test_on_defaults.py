"""A corrector on default values: what it says of p, T and base volume is none of the gas."""

import numpy as np
from msgspec.structs import replace

from telemetry.batch import Columns
from telemetry.quality import Flag, Quality
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Terms, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import PT, PTZ, columns, stretch

# 10 m³ an hour at C 2, of which the device makes C 4 while it is on default values (2:00 to 4:00).
NOTES = [
    (0, 0, 0, 202.65, 20),
    (60, 10, 20, 202.65, 20),
    (120, 20, 40, 405.3, 20),
    (180, 30, 80, 405.3, 20),
    (240, 40, 120, 405.3, 20),
    (300, 50, 140, 202.65, 20),
]


def said() -> Columns:
    flags = np.where(np.isin(np.arange(6), (2, 3, 4)), Flag.ON_DEFAULT_VALUES, 0)
    return columns(NOTES) | {"flags": flags.astype(np.int64)}


def hourly(terms: Terms) -> HourlyVolumes:
    stretches = (stretch(terms),)
    return hourly_volumes(settled(said()), stretches, terms_table(stretches))


def test_the_last_good_state_stands_in_and_the_one_good_end_where_there_is_one() -> None:
    found = hourly(Terms(0, PT, 101_325.0))
    assert found.base_volume_um3.tolist() == [20_000_000] * 5
    assert found.quality.tolist() == [Quality.MEASURED] + [Quality.SUBSTITUTED] * 4
    assert found.method[2:4].tolist() == [BaseMethod.LAST_GOOD] * 2
    assert found.flags[2] & Flag.ON_DEFAULT_VALUES


def test_the_contract_may_want_its_fixed_values_first() -> None:
    # 151.9875 kPa is C 1.5; where one end is good, that one stands for both.
    fixed = replace(PT, fixed_pressure_pa=151_987.5, fixed_temperature_k=293.15)
    found = hourly(Terms(0, fixed, 101_325.0, failure_rule="fixed"))
    assert found.base_volume_um3.tolist() == [20_000_000, 20_000_000, 15_000_000, 15_000_000, 20_000_000]
    assert found.method[2:4].tolist() == [BaseMethod.FIXED] * 2
    later = hourly(Terms(0, fixed, 101_325.0))
    assert later.base_volume_um3.tolist() == [20_000_000] * 5


def test_a_contract_for_the_device_bills_no_defaults_of_it() -> None:
    gas_unknown = replace(PTZ, mode="device", gas=None)
    found = hourly(Terms(0, gas_unknown, 101_325.0))
    assert found.base_volume_um3.tolist() == [20_000_000] * 5
    assert found.device_base_volume_um3.tolist() == [
        20_000_000,
        20_000_000,
        40_000_000,
        40_000_000,
        20_000_000,
    ]
    assert found.method[0] == BaseMethod.DEVICE
    assert set(found.quality[1:].tolist()) == {Quality.SUBSTITUTED}
