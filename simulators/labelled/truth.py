"""The truth about a labelled city: every fault with the alarms it should raise, and what must not ring."""

import json
from typing import Any, Final

from simulators.days import local_time
from simulators.labelled.city import LabelledCity
from simulators.labelled.happening import Alarm, Happening, Target

_BORDERLINE: Final = 1.5
_CLEAR: Final = 3.0


def truth(city: LabelledCity) -> dict[str, Any]:
    """Return the truth as objects that JSON can carry; times are RFC 3339 in the city's time."""
    faults = [(n, h) for n, h in enumerate(city.happenings) if h.raises]
    calm = [(n, h) for n, h in enumerate(city.happenings) if not h.raises]
    return {
        "seed": city.seed,
        "begin": local_time(city.span.begin),
        "end": local_time(city.span.end),
        "meters": len(city.people.billing),
        "stations": len(city.stations),
        "faults": [_fault(city, n, h, number) for number, (n, h) in enumerate(faults, 1)],
        "normal": [_normal(city, n, h, number) for number, (n, h) in enumerate(calm, 1)],
    }


def truth_json(city: LabelledCity) -> str:
    """Return the truth as text."""
    return json.dumps(truth(city), ensure_ascii=False, indent=1) + "\n"


def clarity(strength: float | None) -> str:
    """Return how plain to see a fault of this strength is."""
    if strength is None or strength >= _CLEAR:
        return "clear"
    return "plain" if strength >= _BORDERLINE else "borderline"


def _fault(city: LabelledCity, place: int, fault: Happening, number: int) -> dict[str, Any]:
    found = {
        "id": f"F{number:04d}",
        "rule": fault.kind,
        "raises": [_alarm(alarm) for alarm in fault.raises],
        "also": [_alarm(alarm) for alarm in fault.also],
        **_course(city, fault),
        "detectable_from": None if fault.detectable_from is None else _time(city, fault.detectable_from),
        "size": fault.size,
        "unit": fault.unit,
        "shape": fault.shape,
        "strength": None if fault.strength is None else round(fault.strength, 3),
        "clarity": clarity(fault.strength),
        "note": fault.note,
    }
    if place in city.unmetered_m3:
        found["unmetered_m3"] = round(city.unmetered_m3[place], 2)
    return found


def _normal(city: LabelledCity, place: int, trouble: Happening, number: int) -> dict[str, Any]:
    found = {
        "id": f"N{number:04d}",
        "kind": trouble.kind,
        "tolerates": [_alarm(alarm) for alarm in trouble.also],
        **_course(city, trouble),
        "size": trouble.size,
        "unit": trouble.unit,
        "note": trouble.note,
    }
    if place in city.unmetered_m3:
        found["unmetered_m3"] = round(city.unmetered_m3[place], 2)
    return found


def _course(city: LabelledCity, happening: Happening) -> dict[str, Any]:
    return {
        "target": _target(happening.target),
        "start": _time(city, happening.start),
        "end": _time(city, happening.end),
    }


def _time(city: LabelledCity, at: float) -> str:
    """Return an instant as text, within the span: what goes on after it is not the city's."""
    return local_time(min(max(at, city.span.begin), city.span.end))


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {"rule": alarm[0], "target": _target(alarm[1])}


def _target(target: Target) -> dict[str, str]:
    return {"kind": target.kind, "id": target.id}
