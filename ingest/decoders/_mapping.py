"""A mapping compiled: one JSON element to the keys of the native format."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from ingest.decoders._map_flags import flags
from ingest.decoders._map_spec import MapSpec, TimeSpec
from ingest.decoders._map_times import time_reader
from ingest.decoders._map_values import Value, value
from ingest.decoders._paths import Known, Look, Place, looking, place
from ingest.decoders._topic import level_of
from ingest.decoders._wire import KINDS, Wire, WireCredit, WireStream
from telemetry.errors import ConfigurationError

Keys: TypeAlias = Callable[[dict[str, object], object], dict[str, object]]
_REGISTERS: Final = frozenset({"index_m3", "base_index_m3"})
_STREAMS: Final = ("A", "B")
_NOT_MAPPED: Final = frozenset({"measured_at", "flags", "credit", "streams"})


class Compiled(NamedTuple):
    """What decodes the payloads of one mapping."""

    wire: type[Wire]
    keys: Keys
    """Element and whole payload to what the native format would say; time is read by `time`."""
    time: Look
    local_times: bool
    device: Look | None
    device_level: int | None
    elements: Look | None
    in_element: Known
    in_root: Known
    values: Sequence[Value]
    """Every key with its place, for who asks which means what."""


def compiled(spec: MapSpec) -> Compiled:
    """Compile a mapping.

    Raises
    ------
    ConfigurationError
        Naming the key that is wrong, and what was expected.
    """
    wire = KINDS[spec.kind]
    values = _values(spec.fields, wire)
    _require(spec, values)
    when = TimeSpec(spec.time) if isinstance(spec.time, str) else spec.time
    time, local = time_reader(when)
    level = level_of({"device_level": spec.device_level}, "device_level")
    device = None if spec.device is None else place("device", spec.device)
    elements = None if spec.elements is None else place("elements", spec.elements)
    ignored = [place("ignore", path) for path in spec.ignore]
    at = place("time.path", when.path)
    used = [at, *ignored, *(one.place for one in values if one.place)]
    used += [device] if device else []
    in_root = [one for one in used if one.from_root] + ([elements] if elements else [])
    return Compiled(
        wire=wire,
        keys=_gathering(values),
        time=time,
        local_times=local,
        device=looking(device) if device else None,
        device_level=level,
        elements=looking(elements._replace(from_root=True)) if elements else None,
        in_element=Known([one for one in used if not one.from_root]),
        in_root=Known(in_root),
        values=[*_envelope(at, when.as_, device), *values],
    )


def _envelope(at: Place, written: str, device: Place | None) -> list[Value]:
    """Return the time and the name as values, to be explained with the others."""
    found = [Value("measured_at", at, looking(at), f"measured_at, {written}")]
    return found if device is None else [Value("device", device, looking(device), "device"), *found]


def _values(fields: Mapping[str, Any], wire: type[Wire]) -> list[Value]:
    """Return how each key is read; the keys of credit and streams bear the name of what they stand in."""
    known = {field.name: field for field in msgspec.structs.fields(wire)}
    found: list[Value] = []
    for name, given in fields.items():
        match name:
            case "flags" if name in known:
                found += flags(name, given)
            case "credit" if name in known:
                found += _nested("credit", given, WireCredit)
            case "streams" if name in known:
                found += _streams(given)
            case _ if name in known and name not in _NOT_MAPPED:
                found.append(value(name, given, known[name]))
            case _:
                expected = ", ".join(one for one in known if one != "measured_at")
                raise ConfigurationError(f"fields.{name}: unknown key; expected some of {expected}")
    return found


def _streams(given: object) -> list[Value]:
    if not isinstance(given, dict) or not given.keys() <= set(_STREAMS):
        raise ConfigurationError("fields.streams: expected tables A and B")
    return list(chain.from_iterable(_nested(f"streams.{name}", given[name], WireStream) for name in given))


def _nested(name: str, given: object, struct: type[msgspec.Struct]) -> list[Value]:
    known = {field.name: field for field in msgspec.structs.fields(struct)}
    if not isinstance(given, dict):
        raise ConfigurationError(f"fields.{name}: {given!r}; expected a table")
    if unknown := sorted(given.keys() - known.keys()):
        expected = ", ".join(known)
        raise ConfigurationError(
            f"fields.{name}.{', '.join(unknown)}: unknown key; expected some of {expected}"
        )
    return [value(f"{name}.{key}", one, known[key]) for key, one in given.items()]


def _require(spec: MapSpec, values: Sequence[Value]) -> None:
    """Refuse a mapping that no element could ever satisfy."""
    mapped = {one.key for one in values}
    if spec.kind == "reading" and not mapped & _REGISTERS:
        raise ConfigurationError("fields: no register; expected index_m3 or base_index_m3")
    if spec.kind == "event" and (lacking := sorted({"code", "state"} - mapped)):
        raise ConfigurationError(f"fields: {', '.join(lacking)} missing; an event has both")
    if not mapped:
        raise ConfigurationError("fields: empty; expected at least one key")


def _gathering(values: Sequence[Value]) -> Keys:
    """Return what makes one element's keys, those within credit and streams where they belong."""
    bare = [(one.key, one.bare_key) for one in values if one.bare_key is not None and "." not in one.key]
    looks = [
        (one.key, one.look)
        for one in values
        if "." not in one.key and one.key != "flags" and one.bare_key is None
    ]
    if said := [one.look for one in values if one.key == "flags"]:
        looks.append(("flags", said[0] if len(said) == 1 else _joined(said)))
    if credit := _under("credit", values):
        looks.append(("credit", credit))
    if streams := {name: look for name in _STREAMS if (look := _under(f"streams.{name}", values))}:
        looks.append(("streams", lambda element, root: _gathered([*streams.items()], element, root) or None))

    def gathered(element: dict[str, object], root: object) -> dict[str, object]:
        found = {ours: given for ours, theirs in bare if (given := element.get(theirs)) is not None}
        for name, look in looks:
            if (given := look(element, root)) is not None:
                found[name] = given
        return found

    return gathered


def _under(name: str, values: Sequence[Value]) -> Look | None:
    """Return what makes the keys that stand in one of ours."""
    looks = [(one.key[len(name) + 1 :], one.look) for one in values if one.key.startswith(f"{name}.")]
    return (lambda element, root: _gathered(looks, element, root) or None) if looks else None


def _gathered(looks: Sequence[tuple[str, Look]], element: object, root: object) -> dict[str, object]:
    return {name: given for name, look in looks if (given := look(element, root)) is not None}


def _joined(looks: Sequence[Look]) -> Look:
    """Return all words that are said in several places."""

    def joined(element: object, root: object) -> object:
        said = [found for look in looks if isinstance(found := look(element, root), list)]
        return list(chain.from_iterable(said)) if said else None

    return joined
