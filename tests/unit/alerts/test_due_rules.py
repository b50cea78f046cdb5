"""What falls due."""

from typing import Any

from alerts.maintenance.checks import due_checks
from alerts.windows.dues import DueDates
from alerts.windows.window import Window
from telemetry.model import DAY, HOUR, Instant, moment
from telemetry.registry import Bypass, Calibration, Isolation, Registry
from telemetry.registry.rows import Around
from tests.unit.alerts.registries import device, installation, meter, registry, station
from tests.unit.alerts.said import BEGIN, City


def city() -> Registry:
    """BEGIN is 08:00 of the first of July in Shanghai."""
    return registry(
        stations=[station(1)],
        devices=[device(1), device(2)],
        meters=[meter(1), meter(2)],
        installations=[installation(1, 1), installation(2, 2)],
        calibrations=[
            Calibration(target="M-1", part="meter", calibrated_on="2023-07-01", next_due="2026-07-03"),
            Calibration(target="M-1", part="pressure", calibrated_on="2024-01-01", next_due="2026-07-02"),
            Calibration(target="M-2", part="meter", calibrated_on="2020-01-01", next_due="2022-01-01"),
            Calibration(target="M-2", part="meter", calibrated_on="2026-06-01"),
            Calibration(target="ST-1", part="gauge", calibrated_on="2025-01-01", next_due="2026-01-01"),
            Calibration(target="nobody", part="meter", calibrated_on="2020-01-01", next_due="2021-01-01"),
        ],
        isolations=[
            Isolation(site="SITE", kind="sealed", valid_from=BEGIN, recheck_days=2),
            Isolation(site="SITE", kind="sealed", meter="M-2", valid_from=BEGIN, until=BEGIN + DAY),
        ],
    )


def looked(watched: City, at: Instant) -> list[tuple[str, str]]:
    dues = DueDates(city())
    watched.look(Window(calibrations=dues.calibrations(at), seals=dues.seals(at)), (at - BEGIN) / 1e6)
    return sorted((one.rule, one.target.id) for one in watched.alarms)


def test_each_is_due_when_its_day_begins_at_its_site() -> None:
    watched = City("calibration_due", "seal_recheck_due")
    station_due = ("calibration_due", "ST-1")
    assert looked(watched, BEGIN + 15 * HOUR) == [station_due]
    assert looked(watched, BEGIN + 16 * HOUR) == [("calibration_due", "M-1"), station_due]
    assert looked(watched, BEGIN + 2 * DAY - 1)[2:] == []
    assert looked(watched, BEGIN + 2 * DAY)[2:] == [("seal_recheck_due", "M-1"), ("seal_recheck_due", "M-2")]
    found = {one.target.id: one.evidence for one in watched.alarms if one.rule == "calibration_due"}
    assert found["M-1"] == {"what": "pressure"}


def test_a_look_at_a_bypass_is_a_job_two_weeks_before_it_is_due() -> None:
    def row(name: str, around: Around, target: str, **more: Any) -> Bypass:  # noqa: ANN401 -- fields of a bypass
        return Bypass(bypass=name, around=around, target=target, valid_from=BEGIN, **more)

    known = registry(
        stations=[station(1)],
        devices=[device(1)],
        meters=[meter(1), meter(2)],
        installations=[installation(1, 1)],
        bypasses=[
            row("B-1", "meter", "M-1", check_interval_days=30, checked_on="2026-06-14"),
            row("B-2", "regulator", "ST-1", check_interval_days=14),
            row("B-3", "meter", "M-1", check_interval_days=30, checked_on="2026-06-16"),
            row("B-4", "meter", "M-1"),
            row("B-5", "meter", "M-2", check_interval_days=1),
        ],
    )
    found = [(one.kind, one.target_id, one.comment) for one in due_checks(known, moment(BEGIN))]
    assert found == [
        ("inspection", "M-1", "look at bypass B-1"),
        ("inspection", "ST-1", "look at bypass B-2"),
    ]
