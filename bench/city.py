"""What the ingest benches send: meters of one zone, with a registry that knows them."""

import json
from collections.abc import Iterator
from typing import Final

from psycopg import Connection

from telemetry.model import SECOND, moment

DEVICES: Final = 500
START: Final = 1_767_225_600 * SECOND  # 2026-01-01 UTC
_STEP: Final = 60 * SECOND

_REGISTRY: Final = """
INSERT INTO zone (zone, name) VALUES ('Z', 'bench');
INSERT INTO site (site, zone, time_zone, atmospheric_pressure_kpa)
  SELECT 'S' || n, 'Z', 'Asia/Shanghai', 101.3 FROM generate_series(1, {devices}) n;
INSERT INTO device (device) SELECT 'D' || n FROM generate_series(1, {devices}) n;
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
  SELECT 'M' || n, 'turbine', 'smart', 400, 9, 'ptz' FROM generate_series(1, {devices}) n;
INSERT INTO installation (meter, site, device, valid_from, index_m3)
  SELECT 'M' || n, 'S' || n, 'D' || n, '2020-01-01Z', 0 FROM generate_series(1, {devices}) n;
INSERT INTO gas_quality (zone, valid_from, method, methane, nitrogen, carbon_dioxide, ethane, propane,
                         isobutane, n_butane, isopentane, n_pentane, hexane)
  VALUES ('Z', '2020-01-01Z', 'aga8_detail', 0.965, 0.003, 0.006, 0.018, 0.0045, 0.001, 0.001, 0.0005,
          0.0003, 0.0007);
INSERT INTO registry_import (changed) VALUES ('{{}}');
"""


def register(connection: Connection, devices: int = DEVICES) -> None:
    """Make the registry."""
    with connection.transaction():
        connection.execute(_REGISTRY.format(devices=devices).encode())


def reading(device: int, step: int) -> dict[str, object]:
    """Return one reading, as a corrector sends it."""
    return {
        "measured_at": moment(START + step * _STEP).isoformat(),
        "index_m3": round(1000 * device + step * 1.234, 3),
        "base_index_m3": round(5000 * device + step * 6.21, 3),
        "pressure_kpa": round(380 + (device * 7 + step * 3) % 400 / 10, 1),
        "temperature_degc": round(5 + (device + step) % 200 / 10, 1),
        "flow_m3h": round(20 + (device * step) % 500 / 10, 2),
        "battery_pct": 91,
        "seq": step,
    }


def messages(count: int, elements: int) -> Iterator[tuple[str, bytes]]:
    """Yield ``count`` publications of ``elements`` readings each, devices taking turns."""
    for n in range(count):
        device, turn = n % DEVICES + 1, n // DEVICES
        readings = [reading(device, turn * elements + i) for i in range(elements)]
        payload = json.dumps(readings[0] if elements == 1 else readings).encode()
        yield f"citygas/v1/bench/D{device}/reading", payload
