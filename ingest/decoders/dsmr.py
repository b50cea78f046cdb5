r"""DSMR and eMUCS P1 telegrams: the gas meters on the M-Bus channels of an electricity meter.

=======================  ===================================  =============================================
line of channel n        is                                   becomes
=======================  ===================================  =============================================
``0-n:24.1.0(003)``      device type; 3 is gas                only these are read
``0-n:96.1.0(…)``,       number of the gas meter, its         the device; by ``device_level`` a level of
``0-n:96.1.1(…)``        characters as hexadecimal digits     the topic
``0-n:24.2.1(t)(v*m3)``  register corrected to temperature    ``base_index_m3``, by ``corrected`` ``index_m3``
``0-n:24.2.3(t)(v*m3)``  register, not corrected (Belgium)    ``index_m3``
``0-n:24.3.0(t)(…)(m3)`` the same as 24.2.1 in versions 2     as 24.2.1; t has no zone: local times
``(v)``                  and 3, the value on the next line
``0-n:24.4.0(x)``        valve: 1 open, 0 and 2 closed        ``valve``
=======================  ===================================  =============================================

t is ``YYMMDDhhmmss`` with S (summer, UTC+2) or W (winter, UTC+1) from version 4 on. 1970-01-01 stands for
"never": a meter that was taken away keeps its channel, and is passed over. Samples: dsmr_parser,
``test/example_telegrams.py``; meterlogger, Fluvius 1.7.1. Layers: `_p1_telegram`, `_p1_gas`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from ingest.decoders._choices import chosen
from ingest.decoders._element import read
from ingest.decoders._one_by_one import one_by_one
from ingest.decoders._p1_gas import LOCAL, GasMeter, gas_meters
from ingest.decoders._p1_samples import FLUVIUS, TWO_CHANNELS, V3, V4
from ingest.decoders._topic import level_of, name_at
from ingest.decoding import Decoded, Decoder, Part, Record, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import RawMessage, Reading, Valve, instant

_VALVES: Final = {"0": "closed", "1": "open", "2": "closed"}
_REGISTERS: Final = ("base_index_m3", "index_m3")


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    corrected = chosen(settings, "corrected", _REGISTERS) or "base_index_m3"
    return partial(_decode, corrected=corrected, level=level_of(settings, "device_level"))


def _decode(message: RawMessage, corrected: str, level: int | None) -> Decoded:
    gas = gas_meters(message.payload)
    live = [meter for meter in gas if not meter.never]
    if not live:
        raise DecodeError("missing_field", f"none of {len(gas)} gas channels ever had a register")
    local = {meter.code == LOCAL for meter in live}
    if len(local) > 1:
        raise DecodeError("decode_error", "some registers say their zone and some do not")
    if level and len(live) > 1:
        raise DecodeError("decode_error", f"the topic names one device, there are {len(live)} gas meters")
    told = name_at(message.topic, level) if level else None
    return one_by_one(
        live,
        lambda meter: _records(told or meter.number, meter, corrected),
        lambda meter: told or meter.number or None,
        local_times=local.pop(),
    )


def _records(device: str, meter: GasMeter, corrected: str) -> list[Record]:
    if not device:
        raise DecodeError("missing_field", "96.1.0 or 96.1.1, or the setting device_level")
    register = corrected if meter.corrected else "index_m3"
    keys = {register: meter.register_m3(), "valve": _VALVES.get(meter.valve)}
    return read(device, meter.captured_at(), keys)


def _explain(message: RawMessage, _settings: Settings) -> Sequence[Part]:
    """Return what stands on each gas channel, also on one that is passed over."""
    try:
        return [Part(_meaning(meter), meter.value, path=meter.path) for meter in gas_meters(message.payload)]
    except DecodeError as error:
        return [Part(f"refused: {error}")]


def _meaning(meter: GasMeter) -> str:
    if meter.never:
        return "a gas meter that never had a register: passed over"
    kind = "corrected to temperature" if meter.corrected else "not corrected"
    return f"register of {meter.number} [m³], {kind}, captured {meter.time}"


DECODER: Final = Decoder(
    name="dsmr",
    decode=configure({}),
    configure=configure,
    takes={
        "corrected": "index_m3 or base_index_m3: what a corrected register is; else base_index_m3",
        "device_level": "which level of the topic, from 1, names the device; else the gas meter's number",
    },
    explain=_explain,
    vectors=(
        Vector(
            "p1/house",
            V4,
            records=[
                Reading(
                    device="4819243993373755377509728609491464",
                    measured_at=instant(datetime(2016, 11, 29, 19, tzinfo=UTC)),
                    base_index_m3=981.443,
                )
            ],
        ),
        Vector(
            "p1/house",
            FLUVIUS,
            records=[
                Reading(
                    device="7FLO2119033733",
                    measured_at=instant(datetime(2020, 5, 12, 11, 45, 58, tzinfo=UTC)),
                    index_m3=112.384,
                    valve=Valve.OPEN,
                )
            ],
        ),
        Vector(
            "p1/house",
            V3,
            records=[
                Reading(
                    device="house",
                    measured_at=instant(datetime(2009, 2, 12, 16, tzinfo=UTC)),
                    index_m3=1.001,
                    valve=Valve.OPEN,
                )
            ],
            settings={"corrected": "index_m3", "device_level": 2},
        ),
        Vector("p1/house", V4.replace(b"00981.443", b"00981.444"), reasons=["decode_error"]),
        Vector(
            "p1/house", TWO_CHANNELS.replace(b"(200426223001S)", b"(200426253001S)"), reasons=["wrong_type"]
        ),
        Vector("p1/house", b"1-0:1.8.1(001581.123*kWh)", reasons=["decode_error"]),
    ),
)
