"""The embedded broker finds a port, proves that it is itself, and is taken over from a killed starter."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from citygas.embedded import ports
from citygas.embedded.broker import EmbeddedBroker, Kind, find_mosquitto
from telemetry.errors import CitygasError

HOST = "127.0.0.1"


@pytest.fixture(params=["mosquitto", "amqtt"])
def kind(request: pytest.FixtureRequest) -> Kind:
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not on this machine")
    return "mosquitto" if request.param == "mosquitto" else "amqtt"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        yield other.getsockname()[1]


def test_it_speaks_mqtt_and_stops(tmp_path: Path, kind: Kind) -> None:
    with EmbeddedBroker(tmp_path, 0, kind=kind) as broker:
        assert ports.speaks_mqtt(broker.host, broker.port)
        assert ports.listens(broker.pid, broker.port)
        port = broker.port
    assert not broker.running
    assert not ports.speaks_mqtt(HOST, port)


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(tmp_path: Path, taken: int, kind: Kind) -> None:
    with pytest.raises(CitygasError, match=f"port {taken} .* is taken"):
        EmbeddedBroker(tmp_path, taken, kind=kind).start()
    assert not (tmp_path / "broker" / "address").exists()


def test_the_next_free_port_is_found(taken: int) -> None:
    assert ports.first_free(HOST, taken) > taken
    assert not ports.is_free(HOST, taken)


def test_a_second_broker_on_the_same_files_is_refused(tmp_path: Path, kind: Kind) -> None:
    with (
        EmbeddedBroker(tmp_path, 0, kind=kind),
        pytest.raises(CitygasError, match="already runs"),
    ):
        EmbeddedBroker(tmp_path, 0, kind=kind).start()


def test_a_broker_left_behind_is_taken_over(tmp_path: Path, kind: Kind) -> None:
    killed = EmbeddedBroker(tmp_path, 0, kind=kind)
    killed.start()
    assert killed._lock is not None
    killed._lock.close()  # what the kernel does for a killed process
    with EmbeddedBroker(tmp_path, 0, kind=kind) as heir:
        assert (heir.pid, heir.port) == (killed.pid, killed.port)
        assert killed._process is not None
        reaper = killed._process
        assert reaper.poll() is None
        os.kill(heir.pid, 15)
        reaper.wait(30)
    assert not heir.running


def test_a_folder_that_never_ran_stops_without_complaint(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path)
    broker.stop()
    assert not broker.running
