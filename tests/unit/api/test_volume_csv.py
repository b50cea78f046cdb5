"""CSV is safe in a spreadsheet, and portions make up the whole."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.volume_csv import guarded
from api.volume_pages import Wanted
from telemetry.billing.gas_day import Granularity
from telemetry.registry import Registry, RegistryRows

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r\n=1"])
def test_a_formula_is_disarmed(text: str) -> None:
    safe = guarded(text)
    assert safe is not None
    assert safe.startswith("'")
    assert not {"\r", "\n"} & set(safe)


@given(st.text())
def test_a_name_stays_on_one_line_and_never_starts_a_formula(text: str) -> None:
    safe = guarded(text) or ""
    assert len(safe.splitlines()) <= 1
    assert not safe.startswith(("=", "+", "-", "@"))


@given(
    meters=st.integers(0, 40),
    hours=st.integers(0, 5000),
    size=st.integers(1, 2000),
    granularity=st.sampled_from(list(Granularity)),
    after=st.none() | st.tuples(st.integers(0, 39), st.integers(0, 5000)),
)
def test_portions_make_up_what_comes_after_a_place(
    meters: int, hours: int, size: int, granularity: Granularity, after: tuple[int, int] | None
) -> None:
    names = [f"M{number:02}" for number in range(meters)]
    end = START + timedelta(hours=hours)
    wanted = Wanted(Registry(RegistryRows()), names, START, end, granularity)
    place = None
    if after and after[0] < meters and after[1] < hours:
        place = (names[after[0]], START + timedelta(hours=after[1]))
    covered: dict[str, list[tuple[datetime, datetime]]] = {}
    for portion, first, last in wanted.portions(size, place):
        assert first < last
        for name in portion:
            covered.setdefault(name, []).append((first, last))
    expected = names if place is None else names[names.index(place[0]) :]
    if hours == 0:
        expected = []
    assert list(covered) == expected
    for name, spans in covered.items():
        begin = place[1] + timedelta(microseconds=1) if place and name == place[0] else START
        assert spans[0][0] == begin
        assert spans[-1][1] == end
        assert all(before[1] == following[0] for before, following in pairwise(spans))
