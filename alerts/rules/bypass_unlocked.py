"""Nothing keeps a meter's bypass shut."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.bypasses import CONTACT, all_locks
from alerts.windows.window import Window


def condition(window: Window, _settings: Settings) -> Judgement:
    """Judge the contact on the lock, and what the records say keeps an unmetered bypass shut."""
    locks = all_locks(window.meters, window.recorded_locks)
    nothing = np.full(locks.off.size, np.nan)
    return Judgement(
        rows=locks,
        present=locks.off == 1,
        absent=locks.off == 0,
        value=nothing,
        limit=nothing,
        evidence=lambda row: {"found_by": "contact" if locks.part[row] == CONTACT else "records"},
    )


RULE = Rule(
    name="bypass_unlocked",
    title=Wording("Bypass unlocked", "旁通未上锁"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=0),
    lasting=True,
    permit=Permit.BYPASS_OPEN,
    inhibited_by=(Inhibition("meter_bypass_open", Relation.SAME),),
    condition=condition,
    unit="",
    trigger=Wording(
        "isolation of an unmetered bypass around the meter (bypasses.csv) is none, or flag or event "
        "lock_open of a meter that has a bypass",
        "表具的无计量旁通（bypasses.csv）isolation 为 none，或有旁通的表具出现 lock_open 标志或事件",
    ),
    message=Wording("Nothing keeps the meter's bypass shut", "表具旁通无锁封"),
    consequence=Wording("anybody can lead gas around the meter", "任何人都可绕表用气"),
    response=Wording(
        "Lock, blind or seal it; enter the new row in bypasses.csv; compare use with before.",
        "加锁、加盲板或加封；在 bypasses.csv 录入新记录；对比此前用气量。",
    ),
)
