"""A mapping as it stands in the configuration, checked for its shape."""

import tomllib
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar

import msgspec

from ingest.decoding import Settings
from telemetry.errors import ConfigurationError

MAPS: Final = files("ingest.decoders") / "maps"
Spec = TypeVar("Spec", bound=msgspec.Struct)


class TimeSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the time stands, and how it is written."""

    path: str
    as_: str = msgspec.field(name="as", default="rfc3339")


class ValueSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the value of one key stands, and what makes it what the key means."""

    path: str | None = None
    constant: float | str | bool | None = None
    unit: str | None = None
    factor: float = 1.0
    offset: float = 0.0
    text: bool = False
    mask: int | None = None
    words: dict[str, str] | None = None
    bits: dict[str, str] | None = None


class MapSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a route whose decoder is ``json_map``."""

    time: str | TimeSpec
    fields: dict[str, Any]
    kind: Literal["reading", "pressure", "event"] = "reading"
    device: str | None = None
    device_level: int | None = None
    elements: str | None = None
    ignore: tuple[str, ...] = ()
    map: str | None = None


TAKES: Final = {
    "map": "a mapping of this package (ingest/decoders/maps), which the settings beside it amend",
    "kind": "reading, pressure or event; without it reading",
    "device": "path of the device's or station's name",
    "device_level": "or which level of the topic, from 1, is that name",
    "elements": "path of the array of elements; without it the payload is one, or an array of them",
    "time": "path of the time, or {path, as}: rfc3339, local, epoch_s, epoch_ms, epoch_us, a strptime format",
    "fields": "our key = path, or {path, unit, factor, offset, text, mask, words, bits, constant}",
    "ignore": "paths of keys that are known and mean nothing here",
}

_NAMES: Final = frozenset({"device", "device_level"})


def map_spec(settings: Settings) -> MapSpec:
    """Return the mapping that settings are, laid over the package's that they name.

    Raises
    ------
    ConfigurationError
        Naming the key that is wrong, and what was expected.
    """
    named = settings.get("map")
    whole = dict(_packaged(named)) if named is not None else {}
    if not settings.keys().isdisjoint(_NAMES):
        whole = {key: value for key, value in whole.items() if key not in _NAMES}
    whole.update(settings)
    for key in ("time", "fields"):
        if key not in whole:
            raise ConfigurationError(f"{key}: missing; expected {TAKES[key]}")
    spec = shaped(whole, MapSpec, "")
    if (spec.device is None) == (spec.device_level is None):
        raise ConfigurationError("device: expected either device, a path, or device_level, a topic level")
    return spec


def shaped(given: object, spec: type[Spec], key: str) -> Spec:
    """Return what stands under a key as the spec that it must be."""
    try:
        return msgspec.convert(given, spec)
    except msgspec.ValidationError as error:
        known = ", ".join(field.encode_name for field in msgspec.structs.fields(spec))
        said, _, where = str(error).partition(" - at `$")
        place = ".".join(part for part in (key, where.strip("`.")) if part)
        expected = f"; expected some of {known}" if "unknown field" in said else ""
        raise ConfigurationError(f"{place or 'settings'}: {said}{expected}") from None


def _packaged(named: object) -> dict[str, object]:
    known = sorted(one.name.removesuffix(".toml") for one in MAPS.iterdir() if one.name.endswith(".toml"))
    if named not in known:
        raise ConfigurationError(f"map: {named!r}; expected one of {', '.join(known)}")
    return tomllib.loads((MAPS / f"{named}.toml").read_text("utf-8"))
