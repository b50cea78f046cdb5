"""Times are RFC 3339 with an offset, spans half open and sane."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from api.parameters import Period, Span

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)


def span(**values: str) -> Span:
    return Span.model_validate(
        {("from" if name == "start" else name): value for name, value in values.items()}
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-01T00:00:00Z",
        "2026-07-01t00:00:00z",
        "2026-07-01T08:00:00+08:00",
        "2026-07-01T08:00:00 08:00",
        "2026-06-30T19:30:00.000000-04:30",
    ],
)
def test_one_instant_in_many_spellings(text: str) -> None:
    assert span(start=text).start == datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-01",
        "2026-07-01T00:00:00",
        "now",
        "1783000000",
        "",
        "2026-13-01T00:00:00Z",
        "1999-12-31T00:00:00Z",
    ],
)
def test_what_is_no_instant_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        span(start=text)
    assert refused.value.errors()[0]["loc"] == ("from",)


def test_what_is_left_out_of_a_span_is_filled_in() -> None:
    assert span().settled(NOW) == (NOW - timedelta(days=1), NOW)
    early = datetime(2026, 6, 1, tzinfo=UTC)
    assert span(start="2026-06-01T00:00:00Z").settled(NOW) == (early, NOW)
    assert span(to="2026-06-01T00:00:00Z").settled(NOW) == (early - timedelta(days=1), early)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert span(start="2027-01-01T00:00:00Z").settled(NOW) == (later, later), "nothing is known of the future"


def test_a_cursor_is_bound_to_all_but_the_page() -> None:
    first = Period.model_validate({"from": "2026-07-01T00:00:00Z", "limit": 5, "cursor": "x"}).bound()
    second = Period.model_validate({"from": "2026-07-01T08:00:00+08:00", "limit": 9}).bound()
    assert first == second
    assert first != Period.model_validate({}).bound()
