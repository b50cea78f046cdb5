"""What a hand read may say of a meter that turns at most 1.2 times its Qmax."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from telemetry.model import DAY, instant
from telemetry.registry import Installation, Meter, Registry, RegistryRows, Site, Zone
from telemetry.store.hand_reads import SaidRead
from telemetry.work.hand_reads import wrong

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = instant(BEGAN) + 30 * DAY


def registry(index_m3: int = 1000) -> Registry:
    meter = Meter(
        meter_id=1,
        meter="m",
        type="rotary",
        kind="smart",
        qmax_m3h=10,
        digits=5,
        base_digits=6,
        correction="pt",
    )
    installed = Installation(
        meter="m",
        site="s",
        device="d",
        valid_from=instant(BEGAN),
        index_um3=index_m3 * 1_000_000,
        removed_at=instant(BEGAN) + 20 * DAY,
    )
    return Registry(
        RegistryRows(
            zones=[Zone(zone="z", name="Z")],
            sites=[Site(site="s", zone="z", time_zone="UTC")],
            meters=[meter],
            installations=[installed],
        )
    )


def read(hours: float, *, meter: str = "m", **registers: str) -> SaidRead:
    return SaidRead(
        meter=meter,
        measured_at=BEGAN + timedelta(hours=hours),
        **{name: Decimal(value) for name, value in registers.items()},
    )


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (read(24, index_m3="1100", meter="n"), "meter"),
        (read(24), "index_m3"),
        (read(-1, index_m3="1000"), "measured_at"),
        (read(24 * 20, index_m3="1000"), "measured_at"),  # an installation ends before its end
        (read(24 * 31, index_m3="1000"), "measured_at"),
        (read(24, index_m3="100000"), "index_m3"),
        (read(24, base_index_m3="1000000"), "base_index_m3"),
        (read(24, mechanical_index_m3="100000"), "mechanical_index_m3"),
        (read(24, index_m3="1300.1"), "index_m3"),  # 25 h of 12 m³/h are 300 m³
        (read(24, index_m3="998.9"), "index_m3"),
    ],
)
def test_what_cannot_be_is_named(said: SaidRead, field: str) -> None:
    assert [name for name, _ in wrong(registry(), said, NOW)] == [field]


@pytest.mark.parametrize(
    "said",
    [
        read(24, index_m3="1300"),
        read(0, index_m3="999.5"),  # read a little before it was noted
        read(24, base_index_m3="999999.999999"),
        read(24, remaining_m3="0"),
        read(24, mechanical_index_m3="7"),
    ],
)
def test_what_can_be_is_not_doubted(said: SaidRead) -> None:
    assert list(wrong(registry(), said, NOW)) == []


def test_a_register_may_have_turned_around() -> None:
    assert list(wrong(registry(99_990), read(24, index_m3="50"), NOW)) == []
    assert [name for name, _ in wrong(registry(99_000), read(24, index_m3="50"), NOW)] == ["index_m3"]
