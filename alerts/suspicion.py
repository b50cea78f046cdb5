"""Evidences joined: how many stand, what they say together, and how much gas it is."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from alerts.evidence.finding import Finding
from alerts.rule import Judgement, Settings
from alerts.windows.bypass_window import Suspicions
from telemetry.model import Booleans, Floats, Integers

_PIPE: Final = "hydraulic"
_CLEARER: Final = 1.5
_OPENING: Final = "opening"
_COMES_AND_GOES: Final = 6.0
_SECOND: Final = "steps"
_USAGE: Final = "usage"
_ZONE: Final = "zone"
_ALIKE: Final = 3.0
_SHARES: Final = {"check_meter": 0.5}
_BACK: Final = 0.5
_RANGE: Final = 2.0  # standard deviations


def joined(said: Suspicions, settings: Settings) -> Judgement:
    """Join what was found of each meter.

    Two evidences must stand, or one that is conclusive: the bypass valve says that it is open, or the meter
    stands still while the one that checks it counts. A pipe that can tell and loses hardly more than the
    metered flow explains (half of what an alarm needs) stands against a suspicion: gas cannot go around a
    meter without passing the pipe.
    """
    standing = _standing(said, settings, 1.0)
    against = said.findings[_PIPE].strength <= np.asarray(settings["sigmas"]) / 2
    conclusive = said.open | said.stands_still
    present = (_count(said, standing) >= settings["evidences"]) & ~against | conclusive
    half = _count(said, _standing(said, settings, _BACK)) >= settings["evidences"]
    return Judgement(
        rows=said,
        present=present,
        absent=~present & ~(half & ~against),
        value=np.round(100 * _share(said.findings, standing, present.size), 1),
        limit=np.broadcast_to(np.asarray(settings["share_pct"], dtype=np.float64), present.shape),
        evidence=lambda row: _told(said, standing, row),
    )


def _standing(said: Suspicions, settings: Settings, part: float) -> dict[str, Booleans]:
    """Return where each evidence stands, or would with only a part of what it needs.

    Beside a pipe that loses too much the others need less. Steps are of the same pipe: they count only where
    it is clearer still, by half. That its loss comes and goes says that no strainer chokes: it counts beside
    it alone, and must be clear itself. A check meter measures what is missing, of all hours: half the share
    is enough. Where no pipe tells, gas that the zone lacks must be about as much as the
    meter shows less than usual: a zone's loss is anybody's.
    """
    share = part * np.asarray(settings["share_pct"]) / 100
    strong, other = (part * np.asarray(settings[name]) for name in ("sigmas", "sigmas_other"))
    pipe = said.findings[_PIPE].stands(strong, share)
    beside = {
        name: one.stands(np.where(pipe, other, strong), share * _SHARES.get(name, 1.0))
        for name, one in said.findings.items()
    }
    clearer = said.findings[_PIPE].stands(_CLEARER * strong, share)
    lacks, less = (said.findings[name].share for name in (_ZONE, _USAGE))
    alike = (lacks <= _ALIKE * less) & (less <= _ALIKE * lacks)
    return beside | {
        _PIPE: pipe,
        _OPENING: pipe & said.findings[_OPENING].stands(part * _COMES_AND_GOES, share),
        _SECOND: beside[_SECOND] & clearer,
        _ZONE: beside[_ZONE] & (pipe | ~beside[_USAGE] | alike),
    }


def _count(said: Suspicions, standing: Mapping[str, Booleans]) -> Integers:
    counts = [stands.astype(np.int64) for stands in standing.values()]
    count: Integers = sum(counts, said.unlocked.astype(np.int64))
    return count


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
