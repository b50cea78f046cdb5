"""The client's best-liked media type is given, or none."""

import pytest

from api.negotiation import chosen
from api.problems import Problem

OFFERED = ("application/json", "text/csv")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV; charset=utf-8", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.9, application/json;q=0.8", "text/csv"),
        ("text/csv;q=0.5, */*", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
    ],
)
def test_what_weighs_most_is_chosen(accept: str, expected: str) -> None:
    assert chosen(accept, OFFERED) == expected


@pytest.mark.parametrize(
    "accept", ["image/png", "text/csv;q=0", "application/vnd.apache.parquet", "", "text/csv;q=x"]
)
def test_what_we_do_not_have_is_refused(accept: str) -> None:
    with pytest.raises(Problem) as refused:
        chosen(accept, OFFERED)
    assert refused.value.status == 406
