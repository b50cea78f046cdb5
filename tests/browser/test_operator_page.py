"""The operator page in a real browser: two languages, live alarms, nothing from elsewhere."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from telemetry.store.keys import create_key
from telemetry.store.pool import connect
from tests.browser.screens import Screen, open_screen, raise_alarm


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("zh-CN", ["调压站", "报警", "当前", "未确认", "切断阀", "最新数据"]),
        ("en-GB", ["Stations", "Alarms", "Standing", "Unacknowledged", "Slam-shut", "Last data"]),
    ],
)
def test_the_page_speaks_the_browsers_language(
    browser: Browser, address: str, city: str, locale: str, words: list[str]
) -> None:
    screen = open_screen(browser, address, city, locale)
    screen.log_in()
    for word in words:
        expect(screen.page.get_by_text(word).first).to_be_visible()
    expect(screen.page.locator("#connection")).to_have_class(re.compile("live"))
    language = screen.page.locator("html").get_attribute("lang")
    assert language == ("zh-CN" if locale == "zh-CN" else "en")
    screen.is_content()


def test_language_and_theme_are_kept(screen: Screen) -> None:
    page = screen.page
    page.get_by_role("link", name="中文").click()
    expect(page.locator("#stations-title")).to_contain_text("调压站")
    page.get_by_role("link", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{screen.address}/meters")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("link", name="English")).to_be_visible()


def test_an_alarm_appears_and_is_acknowledged_without_a_reload(screen: Screen) -> None:
    page = screen.page
    expect(page.locator("#connection")).to_have_class(re.compile("live"))
    page.evaluate("window.neverReloaded = true")
    alarm = raise_alarm(screen.dsn)
    line = page.locator(f"#alarm-{alarm}")
    expect(line).to_be_visible(timeout=3000)
    expect(line).to_contain_text("West")
    expect(line).to_contain_text("3.91")
    expect(line).to_contain_text("3.8")
    expect(line).not_to_contain_text("stored message")
    assert page.locator("#alarms > li").first.get_attribute("id") == f"alarm-{alarm}", "most urgent first"
    line.locator("summary").click()
    expect(line.locator(".events")).to_contain_text("Unacknowledged")
    line.get_by_role("textbox", name="Comment").fill("crew on the way")
    line.get_by_role("button", name="Acknowledge").click()
    expect(line).to_have_class(re.compile("acknowledged"))
    expect(line.get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(page.locator("#status .count").first).to_contain_text("2")
    assert page.evaluate("window.neverReloaded") is True
    with connect(screen.dsn, "test") as connection:
        row = connection.execute(
            "SELECT state, actor, comment FROM alarm JOIN alarm_event USING (alarm_id) "
            "WHERE alarm_id = %s ORDER BY event_id DESC LIMIT 1",
            (alarm,),
        ).fetchone()
    assert row == ("acknowledged", "operator", "crew on the way")


def test_what_is_being_typed_survives_other_alarms(screen: Screen) -> None:
    page = screen.page
    first = raise_alarm(screen.dsn, "G1")
    line = page.locator(f"#alarm-{first}")
    line.locator("summary").click()
    box = line.get_by_role("textbox", name="Comment")
    box.press_sequentially("half a sen")
    second = raise_alarm(screen.dsn, "G3")
    expect(page.locator(f"#alarm-{second}")).to_be_visible(timeout=3000)
    page.keyboard.type("tence")
    expect(box).to_have_value("half a sentence")
    expect(box).to_be_focused()


def test_two_screens_see_the_same_and_the_slower_hand_is_told(
    screen: Screen, browser: Browser, address: str
) -> None:
    other = open_screen(browser, address, screen.dsn)
    other.log_in()
    alarm = raise_alarm(screen.dsn)
    button = f"#acknowledge-{alarm}"
    expect(screen.page.locator(button)).to_be_visible(timeout=3000)
    ignorant = [True]
    screen.page.route("**/console/alarms", lambda route: route.abort() if ignorant else route.continue_())
    other.page.locator(button).click()
    expect(other.page.locator(button)).to_have_count(0)
    screen.page.locator(button).click()
    expect(screen.page.locator("#notice")).to_contain_text("cannot be acknowledged")
    ignorant.clear()
    expect(screen.page.locator(button)).to_have_count(0, timeout=30_000)
    screen.complaints.clear()  # of what was kept from it, and of the refusal
    other.is_content()


def test_without_the_stream_the_page_still_follows(browser: Browser, address: str, city: str) -> None:
    screen = open_screen(browser, address, city)
    screen.page.route("**/console/alarms/stream", lambda route: route.abort())
    screen.log_in()
    expect(screen.page.locator("#connection")).to_have_class(re.compile("polling"))
    alarm = raise_alarm(city)
    expect(screen.page.locator(f"#alarm-{alarm}")).to_be_visible(timeout=14_000)
    assert all("ERR_FAILED" in one for one in screen.complaints)


def test_what_nothing_answers_is_told_and_asked_again(screen: Screen) -> None:
    page, silent = screen.page, [True]
    connection, notice = page.locator("#connection"), page.locator("#notice")
    expect(connection).to_have_class(re.compile("live"))
    page.route("**/console/**", lambda route: None if silent else route.continue_())
    alarm = raise_alarm(screen.dsn)
    expect(connection).to_have_class(re.compile("lost"), timeout=20_000)
    page.locator(".acknowledge button").first.click()
    expect(notice).to_contain_text("No answer came", timeout=20_000)
    silent.clear()
    expect(page.locator(f"#alarm-{alarm}")).to_be_visible(timeout=30_000)
    expect(connection).to_have_class(re.compile("live"))
    assert all(re.match("htmx:(timeout|afterRequest)", one) for one in screen.complaints)
    screen.complaints.clear()


def test_a_meter_is_found_by_its_customer_and_drawn(screen: Screen) -> None:
    page = screen.page
    page.goto(f"{screen.address}/meters")
    page.locator("#search").fill("玻璃")
    expect(page.locator("#meters li")).to_have_count(2)
    page.locator("#meters a").first.click()
    expect(page.locator("#sheet-title")).to_contain_text("玻璃厂")
    for span in ("24h", "7d", "30d"):
        page.locator(f"[data-span='{span}']").click()
        expect(page.locator("#charts")).to_have_attribute("data-drawn", span)
        expect(page.locator("#charts canvas")).to_have_count(3)
    expect(page.locator(".figures")).to_contain_text("5.0000")
    assert _painted(page), "the chart is not blank"


def _painted(page: Page) -> bool:
    return bool(
        page.evaluate(
            """() => {
                const canvas = document.querySelector("#charts canvas");
                const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                return new Set(new Uint32Array(pixels.buffer)).size > 3;
            }"""
        )
    )


def test_a_station_is_drawn_with_its_limits(screen: Screen) -> None:
    page = screen.page
    page.get_by_role("link", name="东门站").click()
    expect(page.locator("#charts")).to_have_attribute("data-drawn", "1h")
    page.locator("[data-span='24h']").click()
    expect(page.locator("#charts")).to_have_attribute("data-drawn", "24h")
    expect(page.locator(".limit-line")).to_contain_text("440")
    expect(page.locator(".own-alarm")).to_contain_text("Outlet pressure")
    assert _painted(page)


def test_refused_payloads_and_the_history_are_shown(screen: Screen) -> None:
    page = screen.page
    page.get_by_role("link", name="Refused payloads").click()
    expect(page.locator("table")).to_contain_text("unknown_device")
    page.get_by_role("link", name="D9").or_(page.locator("tbody a").first).first.click()
    expect(page.locator(".why")).to_contain_text("unknown device")
    expect(page.locator(".advice")).to_contain_text("registry import")
    page.get_by_role("link", name="Alarms").click()
    expect(page.locator("table")).to_contain_text("slam-shut has tripped")


def test_the_keyboard_is_enough(screen: Screen) -> None:
    page = screen.page
    alarm = raise_alarm(screen.dsn)
    expect(page.locator(f"#alarm-{alarm}")).to_be_visible(timeout=3000)
    page.locator(f"#alarm-summary-{alarm}").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != f"comment-{alarm}":
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body")
    page.keyboard.type("by keyboard")
    page.keyboard.press("Enter")
    expect(page.locator(f"#alarm-{alarm}")).to_have_class(re.compile("acknowledged"))


def test_who_may_only_look_has_no_button(browser: Browser, address: str, city: str) -> None:
    with connect(city, "test") as connection:
        key = create_key(connection, "viewer", ["telemetry:read", "alarms:read"])
    screen = open_screen(browser, address, city)
    screen.page.goto(f"{address}/meters/M1")
    screen.page.locator("#key").fill("cg_wrong")
    screen.page.get_by_role("button").click()
    expect(screen.page.get_by_role("alert")).to_contain_text("does not exist")
    screen.page.locator("#key").fill(key)
    screen.page.get_by_role("button").click()
    expect(screen.page).to_have_url(f"{address}/meters/M1")
    screen.page.goto(address)
    expect(screen.page.locator("#alarms > li").first).to_be_visible()
    expect(screen.page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    screen.page.get_by_role("button", name="Log out").click()
    expect(screen.page.locator("#key")).to_be_visible()
    screen.page.goto(address)
    expect(screen.page.locator("#key")).to_be_visible()
    screen.is_content()
