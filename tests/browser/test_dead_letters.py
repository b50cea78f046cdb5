"""Refused payloads in a real browser: found, understood, mended and replayed, in both languages."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from telemetry.store.keys import create_key
from telemetry.store.pool import connect
from tests.api_access import served
from tests.integration.ingesting import build_registry, message, one, pipeline, rows, said

BROKEN = b'{"measured_at":1772323140,"index_m3":18342,117}'
FIXED = '{"measured_at":1772323140,"index_m3":18342.117}'
FRAME = bytes.fromhex("6830 03000000 00000001 031F90 FF 4D16 00FF")


@pytest.fixture
def city(plain_database: str) -> str:
    build_registry(plain_database)
    at = time.time_ns() // 1000  # the page counts what came lately
    with pipeline(plain_database) as into:
        into.process(
            [
                message("north/D-00/reading", BROKEN, at=at),
                message("north/D-01/reading", FRAME, at=at),
                said("NEW", 5.0, at=at),
                message(
                    "north/D-02/reading", [{"measured_at": 1772323140, "index_m3": 1}, {"index_m3": 2}], at=at
                ),
            ]
        )
    return plain_database


@pytest.fixture
def address(city: str) -> Iterator[str]:
    with served(city) as found:
        yield found


def _logged_in(browser: Browser, address: str, city: str, *scopes: str, locale: str = "en-GB") -> Page:
    with connect(city, "test") as connection:
        key = create_key(
            connection, f"wang-{locale}-{len(scopes)}", ["telemetry:read", "alarms:read", *scopes]
        )
    page = browser.new_context(locale=locale, viewport={"width": 1366, "height": 768}).new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{address}/login?next=/dead-letters")
    page.locator("#key").fill(key)
    page.get_by_role("button").click()
    page.wait_for_url(f"{address}/dead-letters")
    return page


def test_a_letter_is_mended_and_stored(browser: Browser, address: str, city: str) -> None:
    page = _logged_in(browser, address, city, "ingest:write")
    page.get_by_label("Device").fill("D-00")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a").first.click()
    expect(page.locator(".why")).to_contain_text("not_json")
    expect(page.locator(".advice")).to_contain_text("decimal point")
    assert page.locator("#mend-payload").input_value() == BROKEN.decode()
    page.locator("#mend-payload").fill(FIXED.replace("18342.117", "null"))
    page.get_by_label("Why").fill("a comma for a point")
    page.get_by_role("button", name="Mend").click()
    expect(page.locator(".fault")).to_contain_text("still refused: missing_field")
    assert page.get_by_label("Why").input_value() == "a comma for a point", "what was written stays"
    page.locator("#mend-payload").fill(FIXED)
    page.get_by_role("button", name="Mend").click()
    expect(page.locator(".outcome")).to_contain_text("is stored")
    expect(page.locator(".mended")).to_contain_text("a comma for a point")
    expect(page.locator(".mended")).to_contain_text("wang-en-GB-1")
    expect(page.get_by_role("button", name="Mend")).to_have_count(0)
    assert one(city, "SELECT index_um3 FROM reading WHERE index_um3 > 9000000") == 18_342_117_000
    page.get_by_role("link", name="Refused payloads").first.click()
    expect(page.locator("tbody")).not_to_contain_text("D-00")
    page.get_by_label("also what is stored").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody")).to_contain_text("D-00")


def test_a_letter_is_replayed_once_its_device_is_registered(
    browser: Browser, address: str, city: str
) -> None:
    page = _logged_in(browser, address, city, "ingest:write", locale="zh-CN")
    page.get_by_role("link", name="未知设备").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a").first.click()
    expect(page.locator(".advice")).to_contain_text("registry import")
    page.get_by_role("button", name="重放").click()
    expect(page.locator(".outcome")).to_contain_text("仍被拒收")
    with connect(city, "test") as connection:
        connection.execute("INSERT INTO device (device) VALUES ('NEW')")
        connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
    page.get_by_role("button", name="重放").click()
    expect(page.locator(".outcome")).to_contain_text("已重新解码并入库")
    assert one(city, "SELECT count(*) FROM dead_letter WHERE reason = 'unknown_device'") == 1


def test_bytes_are_shown_and_mended_as_bytes(browser: Browser, address: str, city: str) -> None:
    page = _logged_in(browser, address, city, "ingest:write")
    page.get_by_role("link", name="not UTF-8").click()
    page.locator("tbody a").first.click()
    expect(page.locator(".payload-views pre")).to_contain_text("0000  68 30 03 00 00 00")
    assert page.get_by_label("Written as").input_value() == "hex"
    assert page.locator("#mend-payload").input_value().startswith("68 30 03")
    page.locator("#mend-payload").fill(FIXED.encode().hex(" "))
    page.get_by_label("Why").fill("sent on the wrong topic")
    page.get_by_role("button", name="Mend").click()
    expect(page.locator(".outcome")).to_contain_text("is stored")


def test_one_element_is_shown_as_such_and_the_rest_stands(browser: Browser, address: str, city: str) -> None:
    page = _logged_in(browser, address, city, "ingest:write")
    page.get_by_label("Device").fill("D-02")
    page.get_by_role("button", name="Show").click()
    page.locator("tbody a").first.click()
    expect(page.locator(".why")).to_contain_text("element 1")
    mended = '[{"measured_at":1772323140,"index_m3":1},{"measured_at":1772323200,"index_m3":2}]'
    page.locator("#mend-payload").fill(mended)
    page.get_by_label("Why").fill("the time was lost")
    page.get_by_role("button", name="Mend").click()
    expect(page.locator(".outcome")).to_contain_text("is stored")
    assert rows(city, "SELECT index_um3 FROM reading ORDER BY 1") == [(1_000_000,), (2_000_000,)]


def test_who_may_only_look_is_told_so(browser: Browser, address: str, city: str) -> None:
    page = _logged_in(browser, address, city)
    page.locator("tbody a").first.click()
    expect(page.get_by_role("button", name="Replay")).to_have_count(0)
    expect(page.get_by_text("ingest:write")).to_be_visible()
    forged = page.evaluate(
        """async () => {
            const token = JSON.parse(document.body.getAttribute("hx-headers"));
            return (await fetch(location.pathname + "/replay", {method: "POST", headers: token})).status;
        }"""
    )
    assert forged == 403
