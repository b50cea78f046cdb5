"""Gas meters of LwM2M servers: resources of object 3423, as SenML JSON or as the JSON of servers.

===========  ========================================  ==================================================
resource     is                                        becomes
===========  ========================================  ==================================================
3423/i/1     volume since the last reset [m³]          ``index_m3``, by ``register`` ``base_index_m3``
3423/i/4     pulses                                    × ``pulse_m3`` ``index_m3``, where there is no 1
3423/i/7     least flow since the last value [m³/s]    passed over
3423/i/8     greatest flow since then [m³/s]           [m³/h] ``flow_m3h``, where ``flow`` says so: it is
                                                       not the flow now
3423/i/5518  when it was measured [epoch s] (1.1)      ``measured_at``
3/0/7        supply [mV]                               ``battery_v``
3/0/9        battery [%]                               ``battery_pct``
===========  ========================================  ==================================================

Payloads: SenML (RFC 8428) with ``bn, bt, bv, n, t, v, vb, vs``, one reading a time; an object of paths
(``{"/3423/0/1": 12.5}``), also nested (``{"3423": {"0": {"1": 12.5}}}``); Leshan's
(``{"ep", "res", "val": {"id", "kind", "resources": [{"id", "value"}]}}``). A time is ``bt`` + ``t`` (from
2²⁸ on absolute, below that counted from the arrival), else 5518, else the arrival. The device is ``ep``, or
the level ``device_level`` of the topic. Leaks (9, 10) and heat (11) are passed over: no flag says that.
Sources: OMA registry 3423.xml 1.0 and 1.1, RFC 8428, Leshan's demo server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ingest.decoders._choices import chosen, positive
from ingest.decoders._element import read
from ingest.decoders._lenient import parse
from ingest.decoders._lwm2m_resources import Resources, by_time
from ingest.decoders._one_by_one import one_by_one
from ingest.decoders._told_time import told_time
from ingest.decoders._topic import level_of, name_at
from ingest.decoding import Decoded, Decoder, Record, Settings, Vector
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import SECOND, Instant, RawMessage, Reading

_METER: Final = 3423
_VOLUME: Final = 1
_PULSES: Final = 4
_GREATEST_FLOW: Final = 8
_TIME: Final = 5518
_SUPPLY_MV: Final = (3, 0, 7)
_BATTERY_PCT: Final = (3, 0, 9)
_S_PER_HOUR: Final = 3600
_ENDPOINTS: Final = ("ep", "endpoint")


@dataclass(frozen=True)
class _Way:
    """How a route's devices are read."""

    register: str
    flow: int | None
    pulse_m3: float | None
    instance: int
    level: int | None

    def decode(self, message: RawMessage) -> Decoded:
        """Return a reading for each time that a payload says."""
        parsed = parse(message.payload)
        device = name_at(message.topic, self.level) if self.level else _endpoint(parsed)
        return one_by_one(
            by_time(parsed, message.received_at),
            lambda one: self._records(device, *one, message.received_at),
            lambda _: device,
        )

    def _records(
        self, device: str, at_s: float | None, said: Resources, received_at: Instant
    ) -> list[Record]:
        of_meter = {
            resource: value
            for (kind, instance, resource), value in said.items()
            if kind == _METER and instance == self.instance
        }
        register = of_meter.get(_VOLUME)
        if register is None and self.pulse_m3:
            register = _times(of_meter.get(_PULSES), self.pulse_m3)
        measured = at_s if at_s is not None else of_meter.get(_TIME)
        fields = {
            self.register: register,
            "flow_m3h": None if self.flow is None else _times(of_meter.get(self.flow), _S_PER_HOUR),
            "battery_v": _times(said.get(_SUPPLY_MV), 1 / 1000),
            "battery_pct": said.get(_BATTERY_PCT),
        }
        measured_at = received_at if measured is None else told_time("the time", measured)
        return read(device, measured_at, fields)


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    instance = settings.get("instance", 0)
    if not isinstance(instance, int) or isinstance(instance, bool):
        raise ConfigurationError(f"instance: {instance!r}; expected a whole number")
    way = _Way(
        register=chosen(settings, "register", ("index_m3", "base_index_m3")) or "index_m3",
        flow=_GREATEST_FLOW if chosen(settings, "flow", ("greatest",)) else None,
        pulse_m3=positive(settings, "pulse_m3"),
        instance=instance,
        level=level_of(settings, "device_level"),
    )
    return way.decode


def _times(value: object, factor: float) -> object:
    """Return a number times a factor; anything else as it is, to be judged as what it becomes."""
    return value * factor if isinstance(value, int | float) and not isinstance(value, bool) else value


def _endpoint(parsed: object) -> str:
    """Return the endpoint that a server's JSON names."""
    if isinstance(parsed, dict):
        for name in (parsed.get(key) for key in _ENDPOINTS):
            if isinstance(name, str):
                return name
    raise DecodeError("missing_field", "ep, or the setting device_level")


_SENML: Final = (
    b'[{"bn":"/3423/0/","bt":1772323200,"n":"1","u":"m3","v":182.75},{"n":"8","u":"m3/s","v":0.0025},'
    b'{"n":"1","t":-3600,"v":181.5},{"bn":"/3/0/","n":"9","v":87}]'
)
_LESHAN: Final = (
    b'{"ep":"urn:imei:861075","res":"/3423/0","val":{"kind":"instance","id":0,"resources":['
    b'{"kind":"singleResource","id":1,"value":182.75,"type":"FLOAT"},'
    b'{"kind":"singleResource","id":5518,"value":1772323200,"type":"TIME"}]}}'
)
_AT: Final = 1_772_323_200 * SECOND

DECODER: Final = Decoder(
    name="lwm2m",
    decode=configure({}),
    configure=configure,
    takes={
        "register": "index_m3 or base_index_m3: what the volume is; else index_m3",
        "flow": "greatest: the greatest flow since the last value stands for the flow; else none does",
        "pulse_m3": "how much a pulse counts [m³], for meters that send no volume",
        "instance": "which instance of object 3423 is the meter; else 0",
        "device_level": "which level of the topic, from 1, names the device; else the endpoint",
    },
    vectors=(
        Vector(
            "lwm2m/861075/up",
            _SENML,
            records=[
                Reading(device="861075", measured_at=_AT - 3600 * SECOND, index_m3=181.5),
                Reading(device="861075", measured_at=_AT, index_m3=182.75, flow_m3h=9.0, battery_pct=87.0),
            ],
            settings={"device_level": 2, "flow": "greatest"},
        ),
        Vector(
            "leshan/events",
            _LESHAN,
            records=[Reading(device="urn:imei:861075", measured_at=_AT, index_m3=182.75)],
        ),
        Vector(
            "lwm2m/x",
            b'{"endpoint":"G-7","3423":{"1":{"4":4294967295}},"/3/0/7":3600}',
            records=[Reading(device="G-7", measured_at=0, base_index_m3=42_949_672.95, battery_v=3.6)],
            settings={"pulse_m3": 0.01, "instance": 1, "register": "base_index_m3"},
        ),
        Vector("lwm2m/x", b'{"/3423/0/1":182.75}', reasons=["missing_field"]),
        Vector("lwm2m/x", b'{"ep":"G-7","/3423/0/1":"many"}', reasons=["wrong_type"]),
    ),
)
