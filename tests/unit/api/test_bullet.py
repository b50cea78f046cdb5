"""A bullet bar keeps everything on the bar and in order."""

from hypothesis import example, given
from hypothesis import strategies as st

from api.console.bullet import bullet
from api.schemas.stations import PressureLimits, condition

KPA = st.floats(0, 5000, allow_nan=False)


def limits(
    low_low: float | None, low: float | None, high: float | None, high_high: float | None
) -> PressureLimits:
    return PressureLimits(
        low_low_kpa=low_low,
        low_kpa=low,
        high_kpa=high,
        high_at_no_flow_kpa=high,
        high_flowing_kpa=high,
        high_high_kpa=high_high,
        source="company",
    )


@example(value=None, set_kpa=None, bounds=[5e-324] * 4)
@example(value=None, set_kpa=0.0, bounds=[0.0, 0.0, 0.0, 5e-324])
@given(value=st.none() | KPA, set_kpa=st.none() | KPA, bounds=st.lists(KPA, min_size=4, max_size=4))
def test_everything_stays_on_the_bar_in_the_order_of_pressure(
    value: float | None, set_kpa: float | None, bounds: list[float]
) -> None:
    bar = bullet(value, set_kpa, limits(*sorted(bounds)))
    assert bar is not None
    places = [tick.at for tick in bar.ticks]
    assert places == sorted(places)
    everything = [*places, bar.band_from, bar.band_to]
    everything += [one for one in (bar.set_at, bar.value_at) if one is not None]
    assert all(0 <= place <= 100 for place in everything)
    assert bar.band_from <= bar.band_to
    assert (bar.value_at is None) == (value is None)


def test_a_value_far_outside_stands_at_the_end() -> None:
    bar = bullet(900, 200, limits(150, 180, 220, 250))
    assert bar is not None
    assert bar.value_at == 100
    assert bar.set_at is not None
    assert bar.band_from < bar.set_at < bar.band_to


def test_nothing_to_compare_with_draws_nothing() -> None:
    assert bullet(200, None, None) is None
    assert bullet(200, None, limits(None, None, None, None)) is None
    alone = bullet(None, 200, None)
    assert alone is not None
    assert (alone.band_from, alone.band_to, alone.set_at) == (0, 100, 50)


def test_a_pressure_at_its_limit_is_still_normal() -> None:
    held = limits(150, 180, 220, 250)
    words = [condition(kpa, held) for kpa in (149.9, 150, 179.9, 180, 220, 220.1, 250, 250.1)]
    assert words == ["low_low", "low", "low", "normal", "normal", "high", "high", "high_high"]
    assert condition(None, held) == "unknown"
    assert condition(200, None) == "unknown"
    assert condition(200, limits(None, None, None, None)) == "unknown"
