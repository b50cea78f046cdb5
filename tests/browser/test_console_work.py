"""What operators and maintenance do on the pages, in a real browser."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, expect

from telemetry.store.pool import connect
from tests.browser.screens import Screen, open_screen, raise_alarm

PAGES = (
    "/",
    "/alarms",
    "/alarms/1",
    "/muted",
    "/shift-report",
    "/figures",
    "/jobs",
    "/jobs/new?alarm=1",
    "/jobs/1",
    "/meters/M1",
    "/meters/M1/explain?at=2026-07-01T08:00",
)

WORDS_AND_BUTTONS = """() => [...document.querySelectorAll("#alarms > li")].flatMap((line) => {
    const button = line.querySelector(".acknowledge button");
    if (!button) return [];
    const range = document.createRange();
    range.selectNodeContents(line.querySelector(".raised > span"));
    return range.getBoundingClientRect().right > button.getBoundingClientRect().left ? [line.id] : [];
})"""
"""The lines of which the word for the state runs into the button beside it."""


def opened(screen: Screen, alarm: int) -> Locator:
    line = screen.page.locator(f"#alarm-{alarm}")
    expect(line).to_be_visible(timeout=3000)
    line.locator("summary").click()
    return line


def test_an_alarm_is_shelved_from_its_line_and_taken_back(screen: Screen) -> None:
    page = screen.page
    alarm = raise_alarm(screen.dsn)
    page.evaluate("window.neverReloaded = true")
    line = opened(screen, alarm)
    expect(line.get_by_label("until")).to_be_hidden()
    line.get_by_role("combobox").select_option("4h")
    line.get_by_role("button", name="Shelve").click()
    expect(line).not_to_have_class(re.compile("muted"))  # without a reason nothing is sent
    line.get_by_placeholder("Why (required)").fill("sensor exchanged at two")
    line.get_by_role("button", name="Shelve").click()
    expect(line).to_have_class(re.compile("muted"))
    expect(line.locator(".reason")).to_contain_text("sensor exchanged at two (operator) until")
    assert page.evaluate("window.neverReloaded") is True

    page.get_by_role("link", name="Alarms", exact=True).click()
    page.get_by_role("link", name="Muted").click()
    page.get_by_role("link", name="shelved").click()
    row = page.locator("#muted tr", has_text="sensor exchanged at two")
    expect(row).to_contain_text("West")
    row.get_by_role("button", name="Unshelve").click()
    expect(page.locator("#muted tr", has_text="sensor exchanged at two")).to_have_count(0)
    page.goto(screen.address)
    expect(page.locator(f"#alarm-{alarm}")).not_to_have_class(re.compile("muted"))


def test_what_is_chosen_and_typed_for_a_shelving_survives_other_alarms(screen: Screen) -> None:
    line = opened(screen, raise_alarm(screen.dsn, "G1"))
    line.get_by_role("combobox").select_option("time")
    line.get_by_label("until").fill("2026-07-01T08:00")
    line.get_by_placeholder("Why").press_sequentially("half a sen")
    other = raise_alarm(screen.dsn, "G3")
    expect(screen.page.locator(f"#alarm-{other}")).to_be_visible(timeout=3000)
    screen.page.keyboard.type("tence")
    expect(line.get_by_placeholder("Why")).to_have_value("half a sentence")
    expect(line.get_by_label("until")).to_have_value("2026-07-01T08:00")
    line.get_by_role("button", name="Shelve").click()
    expect(screen.page.locator("#notice")).to_contain_text("must be in the future")
    expect(line.get_by_placeholder("Why")).to_have_value("half a sentence")
    assert all("422" in one for one in screen.complaints)
    screen.complaints.clear()  # of the refusal


def test_an_alarm_is_shelved_by_keyboard_alone(screen: Screen) -> None:
    page = screen.page
    alarm = raise_alarm(screen.dsn)
    expect(page.locator(f"#alarm-{alarm}")).to_be_visible(timeout=3000)
    page.locator(f"#alarm-summary-{alarm}").focus()
    page.keyboard.press("Enter")
    for name, keys in (("hold", ["ArrowDown"]), ("reason", ["x"])):
        while page.evaluate("document.activeElement.id") != f"{name}-{alarm}":
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement !== document.body")
        for key in keys:
            page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator(f"#alarm-{alarm}")).to_have_class(re.compile("muted"))
    with connect(screen.dsn, "test") as connection:
        row = connection.execute(
            "SELECT reason, until - shelved_at > INTERVAL '3 hours' FROM alarm_shelving"
        ).fetchone()
    assert row == ("x", True)


def test_an_alarms_own_page_is_drawn_and_takes_a_verdict(screen: Screen) -> None:
    page = screen.page
    link = opened(screen, 1).get_by_role("link", name="All about this alarm")
    expect(link).to_have_attribute("href", "/alarms/1")
    link.click()
    page.wait_for_url("**/alarms/1")
    expect(page.locator("#sheet-title")).to_contain_text("Outlet pressure high")
    expect(page.locator("#charts")).to_have_attribute("data-drawn", "1h")
    page.locator("[data-span='24h']").click()
    expect(page.locator("#charts")).to_have_attribute("data-drawn", "24h")
    page.get_by_label("What was behind it").select_option("regulator_fault")
    page.locator("#verdict-comment").fill("seat worn")
    page.get_by_role("button", name="Give the verdict").click()
    expect(page.locator("#verdict")).to_contain_text("regulator worn, creeping or dirty: the alarm was right")
    expect(page.locator(".events")).to_contain_text("Verdict by operator")
    page.locator("[name=hold]").select_option("time")
    page.locator("[name=until]").fill("2099-01-01T00:00")
    page.locator("[name=reason]").fill("too long")
    page.get_by_role("button", name="Shelve").click()
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("24 h at most")
    expect(page.locator("[name=reason]")).to_have_value("too long")


def test_a_job_goes_from_new_to_verified_by_two_people(browser: Browser, address: str, city: str) -> None:
    lead = open_screen(browser, address, city)
    lead.log_in_as("crew-lead", "work:write", "work:verify")
    page = lead.page
    page.goto(f"{address}/alarms/1")
    page.get_by_role("link", name="Enter a fault job").click()
    page.get_by_role("button", name="Enter the job").click()
    expect(page.locator("[aria-current=step]")).to_have_text("new")
    page.get_by_label("Assignee").fill("crew 2")
    page.get_by_role("button", name="Assign", exact=True).click()
    page.get_by_role("button", name="On site now").click()
    expect(page.locator("[aria-current=step]")).to_have_text("on site")
    page.get_by_role("button", name="It is done").click()
    expect(page.locator(".wrong")).to_contain_text("is required of a fault")
    page.get_by_label("What was behind it").select_option("regulator_fault")
    page.get_by_role("button", name="It is done").click()
    expect(page.locator(".hands")).to_contain_text("Somebody else verifies")
    expect(page.get_by_role("button", name="Verify")).to_have_count(0)

    engineer = open_screen(browser, address, city, "zh-CN")
    engineer.log_in_as("engineer", "work:verify")
    engineer.page.get_by_role("link", name="工单", exact=True).click()
    engineer.page.get_by_role("link", name="出口压力高").click()
    engineer.page.get_by_role("button", name="核验").click()
    expect(engineer.page.locator("[aria-current=step]")).to_have_text("已核验")
    expect(engineer.page.locator(".events")).to_contain_text("engineer")
    for screen in (lead, engineer):
        screen.is_content()


def test_planned_work_is_entered_on_a_form(browser: Browser, address: str, city: str) -> None:
    screen = open_screen(browser, address, city)
    screen.log_in_as("crew-lead", "work:write")
    page = screen.page
    page.get_by_role("link", name="Jobs", exact=True).click()
    page.get_by_role("link", name="New job").click()
    expect(page.locator("#fault_class")).to_be_hidden()
    page.locator("#target\\.id").fill("G1")
    page.get_by_label("Assignee").fill("crew 2")
    page.get_by_label("Begins").fill("2026-07-02T09:00")
    page.get_by_label("pressure out of band").check()
    page.get_by_role("button", name="Enter the job").click()
    expect(page.locator("fieldset .wrong")).to_contain_text("a permit is never without an end")
    expect(page.get_by_label("Begins")).to_have_value("2026-07-02T09:00")
    expect(page.get_by_label("pressure out of band")).to_be_checked()
    page.get_by_label("Ends").fill("2026-07-02T13:00")
    page.get_by_role("button", name="Enter the job").click()
    expect(page.locator("[aria-current=step]")).to_have_text("assigned")
    screen.is_content()


def test_the_handover_is_read_and_printed(screen: Screen) -> None:
    page = screen.page
    page.get_by_role("link", name="Alarms", exact=True).click()
    page.get_by_role("link", name="Shift report").click()
    expect(page.locator("#look_at")).to_contain_text("stands and nobody acknowledged it")
    expect(page.locator(".sign")).to_be_hidden()
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") is True
    page.emulate_media(media="print")
    expect(page.locator(".sign")).to_be_visible()
    expect(page.locator(".head")).to_be_hidden()
    expect(page.locator(".filter")).to_be_hidden()
    assert page.evaluate("document.querySelector('.scroll').scrollHeight <= innerHeight * 20")
    page.emulate_media(media="screen")
    page.get_by_role("link", name="the shift before").click()
    expect(page).to_have_url(re.compile("from=.*to="))


@pytest.mark.parametrize("size", [(1366, 768), (1600, 1000), (1920, 1080)])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_nothing_runs_into_anything_else(
    browser: Browser, address: str, city: str, locale: str, size: tuple[int, int]
) -> None:
    with connect(city, "test") as connection:
        connection.execute(
            "INSERT INTO job (kind, target_kind, target_id, state, created_at)"
            " VALUES ('planned', 'station', 'G1', 'new', now())"
        )
    raise_alarm(city)
    screen = open_screen(browser, address, city, locale, size)
    screen.log_in_as("lead", "alarms:operate", "work:write", "billing:read")
    page = screen.page
    assert page.evaluate(WORDS_AND_BUTTONS) == []
    for path in PAGES:
        page.goto(address + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
        head = page.evaluate(
            "[...document.querySelectorAll('.head > *')].map(one => one.getBoundingClientRect().toJSON())"
        )
        assert all(left["right"] <= right["left"] for left, right in pairwise(head)), path
    screen.is_content()
