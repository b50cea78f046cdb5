"""The truth about a labelled city: every fault with the alarms it should raise, and what must not ring."""

import json
from typing import Any, Final

from simulators.days import local_time
from simulators.labelled.city import LabelledCity
from simulators.labelled.happening import Alarm, Happening, Target
from simulators.labelled.span import Span
from simulators.labelled.succession import Succession

_BORDERLINE: Final = 1.5
_CLEAR: Final = 3.0


def truth(city: LabelledCity) -> dict[str, Any]:
    """Return the truth as objects that JSON can carry; times are RFC 3339 in the city's time."""
    succession = Succession.of(city.happenings)
    placed = [(n, succession.named(h)) for n, h in enumerate(city.happenings)]
    faults, calm = [p for p in placed if p[1].raises], [p for p in placed if not p[1].raises]
    lost, span = city.unmetered_m3, city.span
    return {
        "seed": city.seed,
        "begin": local_time(span.begin),
        "end": local_time(span.end),
        "meters": len(city.people.billing),
        "stations": len(city.stations),
        "faults": [fault_truth(span, h, number, lost.get(n)) for number, (n, h) in enumerate(faults, 1)],
        "normal": [_normal(span, h, number, lost.get(n)) for number, (n, h) in enumerate(calm, 1)],
    }


def truth_json(city: LabelledCity) -> str:
    """Return the truth as text."""
    return json.dumps(truth(city), ensure_ascii=False, indent=1) + "\n"


def clarity(strength: float | None) -> str:
    """Return how plain to see a fault of this strength is."""
    if strength is None or strength >= _CLEAR:
        return "clear"
    return "plain" if strength >= _BORDERLINE else "borderline"


def fault_truth(span: Span, fault: Happening, number: int, unmetered_m3: float | None) -> dict[str, Any]:
    """Return one fault as an object that JSON can carry."""
    return {
        "id": f"F{number:04d}",
        "rule": fault.kind,
        "raises": [_alarm(alarm) for alarm in fault.raises],
        "also": [_alarm(alarm) for alarm in dict.fromkeys(fault.also) if alarm not in fault.raises],
        **_course(span, fault, unmetered_m3),
        "detectable_from": None if fault.detectable_from is None else _time(span, fault.detectable_from),
        "shape": fault.shape,
        "strength": None if fault.strength is None else round(fault.strength, 3),
        "clarity": clarity(fault.strength),
    }


def _normal(span: Span, trouble: Happening, number: int, unmetered_m3: float | None) -> dict[str, Any]:
    return {
        "id": f"N{number:04d}",
        "kind": trouble.kind,
        "tolerates": [_alarm(alarm) for alarm in trouble.also],
        **_course(span, trouble, unmetered_m3),
    }


def _course(span: Span, happening: Happening, unmetered_m3: float | None) -> dict[str, Any]:
    course: dict[str, Any] = {
        "target": _target(happening.target),
        "start": _time(span, happening.start),
        "end": _time(span, happening.end),
        "size": happening.size,
        "unit": happening.unit,
        "note": happening.note,
    }
    return course if unmetered_m3 is None else {**course, "unmetered_m3": round(unmetered_m3, 2)}


def _time(span: Span, at: float) -> str:
    """Return an instant as text, within the span: what goes on after it is not the city's."""
    return local_time(min(max(at, span.begin), span.end))


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {"rule": alarm[0], "target": _target(alarm[1])}


def _target(target: Target) -> dict[str, str]:
    return {"kind": target.kind, "id": target.id}
