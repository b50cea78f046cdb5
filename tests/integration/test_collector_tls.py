"""The collector at the shipped broker: TLS, with a password or with a client certificate, and turned away."""

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from citygas.embedded import ports
from citygas.embedded.broker import find_mosquitto
from ingest.collect import run
from ingest.options import Broker, Collecting
from telemetry.errors import ConfigurationError
from tests.integration.collecting import BEGIN_S, PATIENCE_S, collector
from tests.integration.ingesting import build_registry, counters, until
from tests.integration.test_shipped_broker import (
    DEPLOY,
    HOST,
    USERS,
    Shipped,
    give_password,
    set_up,
    shipped_configuration,
)

DEVICE = "D-01"

# paho leaves the socket of a failed handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def shipped(server_folder: Path) -> Iterator[Shipped]:
    program = find_mosquitto()
    if program is None or shutil.which("mosquitto_passwd") is None or shutil.which("openssl") is None:
        pytest.skip("mosquitto or openssl is not on this machine: install Debian's packages of these names")
    home = server_folder / "broker-of-collector"
    broker = Shipped(set_up(home), ports.any_free(HOST), ports.any_free(HOST))
    subprocess.run([DEPLOY / "certs.sh", broker.secrets, "--client", "collector"], check=True)
    give_password(broker.secrets / "passwords", f"{DEVICE}:d-secret")
    (home / "mosquitto.conf").write_text(shipped_configuration(home, broker.port, broker.certificate_port))
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen([program, "-c", home / "mosquitto.conf"], stdout=log, stderr=log) as process,
    ):
        until(lambda: ports.listens(process.pid, broker.certificate_port), PATIENCE_S)
        yield broker
        process.terminate()


@pytest.fixture
def city(plain_database: str) -> str:
    build_registry(plain_database)
    return plain_database


def told(port: int, shipped: Shipped, **more: Any) -> Collecting:  # noqa: ANN401 -- of Broker
    broker = {"host": "localhost", "port": port, "tls": True, "ca_file": shipped.secrets / "ca.crt", **more}
    return Collecting(broker=Broker(**broker))


@pytest.fixture
def device(shipped: Shipped) -> Iterator[mqtt.Client]:
    """A meter that speaks over TLS with its password."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(DEVICE, "d-secret")
    client.tls_set_context(ssl.create_default_context(cafile=shipped.secrets / "ca.crt"))
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect("localhost", shipped.port)
    client.loop_start()
    assert connected.wait(PATIENCE_S)
    yield client
    client.disconnect()
    client.loop_stop()


def arrived(city: str, device: mqtt.Client) -> bool:
    payload = json.dumps({"measured_at": BEGIN_S, "index_m3": 1})
    device.publish(f"citygas/v1/north/{DEVICE}/reading", payload, qos=1).wait_for_publish(PATIENCE_S)
    return counters(city).committed == 1


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_with_a_password(city: str, shipped: Shipped, device: mqtt.Client, protocol: str) -> None:
    password = {"username": "collector", "password": USERS["collector"]}
    with collector(city, told(shipped.port, shipped, protocol=protocol, **password)):
        until(lambda: arrived(city, device))
        payload = json.dumps([{"measured_at": BEGIN_S + n, "index_m3": n} for n in range(2, 2000)])
        device.publish(f"citygas/v1/north/{DEVICE}/reading", payload, qos=1)
        for number in range(2000, 3000):
            one = json.dumps({"measured_at": BEGIN_S + number, "index_m3": number})
            device.publish(f"citygas/v1/north/{DEVICE}/reading", one, qos=1)
        until(lambda: counters(city).committed == 1 + 2998)


def test_with_a_client_certificate(city: str, shipped: Shipped, device: mqtt.Client) -> None:
    certificate = {
        "certificate_file": shipped.secrets / "client-collector.crt",
        "key_file": shipped.secrets / "client-collector.key",
    }
    with collector(city, told(shipped.certificate_port, shipped, **certificate)):
        until(lambda: arrived(city, device))


def test_a_wrong_password_is_not_hammered(
    city: str, shipped: Shipped, caplog: pytest.LogCaptureFixture
) -> None:
    def refused() -> list[float]:
        return [one.created for one in caplog.records if "mqtt_refused" in one.getMessage()]

    with collector(city, told(shipped.port, shipped, username="collector", password="wrong")):
        until(lambda: len(refused()) >= 3)
    first, second, third = refused()[:3]
    assert second - first > 0.2
    assert third - second > 0.4


def test_a_broker_that_our_authority_does_not_vouch_for_is_not_spoken_to(
    city: str, shipped: Shipped, caplog: pytest.LogCaptureFixture
) -> None:
    strangers = told(shipped.port, shipped, ca_file=None, username="collector", password=USERS["collector"])
    with collector(city, strangers):
        until(lambda: "CERTIFICATE_VERIFY_FAILED" in caplog.text)
    assert "mqtt_connected" not in caplog.text


@pytest.mark.parametrize("file", ["ca_file", "certificate_file"])
def test_a_file_that_is_not_there_stops_the_start(city: str, shipped: Shipped, file: str) -> None:
    with pytest.raises(ConfigurationError, match=r"mqtt: cannot use .*nowhere\.crt"):
        run(city, threading.Event(), told(shipped.port, shipped, **{file: Path("nowhere.crt")}))
