"""A filter that lets too little through."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.conditions import known, kpa, pressure_evidence
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.stream_state import CARRYING_M3H
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the differential against its limit, and the clean filter's at this flow, or at most."""
    said = window.pressures
    unmetered = np.isnan(said.flow_m3h)
    clean_pa = np.where(unmetered, said.filter_peak_pa, said.filter_resistance * said.flow_m3h**2)
    risen_pa = settings["ratio"] * clean_pa + settings["least_rise_kpa"] * 1e3
    risen_pa = np.where(unmetered | (said.flow_m3h > CARRYING_M3H), risen_pa, np.nan)
    limit = np.fmin(settings["limit_kpa"] * 1e3, risen_pa)
    return Judgement(
        rows=said,
        present=said.filter_pa > limit,
        absent=said.filter_pa <= (1 - settings["deadband_pct"] / 100) * limit,
        value=kpa(said.filter_pa),
        limit=kpa(limit),
        evidence=lambda row: pressure_evidence(said, row) | known(clean_differential_kpa=clean_pa[row] / 1e3),
    )


RULE = Rule(
    name="filter_blocked",
    title=Wording("Filter blocked", "过滤器堵塞"),
    kind=TargetKind.STATION,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=600, off_s=600),
    deadband=Parameter("deadband_pct", 10.0, "%", Wording("of the limit, downward", "限值的百分比，向下")),
    parameters=(
        Parameter(
            "limit_kpa", 15.0, "kPa", Wording("at whatever flow (unverified)", "任何流量下的限值（未核实）")
        ),
        Parameter(
            "ratio", 2.0, "1", Wording("times the clean filter's at this flow", "与清洁状态同流量压差之比")
        ),
        Parameter("least_rise_kpa", 1.0, "kPa", Wording("above that at least", "至少高出")),
    ),
    opens_job=True,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "filter differential > 15 kPa, or > 2 times that of the clean filter at the same flow (fitted as "
        "r·Q·Q on the quarter of its days with the least) + 1 kPa; where no flow is said, than the highest "
        "of 2 to 8 weeks ago",
        "过滤器压差 > 15 kPa，或 > 同流量清洁压差（按 r·Q·Q 拟合，取最低四分之一的日子）的 2 倍 + 1 kPa；"
        "无流量时为 2 至 8 周前最高压差的 2 倍 + 1 kPa",
    ),
    message=Wording(
        "Filter differential {value} kPa, limit {limit} kPa", "过滤器压差 {value} kPa，限值 {limit} kPa"
    ),
    consequence=Wording("the outlet falls at the next peak; it may burst", "高峰时压力下降；滤芯可能破裂"),
    response=Wording("Change streams and clean or replace the element.", "切换至备用路，清洗或更换滤芯。"),
)
