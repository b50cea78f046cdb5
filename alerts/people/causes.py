"""What was behind an alarm or a fault: one word for each cause, and whether it deserved an alarm."""

from dataclasses import dataclass
from typing import Final

from alerts.rule import Wording


@dataclass(frozen=True)
class Cause:
    """A cause; ``true`` says that there was something to act on, so that the alarm was right."""

    wording: Wording
    true: bool = True


CAUSES: Final[dict[str, Cause]] = {
    "regulator_fault": Cause(Wording("regulator worn, creeping or dirty", "调压器磨损、内漏或有杂质")),
    "safety_device_fault": Cause(Wording("slam-shut, relief or monitor", "切断、放散或监控装置故障")),
    "setpoint_wrong": Cause(Wording("set point drifted or set wrongly", "设定值漂移或整定错误")),
    "filter_dirty": Cause(Wording("filter blocked", "过滤器堵塞")),
    "valve_position": Cause(Wording("a valve was not where it should be", "阀门位置不当")),
    "bypass_open": Cause(Wording("a bypass was open", "旁通打开")),
    "leak": Cause(Wording("gas escaped", "漏气")),
    "third_party_damage": Cause(Wording("damaged by others", "第三方破坏")),
    "upstream_supply": Cause(Wording("supply from upstream", "上游供气")),
    "demand": Cause(Wording("demand beyond what was planned", "用气量超出设计")),
    "meter_fault": Cause(Wording("meter stuck, worn or damaged", "表具卡滞、磨损或损坏")),
    "corrector_fault": Cause(Wording("corrector or register at fault", "修正仪或计数器故障")),
    "sensor_fault": Cause(Wording("sensor at fault", "传感器故障")),
    "meter_exchanged": Cause(Wording("an exchange was not entered", "换表未录入")),
    "battery": Cause(Wording("battery empty", "电池耗尽")),
    "power": Cause(Wording("power failed", "停电")),
    "communication": Cause(Wording("gateway, signal or network", "网关、信号或网络故障")),
    "tampering": Cause(Wording("somebody interfered", "人为干预")),
    "planned_work": Cause(Wording("planned work", "计划作业")),
    "other_fault": Cause(Wording("another fault", "其他故障")),
    "limit_wrong": Cause(Wording("the limit does not fit", "限值不当"), true=False),
    "registry_wrong": Cause(Wording("the registry was wrong", "档案错误"), true=False),
    "bad_data": Cause(Wording("what was sent was wrong", "上报数据错误"), true=False),
    "test": Cause(Wording("a test", "测试"), true=False),
    "no_fault_found": Cause(Wording("nothing was found", "未发现故障"), true=False),
}
"""By the word that verdicts and jobs carry."""
