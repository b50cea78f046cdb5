"""Hourly volumes of many meters side by side: what patterns are learned from and rules look back on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from alerts.habits.calendar import WEEKS, local_calendar, weeks_back
from telemetry.batch import NULL, UM3_PER_M3, Columns
from telemetry.model import HOUR, Booleans, Floats, Instant, Integers
from telemetry.quality import Quality

HOURS: Final = WEEKS * 7 * 24
"""How far back evidences look, and a meter's own pattern is learned where there were no holidays."""

BY_PTZ: Final = 1
BY_PT: Final = 2
"""How the platform corrected an hour that can be held against the device's."""

_WHOLE: Final = 0.999  # of an hour between readings; what is stored is a float4


@dataclass(frozen=True)
class History:
    """Six weeks and more of some meters, oldest hour first; the last column is the newest whole hour.

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

    def of(self, rows: Sequence[int] | Integers) -> "History":
        """Return some of the meters."""
        chosen = np.asarray(rows, dtype=np.int64)
        return History(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})

    @property
    def hours(self) -> int:
        """How many there are of each meter."""
        return int(self.volume_m3.shape[1])

    def newest(self, hours: int) -> "History":
        """Return the newest hours alone."""
        parts = {one.name: getattr(self, one.name) for one in fields(self)}
        return History(
            **{name: part[..., -hours:] if part.ndim > 1 else part for name, part in parts.items()}
        )


def history(rows: Columns, zones: Mapping[int, str], until: Mapping[int, Instant] | None = None) -> History:
    """Lay hourly volumes side by side, up to each meter's newest whole hour that ends by ``until``.

    They go back as far as `weeks_back` says of the newest of all; what was not read is not known.

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
    kept = np.flatnonzero(whole)
    meters, place = np.unique(rows["meter_id"][kept], return_inverse=True)
    begin = rows["interval_start"][kept]
    newest = np.zeros(meters.size, dtype=np.int64)
    np.maximum.at(newest, place, begin)
    hours = weeks_back(int(newest.max(initial=0))) * 7 * 24
    column = hours - 1 - (newest[place] - begin) // HOUR
    inside = column >= 0
    grid = _Grid(rows, kept[inside], (place * hours + column)[inside], (meters.size, hours))
    return grid.history(meters, newest, zones)


class _Grid:
    """Some rows of columns laid into a matrix of meters and hours, each into its cell."""

    def __init__(self, rows: Columns, chosen: Integers, cells: Integers, shape: tuple[int, int]) -> None:
        self._rows = rows
        self._chosen = chosen
        self._cells = cells
        self._shape = shape

    def history(self, meters: Integers, newest: Integers, zones: Mapping[int, str]) -> History:
        quality = self._whole("quality", Quality.MISSING)
        corrected = self._whole("corrected", 0)
        hours = self._shape[1]
        calendar = [
            local_calendar(zones[meter], end, hours)
            for meter, end in zip(meters.tolist(), newest.tolist(), strict=True)
        ]
        local_hour, day, day_type = (
            np.array(calendar, dtype=np.int64).reshape(-1, 3, hours).transpose(1, 0, 2)
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
            corrected=(corrected > 0) & (quality == Quality.MEASURED),
            by_z=corrected == BY_PTZ,
            local_hour=local_hour,
            day=day,
            day_type=day_type,
        )

    def _volume(self, name: str) -> Floats:
        stored = self._rows[name][self._chosen]
        return self._laid(np.where(stored != NULL, stored / UM3_PER_M3, np.nan))

    def _float(self, name: str) -> Floats:
        return self._laid(self._rows[name][self._chosen])

    def _whole(self, name: str, nothing: int) -> Integers:
        laid = np.full(self._shape, nothing, dtype=np.int64)
        laid.reshape(-1)[self._cells] = self._rows[name][self._chosen]
        return laid

    def _laid(self, values: Floats) -> Floats:
        laid = np.full(self._shape, np.nan, dtype=np.float64)
        laid.reshape(-1)[self._cells] = values
        return laid
