"""A small city served to browsers, and a screen on which the operator is logged in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.api_access import served
from tests.browser.screens import Screen, open_screen
from tests.small_city import migrated, populate


@pytest.fixture
def city(plain_database: str) -> str:
    with migrated(plain_database) as connection:
        populate(connection)
    return plain_database


@pytest.fixture
def address(city: str) -> Iterator[str]:
    with served(city) as found:
        yield found


@pytest.fixture
def screen(browser: Browser, address: str, city: str) -> Iterator[Screen]:
    found = open_screen(browser, address, city)
    found.log_in()
    yield found
    found.is_content()
