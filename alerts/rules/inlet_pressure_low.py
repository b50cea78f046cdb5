"""Too little pressure before a regulator for it to hold the one behind."""

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import below
from alerts.inhibition import Inhibition, Relation
from alerts.rule import Delays, Judgement, Parameter, Rule, Settings, Wording
from alerts.windows.stream_state import LEAST_DROP_PA, LEAST_DROP_SHARE, least_inlet_pa
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the inlet against the outlet and what the regulator needs between the two."""
    said = window.pressures
    share, least_pa = settings["drop_pct"] / 100, settings["least_drop_kpa"] * 1e3
    limit = least_inlet_pa(said.outlet_pa, said.limits.set_pa, share, least_pa)
    return below(said, said.inlet_pa, limit, settings["deadband_pct"])


RULE = Rule(
    name="inlet_pressure_low",
    title=Wording("Inlet pressure low", "进口压力低"),
    kind=TargetKind.STATION,
    priority=Priority.HIGH,
    delays=Delays(on_s=60, off_s=60),
    deadband=Parameter("deadband_pct", 2.0, "%", Wording("of the limit, upward", "限值的百分比，向上")),
    inhibited_by=(Inhibition("slam_shut_tripped", Relation.UPSTREAM),),
    parameters=(
        Parameter(
            "drop_pct",
            LEAST_DROP_SHARE * 100,
            "%",
            Wording("of the set point, needed between inlet and outlet", "进出口最小压差占设定值的比例"),
        ),
        Parameter("least_drop_kpa", LEAST_DROP_PA / 1e3, "kPa", Wording("at least", "最小压差下限")),
    ),
    permit=Permit.PRESSURE,
    condition=condition,
    unit="kPa",
    trigger=Wording(
        "inlet < outlet + 15 % of the set point, at least + 5 kPa (unverified: the regulator's own figure "
        "goes before)",
        "进口压力 < 出口压力 + 设定值的 15%，至少 +5 kPa（未核实，以调压器铭牌为准）",
    ),
    message=Wording(
        "Inlet pressure {value} kPa, the regulator needs {limit} kPa",
        "进口压力 {value} kPa，调压器需要 {limit} kPa",
    ),
    consequence=Wording(
        "the outlet follows the inlet down: customers run short", "出口压力将随进口下降，用户供气不足"
    ),
    response=Wording(
        "Look at the stations upstream and the supply; ask large customers to reduce if it lasts.",
        "检查上游场站和气源；持续时通知大用户减量。",
    ),
)
