"""What values are believed in the registry's files, each range with its unit in the column's name."""

from typing import Final

from telemetry.work.registry_csv.kinds import number, whole

GAUGE: Final = number(-20, 20_000)
ABSOLUTE: Final = number(0, 20_000)
ATMOSPHERE: Final = number(30, 115)
GAS_TEMPERATURE: Final = number(-60, 80)
REFERENCE_TEMPERATURE: Final = number(0, 30)
FACTOR: Final = number(0, 1000, positive=True)
FLOW: Final = number(0, 1_000_000)
PERCENT: Final = number(0, 100)
FRACTION: Final = number(0, 1)
DIGITS: Final = whole(1, 12)
DAYS: Final = whole(1, 3660)
LATITUDE: Final = number(-90, 90)
LONGITUDE: Final = number(-180, 180)
