"""Columns of the labelled city beside those that the platform makes of the same statements."""

import numpy as np
import pytest

from simulators.days import midnight
from simulators.labelled.city import LabelledCity, labelled_city
from telemetry.batch import NULL, PRESSURE, READING, pressure_columns, reading_columns
from telemetry.model import PressureSample, Reading, SlamShut, Stream, Switch, Valve


@pytest.fixture(scope="module")
def city() -> LabelledCity:
    return labelled_city(3, meters=20, stations=8, days=10, begin=midnight(20_150))


def said(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def whole(value: int) -> int | None:
    return None if value == NULL else int(value)


@pytest.mark.parametrize("kind", ["EVC", "ICM", "GM"])
def test_a_reading_is_the_row_that_its_decoded_message_makes(city: LabelledCity, kind: str) -> None:
    number = next(n for n, device in enumerate(city.devices) if device.startswith(kind))
    readings = city.readings
    row = int(np.flatnonzero(readings["device"] == number)[40])
    value = {name: readings[name][row] for name in READING}

    def register(name: str) -> float | None:
        return None if value[name] == NULL else float(value[name]) / 1e6

    made = reading_columns(
        [
            Reading(
                device=city.devices[number],
                measured_at=int(value["measured_at"]),
                index_m3=register("index_um3"),
                base_index_m3=register("base_index_um3"),
                mechanical_index_m3=register("mechanical_index_um3"),
                disturbed_index_m3=register("disturbed_index_um3"),
                base_disturbed_index_m3=register("base_disturbed_index_um3"),
                pressure_kpa=said(round(value["pressure_pa"] / 1000, 3)),
                gauge_pressure_kpa=said(round(value["gauge_pressure_pa"] / 1000, 3)),
                temperature_degc=said(round(value["temperature_k"] - 273.15, 2)),
                flow_m3h=said(value["flow_m3h"]),
                base_flow_m3h=said(value["base_flow_m3h"]),
                battery_v=said(value["battery_v"]),
                battery_pct=said(value["battery_pct"]),
                valve=None if value["valve"] == NULL else Valve(int(value["valve"])),
                meter_bypass_valve=None
                if value["meter_bypass_valve"] == NULL
                else Switch(int(value["meter_bypass_valve"])),
                seq=whole(value["seq"]),
                flags=int(value["flags"]),
            )
        ]
    )
    for name, column in made.items():
        np.testing.assert_array_equal(column, readings[name][row : row + 1], err_msg=name)


def test_two_streams_make_three_rows_that_go_together(city: LabelledCity) -> None:
    columns = city.pressures(0)
    rows = slice(30, 33)
    assert np.unique(columns["measured_at"][rows]).size == 1
    assert np.unique(columns["content_hash"][rows]).size == 1
    assert columns["stream"][rows].tolist() == [Stream.SINGLE, Stream.A, Stream.B]
    value = {name: columns[name][31] for name in PRESSURE}
    made = pressure_columns(
        [
            PressureSample(
                station=city.stations[0],
                measured_at=int(value["measured_at"]),
                stream=Stream.A,
                filter_differential_kpa=round(value["filter_differential_pa"] / 1000, 2),
                flow_m3h=float(value["flow_m3h"]),
                slam_shut=SlamShut(int(value["slam_shut"])),
            )
        ],
        np.zeros(1, np.int64),
    )
    for name in PRESSURE:
        np.testing.assert_array_equal(made[name], columns[name][31:32], err_msg=name)
