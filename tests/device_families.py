"""One simulated device of each family: how its route is set, what it says, and what of it is refused.

What a display cannot show is cut off before it is encoded (`resolution`): what a device said is then known
to its last digit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from simulators.encoders import (
    chirpstack,
    cjt188,
    lwm2m,
    mbus_json,
    modbus,
    native,
    rtl433,
    sparkplug_b,
    ttn,
    wmbus,
    wmbusmeters,
)
from tests.device_voices import (
    CUBIC_FOOT_M3,
    Message,
    Shown,
    chirpstack_says,
    dsmr_says,
    dtu_flat_says,
    each,
    elster_says,
    fxgasflow_answer,
    lwm2m_says,
    native_says,
    rtl433_says,
    sparkplug_metrics,
    sparkplug_says,
    tianxin_answer,
    ttn_says,
    whole,
    wmbus_says,
)

Register: TypeAlias = Literal["index_m3", "base_index_m3"]
Clock: TypeAlias = Literal["told", "site", "age", "arrival"]


@dataclass(frozen=True)
class Device:
    """A device: ``clock`` is what its readings' times are held against.

    ``told`` and ``site`` clocks come to the microsecond, a ``site`` clock flagged; ``age`` counts from
    the arrival, and ``arrival`` is that itself.
    """

    family: str
    name: str
    say: Callable[[Sequence[Shown], datetime], list[Message]]
    bad: Callable[[Shown], Message]
    """The same reading, spoilt on its way."""
    reason: str
    route: str = ""
    """Part of ``citygas.toml``."""
    resolution: Decimal = Decimal("0.001")
    clock: Clock = "told"
    registers: tuple[Register, ...] = ("index_m3",)
    pushed: bool = False
    events: int = 0
    """Events that it sends besides."""


def route(topic: str, decoder: str, **settings: str) -> str:
    """Return a route; settings are TOML."""
    lines = [f"{key} = {value}" for key, value in settings.items()]
    head = ["[[ingest.route]]", f'topic = "{topic}"', f'decoder = "{decoder}"', "[ingest.route.settings]"]
    return "\n".join([*head, *lines, ""])


_BOTH: Final[tuple[Register, ...]] = ("index_m3", "base_index_m3")
_HUNDREDTH: Final = Decimal("0.01")
_CARD: Final = "78330011223344"
_SPARKPLUG_FIELDS: Final = (
    '{ index_m3 = "Meter/Volume", base_index_m3 = "Meter/Base", pressure_kpa = "Gas/Pressure" }'
)

DEVICES: Final = (
    Device(
        "native",
        "EVC-NATIVE",
        native_says,
        bad=lambda _one: (
            native.topic("north", "EVC-NATIVE", "reading"),
            b'{"measured_at": 1772323200, "index_m3',
        ),
        reason="not_json",
        registers=_BOTH,
    ),
    Device(
        "json_map",
        "NB-7",
        each(dtu_flat_says),
        bad=lambda one: ("json/NB-7/up", dtu_flat_says(one)[1].replace(b'"vm":', b'"vm":0')),
        reason="not_json",
        route=route("json/+/up", "json_map", map='"dtu_flat"', device_level="2"),
        clock="site",
        registers=_BOTH,
    ),
    Device(
        "modbus",
        "EVC-FX",
        each(lambda one: ("dtu/EVC-FX/up", fxgasflow_answer(one))),
        bad=lambda one: ("dtu/EVC-FX/up", fxgasflow_answer(one)[:-1] + b"?"),
        reason="decode_error",
        route=route("dtu/+/up", "modbus", map='"fxgasflow"', device_level="2"),
        clock="arrival",
        registers=_BOTH,
    ),
    Device(
        "modbus",
        "EVC-TX",
        each(lambda one: ("bus/7", tianxin_answer(one).hex().encode())),
        bad=lambda _one: ("bus/7", modbus.failure(3, 2)),
        reason="decode_error",
        route=route("bus/+", "modbus", map='"tianxin"', devices='{ "3" = "EVC-TX" }'),
        resolution=_HUNDREDTH,
        clock="arrival",
        registers=("base_index_m3",),
    ),
    Device(
        "cjt188",
        _CARD,
        each(
            lambda one: (
                "concentrator/7/cjt188",
                cjt188.metering(_CARD, one.site_time, whole(one.index_m3, 2)),
            )
        ),
        bad=lambda _one: ("concentrator/7/cjt188", cjt188.request(_CARD)),
        reason="decode_error",
        route=route("concentrator/+/cjt188", "cjt188"),
        resolution=_HUNDREDTH,
        clock="site",
    ),
    Device(
        "chirpstack",
        "0101010101010101",
        each(chirpstack_says),
        bad=lambda one: (
            chirpstack.topic("1", "0101010101010101"),
            chirpstack.up(b"\x05\x01", one.at, dev_eui="0101010101010101"),
        ),
        reason="decode_error",
        route=route("application/+/device/+/event/up", "chirpstack", codec='"smartico_gas"'),
    ),
    Device(
        "ttn",
        "g4-12676",
        each(ttn_says("g4-12676")),
        bad=lambda one: (
            ttn.topic("meters", "gas", "g4-12676"),
            ttn.up(b"", one.at, dev_eui="0004A30B001C0530", name="g4-12676"),
        ),
        reason="missing_field",
        route=route("v3/+/devices/+/up", "ttn", codec='"smartico_gas"', device='"device_id"'),
    ),
    Device(
        "ttn",
        "g4-pushed",
        each(ttn_says("g4-pushed")),
        bad=lambda one: ("", ttn.up(b"", one.at, dev_eui="0004A30B001C0530", name="g4-pushed")),
        reason="missing_field",
        route="""[[ingest.push]]
name = "lns"
decoder = "ttn"
[ingest.push.settings]
codec = "smartico_gas"
device = "device_id"
""",
        pushed=True,
    ),
    Device(
        "sparkplug_b",
        "EVC-SPB",
        sparkplug_says,
        bad=lambda one: (
            sparkplug_b.topic("gas", "DDATA", "RTU-9", "EVC-SPB"),
            sparkplug_b.payload(sparkplug_metrics(one, born=False), at_ms=1_772_323_200_000, seq=1),
        ),
        reason="decode_error",
        route=route("spBv1.0/gas/#", "sparkplug_b", fields=_SPARKPLUG_FIELDS),
        registers=_BOTH,
        events=1,
    ),
    Device(
        "wmbusmeters",
        "05105025",
        each(
            lambda one: (
                "wmbusmeters/05105025",
                wmbusmeters.payload("05105025", "elster", float(one.index_m3), one.at.timestamp()),
            )
        ),
        bad=lambda _one: (
            "wmbusmeters/05105025",
            wmbusmeters.payload("05105025", "elster", 1, 1_772_323_200).replace(b'"gas"', b'"water"'),
        ),
        reason="decode_error",
        route=route("wmbusmeters/+", "wmbusmeters"),
    ),
    Device(
        "wmbus",
        "31415926",
        wmbus_says,
        bad=lambda _one: (
            "wmbus/roof",
            wmbus.telegram(31415926, [wmbus.volume(10_500, 3)])[:-2].hex().encode(),
        ),
        reason="decode_error",
        route=route("wmbus/+", "wmbus"),
        clock="age",
    ),
    Device(
        "dsmr",
        "G0007",
        each(dsmr_says),
        bad=lambda one: ("p1/house", dsmr_says(one)[1].replace(b"*m3", b"*m4")),
        reason="decode_error",
        route=route("p1/+", "dsmr", corrected='"index_m3"'),
    ),
    Device(
        "elster_archive",
        "EK-1",
        elster_says,
        bad=lambda one: (
            "elster/EK-1/archive",
            elster_says([one], one.at)[0][1].replace(b"CRC Ok", b"CRC Error"),
        ),
        reason="decode_error",
        route=route("elster/+/archive", "elster_archive", device_level="2"),
        clock="site",
        registers=_BOTH,
    ),
    Device(
        "mbus_json",
        "21072718",
        each(
            lambda one: (
                "mbus/cellar",
                mbus_json.payload(21072718, whole(one.index_m3, 2), -2, battery_mv=2363),
            )
        ),
        bad=lambda _one: (
            "mbus/cellar",
            mbus_json.payload(21072718, 1050, -2, battery_mv=2363).replace(b'"medium": 3', b'"medium": 7'),
        ),
        reason="decode_error",
        route=route("mbus/+", "mbus_json"),
        resolution=_HUNDREDTH,
        clock="arrival",
    ),
    Device(
        "rtl433",
        "4198071",
        each(rtl433_says),
        bad=lambda one: ("rtl_433/roof/events", rtl433.scm(4198071, 370, one.site_time, kind=4)),
        reason="decode_error",
        route=route("rtl_433/+/events", "rtl433", unit='"ft3"'),
        resolution=CUBIC_FOOT_M3,
        clock="site",
    ),
    Device(
        "lwm2m",
        "861075",
        lwm2m_says,
        bad=lambda _one: ("lwm2m/861075/up", lwm2m.senml([(0, {8: 0.0025})], 1_772_323_200)),
        reason="missing_field",
        route=route("lwm2m/+/up", "lwm2m", device_level="2"),
    ),
)
