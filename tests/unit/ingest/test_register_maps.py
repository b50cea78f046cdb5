"""Register maps: what a wrong one says, where one may stand, and that the package's can be read by."""

from pathlib import Path
from typing import Any, Final

import pytest

from ingest.decoders._registers import FOLDER, register_map
from ingest.decoders._tables import names
from ingest.decoding import decoder_named
from telemetry.errors import ConfigurationError
from telemetry.model import RawMessage, Reading

MODBUS: Final = decoder_named("modbus")
PAGE: Final = (Path(__file__).parents[3] / "docs" / "decoders-binary.md").read_text("utf-8")
FIELD: Final = {"address": 0, "type": "u32", "key": "index_m3"}


def table(*registers: dict[str, Any]) -> dict[str, Any]:
    return {"title": "t", "source": "s", "reads": [[0, 2]], "register": list(registers)}


def read(registers: bytes, told: str) -> Reading:
    decoder = MODBUS.set({"map": told, "device_level": 1, "frame": "bare"})
    (_, reading) = decoder.decode(RawMessage("EVC-1", registers, 0)).records[0]
    assert isinstance(reading, Reading)
    return reading


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"type": "u17"}, "Invalid enum value"),
        ({"kind": "u16"}, "unknown field `kind`"),
        ({"type": "bcd"}, "bytes: None; expected 1 to 8"),
        ({"type": "bcd", "bytes": 9}, "bytes: 9; expected 1 to 8"),
        ({"bytes": 4}, "u32 has its own length"),
        ({"type": "u24", "order": "CDAB"}, "words of two bytes, not of 3"),
        ({"key": "volume"}, "key: 'volume'; expected one of"),
        ({"key": "valve"}, "words: expected of the keys valve"),
        ({"words": {"0": "open"}}, "words: expected of the keys valve"),
        ({"key": "valve", "words": {"o": "open"}}, "words: o; expected whole numbers"),
        ({"flags": {"0": "low_battery"}}, "expected of the type bits alone"),
        ({"type": "bits", "bytes": 2, "flags": {"16": "low_battery"}}, "expected bits 0 to 15"),
        ({"type": "bits", "bytes": 2, "flags": {"x": "low_battery"}}, "expected bits 0 to 15"),
        ({"type": "bits", "bytes": 2, "flags": {"0": "empty"}}, "Invalid enum value 'empty'"),
        ({"type": "bits", "bytes": 2, "mask": 0}, "mask: 0; expected some of 16 bits"),
        ({"unit": "kPa"}, "unit 'kPa'"),
        ({"key": "pressure_kpa", "unit": "bar(g)"}, "gauge pressure, expected a unit of absolute pressure"),
        ({"unit": "Nm3"}, "means base conditions"),
        ({"key": "seq", "unit": "m3"}, "seq: has no unit"),
        ({"scale": float("nan")}, "scale, offset: nan, 0.0; expected numbers"),
        ({"scale": 0}, "scale, offset: 0.0, 0.0; expected numbers, no scale of 0"),
        ({"offset": float("inf")}, "scale, offset: 1.0, inf"),
    ],
)
def test_a_map_that_contradicts_itself_says_where(field: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        MODBUS.set({"map": table(FIELD | field), "device_level": 1})


def test_a_map_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'title = "t"\nsource = "s"\nreads = [[0, 2]]\n'
        '[[register]]\naddress = 0\ntype = "u32"\nkey = "index_m3"\n'
    )
    assert read(b"\0\0\0\x05", str(path)).index_m3 == 5
    path.write_text("title = ")
    with pytest.raises(ConfigurationError, match=r"own\.toml: "):
        MODBUS.set({"map": str(path), "device_level": 2})


@pytest.mark.parametrize("name", names(FOLDER))
def test_every_map_of_the_package_makes_a_reading_and_is_told_of(name: str) -> None:
    nothing = bytes(sum(register_map(name).sizes))
    reading = read(nothing, name)
    assert 0 in (reading.index_m3, reading.base_index_m3)
    assert f"| `{name}` |" in PAGE
