"""Modbus RTU read responses, as a data terminal (DTU) passes them on: binary or hexadecimal text.

=========  =====  =======================================================================
part       bytes  says
=========  =====  =======================================================================
slave      1      who answers, 1 to 247
function   1      03 holding registers, 04 input registers; 83, 84: the device failed
count      1      how many bytes of registers follow
registers  count  in the order of their addresses, which the frame does not say
CRC-16     2      low byte first; may be missing where the payload is a single frame
=========  =====  =======================================================================

What registers mean says a map (``registers/*.toml``). A payload may hold several frames, and beside them
the requests that led to them. A reading is one response, or as many as its map reads. No clock is sent: a
reading is measured when its message came.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from ingest.decoders._element import read
from ingest.decoders._modbus_parts import explain
from ingest.decoders._modbus_route import TAKES, Route, route
from ingest.decoding import Decoded, Decoder, Record, Refusal, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import RawMessage, Reading
from telemetry.quality import Flag


def decode(message: RawMessage) -> Decoded:
    """Refuse: without settings nobody knows what registers mean, nor whose they are."""
    raise DecodeError(
        "decode_error", f"the route of {message.topic} says no map and no device: see its settings"
    )


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    return partial(_decode, route(settings))


def _decode(told: Route, message: RawMessage) -> Decoded:
    speaker = told.speaker(message.topic)
    payload = told.bytes_of(message.payload)
    elements = told.elements(told.frames(payload))
    found: list[tuple[int, Record]] = []
    refusals: list[Refusal] = []
    for position, element in enumerate(elements):
        device = speaker
        try:
            registers = told.registers(payload, element)
            device = device or told.device(element[0].slave)
            taken = read(device, message.received_at, told.map.values(registers))
        except DecodeError as error:
            refusals.append(Refusal(position, error.reason, error.detail, device))
        else:
            found += [(position, record) for record in taken]
    return Decoded(len(elements), found, refusals, speaker)


_FX: Final = b"4B3C6156 449B6392 00000000 40220C4A 000012431116 40200000 122856864222 41AD3127 42CC6C8B"
_TIANXIN: Final = bytes.fromhex(
    "030420 41B80000 42CC6C8B 00000000 3C23D70A 449A4000 42AFC7AE 00000040 00000000 E918"
)
_VORTEX: Final = {"map": "tianxin", "devices": {"3": "VORTEX-3"}}
_CORRECTOR: Final = {"map": "fxgasflow", "device_level": 2}

DECODER: Final = Decoder(
    name="modbus",
    decode=decode,
    configure=configure,
    takes=TAKES,
    explain=explain,
    vectors=(
        # The answer in the comment of the block FXGasFlow, which leaves slave and CRC open: they are ours.
        Vector(
            "dtu/EVC-1/up",
            b"01 03 28 " + _FX,
            records=[
                Reading(
                    device="EVC-1",
                    measured_at=0,
                    index_m3=12_285_686.4222,
                    base_index_m3=1243.1116,
                    flow_m3h=2.5,
                    base_flow_m3h=2.532,
                    temperature_degc=21.649,
                    pressure_kpa=102.212,
                )
            ],
            settings=_CORRECTOR,
        ),
        # Tianxin's page gives the total, 1234 hundreds and 87.89, and the alarms; the rest is ours.
        Vector(
            "dtu/7",
            _TIANXIN,
            records=[
                Reading(
                    device="VORTEX-3",
                    measured_at=0,
                    base_index_m3=123_487.89,
                    base_flow_m3h=36.0,
                    temperature_degc=23.0,
                    pressure_kpa=102.212,
                )
            ],
            settings=_VORTEX,
        ),
        # All a register can say: twelve nines, and floats that are none.
        Vector(
            "dtu/EVC-1/up",
            b"7F800000" * 4 + b"999999999999 7FC00000 999999999999 FF800000 7F7FFFFF",
            records=[
                Reading(
                    device="EVC-1",
                    measured_at=0,
                    index_m3=99_999_999.9999,
                    base_index_m3=99_999_999.9999,
                    flags=int(Flag.NOT_FINITE | Flag.FIELD_DROPPED),
                )
            ],
            settings=_CORRECTOR | {"frame": "bare"},
        ),
        Vector("dtu/EVC-1/up", b"01 03 28 " + _FX[:-1], reasons=["decode_error"], settings=_CORRECTOR),
        Vector("dtu/EVC-1/up", b"01 03 28 " + _FX[:-8], reasons=["decode_error"], settings=_CORRECTOR),
        Vector("dtu/7", _TIANXIN[:-1] + b"\x19", reasons=["decode_error"], settings=_VORTEX),
        Vector("dtu/7", b"03 83 02", reasons=["decode_error"], settings=_VORTEX),
        Vector("dtu/7", b"\x04" + _TIANXIN[1:-2] + b"\x2b\xd8", reasons=["unknown_device"], settings=_VORTEX),
        Vector("dtu/7", _TIANXIN, reasons=["decode_error"]),
    ),
)
