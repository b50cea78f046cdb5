"""What a gas meter says by CJ/T 188 is read back, over the whole range of each of its numbers."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ingest.decoding import decoder_named
from simulators.encoders import cjt188
from telemetry.model import CardState, RawMessage, Reading, Valve, instant

ADDRESSES = st.integers(0, 10**14 - 1).map("{:014d}".format)
EIGHT_DIGITS = st.integers(0, 99_999_999)
CLOCKS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31, 23, 59, 59)).map(  # noqa: DTZ001  # local
    lambda at: at.replace(microsecond=0)
)
VALVES = st.sampled_from([(0, Valve.OPEN), (1, Valve.CLOSED), (3, Valve.FAULT)])
BITS = st.tuples(st.integers(0, 14), st.integers(0, 15)).filter(lambda bits: not 0 <= bits[1] - bits[0] <= 1)


def utc(local: datetime) -> int:
    return instant(local.replace(tzinfo=UTC))


@given(
    st.lists(st.tuples(ADDRESSES, CLOCKS, EIGHT_DIGITS, VALVES, st.booleans()), min_size=1, max_size=5),
    BITS,
    st.sampled_from([cjt188.M3, cjt188.LITRES]),
    st.sampled_from([cjt188.LOW_FIRST, cjt188.HIGH_FIRST]),
    st.integers(0, 255),
    EIGHT_DIGITS,
    st.booleans(),
)
def test_metering_data_are_read_back(
    meters: list[tuple[str, datetime, int, tuple[int, Valve], bool]],
    bits: tuple[int, int],
    unit: int,
    identifier: bytes,
    serial: int,
    settled: int,
    text: bool,
) -> None:
    payload = b"".join(
        cjt188.metering(
            address,
            local,
            total,
            settled=settled,
            unit=unit,
            identifier=identifier,
            serial=serial,
            said=cjt188.status(valve=valve, low_battery=low, valve_bit=bits[0], battery_bit=bits[1]),
        )
        for address, local, total, (valve, _), low in meters
    )
    decoder = decoder_named("cjt188").set({"status": {"valve": bits[0], "battery": bits[1]}})
    found = decoder.decode(RawMessage("t", payload.hex().encode() if text else payload, 0))
    assert not found.refusals
    assert found.records == [
        (
            position,
            Reading(
                device=address,
                measured_at=utc(local),
                index_m3=total / (100 if unit == cjt188.M3 else 100_000),
                valve=word,
                flags=int(low),
            ),
        )
        for position, (address, local, total, (_, word), low) in enumerate(meters)
    ]


@given(ADDRESSES, CLOCKS, EIGHT_DIGITS, st.integers(-9_999_999, 9_999_999), st.booleans())
def test_a_maker_s_report_is_read_back(
    address: str, local: datetime, total: int, remaining: int, money: bool
) -> None:
    told = {"credit": "money" if money else "volume"}
    payload = cjt188.report(address, local, total, remaining)
    (_, reading), (_, card) = decoder_named("cjt188").set(told).decode(RawMessage("t", payload, 0)).records
    assert reading == Reading(device=address, measured_at=utc(local), index_m3=total / 100)
    left = {"remaining_money" if money else "remaining_m3": remaining / 100}
    assert card == CardState(device=address, measured_at=utc(local), **left)  # type: ignore[arg-type]


@given(ADDRESSES, CLOCKS, st.integers(0, 99), EIGHT_DIGITS, EIGHT_DIGITS, EIGHT_DIGITS)
def test_purchases_are_read_back(
    address: str, local: datetime, number: int, cents: int, in_all: int, left: int
) -> None:
    payload = cjt188.metering(address, local, 1) + cjt188.purchases(address, number, cents, in_all, left)
    (_, card) = decoder_named("cjt188").decode(RawMessage("t", payload, 0)).records[1]
    expected = CardState(device=address, measured_at=utc(local), remaining_money=left / 100, sequence=number)
    assert card == expected
