"""From a device's publication to the operator's eyes and back: nothing in between is a double."""

import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.platform_process import PlatformProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STATION = "station,zone,name,low_low_kpa,low_kpa,high_kpa,high_high_kpa\nRS-7,Z,湖畔调压站,150,180,218,230\n"


@pytest.fixture
def platform() -> Iterator[PlatformProcess]:
    with tempfile.TemporaryDirectory(prefix="citygas-page-") as folder:
        Path(folder).chmod(0o755)
        registry = Path(folder) / "registry"
        registry.mkdir()
        (registry / "zones.csv").write_text("zone,name\nZ,Z\n", "utf-8")
        (registry / "stations.csv").write_text(STATION, "utf-8")
        with PlatformProcess(Path(folder) / "data") as running:
            running.command("registry", "import", str(registry))
            yield running


def test_a_published_excursion_appears_without_reload_and_is_acknowledged(
    platform: PlatformProcess, browser: "Browser"
) -> None:
    page = browser.new_context(locale="zh-CN").new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(platform.login)
    page.wait_for_url(f"{platform.http}/")
    expect(page.locator("#connection")).to_have_class(re.compile("live"))
    page.evaluate("window.neverReloaded = true")
    sample = {"measured_at": datetime.now(UTC).isoformat(), "outlet_gauge_pressure_kpa": 241.5}
    platform.publish("citygas/v1/south/RS-7/pressure", sample)

    line = page.locator("#alarms > li", has_text="湖畔调压站")
    expect(line).to_contain_text("241.5", timeout=30_000)
    expect(line).to_contain_text("230")
    line.get_by_role("button", name="确认").click()
    expect(line).to_have_class(re.compile("acknowledged"), timeout=30_000)

    assert page.evaluate("window.neverReloaded") is True
    assert complaints == []
    assert [url for url in asked if not url.startswith((platform.http, "data:", "blob:"))] == []
