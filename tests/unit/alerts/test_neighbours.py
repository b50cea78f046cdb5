"""What a target belongs to, and when: its device, its meter, what it bypasses."""

from alerts.alarm import Alarm, Muted, Permit, Reason, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.lifecycle import State
from alerts.ringing.muting import Situation
from alerts.ringing.neighbours import Neighbours
from telemetry.model import HOUR
from telemetry.registry import Bypass
from tests.unit.alerts.registries import device, installation, meter, registry
from tests.unit.alerts.said import BEGIN

M_1, M_2 = (Target(TargetKind.METER, name) for name in ("M-1", "M-2"))
D_1 = Target(TargetKind.DEVICE, "D-1")


def test_a_job_at_a_meter_covers_the_one_in_its_bypass() -> None:
    known = registry(
        devices=[device(1), device(2)],
        meters=[meter(1), meter(2)],
        installations=[installation(1, 1), installation(2, 2)],
        bypasses=[
            Bypass(bypass="B", around="meter", target="M-1", valid_from=BEGIN, metered_by="M-2"),
        ],
    )
    neighbours = Neighbours(known)
    assert M_1 in neighbours.around(M_2, BEGIN)
    assert M_2 not in neighbours.around(M_1, BEGIN)


def exchanged_after_an_hour() -> Neighbours:
    return Neighbours(
        registry(
            meters=[meter(1), meter(2)],
            devices=[device(1)],
            installations=[
                installation(1, 1, removed_at=BEGIN + HOUR),
                installation(2, 1, valid_from=BEGIN + HOUR),
            ],
        )
    )


def test_a_device_speaks_for_the_meter_that_stands_then() -> None:
    neighbours = exchanged_after_an_hour()
    around = [neighbours.around(D_1, at) for at in (BEGIN - HOUR, BEGIN, BEGIN + HOUR)]
    assert [(M_1 in one, M_2 in one) for one in around] == [(True, False), (True, False), (False, True)]


def test_a_job_at_a_meter_permits_its_silence_until_it_is_exchanged() -> None:
    """An exchange that is known beforehand, or looked back on, takes nothing from the meter that stands."""
    permits = {(Permit.SILENCE, M_1): Reason(kind=Muted.PLANNED_JOB)}
    situation = Situation(neighbours=exchanged_after_an_hour(), permits=permits)
    rule = catalogue()["device_silent"]
    silent = Alarm(rule=rule.name, target=D_1, state=State.ACTIVE, priority=rule.priority, raised_at=BEGIN)
    reasons = [situation.reasons(rule, silent, {}, at) for at in (BEGIN, BEGIN + HOUR)]
    assert [[one.kind for one in said] for said in reasons] == [[Muted.PLANNED_JOB], []]
