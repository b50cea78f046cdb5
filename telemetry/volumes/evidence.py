"""What people add to what devices say: hand reads and edits, as derive takes them."""

from enum import StrEnum

import msgspec

from telemetry.model import GasQuality, Instant


class HandRead(msgspec.Struct, frozen=True, kw_only=True):
    """A register read by a person; it anchors estimates and never replaces a device's reading."""

    hand_read_id: int
    meter_id: int
    measured_at: Instant
    index_um3: int | None = None
    base_index_um3: int | None = None


class EditKind(StrEnum):
    """What an edit does to the hours of its span."""

    EXCLUDE_READINGS = "exclude_readings"
    SET_VOLUME = "set_volume"
    SUBSTITUTE = "substitute"


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One edit in force over [start, end); an unapproved or undone one is not.

    A later edit (larger ``edit_id``) wins where two overlap. EXCLUDE_READINGS takes the device's
    readings of the span out of the calculation. SET_VOLUME gives the whole span's volume, and its
    base volume where known, spread over its hours in proportion to time. SUBSTITUTE lets p
    [Pa, absolute], T [K] or gas quality stand for what was measured or registered.
    """

    edit_id: int
    meter_id: int
    kind: EditKind
    start: Instant
    end: Instant
    volume_um3: int | None = None
    base_volume_um3: int | None = None
    pressure_pa: float | None = None
    temperature_k: float | None = None
    gas: GasQuality | None = None
