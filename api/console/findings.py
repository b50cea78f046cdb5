"""The evidences of gas around a meter on an alarm's page: each with its figures, and all together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.console.languages import Translate
from api.console.rendering import significant

_STATE: Final = "state_"
_FINDING: Final = "finding_"
_COLUMNS: Final = ("sigmas", "share_pct", "days", "unmetered_base_m3")


@dataclass(frozen=True)
class Finding:
    """One evidence: what it is, and its figures in the order of the table; a dash where it has none."""

    title: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """What speaks for gas around a meter.

    ``estimate`` says how much went around it by all evidences, in words; empty where none can tell.
    """

    rows: tuple[Finding, ...]
    states: tuple[str, ...]
    estimate: str


def findings(evidence: Mapping[str, Any], translate: Translate) -> Findings | None:
    """Return the evidences that an alarm lists; None for alarms of other kinds."""
    if "evidences" not in evidence:
        return None
    rows = (
        Finding(translate(_FINDING + name), tuple(significant(figures.get(column)) for column in _COLUMNS))
        for name, figures in evidence["evidences"].items()
    )
    states = tuple(translate(_STATE + name) for name in evidence.get("states", ()))
    return Findings(tuple(rows), states, _estimate(evidence.get("unmetered_estimate"), translate))


def _estimate(told: Mapping[str, float] | None, translate: Translate) -> str:
    if told is None:
        return ""
    names = ("base_volume_m3", "low", "high", "days")
    return translate("finding_estimate").format(**{name: significant(told[name]) for name in names})
