"""What a route makes of the metrics of Sparkplug B: by the map of its settings and the births before them."""

from array import array
from collections.abc import Mapping
from typing import Final

import msgspec

from ingest.decoders._choices import chosen
from ingest.decoders._lenient import Salvage, require_register, salvage
from ingest.decoders._map_spec import TAKES as MAP_TAKES
from ingest.decoders._map_spec import MapSpec
from ingest.decoders._mapping import Compiled, compiled
from ingest.decoders._records import records
from ingest.decoders._sparkplug_births import Alias, Aliases, Births, NoBirthError
from ingest.decoders._sparkplug_payload import Metric, Payload, meant
from ingest.decoders._sparkplug_rebirth import Rebirths
from ingest.decoders._sparkplug_sequence import Sequences
from ingest.decoders._wire import WireReading
from ingest.decoding import Record, Settings
from telemetry.errors import ConfigurationError
from telemetry.model import SECOND, Instant

US_PER_MS: Final = 1000
_REGISTERS: Final = frozenset({"index_m3", "base_index_m3"})
TAKES: Final = {
    "fields": MAP_TAKES["fields"].replace("path", "metric", 1) + "; a path is a metric's name",
    "kind": "reading or pressure; without it reading",
    "nodes": "true: edge nodes are meters too; without it only the devices behind them are",
    "names": "device or edge.device: what names the registered device; without it device",
    "aliases": "stable: a metric has the same alias in every birth; without it each birth may change them",
    "rebirth": "true: ask an edge node to be born anew where a birth is missing or messages were lost",
    "partial": "pass_over: what changes without a register is passed over; without it refused",
}


class SparkplugRoute:
    """The settings of one route, and the births of those that publish on it."""

    def __init__(self, settings: Settings) -> None:
        """Compile the map.

        Raises
        ------
        ConfigurationError
            Naming the setting that is wrong, and what was expected.
        """
        fields = settings.get("fields")
        if not isinstance(fields, dict):
            raise ConfigurationError(f"fields: {fields!r}; expected {TAKES['fields']}")
        kind = chosen(settings, "kind", ("reading", "pressure")) or "reading"
        self._mapping = compiled(MapSpec(time="time", fields=fields, kind=kind))  # type: ignore[arg-type]  # one of two
        self._metrics = _named(self._mapping)
        self._passes_over = chosen(settings, "partial", ("pass_over",)) is not None
        self.with_edge = chosen(settings, "names", ("device", "edge.device")) == "edge.device"
        self.nodes = _truth(settings, "nodes")
        self.rebirths = Rebirths(allowed=_truth(settings, "rebirth"))
        self.sequences = Sequences()
        self.births = Births(stable=chosen(settings, "aliases", ("stable",)) is not None)

    def aliases(self, payload: Payload) -> Aliases:
        """Return what the metrics of a birth mean, as far as the map asks for them."""
        found: dict[int | str, Alias] = {}
        others: set[int] = set()
        for one in payload.metrics:
            if one.name in self._metrics:
                found[one.name] = Alias(one.name, one.datatype)
                if one.alias is not None:
                    found[one.alias] = found[one.name]
            elif one.alias is not None:
                others.add(one.alias)
        return Aliases(found, array("Q", sorted(others)))

    def elements(
        self, payload: Payload, aliases: Aliases, received_at: Instant, *, born: bool
    ) -> list[tuple[Instant, dict[str, object]]]:
        """Return what a payload says at each of its times, by native key.

        What lacks a register is left out of a birth, and wherever the route passes it over.
        """
        found: dict[Instant, dict[str, object]] = {}
        for one in payload.metrics:
            known = _meaning(one, aliases)
            if known is None or known.metric not in self._metrics or one.value is None:
                continue
            at_ms = payload.at_ms if one.at_ms is None else one.at_ms
            at = received_at if at_ms is None else at_ms * US_PER_MS
            _put(found.setdefault(at, {}), known.metric, meant(one.value, known.datatype))
        keyed = [(at, self._mapping.keys(values, values)) for at, values in found.items()]
        whole = not (born or self._passes_over) or self._mapping.wire is not WireReading
        return [one for one in keyed if whole or not _REGISTERS.isdisjoint(one[1])]

    def records(self, device: str, at: Instant, keys: Mapping[str, object]) -> list[Record]:
        """Return what native keys say at one time.

        Raises
        ------
        DecodeError
            missing_field, wrong_type or not_finite.
        """
        element = {"measured_at": at / SECOND, **keys}
        try:
            wire, lost = msgspec.convert(element, self._mapping.wire), Salvage()
        except (msgspec.ValidationError, UnicodeEncodeError):  # the latter: a lone surrogate
            wire, lost = salvage(element, self._mapping.wire)
        if isinstance(wire, WireReading):
            require_register(wire, lost)
        return records(device, wire, lost.flags)


def _truth(settings: Settings, key: str) -> bool:
    given = settings.get(key, False)
    if not isinstance(given, bool):
        raise ConfigurationError(f"{key}: {given!r}; expected true or false")
    return given


def needs_birth(payload: Payload) -> bool:
    """Tell whether some metric cannot be read without a birth: it has no name, or no datatype."""
    return any(not one.name or not one.datatype for one in payload.metrics)


def _named(mapping: Compiled) -> frozenset[str]:
    return frozenset(one.place.text for one in mapping.values if one.place and one.key != "measured_at")


def _meaning(metric: Metric, aliases: Aliases) -> Alias | None:
    """Return what a metric is; None where nobody asks for it.

    Raises
    ------
    NoBirthError
        Where it contradicts its birth: another birth was missed.
    """
    if metric.name and metric.datatype:
        return Alias(metric.name, metric.datatype)
    key = metric.name or metric.alias
    known = None if key is None else aliases.of(key)
    if known is not None and metric.datatype not in {0, known.datatype}:
        raise NoBirthError(
            f"alias {metric.alias} has datatype {metric.datatype}, in the birth before it {known.datatype}: "
            "a birth was missed",
        )
    return known


def _put(element: dict[str, object], name: str, value: object) -> None:
    """Put a value where the path that is the metric's name will look for it."""
    *above, last = name.split(".")
    for step in above:
        inner = element.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        element = inner
    element[last] = value
