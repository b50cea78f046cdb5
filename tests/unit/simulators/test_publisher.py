"""Publishing: URLs of brokers, and a whole run against a real one."""

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from simulators.publisher import Broker, parse_broker
from simulators.run import Progress, simulate
from simulators.scenario import Scenario


def test_a_broker_s_url_names_host_port_and_user() -> None:
    assert parse_broker("mqtt://10.0.0.1") == Broker(
        "10.0.0.1", 1883, tls=False, username=None, password=None
    )
    assert parse_broker("mqtts://u%40x:p%3Aq@host:9000") == Broker(
        "host", 9000, tls=True, username="u@x", password="p:q"
    )
    assert parse_broker("mqtts://host").port == 8883


@pytest.mark.parametrize("url", ["http://host", "host:1883", "mqtt://"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="broker"):
        parse_broker(url)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("mosquitto is not on this machine")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = tmp_path_factory.mktemp("mosquitto") / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nuser root\n"
    )
    process = subprocess.Popen([program, "-c", str(settings)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("mosquitto does not listen")


def elements(payload: bytes) -> int:
    """Count as the contract does: each of an array or a batch, one of whatever cannot be opened."""
    if len(payload) > 1024 * 1024:
        return 1
    try:
        body = json.loads(payload)
    except ValueError:
        return 1
    return len(body.get("messages", "1")) if isinstance(body, dict) else len(body)


class Listener:
    def __init__(self, port: int) -> None:
        self.elements = 0
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("citygas/v1/#", 1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._count
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(10)

    def _count(self, _client: object, _user: object, message: mqtt.MQTTMessage) -> None:
        self.elements += elements(message.payload)

    def wait(self, expected: int) -> None:
        for _ in range(200):
            if self.elements >= expected:
                break
            time.sleep(0.05)
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.mosquitto
def test_a_run_is_acknowledged_counted_and_heard(broker: int, tmp_path: Path) -> None:
    listener = Listener(broker)
    seen: list[Progress] = []
    scenario = Scenario(customers=30, history_days=2)
    injected = simulate(
        f"mqtt://127.0.0.1:{broker}", scenario, 4, 4.0, tmp_path / "registry", progress=seen.append
    )
    listener.wait(injected.received)
    assert listener.elements == injected.received == seen[-1].published
    assert sum(injected.refused.values()) > 0
    assert (tmp_path / "registry" / "meters.csv").exists()
    assert list(dict.fromkeys(p.stage for p in seen)) == ["history", "live", "done"]
    history = [p for p in seen if p.stage == "history"]
    assert history[-1].published == pytest.approx(history[-1].total, rel=0.05)


@pytest.mark.mosquitto
def test_a_run_ends_cleanly_on_a_signal_and_leaves_its_truth(broker: int, tmp_path: Path) -> None:
    scenario, truth = tmp_path / "small.toml", tmp_path / "truth.json"
    scenario.write_text("customers = 20\nhistory_days = 1\n")
    program = [sys.executable, "-m", "simulators", "--broker", f"mqtt://127.0.0.1:{broker}", "--seed", "5"]
    arguments = ["--scenario", str(scenario), "--truth", str(truth), "--progress"]
    with subprocess.Popen([*program, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lived = (line for line in map(json.loads, process.stdout) if line["stage"] == "live")
        silent = next(lived)["published"]
        assert next(line for line in lived if line["published"] > silent)
        process.terminate()
        process.communicate(timeout=20)
        assert process.returncode == 0
    told = json.loads(truth.read_text("utf-8"))
    assert told["received"] == told["committed"] + told["duplicates"] + sum(told["refused"].values())
    assert told["committed"] > silent


def test_a_broker_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "simulators", "--broker", "mqtt://127.0.0.1:1", "--for", "1"]
    done = subprocess.run(
        [*program, "--truth", str(tmp_path / "t")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "simulation failed" in done.stderr
    assert not (tmp_path / "t").exists()
