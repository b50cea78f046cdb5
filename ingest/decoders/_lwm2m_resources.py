"""What LwM2M servers publish, whichever way they write it, as values of resources by time.

Sources: RFC 8428 (SenML) 4.5, LwM2M core 1.1 7.4.4 and 7.4.5, Leshan's demo server.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from ingest.decoders._lenient import shown
from telemetry.errors import DecodeError
from telemetry.model import SECOND, Instant

Path: TypeAlias = tuple[int, int, int]
"""Object, instance, resource."""
Resources: TypeAlias = Mapping[Path, object]

_PATH: Final = re.compile(r"/?(\d{1,5})/(\d{1,5})/(\d{1,5})(?:/0)?", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,5}", re.ASCII)
_LONGEST_NAME: Final = 64
_ABSOLUTE_FROM_S: Final = 2.0**28
_VALUES: Final = ("v", "vb", "vs")


def by_time(parsed: object, received_at: Instant) -> list[tuple[float | None, Resources]]:
    """Return what a payload says by time in epoch seconds, None where it says none; the oldest first.

    Raises
    ------
    DecodeError
        wrong_type, if it is written in none of the known ways.
    """
    found: dict[float | None, dict[Path, object]] = defaultdict(dict)
    if isinstance(parsed, list):
        for at_s, path, value in _senml(parsed, received_at):
            found[at_s][path] = value
    elif isinstance(parsed, dict):
        found[None].update(_tree(parsed))
    else:
        raise DecodeError("wrong_type", "expected an array of SenML records or an object")
    return sorted(found.items(), key=lambda one: one[0] or 0.0)


def _senml(records: list[object], received_at: Instant) -> Iterator[tuple[float | None, Path, object]]:
    """Yield time, path and value of each record; what one says of the base holds from there on."""
    name, base_s, base_value = "", 0.0, 0.0
    for record in records:
        if not isinstance(record, dict):
            raise DecodeError("wrong_type", "expected SenML records, which are objects")
        name = _text(record, "bn", name)
        base_s = _number(record, "bt", base_s)
        base_value = _number(record, "bv", base_value)
        path = _path(name + _text(record, "n", ""))
        value = next((record[key] for key in _VALUES if key in record), None)
        if path is None or value is None:
            continue
        at_s = base_s + _number(record, "t", 0.0)
        if at_s < _ABSOLUTE_FROM_S:
            at_s += received_at / SECOND
        said = "bt" in record or "t" in record or base_s
        number = isinstance(value, int | float) and not isinstance(value, bool)
        yield (at_s if said else None), path, value + base_value if number and base_value else value


def _tree(node: Mapping[str, object]) -> Iterator[tuple[Path, object]]:
    """Yield paths and values of an object of paths, of nested numbers, or of Leshan's."""
    for key, value in node.items():
        if path := _path(key):
            yield path, _plain(value)
        elif _NUMBER.fullmatch(key) and isinstance(value, dict):
            yield from _nested(int(key), value)
    resource = node.get("res", node.get("path"))
    if isinstance(resource, str) and isinstance(node.get("val"), dict):
        yield from _leshan(resource, node["val"])


def _nested(object_id: int, instances: Mapping[str, object]) -> Iterator[tuple[Path, object]]:
    for instance, resources in instances.items():
        if _NUMBER.fullmatch(instance) and isinstance(resources, dict):
            for resource, value in resources.items():
                if _NUMBER.fullmatch(resource):
                    yield (object_id, int(instance), int(resource)), _plain(value)


def _leshan(resource: str, val: object) -> Iterator[tuple[Path, object]]:
    """Yield what an observed resource or instance says."""
    if not isinstance(val, dict):
        return
    listed = val.get("resources")
    ones = listed if isinstance(listed, list) else [val]
    for one in ones:
        if isinstance(one, dict) and "value" in one:
            path = _path(f"{resource}/{one.get('id')}" if listed else resource)
            if path:
                yield path, one["value"]


def _plain(value: object) -> object:
    """Return a value that some servers wrap in an object."""
    return value.get("value") if isinstance(value, dict) else value


def _path(text: str) -> Path | None:
    match = _PATH.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _text(record: Mapping[str, object], key: str, otherwise: str) -> str:
    value = record.get(key, otherwise)
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        raise DecodeError("wrong_type", f"{key}: {shown(value)}; expected a path")
    return value


def _number(record: Mapping[str, object], key: str, otherwise: float) -> float:
    value = record.get(key, otherwise)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise DecodeError("wrong_type", f"{key}: {shown(value)}; expected a number")
    return float(value)
