"""What falls due and is not done: tests, proofs, rechecks and calibrations that only the records show."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from simulators.days import DAY_S, HOUR_S, local_time
from simulators.labelled.faults.bypasses import metered
from simulators.labelled.happening import Happening, MeterEffect, Tables
from simulators.labelled.kind import Kind
from simulators.labelled.points import Point
from simulators.labelled.rounds import PROOF_DAYS, TEST_DAYS
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Place, Post, Scene, blamed
from simulators.stations import Station

_CHECK_DAYS: Final = 30
_RECHECK_DAYS: Final = 10


def setpoint_test_due(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a station's yearly test of its set points be forgotten."""
    post = scene.post(lambda s: _tested(scene, s), HOUR_S, draw)
    return None if post is None else _untested(scene, post, "setpoint_test_due", "A", TEST_DAYS)


def standby_unproven(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let nobody prove for half a year that a standby stream would work."""
    fit = lambda s: s.two_streams and _tested(scene, s)  # noqa: E731

    def unseen(post: Post) -> bool:
        # What it carried within half a year is its proof.
        return all(run > post.start for run in scene.proven.get(post.name, ()))

    post = scene.post(fit, HOUR_S, draw, when=unseen)
    return None if post is None else _untested(scene, post, "standby_unproven", "B", PROOF_DAYS)


def _tested(scene: Scene, station: Station) -> bool:
    """Return whether neither stream's test is forgotten yet: a station's tests fall due one at a time."""
    rules = ("setpoint_test_due", "standby_unproven")
    return all((rule, station.station) not in scene.overdue for rule in rules)


def _untested(scene: Scene, post: Post, rule: str, stream: str, every_days: int) -> Happening:
    scene.overdue.add((rule, post.name))
    due = scene.span.day_start(int((post.start - scene.span.begin) // DAY_S))
    until = _until(scene, post, rule)

    def forget(tables: Tables) -> None:
        rows = [row for row in tables["setpoints"] if (row["station"], row["stream"]) == (post.name, stream)]
        for row in rows:
            row["tested_on"] = local_time(due - every_days * DAY_S)[:10]
            row["test_interval_days"] = every_days
        if until < scene.span.end:
            # Whoever saw it carry gas has its proof, and says so.
            seen_at = local_time(until)
            tables["setpoints"].append({**rows[-1], "valid_from": seen_at, "tested_on": seen_at[:10]})

    fault = replace(post, start=float(due), end=until)
    also = (("setpoint_test_due", post.target),) if rule != "setpoint_test_due" else ()
    return replace(
        blamed(rule, fault),
        also=also,
        size=float(every_days),
        unit="days between tests",
        shape="due",
        detectable_from=float(due),
        edits=(forget,),
    )


def _until(scene: Scene, post: Post, rule: str) -> float:
    """Return when it is made up for: a standby proves itself when it carries gas, a test is never made."""
    runs = scene.proven.get(post.name, []) if rule == "standby_unproven" else []
    return min([*runs, float(scene.span.end)])


def calibration_due(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a meter's verification run out."""
    place = scene.place(lambda p: _looked_after(scene, "calibration_due", p), HOUR_S, draw)
    if place is None:
        return None
    due = _midnight(scene, place)

    def run_out(tables: Tables) -> None:
        row = next(row for row in tables["calibrations"] if row["target"] == place.name)
        row["calibrated_on"], row["next_due"] = local_time(due - 730 * DAY_S)[:10], local_time(due)[:10]

    return _due(scene, place, "calibration_due", due, run_out)


def bypass_check_due(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Let a round that looks at a bypass's seal be left out."""

    def fit(point: Point) -> bool:
        # A bypass with a meter in it is billed: it has no seal to look at.
        return point.bypass and not metered(scene, point) and _looked_after(scene, "bypass_check_due", point)

    place = scene.place(fit, HOUR_S, draw)
    if place is None:
        return None
    due = _midnight(scene, place)

    def leave_out(tables: Tables) -> None:
        for row in tables["bypasses"]:
            if row["target"] == place.name:
                row["check_interval_days"] = _CHECK_DAYS
                row["checked_on"] = local_time(due - _CHECK_DAYS * DAY_S)[:10]

    return _due(scene, place, "bypass_check_due", due, leave_out)


def seal_recheck_due(scene: Scene, draw: np.random.Generator) -> Happening | None:
    """Seal a site, and let nobody look at the seal again when it is time."""
    checked = {point.checks for point in scene.people.points if point.role == "check"}
    # A seal's recheck is due once, at the meter that is billed: not where a second one hangs on the site.
    fit = lambda p: not p.bypass and p.name not in checked  # noqa: E731
    place = scene.place(fit, _RECHECK_DAYS * DAY_S, draw, for_good=True)
    if place is None:
        return None
    slots = scene.span.between(place.start, scene.span.end)

    def stand(run: MeterRun) -> None:
        run.burned[slots] = 0.0

    def seal(tables: Tables) -> None:
        sealed = {"site": place.point.site, "kind": "sealed", "valid_from": local_time(place.start)}
        tables["isolations"].append(
            {**sealed, "recheck_days": _RECHECK_DAYS, "seal_no": f"F{place.name[2:]}"}
        )

    due = place.start + _RECHECK_DAYS * DAY_S
    fault = _due(scene, place, "seal_recheck_due", due, seal)
    rules = ("consumption_swing", "register_stuck", "bypass_suspected")
    return replace(
        fault,
        also=tuple((rule, place.target) for rule in rules),
        meters=(MeterEffect(place.name, Stage.LOAD, stand),),
    )


def _looked_after(scene: Scene, rule: str, point: Point) -> bool:
    """Return whether nothing is forgotten there yet; whoever exchanges a meter sees to seals and dates."""
    return point.name not in scene.exchanged and (rule, point.name) not in scene.overdue


def _midnight(scene: Scene, place: Place) -> int:
    return scene.span.day_start(int((place.start - scene.span.begin) // DAY_S))


def _due(scene: Scene, place: Place, rule: str, due: float, edit: Callable[[Tables], None]) -> Happening:
    scene.overdue.add((rule, place.name))
    fault = replace(place, start=float(due), end=float(scene.span.end))
    return replace(
        blamed(rule, fault), unit="records", shape="due", detectable_from=float(due), edits=(edit,)
    )


KINDS: Final = (
    Kind("setpoint_test_due", setpoint_test_due, 2, "stations"),
    Kind("standby_unproven", standby_unproven, 1, "stations"),
    Kind("calibration_due", calibration_due, 4),
    Kind("bypass_check_due", bypass_check_due, 4),
    Kind("seal_recheck_due", seal_recheck_due, 3),
)
