"""The dashboards' JSON, letter by letter."""

from collections.abc import Callable

import pytest

from grafana.catalogue import catalogue, text


@pytest.mark.parametrize("uid", sorted(catalogue()))
def test_dashboard_is_as_before(uid: str, golden: Callable[[str, str], None]) -> None:
    golden(f"grafana/{uid}.json", text(catalogue()[uid]))
