"""Sites and meters that take no gas: sealed, suspended, closed or not yet supplied."""

from typing import Final

from telemetry.registry import rows
from telemetry.work.registry_csv.columns import RegistryFile, may, must
from telemetry.work.registry_csv.kinds import INSTANT, NOTE, REGISTER, TEXT, whole, word_of

ISOLATIONS: Final = RegistryFile(
    "isolations.csv",
    "isolation",
    ("site", "kind", "valid_from"),
    (
        must("site", TEXT, "sites.csv", derives=False),
        must("kind", word_of(rows.IsolationKind), derives=False),
        must("valid_from", INSTANT, derives=False),
        may("until", INSTANT),
        may("meter", TEXT, "meters.csv"),
        may("reason", NOTE),
        may("index_m3", REGISTER),
        may("base_index_m3", REGISTER),
        may("method", TEXT),
        may("seal_no", TEXT),
        may("recheck_days", whole(1, 3660)),
        may("verified_by", TEXT),
    ),
)
