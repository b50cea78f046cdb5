"""From when a fault can be known to anybody who has only what has arrived."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from simulators.days import HOUR_S
from simulators.labelled.happening import Happening
from simulators.labelled.points import Point
from simulators.labelled.span import Floats

_LASTING: Final = frozenset({"recharge_mismatch", "register_jump", "register_regression"})
"""What these have done can still be seen when they are over."""
_OVER_RANGE: Final = 1.2


@dataclass(frozen=True, slots=True)
class Heard:
    """When a meter was heard, and what its register then showed."""

    point: Point
    at: Floats
    index_m3: Floats


def audible(fault: Happening, heard: Heard | None) -> Happening:
    """Return a meter's fault as it can be known to those who hear the meter; others as they are.

    A step of a register inside a gap may look like use, and what is over before the next reading
    was never there.
    """
    told = fault.detectable_from
    if heard is None or told is None or not fault.meters:
        return fault
    following = int(np.searchsorted(heard.at, told))
    if following == heard.at.size or not _shows(fault, heard, following):
        note = "; ".join(text for text in (fault.note, "not to be seen in what arrived") if text)
        return replace(fault, detectable_from=None, note=note)
    seen = max(told, float(heard.at[following]))
    return replace(fault, detectable_from=seen, end=max(fault.end, seen))


def _shows(fault: Happening, heard: Heard, following: int) -> bool:
    if fault.kind in {"register_jump", "register_regression"}:
        return following > 0 and _steps(fault, heard, following)
    return fault.kind in _LASTING or heard.at[following] < fault.end


def _steps(fault: Happening, heard: Heard, following: int) -> bool:
    """Return whether the register is seen to do from one reading to the next what it never should."""
    pair = slice(following - 1, following + 1)
    moved, hours = float(np.diff(heard.index_m3[pair])[0]), float(np.diff(heard.at[pair])[0]) / HOUR_S
    if fault.kind == "register_regression":
        return moved < 0
    return moved > _OVER_RANGE * heard.point.meter.qmax_m3h * hours
