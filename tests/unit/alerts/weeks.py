"""Six weeks of hourly volumes for tests of patterns and of the rules over hours."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from alerts.habits.history import HOURS, History, history
from alerts.habits.line import Line, line
from alerts.windows.hours import hours
from alerts.windows.window import Window
from telemetry.batch import Columns
from telemetry.model import DAY, HOUR, Floats
from telemetry.quality import Quality
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN, judged

Edit: Any = Callable[[Columns, Floats, Floats], None]
"""Given the columns, the local hour and how many hours ago each was; changes the columns."""

RULES: Final = (
    "night_leak",
    "register_stuck",
    "flow_over_range",
    "flow_under_range",
    "corrector_mismatch",
    "sensor_frozen",
    "sensor_drift",
    "consumption_swing",
)
"""Rules over hours."""

SHANGHAI: Final = "Asia/Shanghai"
END: Final = BEGIN + 4 * HOUR  # noon in Shanghai
_DRAW: Final = 7


def weeks(edit: Edit | None = None, *, meter_id: int = 1, whole: int = HOURS) -> Columns:
    """Return a restaurant's hours: 10 to 14 and 17 to 21 o'clock, every day, at 300 kPa and 15 degrees."""
    ago = np.arange(whole - 1, -1, -1)
    start = END - HOUR * (ago + 1)
    local = (start // HOUR + 8) % 24
    rng = np.random.default_rng(_DRAW + meter_id)
    open_now = ((local >= 10) & (local < 14)) | ((local >= 17) & (local < 21))
    volume = np.where(open_now, np.round(rng.uniform(4, 8, whole), 2), 0.0)
    columns: Columns = {
        "meter_id": np.full(whole, meter_id),
        "interval_start": start,
        "volume_um3": np.rint(volume * 1e6).astype(np.int64),
        "pressure_pa": 300e3 + np.round(rng.normal(0, 300, whole), -1),
        "temperature_k": np.round(288.15 + rng.normal(0, 0.4, whole), 2),
        "correction_factor": np.full(whole, 3.0),
        "coverage": np.ones(whole),
        "quality": np.full(whole, int(Quality.MEASURED)),
        "flags": np.zeros(whole, dtype=np.int64),
        "corrected": np.ones(whole, dtype=np.int64),
    }
    if edit:
        edit(columns, local, ago)
    columns["base_volume_um3"] = columns["volume_um3"] * 3
    columns.setdefault("device_base_volume_um3", columns["volume_um3"] * 3)
    return columns


def past(*rows: Columns) -> History:
    columns = {name: np.concatenate([one[name] for one in rows]) for name in rows[0]}
    return history(columns, dict.fromkeys(np.unique(columns["meter_id"]).tolist(), SHANGHAI))


def looked_back(
    edit: Edit | None = None,
    *,
    whole: int = HOURS,
    age: int = 0,
    new_hours: int = 1,
    peers: Line | bool = False,
    **more: object,
) -> Window:
    """Return what rules see of one meter at noon; with peers, beside five that are well or those given."""
    city = registry(
        devices=[device(1)], meters=[meter(1, **more)], installations=[installation(1, 1, END - 99 * DAY)]
    )
    found = past(weeks(edit, whole=whole))
    others = well() if peers is True else peers
    lines = {1: (others, others)} if isinstance(others, Line) else {}
    new = {1: (END - new_hours * HOUR, END)}
    return Window(hours=hours(found, new, {1: age}, {}, city, lines))


def well() -> Line:
    """Return what five meters have in common that are well."""
    return line(past(*(weeks(meter_id=one) for one in range(2, 7))), END)


def add(columns: Columns, name: str, what: Floats) -> None:
    columns[name] = columns[name] + what


def m3(volume: Floats) -> Floats:
    return np.rint(np.asarray(volume) * 1e6).astype(np.int64)  # type: ignore[return-value]


def ringing(*args: Any, **more: Any) -> list[str]:  # noqa: ANN401 -- of looked_back
    window = looked_back(*args, **more)
    return [rule for rule in RULES if judged(rule, window) == ["present"]]
