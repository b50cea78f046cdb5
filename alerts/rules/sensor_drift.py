"""A sensor that moves away within three weeks."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Window
from telemetry.model import HOUR


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge how far daily p and T have moved within three weeks, against how far they usually do.

    What is not known speaks against it: days of unlike use must not let two days pass that nobody saw.
    """
    said = window.hours
    times = settings["times_usual"]
    limit_pct = np.maximum(settings["pressure_pct"], times * said.pressure_noise_pct).astype(np.float64)
    limit_k = np.maximum(settings["temperature_k"], times * said.temperature_noise_k).astype(np.float64)
    pressure = np.abs(said.pressure_shift_pct) > limit_pct
    temperature = np.abs(said.temperature_shift_k) > limit_k
    stays = (np.abs(said.pressure_shift_pct) > limit_pct / 2) | (
        np.abs(said.temperature_shift_k) > limit_k / 2
    )
    return Judgement(
        rows=said,
        present=pressure | temperature,
        absent=~stays,
        value=np.round(np.where(pressure, said.pressure_shift_pct, said.temperature_shift_k), 3).astype(
            np.float64
        ),
        limit=np.round(np.where(pressure, limit_pct, limit_k), 3).astype(np.float64),
        evidence=lambda row: {
            "pressure_shift_pct": round(said.pressure_shift_pct.item(row), 3),
            "temperature_shift_k": round(said.temperature_shift_k.item(row), 3),
        },
    )


RULE = Rule(
    name="sensor_drift",
    title=Wording("Sensor drift", "传感器漂移"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=172800, off_s=432000),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("pressure_pct", 0.5, "%", Wording("of p within three weeks", "三周内压力变化")),
        Parameter("temperature_k", 1.0, "K", Wording("of T within three weeks", "三周内温度变化")),
        Parameter(
            "times_usual",
            4.0,
            "1",
            Wording("half the distance of what it was before, extremes left out", "与此前分布半宽之比"),
        ),
    ),
    opens_job=True,
    condition=condition,
    unit="",
    trigger=Wording(
        "apart from what the meters of its station or trade have in common and from what its own flow takes, "
        "daily p moved within three weeks by more than 0.5 %, or T by more than 1 K, and 4 times as far as "
        "days differed before, and not at one blow",
        "扣除同站或同行业表具的共同变化及自身流量压降后，三周内日压力变化超过 0.5 % 或温度超过 1 K，"
        "且为此前分布半宽的 4 倍，并非一次突变",
    ),
    message=Wording(
        "A sensor moved by {value} within three weeks (limit {limit})",
        "传感器三周内漂移 {value}（限值 {limit}）",
    ),
    consequence=Wording("volumes are corrected by a growing error", "修正误差逐渐增大"),
    response=Wording(
        "Compare with the station's set point and a neighbour; calibrate or change the sensor.",
        "与调压站设定值及邻近表对比；校准或更换传感器。",
    ),
)
