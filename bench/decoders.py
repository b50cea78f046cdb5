"""Microseconds a record in each device family, on its own vectors: against the native format's."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from bench import report
from ingest.decoding import Decoded, Decoder, Vector, decoder_named, decoders
from telemetry.model import RawMessage

ROUNDS: Final = 9
ROUND_S: Final = 0.05
FLAT: Final = Vector(
    "dtu/EVC-0001/up",
    b'{"sn":"EVC-0001","ts":1772323200000,"vm":18342117,"vb":54101.93,"p":0.2014,"t":14.6,"qm":12.4,"bat":3610,'
    b'"st":1,"al":2,"n":4711}',
    settings={
        "device": "sn",
        "time": {"path": "ts", "as": "epoch_ms"},
        "fields": {
            "index_m3": {"path": "vm", "unit": "L"},
            "base_index_m3": "vb",
            "gauge_pressure_kpa": {"path": "p", "unit": "MPa"},
            "temperature_degc": "t",
            "flow_m3h": "qm",
            "battery_v": {"path": "bat", "unit": "mV"},
            "valve": {"path": "st", "words": {"0": "open", "1": "closed"}},
            "flags": {"path": "al", "bits": {"1": "low_battery"}},
            "seq": "n",
        },
    },
)
"""An ordinary corrector's reading: ten keys, five of them in other units or words."""
_PER_ARRAY: Final = 50


def main() -> None:
    """Measure every family, and write the dearest of them all."""
    families = {name: _family(decoder) for name, decoder in decoders().items()}
    array = replace(FLAT, payload=b"[" + b",".join([FLAT.payload] * _PER_ARRAY) + b"]")
    families["json_map_flat"] = _microseconds(decoder_named("json_map"), FLAT)
    families["json_map_array"] = _microseconds(decoder_named("json_map"), array)
    native = families["native"]
    dearest = max(families, key=lambda name: families[name])
    for name, figure in sorted(families.items(), key=lambda one: one[1]):
        print(f"{name:18}{figure:8.2f} µs a record")
    more: dict[str, Any] = {"dearest": dearest, "families": families}
    report.write(
        "decoders", families[dearest], "µs a record", "the native format's vectors", native, ROUNDS, more
    )


def _family(decoder: Decoder) -> float:
    """Return the median over a family's vectors that decode to anything."""
    told = [vector for vector in decoder.vectors if vector.records and not vector.reasons]
    told = told or [vector for vector in decoder.vectors if vector.records]
    return statistics.median(_microseconds(decoder, vector) for vector in told)


def _microseconds(decoder: Decoder, vector: Vector) -> float:
    """Return what one record of a payload takes of a processor, in the quickest of some rounds."""
    decode = decoder.set(vector.settings).decode
    message = RawMessage(vector.topic, vector.payload, 0)
    records = len(decode(message).records)
    times = max(1, round(ROUND_S / _seconds(decode, message, 50) * 50))
    return min(_seconds(decode, message, times) for _ in range(ROUNDS)) / times / records * 1e6


def _seconds(decode: Callable[[RawMessage], Decoded], message: RawMessage, times: int) -> float:
    started = time.thread_time()
    for _ in range(times):
        decode(message)
    return time.thread_time() - started


if __name__ == "__main__":
    main()
