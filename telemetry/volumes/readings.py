"""Readings as the volumes are worked out of: stretches of one installation, settled and in order of time."""

from typing import Final

import msgspec
import numpy as np

from telemetry.batch import NULL, Columns
from telemetry.model import Booleans, Floats, Instant, Integers
from telemetry.ptz.spec import CorrectionSpec
from telemetry.quality import DEVICE_BITS, Flag
from telemetry.registry import FOREVER, CorrectorFailureRule
from telemetry.volumes.evidence import Edit, HandRead
from telemetry.volumes.sensor_range import ANY, SensorRange

RECALLING: Final = ("previous_mean", "check_meter")
"""The rules for a corrector at fault that ask for the mean of good steps before."""


class Terms(msgspec.Struct, frozen=True):
    """How one meter's readings are corrected from an instant on, until the next terms begin.

    ``failure_rule`` is what the contract lets stand in first for a corrector at fault.
    """

    start: Instant
    spec: CorrectionSpec
    atmosphere_pa: float
    gas_quality_from: Instant | None = None
    failure_rule: CorrectorFailureRule | None = None


class Statement(msgspec.Struct, frozen=True):
    """What the registers stood at when a meter was put up or taken down, as its installation says.

    Without an index it says only when that was.
    """

    at: Instant
    index_um3: int | None
    base_index_um3: int | None = None

    @property
    def told(self) -> bool:
        """Say whether it states any register."""
        return self.index_um3 is not None or self.base_index_um3 is not None


class Meanwhile(msgspec.Struct, frozen=True):
    """Whether gas was used from the end of an installation until the next one, as that states."""

    until: Instant
    used: bool


class Load(msgspec.Struct, frozen=True):
    """What equipment uses on the mean of a day, at base conditions, from a date to another."""

    start: Instant
    end: Instant
    base_m3h: float


class Twins(msgspec.Struct, frozen=True, eq=False):
    """What the twins of one meter measured, in order of time; NaN is not measured.

    ``in_series`` says of each whether the registry has the one meter check the other, so that all gas
    passes both.
    """

    at: Integers
    pressure_pa: Floats
    gauge_pressure_pa: Floats
    temperature_k: Floats
    in_series: Booleans


class Checked(msgspec.Struct, frozen=True, eq=False):
    """The register of the meter that checks one, in order of time, and what limits it."""

    at: Integers
    index_um3: Integers
    range_um3: int
    qmax_m3h: float


class Stretch(msgspec.Struct, frozen=True):
    """The readings of one installation, of which the hours of one span are wanted.

    ``terms`` are in order of time and the first of them holds at the first reading.
    ``usual_factor`` are the lowest and highest correction factor that are believed of the meter, and
    ``pressure_range_pa`` the lowest and highest absolute pressure that are believed of its sensor.
    ``opening`` and ``closing`` are what is stated of an exchange at either end of it.
    ``meter_mpe`` is the largest permissible error of the meter, as a share; ``time_zone`` its site's.
    ``meanwhile`` is what is stated of the time after it, ``loads`` what could have been used, ``twins`` what
    others measured of the same gas, ``checked`` the registers of meters that check this one.
    """

    meter_id: int
    first_hour: Instant
    end_hour: Instant
    range_um3: int
    base_range_um3: int
    qmax_m3h: float
    usual_factor: tuple[float, float]
    terms: tuple[Terms, ...]
    valid_from: Instant = 0
    until: Instant = FOREVER
    opening: Statement | None = None
    closing: Statement | None = None
    hand_reads: tuple[HandRead, ...] = ()
    edits: tuple[Edit, ...] = ()
    meter_mpe: float = 0.01
    time_zone: str = "UTC"
    meanwhile: Meanwhile | None = None
    loads: tuple[Load, ...] = ()
    twins: Twins | None = None
    checked: tuple[Checked, ...] = ()
    pressure_range_pa: SensorRange = ANY


class Readings(msgspec.Struct, frozen=True, eq=False):
    """Columns in order of stretch and time, one reading an instant; ``stretch`` is a position.

    ``opens`` says which of them no device sent: what a register stood at when its meter was put up.
    The disturbed registers are of what the device counted while its corrector was at fault;
    ``mechanical_index_um3`` is what the meter's own register shows, ``flow_m3h`` what the device displays.
    """

    stretch: Integers
    measured_at: Integers
    index_um3: Integers
    base_index_um3: Integers
    pressure_pa: Floats
    gauge_pressure_pa: Floats
    temperature_k: Floats
    disturbed_index_um3: Integers
    base_disturbed_index_um3: Integers
    mechanical_index_um3: Integers
    flow_m3h: Floats
    flags: Integers
    opens: Booleans

    @property
    def joined(self) -> Booleans:
        """Say of each reading but the last whether the next is of the same stretch."""
        same: Booleans = self.stretch[1:] == self.stretch[:-1]
        return same

    def span_of(self, stretch: int) -> slice:
        """Return where the readings of one stretch stand."""
        first, end = np.searchsorted(self.stretch, (stretch, stretch + 1)).tolist()
        return slice(first, end)


def settled(columns: Columns) -> Readings:
    """Return readings that came in any order, repeated and contradicting each other, as `Readings`.

    Of several at one instant the one of the highest ``seq`` counts, then that of the highest
    content hash, so that arrival decides nothing; the one that counts is flagged.
    """
    counting = _counting(columns)
    rows = {name: column[counting] for name, column in columns.items()}
    order = np.lexsort((rows["content_hash"], rows["seq"], rows["measured_at"], rows["stretch"]))
    rows = {name: column[order] for name, column in rows.items()}
    again = _same_as_next(rows, "stretch", "measured_at")
    conflict = again & ~_same_as_next(rows, "content_hash")
    # Our own flags partly tell of the arrival, which no volume depends on.
    flags = rows["flags"] & DEVICE_BITS
    # Those of one instant stand together, the one that counts last: hand the flag on to it.
    for row in np.flatnonzero(conflict).tolist():
        flags[row + 1] |= Flag.CONFLICT
    for row in np.flatnonzero(again).tolist():
        flags[row + 1] |= flags[row] & Flag.CONFLICT
    last = ~again
    return Readings(
        flags=flags[last],
        opens=np.zeros(np.count_nonzero(last), np.bool_),
        **{name: rows[name][last] for name in Readings.__struct_fields__ if name not in ("flags", "opens")},
    )


def _counting(columns: Columns) -> Booleans:
    """Say which readings count: those of the register, and before and after all these of the base register.

    Between two readings of the register it says more than the base register alone.
    """
    told: Booleans = columns["index_um3"] != NULL
    alone = ~told & (columns["base_index_um3"] != NULL)
    if not alone.any():
        return told
    at, stretch = columns["measured_at"], columns["stretch"]
    first = np.full(int(stretch.max()) + 1, np.iinfo(np.int64).max)
    last = np.full(len(first), np.iinfo(np.int64).min)
    np.minimum.at(first, stretch[told], at[told])
    np.maximum.at(last, stretch[told], at[told])
    alone &= (at < first[stretch]) | (at > last[stretch])
    counting: Booleans = told | alone
    return counting


def _same_as_next(rows: Columns, *names: str) -> Booleans:
    """Say of each row whether the next has the same values; of the last, that it has not."""
    same = np.zeros(len(rows[names[0]]), np.bool_)
    if len(same):
        same[:-1] = np.logical_and.reduce([rows[name][1:] == rows[name][:-1] for name in names])
    return same
