"""A corrector that corrects otherwise than it should."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the device's base volume against the platform's correction of the same."""
    said = window.hours
    enough = said.device_ratio_hours >= settings["hours"]
    limit, back = settings["limit_pct"], settings["limit_pct"] - settings["deadband_pct"]
    off = np.round(said.device_ratio * 100, 4)
    sure = settings["sure_pct"]
    surely = (said.device_ratio_low * 100 > sure) | (said.device_ratio_high * 100 < -sure)
    beyond = surely & (np.abs(off) > limit)
    return Judgement(
        rows=said,
        present=enough & beyond,
        absent=enough & (np.abs(off) <= back),
        value=off,
        limit=np.broadcast_to(np.asarray(limit, dtype=np.float64), off.shape),
        evidence=lambda row: {"hours": said.device_ratio_hours.item(row)},
    )


RULE = Rule(
    name="corrector_mismatch",
    title=Wording("Corrector mismatch", "修正不符"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    # While a fault's hours leave the week, its figure goes in and out of the limit: it is well after a day.
    delays=Delays(on_s=0, off_s=86400),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter(
            "limit_pct",
            1.0,
            "%",
            Wording(
                "twice what a corrector may err; 0.3 to 0.9 is another Z",
                "修正仪允许误差的两倍；0.3 至 0.9 为压缩因子设置不同",
            ),
        ),
        Parameter(
            "sure_pct",
            0.9,
            "%",
            Wording("whatever digits and swings of p may deceive by", "计入末位及压力波动误差后仍超过"),
        ),
        Parameter("hours", 20.0, "h", Wording("at least", "小时数下限")),
    ),
    deadband=Parameter("deadband_pct", 0.2, "%", Wording("within the limit", "限值以内")),
    opens_job=True,
    condition=condition,
    unit="%",
    trigger=Wording(
        "over a week's newest 24 steady hours (p within 1 % of the hours beside), or more until the "
        "registers' digits leave no doubt, the device's base volume is more than 1 % off the "
        "platform's, surely more than 0.9 %; over 20 other hours, by as much more as it was in the weeks "
        "before, at most by 1 %",
        "一周内最近 24 个稳定小时（压力与相邻小时相差 1 % 以内；末位误差较大时取更多小时），修正仪标况量与"
        "平台计算相差超过 1 %（计入误差后仍超过 0.9 %）；稳定小时不足时按其他 20 小时以上，"
        "另加此前数周的偏差，至多 1 %",
    ),
    message=Wording(
        "The device corrects {value} % otherwise than the platform (limit {limit} %)",
        "修正仪与平台修正相差 {value} %（限值 {limit} %）",
    ),
    consequence=Wording("either the bill or the device is wrong by this share", "账单或设备有一方偏差此比例"),
    response=Wording(
        "Compare the device's base conditions, gas composition and Z method; then its sensors.",
        "核对修正仪的基准条件、气质组分和压缩因子方法，再查传感器。",
    ),
)
