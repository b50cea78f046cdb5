"""Columns and content hashes: what makes two statements the same, and what makes them differ."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from telemetry.batch import (
    NULL,
    REGISTER_LIMIT_M3,
    content_hash,
    object_hash,
    pressure_columns,
    reading_columns,
)
from telemetry.model import (
    CardState,
    DeviceEvent,
    EventState,
    Instant,
    PressureSample,
    Reading,
    Stream,
    Valve,
)

AT: Instant = 1_772_323_200_000_000
FLOATS = st.none() | st.floats(-1e9, 1e9)
READINGS = st.builds(
    Reading,
    device=st.just("D"),
    measured_at=st.integers(AT, AT + 5),
    index_m3=FLOATS,
    base_index_m3=FLOATS,
    pressure_kpa=FLOATS,
    gauge_pressure_kpa=FLOATS,
    temperature_degc=FLOATS,
    battery_pct=FLOATS,
    valve=st.none() | st.sampled_from(Valve),
    seq=st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
    flags=st.integers(0, 2**29),
)


def reading(**fields: Any) -> Reading:  # noqa: ANN401 -- fields of a reading
    return Reading(**{"device": "D", "measured_at": AT, **fields})


def hash_of(one: Reading) -> int:
    return int(reading_columns([one])["content_hash"][0])


def sample_hashes(*elements: list[PressureSample]) -> list[int]:
    samples = [one for element in elements for one in element]
    of = np.repeat(np.arange(len(elements)), [len(element) for element in elements])
    return list(pressure_columns(samples, of)["content_hash"].tolist())


def streams(a_kpa: float, b_kpa: float) -> list[PressureSample]:
    return [
        PressureSample(station="S", measured_at=AT, stream=stream, outlet_gauge_pressure_kpa=kpa)
        for stream, kpa in ((Stream.A, a_kpa), (Stream.B, b_kpa))
    ]


def test_units_inside_are_si_and_registers_are_whole() -> None:
    columns = reading_columns(
        [reading(index_m3=1.0000004, pressure_kpa=101.325, temperature_degc=20, seq=2), reading()]
    )
    assert columns["index_um3"].tolist() == [1_000_000, NULL]
    assert columns["pressure_pa"][0] == 101_325.0
    assert columns["temperature_k"][0] == 293.15
    assert columns["seq"].tolist() == [2, NULL]
    assert np.isnan(columns["pressure_pa"][1])


def test_the_largest_register_keeps_its_last_digit() -> None:
    largest = int(REGISTER_LIMIT_M3) * 1_000_000
    registers = [*range(largest - 1000, largest + 1), *range(-largest, 1000 - largest)]
    columns = reading_columns([reading(index_m3=float(f"{one}e-6")) for one in registers])
    assert columns["index_um3"].tolist() == registers


@given(st.lists(READINGS, min_size=1, max_size=8), st.randoms())
def test_the_hash_does_not_depend_on_the_order_in_a_batch(said: list[Reading], chance: Any) -> None:  # noqa: ANN401
    alone = [hash_of(one) for one in said]
    assert reading_columns(said)["content_hash"].tolist() == alone
    order = chance.sample(range(len(said)), len(said))
    assert reading_columns([said[at] for at in order])["content_hash"].tolist() == [alone[at] for at in order]


@given(READINGS, READINGS)
def test_the_hash_tells_contents_apart_and_nothing_else(one: Reading, other: Reading) -> None:
    first, second = reading_columns([one]), reading_columns([other])
    same = all(
        np.array_equal(first[name], second[name], equal_nan=True) for name in first if name != "content_hash"
    )
    assert (hash_of(one) == hash_of(other)) == same


@given(READINGS)
def test_a_column_that_is_missing_adds_nothing(one: Reading) -> None:
    columns = reading_columns([one])
    expected = columns.pop("content_hash")
    said = {name: column for name, column in columns.items() if not _missing(column)}
    assert content_hash(said) == expected
    later = said | {"added_later": np.array([np.nan]), "added_whole": np.array([NULL])}
    assert content_hash(later) == expected


def _missing(column: np.ndarray[Any, Any]) -> bool:
    return bool(np.isnan(column[0])) if column.dtype.kind == "f" else column[0] == NULL


def test_minus_zero_says_the_same_as_zero() -> None:
    assert hash_of(reading(index_m3=-0.0, flow_m3h=-0.0)) == hash_of(reading(index_m3=0.0, flow_m3h=0.0))
    assert object_hash(CardState(device="D", measured_at=AT, remaining_m3=-0.0)) == object_hash(
        CardState(device="D", measured_at=AT, remaining_m3=0.0)
    )


def test_zero_is_not_the_same_as_nothing() -> None:
    assert hash_of(reading(index_m3=0.0)) != hash_of(reading())
    assert hash_of(reading(seq=0)) != hash_of(reading())


def test_the_same_value_in_another_column_is_another_content() -> None:
    assert hash_of(reading(pressure_kpa=300)) != hash_of(reading(gauge_pressure_kpa=300))


def test_streams_that_swap_their_values_say_something_else() -> None:
    one, other = sample_hashes(streams(200, 195), streams(195, 200))[::2]
    assert one != other


def test_the_streams_of_one_element_share_a_hash_wherever_they_stand() -> None:
    a, b = streams(200, 195)
    first = sample_hashes([a, b])
    assert first[0] == first[1]
    assert sample_hashes([b, a]) == first
    assert sample_hashes(streams(1, 2), [b, a])[2:] == first


def test_a_stream_more_is_another_content() -> None:
    a, b = streams(200, 195)
    assert sample_hashes([a])[0] != sample_hashes([a, b])[0]


def test_nothing_makes_columns_without_rows() -> None:
    assert reading_columns([])["content_hash"].shape == (0,)
    assert pressure_columns([], np.array([], dtype=np.int64))["content_hash"].shape == (0,)


def test_an_object_s_hash_tells_contents_apart() -> None:
    event = DeviceEvent(device="D", measured_at=AT, code="case_open", state=EventState.ON)
    others = [replace(event, text=""), replace(event, state=EventState.OFF), replace(event, device="E")]
    assert len({object_hash(one) for one in [event, *others]}) == 4
    assert object_hash(replace(event)) == object_hash(event)


def test_an_object_s_hash_is_the_one_that_is_stored() -> None:
    """Rows that stand are found again by it: it must never change."""
    event = DeviceEvent(device="D", measured_at=AT, code="case_open", state=EventState.ON)
    assert object_hash(event) == 3154139663340265724
    assert hash_of(reading(index_m3=12.5, pressure_kpa=301.5, seq=7)) == -7494053860642812417
    assert sample_hashes(streams(200, 195)) == [5473484556036368469] * 2
