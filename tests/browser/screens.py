"""A page in a real browser, and everything it complained of or asked for."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page

from telemetry.store.keys import create_key
from telemetry.store.pool import connect
from telemetry.store.sessions import offer_login

EXPECTED_REFUSALS = re.compile("status of (401|403|404|409|422)")


@dataclass
class Screen:
    """A page, and everything it complained of or asked for."""

    page: Page
    address: str
    dsn: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _heard(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]
        if kind in {"error", "warning"} and not EXPECTED_REFUSALS.search(text):
            self.complaints.append(text)

    def log_in(self) -> None:
        with connect(self.dsn, "test") as connection:
            token = offer_login(connection)
        self.page.goto(f"{self.address}/login?token={token}")
        self.page.wait_for_url(f"{self.address}/")

    def log_in_as(self, name: str, *scopes: str) -> None:
        """Log in with a new key of that name."""
        with connect(self.dsn, "test") as connection:
            key = create_key(connection, name, ["telemetry:read", "alarms:read", *scopes])
        self.page.goto(f"{self.address}/login")
        self.page.locator("#key").fill(key)
        self.page.get_by_role("button").click()
        self.page.wait_for_url(f"{self.address}/")

    def is_content(self) -> None:
        """Nothing was wrong, and nothing was asked of anybody else."""
        assert self.complaints == []
        elsewhere = [url for url in self.asked if not url.startswith((self.address, "data:", "blob:"))]
        assert elsewhere == []


def open_screen(
    browser: Browser, address: str, dsn: str, locale: str = "en-GB", size: tuple[int, int] = (1366, 768)
) -> Screen:
    """Open a screen on which nobody is logged in."""
    context: BrowserContext = browser.new_context(
        locale=locale, viewport={"width": size[0], "height": size[1]}
    )
    context.set_default_timeout(15_000)
    found = Screen(context.new_page(), address, dsn)
    found.watch()
    return found


def raise_alarm(dsn: str, target: str = "G2") -> int:
    """Do what the watch does: store an alarm with its event, and say so."""
    with connect(dsn, "test") as connection:
        row = connection.execute(
            """
            WITH made AS (
                INSERT INTO alarm (rule, target_kind, target_id, priority, state, raised_at, value,
                                   limit_value, unit, message, response)
                VALUES ('outlet_pressure_high_high', 'station', %s, 'critical', 'active', now(), 3.91, 3.8,
                        'kPa', 'stored message', 'stored response')
                RETURNING alarm_id
            ), noted AS (
                INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state, value)
                SELECT alarm_id, now(), 'HELD', 'pending', 'active', 3.91 FROM made
            )
            SELECT alarm_id, pg_notify('citygas_alarm', alarm_id::text) FROM made
            """,
            (target,),
        ).fetchone()
    assert row is not None
    return int(row[0])
