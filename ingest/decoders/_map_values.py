"""What stands at a place made into what one of our keys means, compiled to a function."""

import math
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from ingest.decoders._map_spec import ValueSpec, shaped
from ingest.decoders._paths import Look, Place, looking, own_key, place, plain
from telemetry.errors import ConfigurationError
from telemetry.units import Conversion, converter

_UNITS: Final = {
    "_kpa": ("pressure", "kPa"),
    "_degc": ("temperature", "degC"),
    "_m3h": ("flow", "m3/h"),
    "_m3": ("volume", "m3"),
    "_pct": ("fraction", "percent"),
    "_v": ("voltage", "V"),
}
"""How a key of ours ends: what it measures, and in which unit."""
_WHOLE: Final = frozenset({"seq", "sequence"})
_BARE: Final = frozenset({"remaining_money"})
_ALLOWED: Final = {
    "number": {"path", "constant", "unit", "factor", "offset", "text"},
    "whole": {"path", "constant", "text"},
    "word": {"path", "constant", "words", "mask"},
    "flags": {"path", "words", "bits"},
}


class Value(NamedTuple):
    """One key of ours: where it stands and how it is read."""

    key: str
    place: Place | None
    look: Look
    meaning: str
    bare_key: str | None = None
    """The element's own key, where its value is taken as it stands: the commonest, and the fastest."""


def value(key: str, given: object, field: msgspec.structs.FieldInfo) -> Value:
    """Return how one key is read.

    Raises
    ------
    ConfigurationError
        Naming what of it is wrong, and what was expected.
    """
    spec = ValueSpec(path=given) if isinstance(given, str) else shaped(given, ValueSpec, f"fields.{key}")
    kind = _kind(field.name)
    check(key, spec, kind)
    if spec.constant is not None:
        _allowed(f"{key}.constant", spec.constant, field)
        return Value(key, None, partial(_constant, spec.constant), f"{key} = {spec.constant}")
    there = place(f"fields.{key}", spec.path or "")
    look = found = looking(there)
    if kind in ("number", "whole") and spec.text:
        look = _from_text(look)
    meaning = key
    if kind == "number":
        conversion = _conversion(field.name, spec, key)
        look, meaning = _scaled(look, conversion), _meaning(key, spec, conversion)
    elif kind == "word":
        for said, word in (spec.words or {}).items():
            _allowed(f"{key}.words.{said}", _truth(word), field)
        look = _worded(look, spec)
    return Value(key, there, look, meaning, own_key(there) if look is found else None)


def _kind(name: str) -> str:
    if name in _BARE or _unit(name):
        return "number"
    return "whole" if name in _WHOLE else "word"


def _unit(name: str) -> tuple[str, str] | None:
    """Return what a key of ours measures and its unit, by how it ends."""
    found = next((what for end, what in _UNITS.items() if name.endswith(end)), None)
    if found and found[0] == "pressure":
        if "gauge" in name:
            return "gauge_pressure", "kPa"
        return ("differential_pressure" if "differential" in name else "pressure"), "kPa"
    return found


def check(key: str, spec: ValueSpec, kind: str) -> None:
    """Refuse what makes no sense for a key of this kind."""
    default = ValueSpec()
    given = {name for name in ValueSpec.__struct_fields__ if getattr(spec, name) != getattr(default, name)}
    if foreign := sorted(given - _ALLOWED[kind]):
        expected = ", ".join(sorted(_ALLOWED[kind]))
        raise ConfigurationError(f"fields.{key}: {', '.join(foreign)}; expected some of {expected}")
    if (spec.path is None) == (spec.constant is None):
        raise ConfigurationError(f"fields.{key}: expected either path or constant")
    if spec.words and spec.bits:
        raise ConfigurationError(f"fields.{key}: expected either words or bits")


def _allowed(key: str, given: object, field: msgspec.structs.FieldInfo) -> None:
    try:
        msgspec.convert(given, field.type)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"fields.{key}: {given!r}: {error}") from None


def _conversion(name: str, spec: ValueSpec, key: str) -> Conversion:
    """Return what makes a payload's number one in our unit: first its factor and offset, then its unit."""
    measured = _unit(name)
    if spec.unit is not None and measured is None:
        raise ConfigurationError(f"fields.{key}.unit: {spec.unit!r}; expected none: {name} has no unit")
    try:
        unit = converter(measured[0], spec.unit, measured[1]) if measured and spec.unit else Conversion(1.0)
    except ConfigurationError as error:
        raise ConfigurationError(f"fields.{key}.unit: {error}") from None
    scale, offset = spec.factor * unit.scale, spec.offset * unit.scale + unit.offset
    if not (math.isfinite(scale) and math.isfinite(offset) and scale):
        raise ConfigurationError(
            f"fields.{key}: × {scale} {offset:+}; expected finite numbers, the first not 0"
        )
    return Conversion(scale, offset)


def _scaled(look: Look, conversion: Conversion) -> Look:
    """Return what converts numbers and leaves anything else to be judged as it is."""
    scale, offset = conversion.scale, conversion.offset
    if scale == 1 and offset == 0:
        return look
    inverse = 1 / scale
    # 12345 L are 12.345 m³ when divided, and 12.345000000000001 when multiplied.
    divide = inverse.is_integer() and not offset

    def divided(element: object, root: object) -> object:
        given = look(element, root)
        return given / inverse if type(given) is float or type(given) is int else given

    def scaled(element: object, root: object) -> object:
        given = look(element, root)
        return given * scale + offset if type(given) is float or type(given) is int else given

    return divided if divide else scaled


def _from_text(look: Look) -> Look:
    """Return what reads a number that comes as text; anything else stays to be judged as it is."""

    def from_text(element: object, root: object) -> object:
        given = look(element, root)
        if type(given) is str:
            try:
                return int(given) if given.isdecimal() and len(given) < 19 else float(given)  # noqa: PLR2004  # 64 bits
            except ValueError:
                return given
        return given

    return from_text


def _worded(look: Look, spec: ValueSpec) -> Look:
    words = {said: _truth(word) for said, word in (spec.words or {}).items()}
    mask = spec.mask
    if mask is None and not words:
        return look
    whole = {int(said): word for said, word in words.items() if said.removeprefix("-").isdecimal()}

    def worded(element: object, root: object) -> object:
        given = look(element, root)
        if type(given) is int:
            given = given if mask is None else given & mask
            return whole.get(given, given)
        said = plain(given)
        return given if said is None else words.get(said, given)

    return worded


def _truth(word: str) -> object:
    """Return a word of a mapping as what the key takes: cabinet_open takes no word but a truth."""
    return {"true": True, "false": False}.get(word, word)


def _meaning(key: str, spec: ValueSpec, conversion: Conversion) -> str:
    if conversion == Conversion(1.0):
        return key
    unit = f"{spec.unit}, " if spec.unit else ""
    return f"{key} from {unit}× {conversion.scale:g} {conversion.offset:+g}"


def _constant(given: Any, _element: object, _root: object) -> Any:  # noqa: ANN401  # as the mapping has it
    return given
