"""Hourly volumes of many meters side by side: what patterns are learned from and rules look back on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from telemetry.batch import NULL, UM3_PER_M3, Columns
from telemetry.model import HOUR, Booleans, Floats, Instant, Integers
from telemetry.quality import Quality

WEEKS: Final = 6
HOURS: Final = WEEKS * 7 * 24
"""How far back a meter's own pattern is learned."""

BY_PTZ: Final = 1
BY_PT: Final = 2
"""How the platform corrected an hour that can be held against the device's."""

_WHOLE: Final = 0.999  # of an hour between readings; what is stored is a float4


@dataclass(frozen=True)
class History:
    """The last six weeks of some meters, oldest hour first; the last column is the newest whole hour.

    Attributes
    ----------
    meters : (m,)
        Their numbers.
    ends : (m,) [Instant]
        Where the newest whole hour ends.
    volume_m3, base_m3, device_base_m3, factor : (m, h)
        Metering volume, the platform's and the device's base volume, and the platform's C; NaN where nothing
        whole was read.
    pressure_pa, temperature_k : (m, h)
        Of the gas, NaN where nobody measured it.
    good : (m, h)
        Whole hours whose volume was read, not spread over a gap nor edited.
    estimated : (m, h)
        Hours of a gap whose volume is a guess.
    flags : (m, h)
        What derive says of the hour.
    corrected : (m, h)
        The platform's C can be held against the device's.
    by_z : (m, h)
        It takes account of compressibility.
    local_hour, day, day_type : (m, h)
        Hour of the day at the site, the local day's number, and 0 Monday to Friday, 1 Saturday, 2 Sunday,
        3 a public holiday.
    """

    meters: Integers
    ends: Integers
    volume_m3: Floats
    base_m3: Floats
    device_base_m3: Floats
    factor: Floats
    pressure_pa: Floats
    temperature_k: Floats
    good: Booleans
    estimated: Booleans
    flags: Integers
    corrected: Booleans
    by_z: Booleans
    local_hour: Integers
    day: Integers
    day_type: Integers

    def of(self, rows: Sequence[int]) -> "History":
        """Return some of the meters."""
        chosen = np.array(rows, dtype=np.int64)
        return History(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})


def history(rows: Columns, zones: Mapping[int, str], until: Mapping[int, Instant] | None = None) -> History:
    """Lay hourly volumes side by side, up to each meter's newest whole hour that ends by ``until``.

    Parameters
    ----------
    rows : columns
        ``meter_id``, ``interval_start``, ``volume_um3``, ``base_volume_um3``, ``device_base_volume_um3``,
        ``pressure_pa``, ``temperature_k``, ``correction_factor``, ``coverage``, ``quality``, ``flags``,
        ``corrected`` (0 not to be held against the device, `BY_PTZ`, `BY_PT`), in any order.
    zones : mapping
        The time zone of each meter's site.
    until : mapping or None
        By when the newest hour must have ended; the newest of all where None.
    """
    whole = rows["coverage"] >= _WHOLE
    if until is not None:
        names, place = np.unique(rows["meter_id"], return_inverse=True)
        limits = np.array([until.get(meter, 0) for meter in names.tolist()], dtype=np.int64)
        whole &= rows["interval_start"] + HOUR <= limits[place]
    kept = {name: column[whole] for name, column in rows.items()}
    meters, place = np.unique(kept["meter_id"], return_inverse=True)
    newest = np.zeros(meters.size, dtype=np.int64)
    np.maximum.at(newest, place, kept["interval_start"])
    column = HOURS - 1 - (newest[place] - kept["interval_start"]) // HOUR
    inside = column >= 0
    return _Grid(kept, place, column, inside, (meters.size, HOURS)).history(meters, newest, zones)


class _Grid:
    """Columns of rows laid into a matrix of meters and hours."""

    def __init__(
        self, rows: Columns, place: Integers, column: Integers, inside: Booleans, shape: tuple[int, int]
    ) -> None:
        self._rows = {name: values[inside] for name, values in rows.items()}
        self._at = place[inside], column[inside]
        self._shape = shape

    def history(self, meters: Integers, newest: Integers, zones: Mapping[int, str]) -> History:
        quality = self._whole("quality", Quality.MISSING)
        calendar = [
            _calendar(zones[meter], end) for meter, end in zip(meters.tolist(), newest.tolist(), strict=True)
        ]
        local_hour, day, day_type = (
            np.array(calendar, dtype=np.int64).reshape(-1, 3, HOURS).transpose(1, 0, 2)
        )
        return History(
            meters=meters,
            ends=newest + HOUR,
            volume_m3=self._volume("volume_um3"),
            base_m3=self._volume("base_volume_um3"),
            device_base_m3=self._volume("device_base_volume_um3"),
            factor=self._float("correction_factor"),
            pressure_pa=np.where(quality <= Quality.INTERPOLATED, self._float("pressure_pa"), np.nan),
            temperature_k=np.where(quality <= Quality.INTERPOLATED, self._float("temperature_k"), np.nan),
            good=(quality == Quality.MEASURED) | (quality == Quality.SUBSTITUTED),
            estimated=quality == Quality.ESTIMATED,
            flags=self._whole("flags", 0),
            corrected=(self._whole("corrected", 0) > 0) & (quality == Quality.MEASURED),
            by_z=self._whole("corrected", 0) == BY_PTZ,
            local_hour=local_hour,
            day=day,
            day_type=day_type,
        )

    def _volume(self, name: str) -> Floats:
        known = self._rows[name] != NULL
        return self._laid(np.where(known, self._rows[name] / UM3_PER_M3, np.nan), np.nan)

    def _float(self, name: str) -> Floats:
        return self._laid(self._rows[name], np.nan)

    def _whole(self, name: str, nothing: int) -> Integers:
        laid = np.full(self._shape, nothing, dtype=np.int64)
        laid[self._at] = self._rows[name]
        return laid

    def _laid(self, values: Floats, nothing: float) -> Floats:
        laid = np.full(self._shape, nothing, dtype=np.float64)
        laid[self._at] = values
        return laid


@lru_cache(maxsize=512)
def _calendar(zone: str, newest: Instant) -> Integers:
    """Return local hour, day number and day type of the hours up to one: (3, h)."""
    days = [_local(zone, newest - back * HOUR) for back in range(HOURS - 1, -1, -1)]
    return np.array(days, dtype=np.int64).T


@lru_cache(maxsize=1 << 17)
def _local(zone: str, start: Instant) -> tuple[int, int, int]:
    when = datetime.fromtimestamp(start // 1_000_000, UTC).astimezone(_zone(zone))
    number = when.toordinal()
    return when.hour, number, _day_type(number)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1 << 14)
def _day_type(number: int) -> int:
    day = date.fromordinal(number)
    if is_holiday(day):
        return HOLIDAY
    return max(day.weekday() - 4, 0)


SUNDAY: Final = 2
HOLIDAY: Final = 3
_SPRING_FESTIVAL: Final = {
    2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10),
    2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
}  # fmt: skip
_FIXED: Final = frozenset({(1, 1), (5, 1), (5, 2), (5, 3), *((10, day) for day in range(1, 8))})
_BEFORE, _AFTER = 4, 15


def is_holiday(day: date) -> bool:
    """Tell whether much is shut in China: New Year, Labour Day, National Day, around Spring Festival.

    From memory of the calendar, unverified against each year's decree; what is learned from a meter
    itself counts more.
    """
    if (day.month, day.day) in _FIXED:
        return True
    month, first = _SPRING_FESTIVAL.get(day.year, (0, 0))
    if not month:
        return False
    apart = day.toordinal() - date(day.year, month, first).toordinal()
    return -_BEFORE <= apart <= _AFTER
