"""A safety shut-off device has closed its stream."""

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import not_safe
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.window import Window


def condition(window: Window, _settings: Settings) -> Judgement:
    """Judge the position switch, from samples and from events."""
    return not_safe(window.pressures, window.pressures.slam_shut)


RULE = Rule(
    name="slam_shut_tripped",
    title=Wording("Slam-shut tripped", "切断阀动作"),
    kind=TargetKind.STATION,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=0, off_s=10),
    lasting=True,
    permit=Permit.PRESSURE,
    opens_job=True,
    condition=condition,
    unit="",
    trigger=Wording(
        "slam_shut = tripped, or an event slam_shut on or once",
        "slam_shut = tripped，或 slam_shut 事件（on/once）",
    ),
    message=Wording("The slam-shut has tripped", "切断阀已动作"),
    consequence=Wording(
        "the stream is shut until it is reset by hand; without a second stream customers lose gas",
        "该路停气，须人工复位；无备用路时用户停气",
    ),
    response=Wording(
        "Check that the standby stream carries the load; send a crew; find the cause before it is reset.",
        "确认备用路已接替供气；派抢修人员到场；查明原因后方可人工复位。",
    ),
)
