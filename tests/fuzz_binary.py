"""Fuzz the binary decoders, guided by which of their branches a payload takes.

``python -m tests.fuzz_binary [options of libFuzzer] CORPUS``: the first byte of an input chooses a route, the
rest is the payload, or the frame of an uplink. It ends with status 0 when its time or its runs are over, and
with another at the first payload that a decoder neither decodes nor refuses.
"""

import sys
from base64 import b64encode
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["ingest.decoders"]):
    from tests.binary_families import examine, payloads, routes

    ROUTES: Final = routes()  # imports the decoders

UPLINK: Final = b'{"time":"2026-03-01T00:00:00Z","deviceInfo":{"devEui":"1"},"data":"%s"}'


def examine_input(given: bytes) -> None:
    """Examine one input of the fuzzer."""
    if not given:
        return
    decoder = ROUTES[given[0] % len(ROUTES)]
    examine(decoder, given[1:])
    if decoder.name == "chirpstack":
        examine(decoder, UPLINK % b64encode(given[1:]))


def seed(corpus: Path) -> None:
    """Write what the vectors say as a beginning, for every route."""
    for number in range(len(ROUTES)):
        for position, payload in enumerate(payloads()):
            (corpus / f"{number}-{position}").write_bytes(bytes([number]) + payload)


if __name__ == "__main__":
    seed(Path(sys.argv[-1]))
    atheris.Setup(sys.argv, examine_input)
    atheris.Fuzz()
