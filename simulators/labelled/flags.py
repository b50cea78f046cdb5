"""The flags a device sets, as the platform's columns number them."""

from typing import Final

from telemetry.quality import Flag

LOW_BATTERY: Final = int(Flag.LOW_BATTERY)
MAGNETIC_TAMPER: Final = int(Flag.MAGNETIC_TAMPER)
CASE_OPEN: Final = int(Flag.CASE_OPEN)
SENSOR_FAULT: Final = int(Flag.SENSOR_FAULT)
ON_DEFAULT_VALUES: Final = int(Flag.ON_DEFAULT_VALUES)
REVERSE_FLOW: Final = int(Flag.REVERSE_FLOW)
DATA_RESTORED: Final = int(Flag.DATA_RESTORED)
CLOCK_SET: Final = int(Flag.CLOCK_SET)
LOCK_OPEN: Final = int(Flag.LOCK_OPEN)
