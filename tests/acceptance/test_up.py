"""``citygas up``: publish → commit → volume → alarm → page, other commands beside it, falls and ends."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.platform_process import PlatformProcess, citygas

REGISTRY = {
    "accounts": "account,name\nA1,临江玻璃厂\n",
    "zones": "zone,name\nZ1,东区\n",
    "sites": "site,zone,time_zone,account,atmospheric_pressure_kpa\nS1,Z1,Asia/Shanghai,A1,101.325\n",
    "devices": "device,expected_interval_s\nEVC-1,3600\n",
    "meters": "meter,type,kind,qmax_m3h,digits,correction\nM-1,turbine,smart,400,9,ptz\n",
    "installations": "meter,site,device,valid_from,index_m3\nM-1,S1,EVC-1,2026-01-01T00:00:00+08:00,0\n",
    "gas_quality": "zone,valid_from,method,methane,ethane,nitrogen\n"
    "Z1,2026-01-01T00:00:00+08:00,aga8_detail,0.95,0.03,0.02\n",
    "stations": "station,zone,low_low_kpa,low_kpa,high_kpa,high_high_kpa\nRS-1,Z1,150,180,218,230\n",
}

MAPPING = 'device = "id"\ntime = { path = "t", as = "local" }\nfields = { index_m3 = "v" }\n'
ROUTES = f"""
[[ingest.route]]
topic = "gateway/+/up"
decoder = "json_map"
[ingest.route.settings]
speaker_level = 2
{MAPPING}
[[ingest.push]]
name = "lns"
decoder = "json_map"
[ingest.push.settings]
{MAPPING}
"""


@pytest.fixture(scope="module")
def platform() -> Iterator[PlatformProcess]:
    with tempfile.TemporaryDirectory(prefix="citygas-up-") as folder:
        Path(folder).chmod(0o755)
        config = Path(folder) / "citygas.toml"
        config.write_text(ROUTES)
        with PlatformProcess(Path(folder) / "data", "--config", str(config)) as running:
            registry = Path(folder) / "registry"
            registry.mkdir()
            for name, text in REGISTRY.items():
                (registry / f"{name}.csv").write_text(text, "utf-8")
            running.command("registry", "import", str(registry))
            yield running


@pytest.fixture(scope="module")
def ask(platform: PlatformProcess) -> Callable[..., httpx.Response]:
    key = platform.command("keys", "create", "--name", "test", "--scope", "admin").strip()
    headers = {"Authorization": f"Bearer {key}"}

    def call(path: str, *, comment: str | None = None, **query: str) -> httpx.Response:
        """Ask, or send a comment."""
        if comment is None:
            return httpx.get(f"{platform.http}{path}", params=query, headers=headers)
        return httpx.post(f"{platform.http}{path}", json={"comment": comment}, headers=headers)

    return call


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.1)


def hours_ago(hours: int) -> datetime:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return now - timedelta(hours=hours)


def test_a_published_reading_becomes_a_volume(
    platform: PlatformProcess, ask: Callable[..., httpx.Response]
) -> None:
    readings = [
        {
            "measured_at": hours_ago(3 - n).isoformat(),
            "index_m3": 1000 + 10 * n,
            "pressure_kpa": 401.325,
            "temperature_degc": 15,
        }
        for n in range(3)
    ]
    platform.publish("citygas/v1/east/EVC-1/reading", readings)
    span = {"from": hours_ago(4).isoformat(), "to": hours_ago(0).isoformat()}
    until(lambda: len(ask("/v1/meters/M-1/volumes", **span).json()["items"]) == 2)
    first = ask("/v1/meters/M-1/volumes", **span).json()["items"][0]
    assert (first["volume_m3"], first["quality"], first["method"]) == (10, "measured", "ptz")
    assert first["base_volume_m3"] == pytest.approx(10 * first["correction_factor"], abs=1e-6)
    assert first["correction_factor"] == pytest.approx(401.325 / 101.325 * 293.15 / 288.15 * first["z_ratio"])


def test_an_excursion_rings_and_is_acknowledged(
    platform: PlatformProcess, ask: Callable[..., httpx.Response]
) -> None:
    sample = {"measured_at": datetime.now(UTC).isoformat(), "outlet_gauge_pressure_kpa": 241.0}
    platform.publish("citygas/v1/east/RS-1/pressure", sample)
    active = {"rule": "outlet_pressure_high_high", "state": "active"}
    until(lambda: ask("/v1/alarms", **active).json()["items"])
    alarm = ask("/v1/alarms", **active).json()["items"][0]
    assert alarm["target"] == {"kind": "station", "id": "RS-1"}
    assert (alarm["value"], alarm["limit"], alarm["unit"]) == (241.0, 230.0, "kPa")
    acknowledged = ask(f"/v1/alarms/{alarm['id']}/acknowledge", comment="seen")
    assert acknowledged.json()["state"] == "acknowledged"


def test_what_is_refused_is_named_and_doctor_says_so(
    platform: PlatformProcess, ask: Callable[..., httpx.Response]
) -> None:
    platform.publish("citygas/v1/east/EVC-404/reading", {"measured_at": 1_700_000_000, "index_m3": 1})
    until(lambda: ask("/v1/dead-letters", reason="unknown_device").json()["items"])
    said = platform.command("doctor")
    assert "unknown_device: 1" in said
    assert "shard       all: held by" in said


def test_other_formats_come_by_routes_and_by_push(
    platform: PlatformProcess, ask: Callable[..., httpx.Response]
) -> None:
    platform.publish("gateway/GW-1/up", {"id": "EVC-1", "t": "2026-02-01 08:00:00", "v": 5})
    key = platform.command("keys", "create", "--name", "lns", "--scope", "ingest:write").strip()
    answer = httpx.post(
        f"{platform.http}/v1/ingest/json_map",
        content=b'[{"id":"EVC-1","t":"2026-02-01 09:00:00","v":6},{"id":"EVC-1","v":7}]',
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
    )
    assert {name: answer.json()[name] for name in ("received", "committed", "refused")} == {
        "received": 2,
        "committed": 1,
        "refused": 1,
    }
    span = {"from": "2026-02-01T00:00:00Z", "to": "2026-02-01T02:00:00Z"}
    until(lambda: len(ask("/v1/meters/M-1/readings", **span).json()["items"]) == 2)
    first, second = ask("/v1/meters/M-1/readings", **span).json()["items"]
    assert (first["index_m3"], first["measured_at"]) == (5, "2026-02-01T00:00:00Z")
    assert (second["index_m3"], second["measured_at"]) == (6, "2026-02-01T01:00:00Z")
    assert "site_clock" in first["flags"]
    assert "routes      1 by MQTT, 1 push sources" in platform.command(
        "doctor", "--config", str(platform.data_dir.parent / "citygas.toml")
    )


def test_a_mapping_that_is_wrong_stops_the_start(tmp_path: Path) -> None:
    config = tmp_path / "citygas.toml"
    config.write_text(ROUTES.replace('index_m3 = "v"', 'index = "v"'))
    command = citygas("up", "--data-dir", str(tmp_path / "data"), "--config", str(config))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "ingest.route gateway/+/up: fields.index: unknown key; expected some of index_m3" in done.stderr


def test_a_fallen_role_comes_back(platform: PlatformProcess, ask: Callable[..., httpx.Response]) -> None:
    fallen = platform.role("collect")
    fallen.kill()
    fallen.wait(30)
    platform.publish("citygas/v1/east/EVC-1/reading", {"measured_at": time.time(), "index_m3": 1030})
    until(lambda: '"index_m3":1030' in ask("/v1/meters/M-1").text)


def test_the_page_opens_by_the_printed_link_once(platform: PlatformProcess) -> None:
    assert "RS-1" in page_after(platform)
    assert "RS-1" not in page_after(platform)


def page_after(platform: PlatformProcess) -> str:
    """Follow the printed link, then open the page: what a browser does by itself."""
    with httpx.Client(follow_redirects=True) as browser:
        browser.get(platform.login)
        return browser.get(platform.http).text


def test_it_ends_cleanly_and_starts_again(server_folder: Path) -> None:
    data_dir = server_folder / "twice"
    for _ in range(2):
        assert PlatformProcess(data_dir).stop() == 0
