"""Steps between consecutive readings: order, conflicts, exchanges."""

import numpy as np

from alerts.windows.placed import placed
from alerts.windows.registers import registers
from alerts.windows.window import Registers
from telemetry.batch import Columns
from telemetry.model import HOUR, MINUTE
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN

CITY = registry(
    devices=[device(1), device(2), device(3)],
    meters=[meter(1), meter(2), meter(3)],
    installations=[
        installation(1, 1),
        installation(2, 1, BEGIN + 10 * HOUR),
        installation(3, 2),
        installation(3, 3, BEGIN + 5 * HOUR),
    ],
)


def readings(*rows: tuple[int, float, float, bool]) -> Columns:
    """(device_id, hours, index_m3, is_new); each arrives five minutes after it was measured."""
    at = np.array([BEGIN + round(hours * HOUR) for _, hours, _, _ in rows], dtype=np.int64)
    return {
        "device_id": np.array([row[0] for row in rows], dtype=np.int64),
        "measured_at": at,
        "received_at": at + 5 * MINUTE,
        "index_um3": np.array([round(row[2] * 1e6) for row in rows], dtype=np.int64),
        "is_new": np.array([row[3] for row in rows], dtype=np.int64),
    }


def made(rows: Columns) -> Registers:
    return registers(placed(rows, CITY))


def steps(*rows: tuple[int, float, float, bool]) -> list[tuple[str, float, float]]:
    found = made(readings(*rows))
    names = [found.targets[place].id for place in found.target.tolist()]
    before, after = (found.previous_um3 / 1e6).tolist(), (found.index_um3 / 1e6).tolist()
    return list(zip(names, before, after, strict=True))


def test_a_late_reading_makes_two_steps() -> None:
    assert steps((1, 0, 10.0, False), (1, 1, 99.0, True), (1, 2, 12.0, False), (1, 3, 13.0, False)) == [
        ("M-1", 10.0, 99.0),
        ("M-1", 99.0, 12.0),
    ]


def test_nothing_new_makes_no_step() -> None:
    assert steps((1, 0, 10.0, False), (1, 1, 9.0, False)) == []
    assert steps() == []


def test_an_exchange_makes_no_step() -> None:
    assert steps((1, 9, 900.0, True), (1, 10, 3.0, True), (1, 11, 4.0, True)) == [("M-2", 3.0, 4.0)]


def test_before_any_installation_there_is_no_meter() -> None:
    assert steps((1, -2, 10.0, True), (1, -1, 5.0, True), (1, 0, 6.0, True)) == []
    assert steps((9, 1, 10.0, True), (9, 2, 5.0, True)) == []


def test_of_several_at_one_instant_the_first_counts() -> None:
    said = [(1, 0.0, 10.0, False), (1, 1.0, 11.0, True), (1, 1.0, 5.0, True), (1, 2.0, 12.0, True)]
    assert steps(*said) == [("M-1", 10.0, 11.0), ("M-1", 11.0, 12.0)]


def test_a_meter_that_moves_to_another_device_stays_in_the_order_of_time() -> None:
    moved = [(2, 3, 1.0, True), (2, 4, 2.0, True), (3, 6, 2.5, True), (3, 7, 3.0, True)]
    assert steps((1, 1, 5.0, True), (1, 2, 6.0, True), *moved) == [
        ("M-1", 5.0, 6.0),
        ("M-3", 1.0, 2.0),
        ("M-3", 2.5, 3.0),
    ]


def test_age_is_that_of_the_new_end() -> None:
    rows = readings((1, 0, 10.0, True), (1, 1, 5.0, False), (1, 2, 6.0, True))
    rows["received_at"][0] += 3 * HOUR
    found = made(rows)
    assert found.age.tolist() == [3 * HOUR + 5 * MINUTE, 5 * MINUTE]
    assert found.elapsed.tolist() == [HOUR, HOUR]
