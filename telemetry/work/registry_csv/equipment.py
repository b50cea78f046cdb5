"""What burns gas at each site, and how much when it runs: the last resort of an estimate."""

from typing import Final

from telemetry.work.registry_csv.columns import RegistryFile, may, must
from telemetry.work.registry_csv.kinds import INSTANT, TEXT, number

EQUIPMENT: Final = RegistryFile(
    "equipment.csv",
    "equipment",
    ("site", "kind", "valid_from"),
    (
        must("site", TEXT, "sites.csv"),
        must("kind", TEXT),
        must("rated_m3h", number(0, 1_000_000)),
        must("valid_from", INSTANT),
        may("until", INSTANT, derives=True),
    ),
)
