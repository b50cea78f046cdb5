"""What the meter that checks another counted, worked out by hand."""

import pytest
from msgspec.structs import replace

from telemetry.model import HOUR
from telemetry.quality import Flag, Quality
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.method import BaseMethod
from telemetry.volumes.readings import Checked, Meanwhile, Statement, Stretch, settled
from telemetry.volumes.terms import terms_table
from tests.unit.volumes.building import START, Note, columns, stretch

FELL: list[Note] = [
    (0, 100, None, 400, 15),
    (60, 104, None, 400, 15),
    (240, 7, None, 400, 15),
    (300, 9, None, 400, 15),
]


def checked(*said: tuple[float, float]) -> Checked:
    """Return the register of a check meter: minutes and m3."""
    notes: list[Note] = [(at, index, None, None, None) for at, index in said]
    register = columns(notes)
    return Checked(register["measured_at"], register["index_um3"], 10**14, 100.0)


def found(notes: list[Note], check: Checked, **stated: object) -> HourlyVolumes:
    stretches: tuple[Stretch, ...] = (replace(stretch(), checked=(check,), **stated),)
    return hourly_volumes(settled(columns(notes)), stretches, terms_table(stretches))


def test_where_the_register_went_back_the_check_meter_tells_when_and_how_much() -> None:
    # It counts 3 m³ an hour until 120, 6 until 180, none after: 3 + 6 + 0 between 60 and 240.
    volumes = found(FELL, checked((0, 50), (120, 56), (180, 62), (240, 62)))
    assert (volumes.volume_um3 / 1e6).tolist() == [4, 3, 6, 0, 2]
    told = slice(1, 4)
    assert set(volumes.method[told].tolist()) == {BaseMethod.CHECK_METER}
    assert set(volumes.quality[told].tolist()) == {Quality.SUBSTITUTED}
    assert ((volumes.flags[told] & Flag.REGISTER_REGRESSION) != 0).all()
    assert volumes.correction_factor[1] == pytest.approx(400 / 101.325 * 293.15 / 288.15)


def test_it_is_read_in_between_to_the_whole_unit() -> None:
    # Of 10 units from 0 to 180 a third has flowed by 60: 3; of 8 from 180 to 300 half by 240: 14, so 11.
    volumes = found(FELL, checked((0, 0), (180, 10e-6), (300, 18e-6)))
    assert volumes.volume_um3[1:4].sum() == 11


@pytest.mark.parametrize(
    "check",
    [
        checked((61, 50), (240, 60)),
        checked((0, 50), (239, 60)),
        checked((-301, 50), (60.1, 55), (240, 60)),
        checked((0, 50), (120, 40), (240, 60)),
        checked((0, 50)),
    ],
)
def test_a_check_meter_that_does_not_tell_both_ends_tells_nothing(check: Checked) -> None:
    volumes = found(FELL, check)
    assert volumes.volume_um3[1:4].tolist() == [0, 0, 0]
    assert set(volumes.quality[1:4].tolist()) == {Quality.MISSING}


def test_it_tells_what_flowed_until_a_meter_was_taken_down_and_around_it_then() -> None:
    stated = {
        "closing": Statement(START + 4 * HOUR, None),
        "meanwhile": Meanwhile(START + 5 * HOUR, used=True),
    }
    volumes = found(FELL[:2], checked((60, 50), (240, 65), (330, 80)), **stated)
    assert (volumes.volume_um3 / 1e6).tolist() == [4, 5, 5, 5, 10]
    assert volumes.flags[1:].tolist() == [
        Flag.PRESSURE_UNUSABLE | Flag.TEMPERATURE_UNUSABLE | why
        for why in (*[Flag.NO_FINAL_INDEX] * 3, Flag.GAS_USED_MEANWHILE)
    ]
    none = stated | {"meanwhile": Meanwhile(START + 5 * HOUR, used=False)}
    assert found(FELL[:2], checked((60, 50), (240, 65), (330, 80)), **none).volume_um3[4] == 0


def test_where_the_register_tells_the_check_meter_does_not() -> None:
    volumes = found(FELL[:2], checked((0, 50), (60, 99)))
    assert (volumes.volume_um3.tolist(), volumes.method.tolist()) == ([4_000_000], [BaseMethod.PT])
