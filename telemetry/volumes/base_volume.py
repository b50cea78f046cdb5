"""Base volume of each step: its volume times C, or what stands in for that, and how good it is."""

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from telemetry.batch import NULL
from telemetry.model import Booleans, Floats, Integers
from telemetry.ptz.correct import correct_each
from telemetry.ptz.spec import CorrectionSpec, Mode
from telemetry.quality import Flag, Quality
from telemetry.volumes.by_length import quality_by_length
from telemetry.volumes.elsewhere import plausible
from telemetry.volumes.method import INTERPOLATED_AT_MOST, MEASURED_AT_MOST, METHOD_OF_MODE, BaseMethod
from telemetry.volumes.own_correction import mismatches
from telemetry.volumes.previous_mean import previous_means
from telemetry.volumes.steps import REGISTER, Edited, Steps
from telemetry.volumes.terms import TermsTable

BELIEVED_BEYOND_ENDS: Final = 2.0
"""Between two ends C is believed up to this many times what it was there."""

_ESTIMATES: Final = (BaseMethod.WEEKDAY_PROFILE, BaseMethod.DESIGN_LOAD)


class BaseVolumes(msgspec.Struct, frozen=True, eq=False):
    """What each step comes to at base conditions, and the state and factor it was worked out with.

    ``replaced_um3`` is what of the base volume stands in for what a corrector at fault counted, and
    ``replaced_by`` the method of that; `NULL` where nothing does.
    """

    base_volume_um3: Integers
    pressure_pa: Floats
    temperature_k: Floats
    factor: Floats
    z_ratio: Floats
    method: Integers
    quality: Integers
    flags: Integers
    replaced_um3: Integers
    replaced_by: Integers


def base_volumes(steps: Steps, among: Steps, usual_factor: Floats, table: TermsTable) -> BaseVolumes:
    """Return the base volume of each step by the first way that has an answer for it.

    ``among`` are all steps there are, for what stands in from others; ``usual_factor`` (stretches, 2)
    bounds the correction factors believed of each meter.
    """
    draft = _Draft(steps, among, table)
    draft.take_given()
    draft.bill_device()
    draft.believe_register(usual_factor[steps.stretch])
    for way in (
        draft.fixed_first,
        draft.previous_mean,
        draft.twin,
        draft.last_good,
        draft.fixed,
        draft.without_z,
        draft.uncorrected,
    ):
        if not draft.open.any():
            break
        way()
    draft.take_alone()
    return draft.result()


class _Draft:
    """The columns of `BaseVolumes` while one way after another fills in what is still open."""

    def __init__(self, steps: Steps, among: Steps, table: TermsTable) -> None:
        """Correct each step by its contract with p and T of its own ends."""
        self._steps, self._specs, self._which = steps, table.specs, table.spec[steps.terms]
        self._among = among
        self._fixed_first, self._mean_first = table.fixed_first[steps.terms], table.mean_first[steps.terms]
        self._flowing = steps.volume_um3 > 0
        self._base = np.full(len(self._which), NULL)
        self._pressure = steps.pressure_pa.mean.copy()
        self._temperature = steps.temperature_k.mean.copy()
        self._method = self._of_spec(lambda spec: METHOD_OF_MODE[spec.mode])
        self._quality = quality_by_length(steps)
        found = correct_each(self._specs, self._which, self._pressure, self._temperature)
        self._factor, self._z_ratio = found.factor.copy(), found.z_ratio.copy()
        self._flags = steps.flags | found.flags
        self._flag_ends()
        own = self._of_spec(lambda spec: spec.mode in (Mode.PTZ, Mode.DEVICE)) != 0
        self._flags[own & mismatches(steps, self._factor)] |= Flag.CORRECTOR_MISMATCH

    @property
    def open(self) -> Booleans:
        """Which steps have volume and nothing yet that turns it into base volume."""
        unsettled: Booleans = self._flowing & (self._base == NULL) & np.isnan(self._factor)
        return unsettled

    def take_given(self) -> None:
        """Take the base volume that an edit or design load gives; what an edit has a say in says so."""
        steps = self._steps
        given = steps.base_given_um3 != NULL
        self._base[given] = steps.base_given_um3[given]
        flowing = given & self._flowing
        self._factor[flowing] = steps.base_given_um3[flowing] / steps.volume_um3[flowing]
        self._z_ratio[given] = np.nan
        self._worsen(steps.basis == BaseMethod.CHECK_METER, Quality.SUBSTITUTED)
        self._worsen(np.isin(steps.basis, _ESTIMATES), Quality.ESTIMATED)
        self._worsen(steps.edited != Edited.NOT, Quality.EDITED)

    @property
    def _replaced(self) -> Booleans:
        """Where an edit's state or volume, or nothing yet, stands for what the device has to say."""
        replaced: Booleans = (self._steps.edited >= Edited.STATE) | self._on_defaults
        return replaced

    @property
    def _on_defaults(self) -> Booleans:
        """Where the device corrected with default values, at least at one end."""
        flagged: Booleans = (self._steps.flags & Flag.ON_DEFAULT_VALUES) != 0
        return flagged

    @property
    def _of_device(self) -> Booleans:
        """Where the contract bills the device's base register."""
        device: Booleans = self._of_spec(lambda spec: spec.mode == Mode.DEVICE) != 0
        return device

    @property
    def _volume_unknown(self) -> Booleans:
        """Where the register went back, or counted nothing of what others say had flowed."""
        told = (self._flags & (Flag.REGISTER_JUMP | Flag.DISTURBED_VOLUME)) != 0
        told &= ((self._flags & Flag.INDEX_MISMATCH) != 0) & (self._steps.volume_um3 == 0)
        unknown: Booleans = told & (self._steps.disturbed_um3 <= 0)
        unknown |= (self._flags & Flag.REGISTER_REGRESSION) != 0
        unknown &= self._steps.basis != BaseMethod.CHECK_METER
        unknown |= self._steps.basis == BaseMethod.UNMETERED
        return unknown

    def bill_device(self) -> None:
        """Take the device's base register where the contract bills it; the platform's C stands beside it."""
        device = self._of_device & ~self._replaced & ~self._steps.by_base
        register = self._steps.base_register_um3
        billed = device & (register != NULL)
        self._base[billed] = register[billed]
        self._method[billed] = BaseMethod.DEVICE
        self._worsen(device & ~billed, Quality.SUBSTITUTED)
        unknown = self._volume_unknown & (self._steps.edited != Edited.VOLUME)
        self._worsen(unknown & ~billed, Quality.MISSING)

    def believe_register(self, usual_factor: Floats) -> None:
        """Take the device's base register across a gap: it went on integrating between the ends."""
        steps = self._steps
        gap = self._flowing & (self._base == NULL) & (steps.duration > MEASURED_AT_MOST)
        wanted = (self.open | gap) & ~self._replaced & ~steps.by_base
        rows = np.flatnonzero(wanted & (steps.base_register_um3 != NULL))
        if not len(rows):
            return
        ratio = steps.base_register_um3[rows] / steps.volume_um3[rows]
        low, high = usual_factor[rows].T
        high = np.fmax(high, BELIEVED_BEYOND_ENDS * self._highest_at_ends(rows))
        believed = (low <= ratio) & (ratio <= high)
        rows, ratio = rows[believed], ratio[believed]
        self._base[rows] = steps.base_register_um3[rows]
        self._worsen(rows[np.isnan(self._factor[rows])], Quality.SUBSTITUTED)
        self._factor[rows], self._method[rows] = ratio, BaseMethod.DEVICE_BASE_REGISTER
        self._z_ratio[rows] = np.nan
        long = rows[steps.duration[rows] > INTERPOLATED_AT_MOST]
        self._pressure[long], self._temperature[long] = np.nan, np.nan

    def twin(self) -> None:
        """Let p and T that twins measured at the same time stand in for those that are missing."""
        rows = np.flatnonzero(self.open)
        own = self._steps.pressure_pa
        pressure = plausible(own.elsewhere[rows], self._steps.in_series[rows], own.before[rows])
        self._fill(rows, pressure, self._steps.temperature_k.elsewhere[rows])
        self._correct(rows, BaseMethod.TWIN)

    def last_good(self) -> None:
        """Let the last good p and T stand in for those that are missing."""
        rows = np.flatnonzero(self.open)
        self._fill(rows, self._steps.pressure_pa.before[rows], self._steps.temperature_k.before[rows])
        self._correct(rows, BaseMethod.LAST_GOOD)

    def fixed_first(self) -> None:
        """Let the contract's fixed values stand in for a device on default values where it says so."""
        self._let_fixed_stand_in(np.flatnonzero(self.open & self._on_defaults & self._fixed_first))

    def previous_mean(self) -> None:
        """Let the mean p and T of good steps before stand in for a corrector at fault where agreed."""
        rows = np.flatnonzero(self.open & self._on_defaults & self._mean_first & ~self._steps.by_base)
        if len(rows):
            means = previous_means(self._among, self._steps.stretch[rows], self._steps.start[rows])
            self._fill(rows, *means)
            self._correct(rows, BaseMethod.PREVIOUS_MEAN)

    def fixed(self) -> None:
        """Let the contract's fixed p, T or factor stand in."""
        self._let_fixed_stand_in(np.flatnonzero(self.open))

    def _let_fixed_stand_in(self, rows: Integers) -> None:
        pressure, temperature, factor = (
            self._float_of_spec(name)[rows]
            for name in ("fixed_pressure_pa", "fixed_temperature_k", "fixed_factor")
        )
        self._fill(rows, pressure, temperature)
        self._correct(rows, BaseMethod.FIXED)
        agreed = np.isnan(self._factor[rows]) & ~np.isnan(factor)
        self._settle(rows[agreed], factor[agreed], BaseMethod.FIXED)

    def without_z(self) -> None:
        """Correct for p and T alone where the gas is not known or its Z out of range."""
        rows = np.flatnonzero(self.open)
        plain = tuple(CorrectionSpec(mode=Mode.PT, base=spec.base) for spec in self._specs)
        found = correct_each(plain, self._which[rows], self._pressure[rows], self._temperature[rows])
        good = ~np.isnan(found.factor)
        self._settle(rows[good], found.factor[good], BaseMethod.PT)

    def uncorrected(self) -> None:
        """Leave the volume as it was metered: nothing is known of the gas."""
        rows = np.flatnonzero(self.open & ~self._steps.by_base)
        self._settle(rows, np.ones(len(rows)), BaseMethod.UNCORRECTED, Quality.MISSING)

    def take_alone(self) -> None:
        """Take the base register where the device says nothing else, also by default values."""
        alone = self._steps.by_base & (self._base == NULL)
        if alone.any():
            self._base[alone] = self._steps.volume_um3[alone]
            self._method[alone] = BaseMethod.DEVICE_BASE_REGISTER
            self._method[alone & self._of_device] = BaseMethod.DEVICE
            disturbed = (self._flags & Flag.DISTURBED_VOLUME) != 0
            self._worsen(alone & (~self._of_device | self._on_defaults | disturbed), Quality.SUBSTITUTED)

    def result(self) -> BaseVolumes:
        """Return what it came to."""
        multiplied = self._flowing & (self._base == NULL)
        base = np.where(self._base == NULL, 0, self._base)
        base[multiplied] = np.rint(self._steps.volume_um3[multiplied] * self._factor[multiplied])
        estimated = self._steps.basis != REGISTER
        self._method[estimated] = self._steps.basis[estimated]
        self._method[self._steps.edited == Edited.VOLUME] = BaseMethod.SET_VOLUME
        return BaseVolumes(
            base_volume_um3=base,
            pressure_pa=self._pressure,
            temperature_k=self._temperature,
            factor=self._factor,
            z_ratio=self._z_ratio,
            method=self._method,
            quality=self._quality,
            flags=self._flags,
            replaced_um3=np.full(len(base), NULL),
            replaced_by=np.full(len(base), NULL),
        )

    def _flag_ends(self) -> None:
        """Flag what is unusable of the p and T that the contract asks for."""
        asks_pressure = self._of_spec(lambda spec: spec.mode not in (Mode.NONE, Mode.T)) != 0
        asks_temperature = self._of_spec(lambda spec: spec.mode != Mode.NONE) != 0
        for bad, flag in (
            (asks_pressure & self._steps.pressure_pa.unusable, Flag.PRESSURE_UNUSABLE),
            (asks_temperature & self._steps.temperature_k.unusable, Flag.TEMPERATURE_UNUSABLE),
        ):
            self._flags[bad] |= flag
            self._worsen(bad & self._flowing, Quality.SUBSTITUTED)

    def _highest_at_ends(self, rows: Integers) -> Floats:
        """Return the larger C of both ends, NaN where neither has one."""
        p, t, which = self._steps.pressure_pa, self._steps.temperature_k, self._which[rows]
        first = correct_each(self._specs, which, p.first[rows], t.first[rows]).factor
        last = correct_each(self._specs, which, p.last[rows], t.last[rows]).factor
        return np.fmax(first, last)

    def _fill(self, rows: Integers, pressure: Floats, temperature: Floats) -> None:
        for column, values in ((self._pressure, pressure), (self._temperature, temperature)):
            column[rows] = np.where(np.isnan(column[rows]), values, column[rows])

    def _correct(self, rows: Integers, method: BaseMethod) -> None:
        """Try again by the contract with p and T as they are now."""
        found = correct_each(self._specs, self._which[rows], self._pressure[rows], self._temperature[rows])
        good = ~np.isnan(found.factor)
        self._settle(rows[good], found.factor[good], method)
        self._z_ratio[rows[good]] = found.z_ratio[good]
        self._flags[rows[good]] |= found.flags[good]

    def _settle(
        self, rows: Integers, factor: Floats, method: BaseMethod, quality: Quality = Quality.SUBSTITUTED
    ) -> None:
        self._factor[rows] = factor
        self._method[rows] = method
        self._worsen(rows, quality)

    def _worsen(self, these: Booleans | Integers, quality: Quality) -> None:
        self._quality[these] = np.maximum(self._quality[these], int(quality))

    def _of_spec(self, value: Callable[[CorrectionSpec], int]) -> Integers:
        return np.array([value(spec) for spec in self._specs], np.int64)[self._which]

    def _float_of_spec(self, name: str) -> Floats:
        return np.array([getattr(spec, name) for spec in self._specs], np.float64)[self._which]
