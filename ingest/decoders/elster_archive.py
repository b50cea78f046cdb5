"""Rows of a LIS-200 archive (Elster EK260, EK280): values in brackets, a first row names the columns.

=========  =============================================  ==================================================
column     is                                             becomes
=========  =============================================  ==================================================
GONr       running number of all the device ever noted    ``seq``
AONr       running number within the archive              passed over
Zeit       end of the measuring period, local time        ``measured_at``
Vb, VbG    **actual** volume: undisturbed, in total       ``index_m3`` is VbG; ``disturbed_index_m3`` VbG - Vb
Vn, VnG    **base** volume: undisturbed, in total         ``base_index_m3``, ``base_disturbed_index_m3`` so
p.MP       mean absolute pressure of the period [bar]     ``pressure_kpa``
T.MP       mean temperature of the period [°C]            ``temperature_degc``
K.MP       Z/Zn, the ratio of compression factors         passed over
Z.MP       Zustandszahl: the **correction factor C**      passed over: it is no compression factor
Check      ``CRC Ok``, or the row is refused
=========  =============================================  ==================================================

The names are German: Vb is *Betriebsvolumen* (at metering conditions, 工况), Vn *Normvolumen* (at base
conditions, 标况, of the device: 0 °C as delivered), the opposite of what Vb means elsewhere. Status columns
and events are passed over. Samples: Connexo, ``lis200/profile/4011220_A3{INF,}.txt``, read from an EK260.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Final

from ingest.decoders._element import read
from ingest.decoders._lis200_rows import Row, archive_rows, local_time, number
from ingest.decoders._one_by_one import one_by_one
from ingest.decoders._topic import level_of, name_at
from ingest.decoding import Decoded, Decoder, Record, Settings, Vector
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.model import RawMessage, Reading, instant

_VALUES: Final = ("vn", "vng", "vb", "vbg", "p.mp", "t.mp", "k.mp", "z.mp")
_COLUMNS: Final = ["gonr", "aonr", "zeit", *_VALUES, "st.2", "st.4", "st.7", "st.6", "stsy", "er", "check"]
"""As an EK260 writes archive 3."""
_COUNT: Final = re.compile(r"\d{1,18}", re.ASCII)
_GOOD: Final = "crc ok"
_KPA_PER_BAR: Final = 100


def configure(settings: Settings) -> Callable[[RawMessage], Decoded]:
    """Return the decoding that a route asks for."""
    columns = settings.get("columns", _COLUMNS)
    if not isinstance(columns, list) or not all(isinstance(one, str) for one in columns):
        raise ConfigurationError(f"columns: {columns!r}; expected a list of names such as Zeit, VbG")
    return partial(
        _decode, columns=[name.lower() for name in columns], level=level_of(settings, "device_level")
    )


def _decode(message: RawMessage, columns: Sequence[str], level: int | None) -> Decoded:
    if level is None:
        raise DecodeError("missing_field", "the setting device_level: an archive does not name its device")
    device = name_at(message.topic, level)
    rows = archive_rows(message.payload, columns)
    return one_by_one(rows, lambda row: _records(device, row), lambda _: device, local_times=True)


def _records(device: str, row: Row) -> list[Record]:
    if row.get("check", _GOOD).lower() != _GOOD:
        raise DecodeError("decode_error", f"Check: {row['check'][:40]!r}; expected 'CRC Ok'")
    total, base = number(row, "vbg"), number(row, "vng")
    pressure = number(row, "p.mp")
    fields = {
        "seq": int(row["gonr"]) if _COUNT.fullmatch(row.get("gonr", "")) else None,
        "index_m3": _float(total),
        "base_index_m3": _float(base),
        "disturbed_index_m3": _float(_less(total, number(row, "vb"))),
        "base_disturbed_index_m3": _float(_less(base, number(row, "vn"))),
        "pressure_kpa": _float(pressure and pressure * _KPA_PER_BAR),
        "temperature_degc": _float(number(row, "t.mp")),
    }
    return read(device, local_time(row.get("zeit", "")), fields)


def _less(total: Decimal | None, undisturbed: Decimal | None) -> Decimal | None:
    return None if total is None or undisturbed is None else total - undisturbed


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


_HEAD: Final = (
    b"(GONr)(AONr)(Zeit)(Vn)(VnG)(Vb)(VbG)(p.MP )(T.MP)(K.MP)(Z.MP)(St.2)(St.4)(St.7)(St.6)(StSy)(Er)"
    b"(Check)\n"
    b"()()()(m3)(m3)(m3)(m3)( bar)({C)()()()()()()()()()\n"
)
_ROW: Final = (
    b"(7994)(28)(2011-03-22,14:00:00)(0.7748)(0.7748)(3)(3)(1.02029)(24.21)(1.00061)(0.92438)"
    b"(0)(14)(0)(0)(15)(0x8104)(CRC Ok)  \n"
)
_AT: Final = instant(datetime(2011, 3, 22, 14, tzinfo=UTC))
_SETTINGS: Final = {"device_level": 2}

DECODER: Final = Decoder(
    name="elster_archive",
    decode=configure({}),
    configure=configure,
    takes={
        "device_level": "which level of the topic, from 1, names the device; needed",
        "columns": "names of the columns, where no first row has them; else as an EK260 writes archive 3",
    },
    vectors=(
        Vector(
            "elster/4011220/a3",
            _HEAD + _ROW,
            records=[
                Reading(
                    device="4011220",
                    measured_at=_AT,
                    index_m3=3.0,
                    base_index_m3=0.7748,
                    disturbed_index_m3=0.0,
                    base_disturbed_index_m3=0.0,
                    pressure_kpa=102.029,
                    temperature_degc=24.21,
                    seq=7994,
                )
            ],
            settings=_SETTINGS,
        ),
        Vector(  # columns said by the route; much of it disturbed, and no temperature
            "elster/EK/a3",
            b"(99999999)(2011-03-22,14:00:00)(999999999)(999999999.9999)(----)",
            records=[
                Reading(
                    device="EK",
                    measured_at=_AT,
                    index_m3=999_999_999.9999,
                    disturbed_index_m3=0.9999,
                    seq=99_999_999,
                )
            ],
            settings=_SETTINGS | {"columns": ["GONr", "Zeit", "Vb", "VbG", "T.MP"]},
        ),
        Vector("elster/EK/a3", _ROW.replace(b"Ok", b"Error"), reasons=["decode_error"], settings=_SETTINGS),
        Vector("elster/EK/a3", _ROW, reasons=["missing_field"]),
        Vector("elster/EK/a3", _ROW.replace(b"-22,", b"-32,"), reasons=["wrong_type"], settings=_SETTINGS),
    ),
)
