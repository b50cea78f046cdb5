"""What an explanation of one hour's volume says; volumes are whole numbers of 10⁻⁶ m³."""

from datetime import datetime

import msgspec


class ReadingProof(msgspec.Struct, frozen=True, kw_only=True):
    """What a device said of one instant; ``lost_by`` is why another statement of it counts instead.

    ``payload`` is there where it is text.
    """

    device: str
    measured_at: datetime
    received_at: datetime
    stored_at: datetime
    lost_by: str | None
    index_um3: int | None
    base_index_um3: int | None
    pressure_kpa: float | None
    gauge_pressure_kpa: float | None
    temperature_degc: float | None
    seq: int | None
    flags: tuple[str, ...]
    topic: str | None
    payload: str | None
    payload_bytes: int | None


class TermsProof(msgspec.Struct, frozen=True, kw_only=True):
    """What held in a step: contract, atmosphere, gas quality, each with its date or source."""

    contract: str | None
    contract_from: datetime | None
    correction: str
    base_pressure_kpa: float
    base_temperature_degc: float
    atmosphere_kpa: float
    atmosphere_source: str
    gas_zone: str | None
    gas_quality_from: datetime | None
    z_method: str | None
    gas: dict[str, float]


class StateProof(msgspec.Struct, frozen=True):
    """One quantity at the ends of a step, and what was taken for it."""

    first: float | None
    last: float | None
    used: float | None


class ShareProof(msgspec.Struct, frozen=True):
    """What of a step's volume falls into the hour: the rounded sum by its end less that by its beginning."""

    volume_um3: int
    by_begin_um3: int
    by_until_um3: int
    share_um3: int


class StepProof(msgspec.Struct, frozen=True, kw_only=True):
    """One step that touches the hour, or the part of one in which its terms did not change.

    ``first_index_um3`` and ``last_index_um3`` are the registers at its ends: those of the readings, or
    where no device reported there what the installation states.
    ``step_volume_um3`` is that of the whole step, from reading to reading. ``replaced_um3`` of the base
    volume stands for what the corrector counted while it was at fault, ``disturbed_um3``, by the method
    ``replaced_by``. ``by_base`` says that the device told its base register alone.
    """

    start: datetime
    end: datetime
    begin: datetime
    until: datetime
    first: ReadingProof | None
    last: ReadingProof | None
    lost: tuple[ReadingProof, ...]
    first_index_um3: int | None
    last_index_um3: int | None
    step_volume_um3: int | None
    volume_um3: int | None
    base_volume_um3: int
    base_register_um3: int | None
    disturbed_um3: int | None
    replaced_um3: int | None
    replaced_by: str | None
    by_base: bool
    pressure_kpa: StateProof
    temperature_degc: StateProof
    correction_factor: float | None
    z: float | None
    z_base: float | None
    z_ratio: float | None
    method: str
    quality: str
    flags: tuple[str, ...]
    terms: TermsProof
    volume_share: ShareProof
    base_volume_share: ShareProof


class RevisionProof(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of the hour: its figures, why it was worked out and from when to when it stood."""

    revision: int
    volume_um3: int
    base_volume_um3: int
    device_base_volume_um3: int | None
    uncertainty_m3: float | None
    quality: str
    method: str
    z_method: str | None
    coverage: float
    flags: tuple[str, ...]
    gas_quality_from: datetime | None
    registry_version: int
    calculation: int
    cause: str
    computed_at: datetime
    superseded_at: datetime | None


class EditProof(msgspec.Struct, frozen=True, kw_only=True):
    """One edit in force that has a say in the hour."""

    edit_id: int
    kind: str
    start: datetime
    end: datetime
    author: str
    reason: str
    approved_by: str | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What working the hour out again comes to."""

    volume_um3: int
    base_volume_um3: int
    device_base_volume_um3: int | None
    quality: str
    method: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Where the volume of one hour of one meter comes from.

    ``agrees`` is true when working it out again gives what is stored and the shares of the steps sum to it;
    ``differs_in`` says where not. ``waiting`` is true while something is known that it does not reflect.
    """

    meter: str
    site: str | None
    account: str | None
    time_zone: str
    interval_start: datetime
    interval_end: datetime
    stored: RevisionProof | None
    earlier: tuple[RevisionProof, ...]
    recomputed: Figures | None
    agrees: bool
    differs_in: tuple[str, ...]
    waiting: bool
    reasons: tuple[str, ...]
    steps: tuple[StepProof, ...]
    edits: tuple[EditProof, ...]
