"""What a bench measured, written where others read it."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

Result: TypeAlias = dict[str, Any]

FOLDER: Final = Path(__file__).parent / "results"
_CPU_FACTS: Final = Path("/proc/cpuinfo")


def write(
    name: str,
    value: float,
    unit: str,
    baseline: str | None,
    baseline_value: float | None,
    n: int,
    more: Mapping[str, Any] | None = None,
) -> Result:
    """Write and return one result, and more of its own; ``ratio`` is value over baseline, if there is one."""
    result: Result = {
        "name": name,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "baseline_value": baseline_value,
        "ratio": value / baseline_value if baseline_value else None,
        "n": n,
        "machine": machine(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **(more or {}),
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    return result


def machine() -> str:
    """Return what this machine is: processor, cores, system, Python."""
    lines = _CPU_FACTS.read_text().splitlines() if _CPU_FACTS.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.machine()
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
