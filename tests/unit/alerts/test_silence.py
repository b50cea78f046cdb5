"""Silence counts only while the platform could hear."""

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.windows.silence import Heard, Listening
from alerts.windows.window import UNKNOWN_SINCE
from telemetry.model import DAY, HOUR, MINUTE, SECOND, Instant
from telemetry.registry import Registry
from tests.unit.alerts.registries import device, installation, meter, registry, station
from tests.unit.alerts.said import BEGIN

D = [Target(TargetKind.DEVICE, f"D-{number}") for number in range(5)]
ST = Target(TargetKind.STATION, "ST-1")
NOW = BEGIN + 10 * DAY


def city() -> Registry:
    """D-1 every 10 min; D-2 nobody said; D-3 not installed; D-4 removed an hour ago; a station."""
    return registry(
        stations=[station(1)],
        devices=[device(1, 600.0), device(2), device(3, 600.0), device(4, 600.0)],
        meters=[meter(1), meter(2), meter(4)],
        installations=[installation(1, 1), installation(2, 2), installation(4, 4, removed_at=NOW - HOUR)],
    )


def listening(heard: dict[Target, Instant], since: Instant = NOW) -> Listening:
    messages = {target: Heard(at, at) for target, at in heard.items()}
    return Listening(city(), messages, since=since, last_before=max(heard.values(), default=UNKNOWN_SINCE))


def silence(one: Listening, target: Target, now: Instant) -> float:
    found = one.at(now)
    return float(found.silence_s[found.places[target]])


def test_who_was_not_heard_is_silent_from_when_we_listen() -> None:
    one = listening({})
    assert silence(one, D[1], NOW + 20 * MINUTE) == 1200
    assert silence(one, D[2], NOW + 20 * MINUTE) == 0, "never spoke, and nobody said how often it should"
    assert silence(one, ST, NOW + DAY) == 0
    assert D[3] not in one.at(NOW).places
    assert silence(one, D[4], NOW + DAY) == 0, "it was removed"


def test_who_spoke_is_silent_since_then() -> None:
    one = listening({}, since=NOW - DAY)
    one.hear({D[2]: Heard(NOW, NOW), ST: Heard(NOW, NOW)})
    assert silence(one, D[2], NOW + HOUR) == silence(one, ST, NOW + HOUR) == 3600


def test_our_own_downtime_is_nobodys_silence() -> None:
    down = NOW - 5 * HOUR
    one = listening({D[1]: down, D[2]: down - MINUTE})
    assert silence(one, D[1], NOW + SECOND) == 1
    assert silence(one, D[2], NOW + SECOND) == 61, "it was silent for a minute while another was heard"


def test_who_was_overdue_while_others_spoke_stays_overdue() -> None:
    one = listening({D[1]: NOW - 2 * HOUR, D[2]: NOW - MINUTE})
    assert silence(one, D[1], NOW) == 2 * 3600 - 60
    one.hear({D[1]: Heard(NOW, NOW)})
    assert silence(one, D[1], NOW) == 0


def test_history_is_no_sign_of_life() -> None:
    one = listening({}, since=NOW - HOUR)
    one.hear({D[1]: Heard(NOW, NOW - 20 * MINUTE - SECOND), D[2]: Heard(NOW, NOW - 3 * HOUR)})
    assert silence(one, D[1], NOW) == 3600
    assert silence(one, D[2], NOW) == 0, "a backfill alone makes nobody expected"
    one.hear({D[1]: Heard(NOW, NOW - 20 * MINUTE)})
    assert silence(one, D[1], NOW) == 0


def test_what_was_installed_later_is_silent_from_then() -> None:
    known = registry(
        devices=[device(1, 600.0)], meters=[meter(1)], installations=[installation(1, 1, NOW + HOUR)]
    )
    one = Listening(known, {}, since=NOW, last_before=UNKNOWN_SINCE)
    assert silence(one, D[1], NOW + HOUR - 1) == 0
    assert silence(one, D[1], NOW + HOUR + MINUTE) == 60


def test_a_new_registry_forgets_nobody() -> None:
    one = listening({D[1]: NOW - 2 * HOUR, D[2]: NOW - MINUTE})
    before = one.at(NOW + HOUR).silence_s.tolist()
    one.learn(city())
    assert one.at(NOW + HOUR).silence_s.tolist() == before


def test_listening_begins_with_the_first_who_speaks() -> None:
    one = listening({})
    one.listen(NOW + 30 * MINUTE, receiving=True)
    assert silence(one, D[1], NOW + 30 * MINUTE) == 0, "a history may be loading, and nobody has spoken"
    one.hear({ST: Heard(NOW + 31 * MINUTE, NOW + 31 * MINUTE)})
    one.listen(NOW + 40 * MINUTE, receiving=True)
    assert silence(one, D[1], NOW + 40 * MINUTE) == 600


def test_listening_begins_after_an_hour_though_nobody_speaks() -> None:
    one = listening({D[1]: NOW - MINUTE})
    for minutes in range(1, 90):
        one.listen(NOW + minutes * MINUTE, receiving=True)
    assert silence(one, D[1], NOW + 90 * MINUTE) == 31 * 60


def test_no_silence_counts_while_no_collector_is_at_work() -> None:
    one = listening({D[2]: NOW - HOUR, ST: NOW})
    one.hear({D[1]: Heard(NOW + MINUTE, NOW + MINUTE)})
    one.listen(NOW + 2 * MINUTE, receiving=True)
    one.listen(NOW + 32 * MINUTE, receiving=False)
    one.listen(NOW + 35 * MINUTE, receiving=True)
    assert silence(one, D[1], NOW + 35 * MINUTE) == 4 * 60
    assert silence(one, D[2], NOW + 35 * MINUTE) == (60 + 5) * 60
    one.hear({D[1]: Heard(NOW + 36 * MINUTE, NOW + 36 * MINUTE)})
    assert silence(one, D[1], NOW + 37 * MINUTE) == 60


def test_a_stations_device_is_the_station() -> None:
    known = registry(
        stations=[station(1)],
        devices=[device(1).__class__(device_id=1, device="ST-1", expected_interval_s=30.0)],
    )
    one = Listening(known, {}, since=NOW, last_before=UNKNOWN_SINCE)
    assert one.targets == [ST]
    assert one.at(NOW).expected_interval_s.tolist() == [30.0]


def test_a_gateway_is_silent_when_two_behind_it_should_have_spoken_since_anybody_did() -> None:
    gateway = Target(TargetKind.DEVICE, "GW")
    known = registry(
        devices=[device(1, 600.0), device(2, 600.0), device(3, 600.0), device(4, 600.0)],
        meters=[meter(1), meter(2), meter(3), meter(4)],
        installations=[installation(n, n) for n in (1, 2, 3, 4)],
        gateways=[("GW", "D-1"), ("GW", "D-2"), ("GW", "D-3"), ("ALONE", "D-4")],
    )
    one = Listening(known, {}, since=NOW - DAY, last_before=UNKNOWN_SINCE)
    heard = {D[1]: NOW, D[2]: NOW - 5 * MINUTE, D[3]: NOW - 15 * MINUTE, D[4]: NOW}
    one.hear({target: Heard(at, at) for target, at in heard.items()})
    said = one.at(NOW + 10 * MINUTE)
    place = said.places[gateway]
    assert said.silence_s[place] == 600
    # D-3 was late before D-1 spoke; of the others D-1 comes second, due 600 s after itself, and a quarter.
    assert 2 * said.expected_interval_s[place] == 750
    one.hear({D[2]: Heard(NOW + 11 * MINUTE, NOW + 11 * MINUTE)})
    again = one.at(NOW + 12 * MINUTE)
    assert again.silence_s[place] == 60
    assert np.isinf(again.expected_interval_s[place]), "but for D-2 nobody was in time: nothing is known"
    assert Target(TargetKind.DEVICE, "ALONE") not in said.places
