"""Evidences joined: how many stand, what they say together, and how much gas it is."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from alerts.evidence.finding import Finding
from alerts.windows.bypass_window import Suspicions
from telemetry.model import Booleans, Floats

_MAIN: Final = "hydraulic"
_TELLS_AGAINST: Final = 1.0
_BACK: Final = 0.5
_RANGE: Final = 2.0  # standard deviations


class Joined(NamedTuple):
    """What evidences say together of each meter."""

    present: Booleans
    absent: Booleans
    share_pct: Floats
    limit_pct: Floats
    evidence: Callable[[int], dict[str, Any]]


def joined(said: Suspicions, settings: Mapping[str, float | Floats]) -> Joined:
    """Join what was found of each meter.

    Two evidences must stand, or one that is conclusive: the bypass valve says that it is open, or the meter
    stands still while the one that checks it counts. A pipe that can tell and loses no more than the metered
    flow explains stands against a suspicion: gas cannot go around a meter without passing the pipe.
    """
    standing = {name: one.stands(*_least(name, settings)) for name, one in said.findings.items()}
    against = said.findings[_MAIN].strength <= _TELLS_AGAINST if said.findings else said.open
    count = sum(standing.values(), said.unlocked.astype(np.int64))
    conclusive = said.open | said.stands_still
    present = ((count >= settings["evidences"]) & ~against) | conclusive
    weaker = [one.stands(_BACK * least, _BACK * share) for one, least, share in _with_least(said, settings)]
    absent = (
        ~present & ~conclusive & (sum(weaker, np.zeros(present.size, dtype=np.int64)) < settings["evidences"])
    )
    share = _share(said.findings, standing, present.size)
    return Joined(
        present,
        absent,
        np.round(100 * share, 1),
        np.broadcast_to(np.asarray(settings["share_pct"], dtype=np.float64), present.shape),
        lambda row: _told(said, standing, row),
    )


def _least(name: str, settings: Mapping[str, float | Floats]) -> tuple[float | Floats, float | Floats]:
    """Return the strength and the share from which on an evidence stands."""
    strength = settings["sigmas"] if name == _MAIN else settings["sigmas_other"]
    return strength, settings["share_pct"] / 100


def _with_least(
    said: Suspicions, settings: Mapping[str, float | Floats]
) -> list[tuple[Finding, float | Floats, float | Floats]]:
    return [(one, *_least(name, settings)) for name, one in said.findings.items()]


def _share(findings: Mapping[str, Finding], standing: Mapping[str, Booleans], size: int) -> Floats:
    """Return which share goes around, by the first evidence that stands in the order of asking."""
    share = np.full(size, np.nan)
    for name, one in findings.items():
        share = np.where(np.isnan(share) & standing[name], one.share, share)
    return share


def _told(said: Suspicions, standing: Mapping[str, Booleans], row: int) -> dict[str, Any]:
    """Return each evidence that stands with its figures, and what went around the meter by all of them."""
    found = {name: _figures(said.findings[name], row) for name, stands in standing.items() if stands[row]}
    states = {
        "unlocked": said.unlocked,
        "bypass_valve_open": said.open,
        "check_meter_alone": said.stands_still,
    }
    told = {"evidences": found, "states": [name for name, holds in states.items() if holds[row]]}
    estimates = [said.findings[name] for name in found if not np.isnan(said.findings[name].unmetered_m3[row])]
    return told | _volume(estimates, row)


def _figures(one: Finding, row: int) -> dict[str, float]:
    figures = {
        "sigmas": one.strength.item(row),
        "share_pct": 100 * one.share.item(row),
        "days": one.days.item(row),
        "unmetered_base_m3": one.unmetered_m3.item(row),
    }
    return {name: round(value, 1) for name, value in figures.items() if not np.isnan(value)}


def _volume(estimates: list[Finding], row: int) -> dict[str, Any]:
    """Return the base volume that went around by the first estimate, and the range of all of them.

    The range is two standard deviations about each, as a day's mean times the days of the first.
    """
    if not estimates:
        return {}
    days = estimates[0].days.item(row)
    daily = [
        (one.unmetered_m3.item(row), one.sigma_m3.item(row), max(one.days.item(row), 1.0))
        for one in estimates
    ]
    low = min((mean - _RANGE * sigma) / of for mean, sigma, of in daily) * days
    high = max((mean + _RANGE * sigma) / of for mean, sigma, of in daily) * days
    estimate = estimates[0].unmetered_m3.item(row)
    return {
        "unmetered_estimate": {
            "days": days,
            "base_volume_m3": round(estimate, 1),
            "low": round(max(min(low, estimate), 0.0), 1),
            "high": round(max(high, estimate), 1),
        }
    }
