"""deploy/mosquitto.conf itself, its paths moved: TLS, passwords, certificates and the ACL."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from citygas.embedded import ports
from citygas.embedded.broker import durability, find_mosquitto

if TYPE_CHECKING:
    from paho.mqtt.reasoncodes import ReasonCode

DEPLOY = Path(__file__).parents[2] / "deploy"
HOST = "127.0.0.1"
PATIENCE_S = 30
USERS = {"collector": "c-secret", "meter-1": "m-secret", "meter.2": "n-secret", "simulator": "s-secret"}


@dataclass
class Shipped:
    """A running mosquitto with the shipped configuration."""

    secrets: Path
    port: int
    certificate_port: int
    pid: int = 0


def shipped_configuration(home: Path, port: int, certificate_port: int) -> str:
    """Return the shipped file with folders and ports of this test, its second listener switched on."""
    text = (DEPLOY / "mosquitto.conf").read_text()
    moved = (
        text.replace("/etc/mosquitto/citygas", str(home))
        .replace("/var/lib/mosquitto/", f"{home}/store/")
        .replace("\nlistener 8883\n", f"\nlistener {port} {HOST}\n")
        .replace("\n#listener 8884\n", f"\nlistener {certificate_port} {HOST}\n")
    )
    for switched in (
        "cafile",
        "certfile",
        "keyfile",
        "tls_version",
        "require_certificate",
        "use_identity_as_username",
    ):
        moved = moved.replace(f"\n#{switched} ", f"\n{switched} ")
    return moved + ("\nuser root\n" if os.geteuid() == 0 else "")


def set_up(home: Path) -> Path:
    """Lay the files out as docs/operations.md says; return the folder of secrets."""
    (home / "conf.d").mkdir(parents=True)
    (home / "store").mkdir()
    (home / "conf.d" / "durability.conf").write_text(durability())
    shutil.copy(DEPLOY / "mosquitto.acl", home)
    secrets = home / "secrets"
    for arguments in (["localhost", HOST], ["--client", "meter-1"]):
        subprocess.run([DEPLOY / "certs.sh", secrets, *arguments], check=True, capture_output=True)
    lines = "".join(f"{user}:{password}\n" for user, password in USERS.items())
    for _again in range(2):
        subprocess.run(
            [DEPLOY / "broker-users.sh", secrets / "passwords"], input=lines, text=True, check=True
        )
    return secrets


def give_password(file: Path, *lines: str) -> None:
    """Set passwords by the shipped script."""
    subprocess.run([DEPLOY / "broker-users.sh", file], input="\n".join([*lines, ""]), text=True, check=True)


@pytest.fixture(scope="module")
def shipped(server_folder: Path) -> Iterator[Shipped]:
    program = find_mosquitto()
    if program is None or shutil.which("mosquitto_passwd") is None:
        pytest.skip("mosquitto is not on this machine: install Debian's package `mosquitto`")
    home = server_folder / "shipped-broker"
    broker = Shipped(set_up(home), ports.any_free(HOST), ports.any_free(HOST))
    (home / "mosquitto.conf").write_text(shipped_configuration(home, broker.port, broker.certificate_port))
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([program, "-c", home / "mosquitto.conf"], stdout=log, stderr=log)
    deadline = time.monotonic() + PATIENCE_S
    while not (
        ports.listens(process.pid, broker.port) and ports.listens(process.pid, broker.certificate_port)
    ):
        assert process.poll() is None, (home / "log").read_text()
        assert time.monotonic() < deadline, (home / "log").read_text()
        time.sleep(0.02)
    broker.pid = process.pid
    yield broker
    process.terminate()
    process.wait(PATIENCE_S)


@dataclass
class Client:
    """One connection and what became of it."""

    broker: Shipped
    user: str | None = None
    certificate: str | None = None
    client: mqtt.Client = field(init=False)
    connected: "ReasonCode | None" = None
    granted: "list[ReasonCode]" = field(default_factory=list)
    published: "list[ReasonCode]" = field(default_factory=list)
    lost: bool = False
    got: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> Self:
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.client.on_connect = lambda _c, _u, _f, code, _p: self._note("connected", code)
        self.client.on_subscribe = lambda _c, _u, _m, codes, _p: self._note("granted", codes)
        self.client.on_publish = lambda _c, _u, _m, code, _p: self._note("published", [*self.published, code])
        self.client.on_disconnect = lambda *_: self._note("lost", value=True)
        self.client.on_message = lambda _c, _u, message: self._note("got", [*self.got, message.topic])
        authority = str(self.broker.secrets / "ca.crt")
        if self.certificate:
            stem = self.broker.secrets / f"client-{self.certificate}"
            self.client.tls_set(authority, f"{stem}.crt", f"{stem}.key")
        else:
            self.client.tls_set(authority)
        if self.user:
            self.client.username_pw_set(self.user, USERS[self.user])
        self.client.connect(HOST, self.broker.certificate_port if self.certificate else self.broker.port)
        self.client.loop_start()
        self.wait(lambda: self.connected is not None)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _note(self, name: str, value: object) -> None:
        with self.changed:
            setattr(self, name, value)
            self.changed.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait for something that must come to pass."""
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE_S)

    def publish(self, topic: str) -> str:
        """Publish at QoS 1; return the broker's verdict."""
        before = len(self.published)
        self.client.publish(topic, b"{}", qos=1)
        self.wait(lambda: len(self.published) > before)
        return str(self.published[-1])

    def subscribe(self, topic: str) -> None:
        """Subscribe at QoS 1 and wait for the broker's answer."""
        self.client.subscribe(topic, qos=1)
        self.wait(lambda: bool(self.granted))


DENIED = "Not authorized"


def test_a_device_publishes_under_its_own_name_alone(shipped: Shipped) -> None:
    with Client(shipped, "collector") as reader, Client(shipped, "meter-1") as meter:
        reader.subscribe("citygas/v1/#")
        assert meter.publish("citygas/v1/east/meter.2/reading") == DENIED
        assert meter.publish("citygas/v1/meter-1/reading") == DENIED
        assert meter.publish("elsewhere") == DENIED
        assert meter.publish("citygas/v1/east/meter-1/reading") == "Success"
        assert meter.publish("citygas/v1/west/meter-1/batch") == "Success"
        reader.wait(lambda: len(reader.got) >= 2)
        assert reader.got == ["citygas/v1/east/meter-1/reading", "citygas/v1/west/meter-1/batch"]


def test_a_gateway_of_another_format_publishes_under_its_own_name_alone(shipped: Shipped) -> None:
    with Client(shipped, "collector") as reader, Client(shipped, "meter-1") as gateway:
        reader.subscribe("gateway/#")
        assert gateway.publish("gateway/meter.2/up") == DENIED
        assert gateway.publish("gateway/up") == DENIED
        assert gateway.publish("gateway/meter-1/a/up") == "Success"
        reader.wait(lambda: len(reader.got) >= 1)
        assert reader.got == ["gateway/meter-1/a/up"]


def test_a_device_cannot_read_what_others_publish(shipped: Shipped) -> None:
    with (
        Client(shipped, "meter.2") as spy,
        Client(shipped, "meter-1") as meter,
        Client(shipped, "collector") as reader,
    ):
        spy.subscribe("citygas/v1/#")
        reader.subscribe("citygas/v1/#")
        meter.publish("citygas/v1/east/meter-1/reading")
        reader.wait(lambda: bool(reader.got))
        assert spy.got == []


def test_the_collector_publishes_nothing_and_the_simulator_everything(shipped: Shipped) -> None:
    with Client(shipped, "collector") as collector, Client(shipped, "simulator") as simulator:
        assert collector.publish("citygas/v1/east/meter-1/reading") == DENIED
        assert simulator.publish("citygas/v1/east/meter-1/reading") in {"Success", "No matching subscribers"}


def test_a_device_whose_password_is_changed_is_put_out_at_once(shipped: Shipped) -> None:
    passwords = shipped.secrets / "passwords"
    with Client(shipped, "meter.2") as meter:
        give_password(passwords, "meter.2:another")
        os.kill(shipped.pid, signal.SIGHUP)
        meter.wait(lambda: meter.lost)
    give_password(passwords, f"meter.2:{USERS['meter.2']}")
    os.kill(shipped.pid, signal.SIGHUP)


def test_without_a_password_nobody_comes_in(shipped: Shipped) -> None:
    with Client(shipped) as nobody:
        assert nobody.connected == "Not authorized"


def test_without_tls_nobody_comes_in(shipped: Shipped) -> None:
    assert not ports.speaks_mqtt(HOST, shipped.port)


def test_a_certificate_of_our_authority_names_the_device(shipped: Shipped) -> None:
    with Client(shipped, certificate="meter-1") as meter:
        assert meter.connected == "Success"
        assert meter.publish("citygas/v1/east/meter.2/reading") == DENIED
        assert meter.publish("citygas/v1/east/meter-1/reading") in {"Success", "No matching subscribers"}


def test_a_client_that_does_not_trust_our_authority_refuses_the_broker(shipped: Shipped) -> None:
    stranger = ssl.create_default_context()
    with (
        socket.create_connection((HOST, shipped.port), PATIENCE_S) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
        stranger.wrap_socket(plain, server_hostname="localhost"),
    ):
        pass
