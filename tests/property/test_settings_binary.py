"""Whatever a route tells a binary family, it is set or refused; what is set takes or refuses any payload."""

from typing import Any, Final

from hypothesis import event, given
from hypothesis import strategies as st

from ingest.decoding import decoder_named
from telemetry.errors import ConfigurationError
from tests.binary_families import FAMILIES, payloads, told

NUMBERS: Final = st.integers(-3, 300) | st.integers() | st.floats()
WORDS: Final = st.sampled_from(
    ["u16", "f32", "bcd", "bits", "index_m3", "valve", "m3", "kPa", "DCBA", "open", "", "x"]
)
ANYTHING: Final = st.recursive(
    st.booleans() | NUMBERS | WORDS | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELD: Final = st.fixed_dictionaries(
    {"type": st.sampled_from(["u8", "u16", "i32", "f32", "f64", "bcd", "bits"])},
    optional={
        "bytes": NUMBERS,
        "order": st.sampled_from(["ABCD", "CDAB", "BADC", "DCBA"]),
        "key": st.sampled_from(["index_m3", "pressure_kpa", "valve", "seq", "temperature_degc"]),
        "scale": NUMBERS,
        "offset": NUMBERS,
        "unit": st.sampled_from(["m3", "bar(a)", "degF", "m3/s", "nonsense"]),
        "missing": NUMBERS,
        "words": st.dictionaries(
            st.sampled_from(["0", "1", "-1", "²", "x"]), st.sampled_from(["open", "closed"])
        ),
        "flags": st.dictionaries(
            st.sampled_from(["0", "7", "99", "²"]), st.sampled_from(["low_battery", "tired"])
        ),
        "mask": NUMBERS,
    },
)


def fields(place: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    placed = st.tuples(FIELD, st.integers(-1, 40)).map(lambda pair: pair[0] | {place: pair[1]})
    return st.lists(placed, max_size=4)


MAPS: Final = st.fixed_dictionaries(
    {"title": st.just("t"), "source": st.just("s"), "register": fields("address")},
    optional={
        "reads": st.lists(st.tuples(st.integers(-1, 30), st.integers(-1, 130)).map(list), max_size=3),
        "register_bytes": st.integers(0, 5),
    },
)
CODECS: Final = fields("at").map(
    lambda found: {"title": "t", "source": "s", "message": [{"name": "m", "when": [], "field": found}]}
)
KNOWN: Final[dict[str, st.SearchStrategy[Any]]] = {
    "map": MAPS | st.sampled_from(["fxgasflow", "tianxin"]),
    "device_level": st.integers(0, 3),
    "devices": st.dictionaries(st.sampled_from(["1", "3", "²", "x"]), st.just("A")),
    "frame": st.sampled_from(["rtu", "bare"]),
    "status": st.dictionaries(st.sampled_from(["valve", "battery"]), st.integers(-1, 16)),
    "codec": CODECS | st.just("smartico_gas"),
    "object": st.just({"index_m3": "gasMeter"}),
}


@given(st.sampled_from(FAMILIES), st.sampled_from(payloads()), st.data())
def test_any_settings_are_taken_or_refused(name: str, payload: bytes, data: st.DataObject) -> None:
    family = decoder_named(name)
    keys = data.draw(st.sets(st.sampled_from(sorted(family.takes))))
    settings = {key: data.draw(KNOWN.get(key, ANYTHING) | ANYTHING) for key in sorted(keys)}
    try:
        decoder = family.set(settings)
    except ConfigurationError:
        event(f"{name}: refused")
    else:
        event(f"{name}: set")
        told(decoder, payload)
