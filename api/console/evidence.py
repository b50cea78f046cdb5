"""The figures behind an alarm, named and with their unit: what the engine keeps for itself stays out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.console.languages import Translate
from api.console.rendering import significant
from api.console.words import WORDS

_UNITS: Final = {
    "_kpa": "kPa",
    "_m3h": "m³/h",
    "_m3": "m³",
    "_degc": "°C",
    "_pct": "%",
    "_v": "V",
    "_s": "s",
    "_h": "h",
    "_k": "K",
}


@dataclass(frozen=True)
class Figure:
    """One figure as it is shown."""

    name: str
    value: str
    unit: str


def figures(evidence: Mapping[str, Any], translate: Translate) -> Iterator[Figure]:
    """Yield the figures of an alarm's evidence, those whose name carries a unit."""
    for name, value in evidence.items():
        suffix = next((one for one in _UNITS if name.endswith(one)), None)
        if suffix and isinstance(value, int | float) and not isinstance(value, bool):
            stem = name.removesuffix(suffix)
            word = f"evidence_{stem}"
            shown = translate(word) if word in WORDS else stem.replace("_", " ")
            yield Figure(shown, significant(value), _UNITS[suffix])
