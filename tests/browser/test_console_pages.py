"""An alarm's and a job's page that follow what happens, and what crews change there, in a real browser."""

import pytest
from playwright.sync_api import Browser, expect

from telemetry.store.pool import connect
from tests.browser.screens import Screen, open_screen

PLANNED = (
    "INSERT INTO job (kind, target_kind, target_id, state, assignee, starts_at, ends_at, created_at)"
    " VALUES ('planned', 'station', 'G1', 'assigned', 'crew 2', '2026-07-02 09:00+08', '2026-07-02 13:00+08',"
    " now())"
)
PATHS = ("/alarms/1", "/jobs/1", "/muted", "/stations/G1", "/meters/M1")
BEYOND = """() => [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll"))
    .map((one) => one.outerHTML.slice(0, 80))"""
"""What is cut off at the right; tables may be moved."""
NARROW = [("zh-CN", (390, 844)), ("en-GB", (390, 844)), ("zh-CN", (1280, 800)), ("en-GB", (1280, 800))]


@pytest.fixture
def lead(browser: Browser, address: str, city: str) -> Screen:
    with connect(city, "test") as connection:
        connection.execute(PLANNED)
    found = open_screen(browser, address, city)
    found.log_in_as("crew-lead", "work:write", "alarms:operate")
    return found


@pytest.fixture
def other(browser: Browser, address: str, city: str, lead: Screen) -> Screen:
    found = open_screen(browser, address, city)
    found.log_in_as("planner", "work:write")
    found.page.goto(f"{lead.address}/jobs/1")
    return found


def test_a_jobs_plan_is_changed_on_its_page(lead: Screen) -> None:
    page = lead.page
    page.goto(f"{lead.address}/jobs/1")
    expect(page.get_by_label("Begins")).to_have_value("2026-07-02T09:00")
    page.get_by_label("Ends").fill("2026-07-02T08:00")
    page.get_by_label("pressure out of band").check()
    page.get_by_label("Assignee").fill("crew 3")
    page.get_by_label("What is to be done").fill("exchange the regulator\nof stream B")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#act-plan .refused .wrong")).to_have_text("must be after the beginning")
    with page.expect_response("**/console/jobs/1/hands"):
        pass
    expect(page.get_by_label("Assignee")).to_have_value("crew 3")
    expect(page.get_by_label("pressure out of band")).to_be_checked()
    expect(page.get_by_text("The job was changed while you were writing")).to_be_hidden()
    page.get_by_label("Ends").fill("2026-07-02T18:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#job-plan")).to_contain_text("2026-07-02 18:00")
    expect(page.locator("#job-plan")).to_contain_text("crew 3")
    expect(page.locator("#job-plan")).to_contain_text("pressure out of band")
    expect(page.locator("#job-message b")).to_have_text("exchange the regulator of stream B")
    lead.is_content()


def test_what_was_given_is_emptied_and_the_history_says_so(lead: Screen) -> None:
    page = lead.page
    page.goto(f"{lead.address}/jobs/1")
    page.get_by_label("Number elsewhere").fill("WO-7")
    page.get_by_label("Begins").fill("")
    page.get_by_role("button", name="Save").click()
    events = page.locator("#job-events")
    expect(events).to_contain_text("Number elsewhere: set to WO-7")
    expect(events).to_contain_text("Begins: emptied, was 2026-07-02 09:00")
    page.get_by_label("Number elsewhere").fill("")
    page.get_by_label("Ends").fill("2026-07-02T18:00")
    page.get_by_role("button", name="Save").click()
    expect(events).to_contain_text("Number elsewhere: emptied, was WO-7")
    expect(events).to_contain_text("Ends: from 2026-07-02 13:00 to 2026-07-02 18:00")
    expect(page.get_by_label("Begins")).to_have_value("")
    lead.is_content()


def test_a_jobs_page_follows_and_keeps_what_is_being_written(lead: Screen, other: Screen) -> None:
    page = lead.page
    page.goto(f"{lead.address}/jobs/1")
    page.evaluate("window.neverReloaded = true")
    page.locator("#plan-comment").press_sequentially("rain, later by half a d")
    other.page.get_by_label("Assignee").fill("crew 9")
    other.page.get_by_role("button", name="Save").click()
    expect(page.locator("#job-plan")).to_contain_text("crew 9", timeout=12_000)
    page.keyboard.type("ay")
    expect(page.locator("#plan-comment")).to_have_value("rain, later by half a day")
    expect(page.get_by_text("The job was changed while you were writing")).to_be_visible()
    assert page.evaluate("window.neverReloaded") is True
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".hands")).to_contain_text("it was changed meanwhile")
    expect(page.locator("#plan-comment")).to_have_value("rain, later by half a day")
    lead.complaints.clear()  # of the refusal
    other.page.get_by_role("button", name="On site now").click()
    expect(page.locator("[aria-current=step]")).to_have_text("on site", timeout=12_000)
    expect(page.locator("#plan-comment")).to_have_value("rain, later by half a day")
    lead.is_content()


def test_a_form_that_nobody_writes_in_is_that_of_what_stands(lead: Screen, other: Screen) -> None:
    page = lead.page
    page.goto(f"{lead.address}/jobs/1")
    other.page.get_by_label("Due").fill("2026-07-04T10:00")
    other.page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Due")).to_have_value("2026-07-04T10:00", timeout=12_000)
    page.get_by_label("Assignee").fill("crew 5")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#job-plan")).to_contain_text("crew 5")
    expect(page.locator("#job-plan")).to_contain_text("2026-07-04 10:00")
    lead.is_content()


def test_an_alarms_page_follows_and_keeps_what_is_being_written(
    lead: Screen, browser: Browser, address: str
) -> None:
    page = lead.page
    page.goto(f"{address}/alarms/1")
    expect(page.locator("#charts")).to_have_attribute("data-drawn", "1h")
    page.evaluate("document.querySelector('#charts canvas').drawnOnce = true")
    page.locator("#verdict-comment").press_sequentially("seat wo")
    second = open_screen(browser, address, lead.dsn)
    second.log_in_as("dispatcher", "alarms:operate")
    second.page.goto(f"{address}/alarms/1")
    second.page.locator("#reason-1").fill("valve exchanged")
    second.page.get_by_role("button", name="Shelve").click()
    expect(page.get_by_role("button", name="Unshelve")).to_be_visible(timeout=3000)
    expect(page.locator("#alarm-prose")).to_contain_text("valve exchanged (dispatcher)")
    expect(page.locator("#act-events")).to_contain_text("Shelved by dispatcher")
    second.page.get_by_label("What was behind it").select_option("test")
    second.page.get_by_role("button", name="Give the verdict").click()
    expect(page.locator("#act-events")).to_contain_text("Verdict by dispatcher", timeout=3000)
    page.keyboard.type("rn")
    expect(page.locator("#verdict-comment")).to_have_value("seat worn")
    assert page.evaluate("document.querySelector('#charts canvas').drawnOnce") is True, "the chart stays"
    for screen in (lead, second):
        screen.is_content()


def test_a_station_is_taken_out_of_service_and_returned(lead: Screen) -> None:
    page = lead.page
    page.goto(f"{lead.address}/alarms/1")
    page.get_by_label("What to take out of service").select_option("station:G1")
    page.locator("#service_until").fill("2001-01-01T00:00")
    page.locator("#service_reason").fill("regulator rebuilt")
    page.get_by_role("button", name="Take out of service").click()
    expect(page.locator("#service .wrong")).to_have_text("must be in the future")
    expect(page.locator("#service_reason")).to_have_value("regulator rebuilt")
    page.locator("#service_until").fill("2099-01-01T00:00")
    page.get_by_role("button", name="Take out of service").click()
    expect(page.locator("#service .out")).to_contain_text("regulator rebuilt crew-lead")
    page.goto(f"{lead.address}/stations/G1")
    expect(page.locator(".out")).to_contain_text("regulator rebuilt")
    page.get_by_text("Take out of service …").click()
    expect(page.locator("#service_target")).to_have_value("")  # its zone is not taken out by a slip
    page.get_by_role("link", name="Alarms", exact=True).click()
    page.get_by_role("link", name="Muted").click()
    row = page.locator("#muted tr", has_text="regulator rebuilt")
    row.get_by_role("button", name="Return to service").click()
    expect(row).to_have_count(0)
    page.goto(f"{lead.address}/stations/G1")
    page.get_by_text("Take out of service …").click()
    page.locator("#service_reason").fill("again")
    page.get_by_role("button", name="Take out of service").click()
    page.get_by_role("button", name="Return to service").click()
    expect(page.locator(".out")).to_have_count(0)
    lead.is_content()


@pytest.mark.parametrize(("locale", "size"), NARROW)
def test_these_pages_fit_a_phone_and_a_small_screen(
    browser: Browser, address: str, city: str, locale: str, size: tuple[int, int]
) -> None:
    with connect(city, "test") as connection:
        connection.execute(PLANNED)
        connection.execute(
            "INSERT INTO out_of_service (target_kind, target_id, since, until, reason, taken_by)"
            " VALUES ('station', 'G1', now(), now() + INTERVAL '2 days', '调压器大修，换阀座', 'crew-lead')"
        )
    screen = open_screen(browser, address, city, locale, size)
    screen.log_in_as("narrow", "work:write", "alarms:operate")
    for path in PATHS:
        screen.page.goto(address + path)
        wide = screen.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, path
        assert screen.page.evaluate(BEYOND) == [], path
    screen.is_content()
