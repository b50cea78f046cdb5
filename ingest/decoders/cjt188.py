"""CJ/T 188 frames of gas meters: binary or hexadecimal text, several in a payload.

==========  =====  ==================================================================================
part        bytes  says
==========  =====  ==================================================================================
preamble    any    FE
start       1      68
type        1      30: gas; any other is refused
address     7      A0 … A6, low byte first; the device's name is its 14 digits, A6 first
control     1      81 answer to a read; requests and commands of whoever reads are no readings
length      1      bytes of data
identifier  2      901F, either byte first: metering data; beside it 8105: purchases; C001: a maker's report
serial      1
data        any    901F: total (BCD, low byte first, 0.01) and unit, total of the settlement day and unit,
                   clock (ss mm hh DD MM YY CC, local), status word
checksum    1      sum of all from the start byte on, modulo 256
end         1      16
==========  =====  ==================================================================================

Sources: layouts as several public implementations agree on them; the standard's own text was not read.
They do not agree on the bits of the status: those are settings.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from ingest.decoders._cjt188 import frames
from ingest.decoders._cjt188_parts import explain
from ingest.decoders._cjt188_reading import elements, values
from ingest.decoders._cjt188_route import TAKES, Route, route
from ingest.decoders._element import read
from ingest.decoders._hexadecimal import said
from ingest.decoding import Decoded, Decoder, Record, Refusal, Settings, Vector
from telemetry.errors import DecodeError
from telemetry.model import CardState, RawMessage, Reading, Valve
from telemetry.quality import Flag


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    return partial(_decode, route(settings))


def _decode(told: Route, message: RawMessage) -> Decoded:
    speaker = told.speaker(message.topic)
    payload = said(message.payload)
    together = elements(frames(payload))
    found: list[tuple[int, Record]] = []
    refusals: list[Refusal] = []
    for position, element in enumerate(together):
        device = speaker or element[0].address[-told.digits :]
        try:
            clock, given = values(told, payload, element)
            taken = read(device, message.received_at if clock is None else clock, given)
        except DecodeError as error:
            refusals.append(Refusal(position, error.reason, error.detail, device or None))
        else:
            found += [(position, record) for record in taken]
    return Decoded(len(together), found, refusals, speaker, local_times=told.by_meter_s_clock)


_LATE_2015: Final = 1_431_381_691_000_000
"""2015-05-11 22:01:31, as if it were UTC."""
_TOTALS: Final = b"00776655 2C 00776655 2C 31012211051520 "

DECODER: Final = Decoder(
    name="cjt188",
    decode=configure({}),
    configure=configure,
    takes=TAKES,
    explain=explain,
    vectors=(
        # A report with credit in the comment of a public head-end for IoT gas meters.
        Vector(
            "concentrator/7",
            b"FEFE 68 30 39615123355104 21 1E C001 20 40141622041520 18564237 18560200 18560200 18560200"
            b"23 0000 00 6F 16",
            records=[
                Reading(device="04513523516139", measured_at=1_429_719_280_000_000, index_m3=374_256.18),
                CardState(device="04513523516139", measured_at=1_429_719_280_000_000, remaining_money=256.18),
            ],
            settings={"credit": "money"},
        ),
        # The answer of hftangyu.com's article, made that of a gas meter; its checksum is then 33.
        Vector(
            "concentrator/7",
            b"FEFEFEFE 68 30 44332211003378 81 16 1F90 00 " + _TOTALS + b"2184 33 16",
            records=[
                Reading(
                    device="78330011223344", measured_at=_LATE_2015, index_m3=556_677.0, valve=Valve.CLOSED
                )
            ],
        ),
        # All a meter can say: eight nines of litres, the last second of 2099, every bit of the status.
        Vector(
            "m/EXTREME",
            bytes.fromhex(
                "68 30 99999999999999 81 16 901F FF 99999999 29 00000000 2C 59592331129920 FFFF 94 16"
            ),
            records=[
                Reading(
                    device="EXTREME",
                    measured_at=4_102_444_799_000_000,
                    index_m3=999.99999,
                    valve=Valve.FAULT,
                    flags=int(Flag.LOW_BATTERY),
                )
            ],
            settings={"device_level": 2},
        ),
        # The same article's frame as it is printed: its checksum is 08, and should be 13.
        Vector(
            "concentrator/7",
            b"FEFEFEFE 68 10 44332211003378 81 16 1F90 00 " + _TOTALS + b"2184 08 16",
            reasons=["decode_error"],
        ),
        Vector("concentrator/7", b"68 30 03000000000000 01 03 1F90 FF 4D 16", reasons=["decode_error"]),
        Vector("concentrator/7", b"68 30 03000000000000 81 16 1F90 FF 00776655 2C", reasons=["decode_error"]),
    ),
)
