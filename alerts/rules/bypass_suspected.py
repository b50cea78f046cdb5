"""Gas that seems to go around a meter, by evidences that do not depend on each other."""

from alerts.alarm import Permit, Priority, TargetKind
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.suspicion import joined
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge how many evidences stand: two, or one that needs no other."""
    return joined(window.suspicions, settings)


RULE = Rule(
    name="bypass_suspected",
    title=Wording("Bypass suspected", "疑似绕表用气"),
    kind=TargetKind.METER,
    priority=Priority.HIGH,
    delays=Delays(on_s=0, off_s=0),
    max_age=25 * HOUR,
    lasting=True,
    permit=Permit.BYPASS_OPEN,
    inhibited_by=(Inhibition("meter_bypass_open", Relation.SAME, lingers_s=345600),),
    parameters=(
        Parameter(
            "share_pct", 10.0, "%", Wording("of the gas around the meter, at least", "绕表气量比例下限")
        ),
        Parameter("sigmas", 4.0, "1", Wording("usual spreads of the pipe's loss", "管道压降通常离散的倍数")),
        Parameter(
            "sigmas_other", 2.5, "1", Wording("usual spreads of any other evidence", "其他证据通常离散的倍数")
        ),
        Parameter("evidences", 2.0, "1", Wording("that must stand", "须成立的证据数")),
    ),
    opens_job=True,
    fault="meter_bypass",
    condition=condition,
    unit="%",
    trigger=Wording(
        "for three days two evidences say that gas goes around the meter (below: hydraulic, opening, steps, "
        "usage, zone, check_meter, warmth, a lock off), the pipe not saying otherwise; or one that needs no "
        "other: the bypass valve is open, or the meter stands while its check meter counts",
        "三天内两项证据（水力、启闭、阶跃、用量、区域、检查表、温度、锁）表明有气绕表且管道压降不否定；"
        "或一项确证：旁通阀打开，或检查表走字而主表不走",
    ),
    message=Wording(
        "About {value} % of the gas seem to go around the meter", "约 {value} % 的用气疑似绕过计量表"
    ),
    consequence=Wording("gas is used and not counted", "用气未计量"),
    response=Wording(
        "Look at the bypass unannounced; rule out a choked strainer and a faulty sensor; estimate it.",
        "不预先通知到场检查旁通及锁封；排除过滤器或阀门堵塞、传感器故障；估算未计量气量。",
    ),
)
