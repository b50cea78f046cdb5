"""A safety shut-off device has closed its stream."""

import numpy as np

from alerts.alarm import Permit, Priority, TargetKind
from alerts.conditions import LITTLE_FLOW, pressure_evidence
from alerts.rule import Delays, Judgement, Rule, Settings, Wording
from alerts.windows.stream_state import flows_again, seems_shut
from alerts.windows.window import Window


def condition(window: Window, settings: Settings) -> Judgement:
    """Judge the position switch, and what pressures and flow say where it is silent or stuck."""
    said = window.pressures
    switched = said.slam_shut == 1
    inferred = seems_shut(said, settings["little_flow_m3h"])
    present = switched | inferred
    return Judgement(
        rows=said,
        present=present,
        absent=~present & ((said.slam_shut == 0) | flows_again(said, settings["little_flow_m3h"])),
        value=np.where(present, 1.0, np.where(said.slam_shut == 0, 0.0, np.nan)),
        limit=np.full(present.size, np.nan),
        evidence=lambda row: (
            pressure_evidence(said, row) | {"found_by": _found_by(switched[row], inferred[row])}
        ),
    )


def _found_by(switched: bool, inferred: bool) -> list[str]:
    """Return each evidence by its name."""
    signs = ["outlet_decays", "inlet_normal", "flow_stopped"] if inferred else []
    return ["switch", *signs] if switched else signs


RULE = Rule(
    name="slam_shut_tripped",
    title=Wording("Slam-shut tripped", "切断阀动作"),
    kind=TargetKind.STATION,
    priority=Priority.CRITICAL,
    delays=Delays(on_s=0, off_s=10),
    lasting=True,
    permit=Permit.PRESSURE,
    opens_job=True,
    parameters=(LITTLE_FLOW,),
    condition=condition,
    unit="",
    trigger=Wording(
        "slam_shut = tripped, or an event slam_shut on or once; or nothing flows though the outlet is "
        "below its low limit and does not rise, and the inlet is well",
        "slam_shut = tripped，或 slam_shut 事件（on/once）；或进口正常、出口低于低限且不回升而无流量",
    ),
    message=Wording("The slam-shut has tripped", "切断阀已动作"),
    consequence=Wording(
        "customers lose gas, unless the standby opens", "该路停气，须人工复位；无备用路时用户停气"
    ),
    response=Wording(
        "Check that the standby stream carries the load; send a crew; find the cause before it is reset.",
        "确认备用路已接替供气；派抢修人员到场；查明原因后方可人工复位。",
    ),
)
