"""Windows for tests of rules and of the engine: what stations, meters and devices said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from alerts.alarm import Alarm, Change, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.engine import evaluate
from alerts.windows.pressure_limits import LimitColumns, computed_limits
from alerts.windows.window import LOOKED_BACK, UNKNOWN_SINCE, Pressures, Proofs, Registers, Silences, Window
from telemetry.model import SECOND, Floats, Instant, Integers

BEGIN: Final[Instant] = 1_782_864_000 * SECOND  # 2026-07-01 00:00 UTC
NAN: Final = float("nan")


def column(value: float | Sequence[float], rows: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=np.float64), rows).copy()


def limits(
    rows: int,
    *,
    set_kpa: float | Sequence[float] = 300.0,
    accuracy: float = 5.0,
    lockup: float = 10.0,
    opso_kpa: float = 375.0,
    upso_kpa: float = 200.0,
    standby: float | Sequence[float] = NAN,
) -> LimitColumns:
    given = (np.asarray(set_kpa) * 1e3, accuracy, lockup, opso_kpa * 1e3, upso_kpa * 1e3)
    found = computed_limits(*(column(one, rows) for one in given))
    return replace(found, standby=column(standby, rows))


def stations(
    outlet_kpa: float | Sequence[float],
    *,
    at_s: Sequence[float] | None = None,
    station: Sequence[int] | None = None,
    stream: Sequence[int] | None = None,
    flow_m3h: float | Sequence[float] = 500.0,
    maximum_kpa: float | Sequence[float] = NAN,
    minimum_kpa: float | Sequence[float] = NAN,
    inlet_kpa: float | Sequence[float] = NAN,
    filter_kpa: float | Sequence[float] = NAN,
    resistance: float | Sequence[float] = NAN,
    filter_peak_kpa: float | Sequence[float] = NAN,
    lel_pct: float | Sequence[float] = NAN,
    looked_back: int = 0,
    slam_shut: Sequence[int] | None = None,
    bypass_valve: Sequence[int] | None = None,
    age_s: float | Sequence[float] = 0.0,
    known_until_s: float | None = None,
    limit: LimitColumns | None = None,
) -> Window:
    """One row a sample; without ``at_s`` each is another station's, of one instant.

    The first ``looked_back`` rows were judged before.
    """
    rows = np.size(outlet_kpa)
    alone = np.arange(rows) if at_s is None else np.zeros(rows, dtype=np.int64)
    target = alone if station is None else np.array(station)
    known = UNKNOWN_SINCE if known_until_s is None else BEGIN + round(known_until_s * SECOND)
    return Window(
        pressures=Pressures(
            targets=[Target(TargetKind.STATION, f"ST-{one}") for one in range(int(target.max()) + 1)],
            known_until=np.full(int(target.max()) + 1, known),
            target=target,
            part=_whole(stream, rows, 0),
            measured_at=instants(at_s if at_s is not None else [0.0] * rows),
            age=np.where(
                np.arange(rows) < looked_back, LOOKED_BACK, (column(age_s, rows) * SECOND).astype(np.int64)
            ),
            inlet_pa=column(inlet_kpa, rows) * 1e3,
            filter_pa=column(filter_kpa, rows) * 1e3,
            filter_resistance=column(resistance, rows),
            filter_peak_pa=column(filter_peak_kpa, rows) * 1e3,
            gas_lel_pct=column(lel_pct, rows),
            outlet_pa=column(outlet_kpa, rows) * 1e3,
            outlet_max_pa=column(maximum_kpa, rows) * 1e3,
            outlet_min_pa=column(minimum_kpa, rows) * 1e3,
            flow_m3h=column(flow_m3h, rows),
            slam_shut=_whole(slam_shut, rows, -1),
            bypass_valve=_whole(bypass_valve, rows, -1),
            limits=limit or limits(rows),
        )
    )


def meter(
    index_m3: Sequence[float],
    *,
    step_s: float = 3600.0,
    digits: int = 6,
    qmax_m3h: float = 100.0,
    age_s: float = 0.0,
) -> Window:
    """One meter's readings, evenly apart."""
    register = np.rint(np.asarray(index_m3) * 1e6).astype(np.int64)
    steps = register.size - 1
    return Window(
        registers=Registers(
            targets=[Target(TargetKind.METER, "M-1")],
            known_until=np.array([UNKNOWN_SINCE]),
            target=np.zeros(steps, dtype=np.int64),
            part=np.zeros(steps, dtype=np.int64),
            measured_at=instants([step_s * (step + 1) for step in range(steps)]),
            age=np.full(steps, round(age_s * SECOND)),
            previous_um3=register[:-1],
            index_um3=register[1:],
            elapsed=np.full(steps, round(step_s * SECOND)),
            former_m3=np.full(steps, np.nan),
            former_elapsed=np.full(steps, np.nan),
            earlier_m3h=np.full(steps, np.nan),
            digits=np.full(steps, digits),
            qmax_m3h=column(qmax_m3h, steps),
        )
    )


def devices(silence_s: Sequence[float], expected_interval_s: Sequence[float], at_s: float = 0.0) -> Window:
    rows = len(silence_s)
    return Window(
        silences=Silences(
            targets=[Target(TargetKind.DEVICE, f"D-{one}") for one in range(rows)],
            known_until=np.full(rows, UNKNOWN_SINCE),
            target=np.arange(rows),
            part=np.zeros(rows, dtype=np.int64),
            measured_at=instants([at_s] * rows),
            age=np.zeros(rows, dtype=np.int64),
            silence_s=column(silence_s, rows),
            expected_interval_s=column(expected_interval_s, rows),
        )
    )


def proofs(tested_days: Sequence[float], shown_days: Sequence[float], interval_days: float = 365.0) -> Window:
    rows = len(tested_days)
    return Window(
        proofs=Proofs(
            targets=[Target(TargetKind.STATION, f"ST-{one}") for one in range(rows)],
            known_until=np.full(rows, UNKNOWN_SINCE),
            target=np.arange(rows),
            part=np.ones(rows, dtype=np.int64),
            measured_at=instants([0.0] * rows),
            age=np.zeros(rows, dtype=np.int64),
            interval_days=column(interval_days, rows),
            tested_days=column(tested_days, rows),
            shown_days=column(shown_days, rows),
        )
    )


def instants(at_s: Sequence[float]) -> Integers:
    return BEGIN + np.rint(np.asarray(at_s) * SECOND).astype(np.int64)


def _whole(values: Sequence[int] | None, rows: int, default: int) -> Integers:
    return np.full(rows, default) if values is None else np.array(values)


def judged(rule: str, window: Window) -> list[str]:
    """Return what a rule says of each row: present, absent or nothing."""
    judgement = catalogue()[rule].condition(window, catalogue()[rule].settings)
    assert not (judgement.present & judgement.absent).any()
    return [
        "present" if present else "absent" if absent else "-"
        for present, absent in zip(judgement.present.tolist(), judgement.absent.tolist(), strict=True)
    ]


def evidence(rule: str, window: Window, row: int = 0) -> dict[str, Any]:
    """Return what a rule says of a row beside its value."""
    found = catalogue()[rule].condition(window, catalogue()[rule].settings).evidence
    assert found is not None
    return dict(found(row))


class City:
    """Carries alarms from window to window, as the watch does."""

    def __init__(self, *rules: str) -> None:
        self.rules = [catalogue()[name] for name in rules]
        self.alarms: list[Alarm] = []
        self.ended: list[Alarm] = []
        self.happened: list[tuple[float, str, str]] = []
        """(seconds since the beginning, state before, state after)"""

    def look(self, window: Window, now_s: float) -> list[Change]:
        changes = evaluate(self.rules, window, self.alarms, BEGIN + round(now_s * SECOND))
        for change in changes:
            kept = [
                one
                for one in self.alarms
                if (one.rule, one.target) != (change.alarm.rule, change.alarm.target)
            ]
            over = change.alarm.state == "normal"
            self.ended += [change.alarm] if over else []
            self.alarms = kept if over else [*kept, change.alarm]
            self.happened += [((one.at - BEGIN) / SECOND, one.before, one.after) for one in change.events]
        return changes

    @property
    def states(self) -> list[str]:
        return [str(one.state) for one in self.alarms]
