"""What becomes of messages in a real database, of either profile."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ingest import assembly
from ingest.assembly import AHEAD, EARLIEST
from telemetry.model import MINUTE, SECOND, Instant, RawMessage, moment
from telemetry.quality import Flag
from telemetry.store.batches import Counts
from telemetry.store.pool import connect
from tests.integration.ingesting import (
    DEVICES,
    NOW,
    build_registry,
    counters,
    empty,
    message,
    one,
    pipeline,
    reasons,
    rows,
    said,
)
from tests.servers import create_database, drop_database

READINGS = "SELECT count(*) FROM reading"


@pytest.fixture(scope="module", params=["plain", pytest.param("timescale", marks=pytest.mark.timescale)])
def shared(request: pytest.FixtureRequest) -> Iterator[str]:
    server = {"plain": "postgres_dsn", "timescale": "timescale_dsn"}[request.param]
    dsn = create_database(str(request.getfixturevalue(server)))
    build_registry(dsn)
    yield dsn
    drop_database(dsn)


@pytest.fixture
def city(shared: str) -> str:
    """A city of which nothing was said yet, once for each profile."""
    empty(shared)
    return shared


@pytest.fixture
def own_city(database: str) -> str:
    """A city whose registry and tables a test may change."""
    build_registry(database)
    return database


def test_a_reading_is_stored_with_what_is_known_on_arrival(city: str) -> None:
    with pipeline(city) as into:
        counts = into.process(
            [said("D-00", 12.5, gauge_pressure_kpa=200, temperature_degc=20, flow_m3h=10, seq=7)]
        )
    assert counts == Counts(received=1, committed=1)
    (found,) = rows(
        city,
        "SELECT index_um3, gauge_pressure_pa, temperature_k, flow_m3h, seq, flags,"
        " arrival_correction_factor, arrival_base_flow_m3h FROM reading",
    )
    factor = (200 + 101.325) / 101.325
    assert found[:6] == (12_500_000, 200_000.0, 293.15, 10.0, 7, 0)
    assert found[6:] == pytest.approx((factor, 10 * factor))


def test_the_same_again_is_a_repeat_and_changes_nothing(city: str) -> None:
    first = said("D-00", 12.5)
    again = said("D-00", 12.5, ago_s=120, at=NOW + MINUTE)
    with pipeline(city) as into:
        assert into.process([first, first]) == Counts(2, committed=1, duplicate=1)
        assert into.process([first, again]) == Counts(2, duplicate=2)
    assert rows(city, "SELECT received_at FROM reading") == [(moment(NOW),)]
    assert one(city, "SELECT count(*) FROM message") == 4, "every payload is kept as it came"


def test_a_differing_second_value_of_an_instant_is_kept(city: str) -> None:
    with pipeline(city) as into:
        counts = into.process([said("D-00", 12.5), said("D-00", 12.6), said("D-00", 12.5, seq=1)])
        assert counts == Counts(3, committed=3)
        assert into.process([said("D-00", 12.6)]) == Counts(1, duplicate=1)
    assert one(city, "SELECT count(DISTINCT measured_at) FROM reading") == 1
    assert one(city, READINGS) == 3


def test_a_two_stream_sample_is_one_element_and_its_swap_another(city: str) -> None:
    def streams(a: float, b: float) -> dict[str, object]:
        values = {"A": {"outlet_gauge_pressure_kpa": a}, "B": {"outlet_gauge_pressure_kpa": b}}
        return {"measured_at": NOW / 1e6 - 1, "streams": values}

    with pipeline(city) as into:
        one_way = message("north/S-1/pressure", streams(200, 195))
        assert into.process([one_way, one_way]) == Counts(2, committed=1, duplicate=1)
        swapped = message("north/S-1/pressure", [streams(195, 200), streams(200, 195)])
        assert into.process([swapped]) == Counts(2, committed=1, duplicate=1)
    assert rows(city, "SELECT stream, count(*) FROM pressure_sample GROUP BY 1 ORDER BY 1") == [
        (1, 2),
        (2, 2),
    ]


def test_a_card_meter_s_credit_is_stored_beside_its_reading(city: str) -> None:
    credit = {"remaining_m3": 80.5, "basis": "base", "sequence": 3, "price_version": "v\0"}
    with pipeline(city) as into:
        first = said("D-00", 12.5, credit=credit)
        assert into.process([first, first]) == Counts(2, committed=1, duplicate=1)
    assert rows(city, "SELECT remaining_m3, basis, sequence, price_version FROM card_state") == [
        (80.5, 1, 3, "v�")
    ]


def test_the_clock_is_refused_just_beyond_its_borders(city: str) -> None:
    def at(instant: Instant) -> RawMessage:
        return message("north/D-00/reading", {"measured_at": moment(instant).isoformat(), "index_m3": 1})

    inside = [at(NOW + AHEAD), at(EARLIEST)]
    outside = [at(one) for one in (NOW + AHEAD + 1, EARLIEST - 1, 0, 4_291_747_200 * SECOND)]
    with pipeline(city) as into:
        assert into.process(inside + outside) == Counts(6, committed=2, refused=4)
    assert {reason for reason, _ in reasons(city)} == {"clock"}
    assert one(city, "SELECT min(measured_at) FROM reading") == datetime(2010, 1, 1, tzinfo=UTC)


def test_late_is_flagged_and_stored(city: str) -> None:
    with pipeline(city) as into:
        into.process([said("D-00", 1, ago_s=600), said("D-01", 1, ago_s=600.000001)])
    flags = dict(rows(city, "SELECT device_id, flags FROM reading"))
    assert [flag & Flag.LATE for _, flag in sorted(flags.items())] == [0, Flag.LATE]


def test_a_reading_of_a_device_that_stands_nowhere_is_stored(city: str) -> None:
    with pipeline(city) as into:
        assert into.process([said("D-19", 1, pressure_kpa=300)]).committed == 1
    assert rows(city, "SELECT flags, arrival_correction_factor FROM reading") == [
        (Flag.NO_INSTALLATION, None)
    ]


def test_a_gateway_speaks_only_for_those_it_is_bound_to(city: str) -> None:
    reading = {"kind": "reading", "measured_at": NOW / 1e6 - 1, "index_m3": 1}
    pressure = {"kind": "pressure", "measured_at": NOW / 1e6 - 1, "outlet_gauge_pressure_kpa": 200}
    event = {"kind": "event", "measured_at": NOW / 1e6 - 1, "code": "case_open", "state": "on"}
    batch = {
        "messages": [
            {"device": "D-01", **reading},
            {"device": "D-03", **reading},
            {"device": "S-1", **pressure},
            {"device": "S-2", **pressure},
            {"device": "D-02", **event},
            {"device": "D-04", **event},
        ]
    }
    with pipeline(city) as into:
        bound = into.process([message("north/GW-BOUND/batch", batch)])
        free = into.process([message("north/GW-FREE/batch", batch)])
    assert bound == Counts(6, committed=3, refused=3)
    assert free == Counts(6, committed=3, duplicate=3)
    assert reasons(city) == [("identity_mismatch", element) for element in (1, 3, 5)]


def test_who_is_not_registered_is_refused_by_name(city: str) -> None:
    odd = ["D-99", "D-0%", "'; DROP TABLE reading; --", "\uff24-00", "d-00", "D-00 ", "\u0394-00", "🔥", ".."]
    with pipeline(city) as into:
        counts = into.process([said(name, 1) for name in odd])
        counts += into.process([message("north/D-00/pressure", {"measured_at": NOW / 1e6 - 1})])
    assert counts == Counts(len(odd) + 1, refused=len(odd) + 1)
    found = rows(city, "SELECT reason, device FROM dead_letter ORDER BY dead_letter_id")
    assert found == [("unknown_device", name) for name in [*odd, "D-00"]]


@pytest.mark.parametrize("name", ["\\ud800", "a\\u0000b", "x" * 300_000, "\\ud83d\\ude00"])
def test_a_gateway_s_odd_names_cost_no_neighbour(city: str, name: str) -> None:
    at = NOW // SECOND - 1
    payload = f"""{{"messages": [
        {{"device": "D-01", "kind": "reading", "measured_at": {at}, "index_m3": 1}},
        {{"device": "{name}", "kind": "reading", "measured_at": {at}, "index_m3": 1}},
        {{"device": "{name}", "kind": "reading", "index_m3": 1}}
    ]}}""".encode()
    with pipeline(city) as into:
        assert into.process([message("north/GW-FREE/batch", payload)]) == Counts(3, committed=1, refused=2)
    assert reasons(city) == [("missing_field", 2), ("unknown_device", 1)]
    assert one(city, "SELECT max(length(device)) FROM dead_letter") <= 64


def test_what_is_refused_is_kept_whole(city: str) -> None:
    with pipeline(city) as into:
        into.process([message("north/D-00/reading", b"garbage \xff\0")])
    (found,) = rows(
        city,
        "SELECT d.reason, d.element, d.topic, d.device, d.decoder, d.payload_size, d.payload_sha256,"
        " m.payload FROM dead_letter d JOIN message m USING (message_id)",
    )
    payload = b"garbage \xff\0"
    assert found == (
        "not_utf8", None, "citygas/v1/north/D-00/reading", "D-00", "native", len(payload),
        hashlib.sha256(payload).digest(), payload,
    )  # fmt: skip


def test_ten_megabytes_are_refused_with_size_hash_and_beginning(city: str) -> None:
    payload = b'{"measured_at":1,"index_m3":1,"note":"' + bytes(range(32, 127)) * 110_000 + b'"}'
    assert len(payload) > 10_000_000
    with pipeline(city) as into:
        counts = into.process([said("D-01", 1), message("north/D-00/reading", payload), said("D-02", 1)])
    assert counts == Counts(3, committed=2, refused=1)
    (found,) = rows(
        city,
        "SELECT d.reason, d.payload_size, d.payload_sha256, m.payload"
        " FROM dead_letter d JOIN message m USING (message_id)",
    )
    assert found == ("too_large", len(payload), hashlib.sha256(payload).digest(), payload[: 64 * 1024])


def test_what_the_broker_delivers_again_is_not_refused_twice(city: str) -> None:
    with pipeline(city) as into:
        assert into.process([message("north/D-00/reading", b"garbage")]).refused == 1
        again = message("north/D-00/reading", b"garbage", redelivered=True)
        assert into.process([again]) == Counts(1, duplicate=1)
        never_seen = message("north/D-00/reading", b"rubbish", redelivered=True)
        assert into.process([never_seen]).refused == 1
        sent_twice = message("north/D-00/reading", b"garbage")
        assert into.process([sent_twice]).refused == 1


def test_a_row_the_database_refuses_costs_no_neighbour(own_city: str) -> None:
    with connect(own_city, "test") as connection:
        connection.execute("ALTER TABLE reading ADD CONSTRAINT odd CHECK (index_um3 <> 13000000)")
    messages = [said(device, 13 if device in {"D-05", "D-11"} else 1) for device in DEVICES]
    with pipeline(own_city) as into:
        counts = into.store(into.assemble(messages), in_flight=5, retained=3)
        assert counts == Counts(20, committed=18, refused=2)
    found = rows(own_city, "SELECT reason, topic, detail FROM dead_letter ORDER BY topic")
    assert [(reason, topic[-12:-8]) for reason, topic, _ in found] == [
        ("decode_error", "D-05"),
        ("decode_error", "D-11"),
    ]
    assert all("odd" in detail for *_, detail in found)
    assert rows(own_city, "SELECT in_flight, retained_ignored FROM ingest_counter") == [(5, 3)]
    assert counters(own_city) == counts


def test_what_cannot_even_be_assembled_costs_no_neighbour(city: str, monkeypatch: pytest.MonkeyPatch) -> None:
    admit = assembly.Assembly._admit

    def admit_but_thirteen(self: assembly.Assembly, *given: object) -> object:
        if getattr(given[2], "index_m3", None) == 13:
            raise OverflowError("a fault of ours")
        return admit(self, *given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(assembly.Assembly, "_admit", admit_but_thirteen)
    with pipeline(city) as into:
        counts = into.process([said(device, 13 if device == "D-07" else 1) for device in DEVICES])
    assert counts == Counts(20, committed=19, refused=1)
    assert reasons(city) == [("decode_error", None)]


def test_unknown_keys_are_noted_once_and_not_without_end(city: str) -> None:
    with pipeline(city) as into:
        for _ in range(2):
            into.process([said("D-00", 1, rssi=-90), said("D-01", 1, rssi=-80, credit={"tariff\0": 2})])
        for number in range(20):
            into.process([said("D-02", 1, **{f"key{number}-{more}": 1 for more in range(10)})])
    assert rows(city, "SELECT device, key FROM unknown_key WHERE device <> 'D-02' ORDER BY 1, 2") == [
        ("D-00", "rssi"),
        ("D-01", "credit.tariff�"),
        ("D-01", "rssi"),
    ]
    assert one(city, "SELECT count(*) FROM unknown_key WHERE device = 'D-02'") == 64


def test_an_import_while_running_is_seen_by_the_next_batch(own_city: str) -> None:
    with pipeline(own_city) as into:
        assert into.process([said("NEW", 1)]).refused == 1
        ready = into.assemble([said("NEW", 1)])
        with connect(own_city, "test") as connection:
            connection.execute("INSERT INTO device (device) VALUES ('NEW')")
            connection.execute("INSERT INTO gateway VALUES ('GW-LATE', 'D-00')")
            connection.execute("INSERT INTO registry_import (changed) VALUES ('{}')")
        assert into.store(ready).committed == 1, "what was made ready before is made ready again"
        reading = {"device": "NEW", "kind": "reading", "measured_at": NOW / 1e6 - 9, "index_m3": 1}
        assert into.process([message("north/GW-LATE/batch", {"messages": [reading]})]).refused == 1
    assert reasons(own_city) == [("unknown_device", 0), ("identity_mismatch", 0)]


def test_terms_that_lack_something_keep_nobody_from_being_stored(
    own_city: str, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(own_city, "test") as connection:
        connection.execute("UPDATE meter SET correction = 'none', fixed_factor = NULL WHERE meter = 'M-00'")
        connection.execute("UPDATE meter SET correction = 't' WHERE meter = 'M-01'")
    with caplog.at_level(logging.WARNING), pipeline(own_city) as into:
        counts = into.process([said(device, 1, pressure_kpa=300, temperature_degc=20) for device in DEVICES])
    assert counts.committed == len(DEVICES)
    assert "uncorrected meter=M-01" in caplog.text
