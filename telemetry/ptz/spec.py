"""How the readings of one meter are corrected during one span of its configuration."""

from enum import StrEnum

import msgspec

from telemetry.errors import ConfigurationError
from telemetry.model import CHINA, BaseConditions, GasQuality


class Mode(StrEnum):
    """What a contract says is corrected for; the values are the registry's words."""

    NONE = "none"
    T = "t"
    PT = "pt"
    PTZ = "ptz"
    DEVICE = "device"


class CorrectionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """All that a correction factor depends on besides the reading.

    ``fixed_pressure_pa`` is absolute and stands for the pressure in mode t.
    ``fixed_temperature_k`` is what the contract lets stand for a failed
    thermometer: whoever substitutes it says so in the volume's quality, so the
    correction itself never does. In mode device the platform's own factor is
    worked out as for ptz and stands beside the device's.
    """

    mode: Mode = Mode.PTZ
    gas: GasQuality | None = None
    base: BaseConditions = CHINA
    fixed_factor: float | None = None
    fixed_pressure_pa: float | None = None
    fixed_temperature_k: float | None = None

    def __post_init__(self) -> None:
        """Refuse a mode without what it needs."""
        if self.mode == Mode.T and self.fixed_pressure_pa is None:
            raise ConfigurationError("correction t needs a fixed pressure, and there is none")
        for name in ("fixed_factor", "fixed_pressure_pa", "fixed_temperature_k"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ConfigurationError(f"correction: {name} is {value}, expected a positive number")
