"""Who may speak, and how what they say is corrected now: the collector's view of one registry."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ingest.site_clock import SiteClocks
from telemetry.errors import ConfigurationError
from telemetry.model import Floats, Instant, Integers
from telemetry.ptz.contracted import contracted_spec, site_atmosphere_pa
from telemetry.ptz.spec import CorrectionSpec
from telemetry.registry import Registry

log: Final = logging.getLogger(__name__)

_UNCORRECTED: Final = -1


@dataclass(frozen=True)
class Roster:
    """Look-ups by name, and by ``device_id`` for whole columns of readings."""

    device_ids: Mapping[str, int]
    station_ids: Mapping[str, int]
    gateways: Mapping[str, frozenset[str]]
    specs: tuple[CorrectionSpec, ...]
    spec_of_device: Integers
    """(device_id + 1,) position in ``specs``; -1 where no meter is installed."""
    atmosphere_of_device: Floats
    """(device_id + 1,) [Pa] at the site of the device; NaN where it stands nowhere."""
    clocks: SiteClocks

    def may_speak_for(self, speaker: str | None, device: str) -> bool:
        """Tell whether a gateway is bound to a device; one without bindings speaks for any."""
        if speaker is None or speaker == device:
            return True
        bound = self.gateways.get(speaker)
        return bound is None or device in bound


def roster(registry: Registry, now: Instant) -> Roster:
    """Return the view of a registry as of ``now``."""
    size = max(registry.device_ids.values(), default=0) + 1
    which = np.full(size, _UNCORRECTED, dtype=np.int64)
    atmosphere = np.full(size, np.nan)
    positions: dict[CorrectionSpec, int] = {}
    for device, device_id in registry.device_ids.items():
        installed = registry.installation_at(device, now)
        if installed is None:
            continue
        atmosphere[device_id] = site_atmosphere_pa(registry, installed.site, now)
        spec = _spec(registry, installed.meter, now)
        if spec is not None:
            which[device_id] = positions.setdefault(spec, len(positions))
    return Roster(
        registry.device_ids,
        registry.station_ids,
        registry.gateways,
        tuple(positions),
        which,
        atmosphere,
        SiteClocks(registry),
    )


def _spec(registry: Registry, meter: str, now: Instant) -> CorrectionSpec | None:
    """Return how a meter is corrected; None where its terms lack something: it is stored all the same."""
    try:
        return contracted_spec(registry, meter, now)
    except ConfigurationError as error:
        log.warning("uncorrected meter=%s error=%s", meter, error)
        return None
