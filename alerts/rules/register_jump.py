"""A register that advances by more than can flow."""

import numpy as np

from alerts.alarm import Priority, TargetKind
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.window import Registers, Window
from telemetry.model import HOUR, Booleans, Floats, Integers

_UM3 = 1_000_000
_CLOCK_US = 60_000_000


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge each step between consecutive readings of one installation, and the step before it once more.

    A customer may overload a meter for hours, but not for one step between two in which next to nothing
    flows: there less is a jump.
    """
    steps = window.registers
    advance = (steps.index_um3 - steps.previous_um3) / _UM3
    limit = _most(steps, settings, "overload", steps.elapsed)
    former_limit = _most(steps, settings, "overload_alone", steps.former_elapsed)
    alone = _alone(steps, advance, former_limit, settings)
    value = np.where(alone, steps.former_m3, advance)
    index = np.where(alone, steps.previous_um3, steps.index_um3) / _UM3
    return Judgement(
        rows=steps,
        present=(advance > limit) | alone,
        absent=(advance <= limit) & ~alone,
        value=np.round(value, 6).astype(np.float64),
        limit=np.round(np.where(alone, former_limit, limit), 6).astype(np.float64),
        evidence=lambda row: {
            "previous_index_m3": round((index - value).item(row), 6),
            "index_m3": index.item(row),
        },
    )


def _alone(steps: Registers, advance: Floats, former_limit: Floats, settings: Settings) -> Booleans:
    """Return where the step before was too large for one between two quiet ones, and no larger overload."""
    quiet = settings["quiet"] * steps.qmax_m3h
    after = advance <= quiet * (steps.elapsed + _CLOCK_US) / HOUR
    told_before = steps.former_m3 > _most(steps, settings, "overload", steps.former_elapsed)
    found: Booleans = (steps.former_m3 > former_limit) & ~told_before & after & (steps.earlier_m3h <= quiet)
    return found


def _most(steps: Registers, settings: Settings, overload: str, elapsed: Integers | Floats) -> Floats:
    """Return what can flow in a time, and one step of a coarse register [m³]."""
    most = settings[overload] * steps.qmax_m3h * (elapsed + _CLOCK_US) / HOUR
    found: Floats = most + settings["tolerance_m3"]
    return found


RULE = Rule(
    name="register_jump",
    title=Wording("Register jumped", "表底数跳变"),
    kind=TargetKind.METER,
    priority=Priority.MEDIUM,
    delays=Delays(on_s=0, off_s=3600),
    max_age=25 * HOUR,
    lasting=True,
    parameters=(
        Parameter("overload", 1.6, "1", Wording("times Qmax", "与 Qmax 之比")),
        Parameter(
            "overload_alone",
            1.2,
            "1",
            Wording("times Qmax, in one step between quiet ones", "与 Qmax 之比（前后均平静的单个间隔）"),
        ),
        Parameter("quiet", 0.3, "1", Wording("of Qmax: hardly anything flows", "与 Qmax 之比：几乎无气流")),
        Parameter(
            "tolerance_m3", 1.0, "m³", Wording("one step of a coarse register", "粗分度计数器的一个分度")
        ),
    ),
    opens_job=True,
    condition=condition,
    unit="m³",
    trigger=Wording(
        "the register advances between readings of one installation by more than 1.6 Qmax over the "
        "step and one minute, or by more than 1.2 Qmax between steps of less than 0.3 Qmax",
        "同一安装的相邻读数之间表底数增加超过 1.6 Qmax ×（间隔 + 1 分钟），"
        "或前后间隔均低于 0.3 Qmax 时超过 1.2 Qmax",
    ),
    message=Wording(
        "The register advanced by {value} m³, at most {limit} m³ can have flowed",
        "表底数增加 {value} m³，最多可能流过 {limit} m³",
    ),
    consequence=Wording("the volume of this step is billed unless it is edited", "该段气量若不修正将被计费"),
    response=Wording(
        "Read the index on site or from the device's archive; look for a changed pulse value; open a job.",
        "现场或从设备存档抄读底数；核查脉冲当量是否改动；派工。",
    ),
)
