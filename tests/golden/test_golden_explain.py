"""Explanations of chosen hours, letter by letter, as a billing supervisor reads them in both languages."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from psycopg import Connection

from api.explanation.page import Language, page
from ingest.pipeline import Pipeline
from ingest.router import Router
from telemetry.errors import NotFoundError
from telemetry.model import HOUR, MINUTE, Instant, RawMessage, moment
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.work.derive import derive_pending, derive_span
from telemetry.work.explain import explain
from tests.integration.test_derive import START

REGISTRY = """
INSERT INTO account (account, name) VALUES ('A-0001', '玻璃厂');
INSERT INTO zone (zone, name) VALUES ('east', '东区');
INSERT INTO site (site, zone, time_zone, account, elevation_m) VALUES
  ('S-0001', 'east', 'Asia/Shanghai', 'A-0001', 1500);
INSERT INTO contract (contract, account, site, valid_from, correction, corrector_failure_rule) VALUES
  ('C-2026-17', 'A-0001', 'S-0001', '2026-01-01+08', 'ptz', 'previous_mean');
INSERT INTO device (device) VALUES ('D-0001');
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction) VALUES
  ('M-0001', 'turbine', 'smart', 400, 6, 'ptz');
INSERT INTO installation (meter, site, device, valid_from, index_m3) VALUES
  ('M-0001', 'S-0001', 'D-0001', '2026-01-01+08', 0);
INSERT INTO gas_quality (zone, valid_from, method, methane, nitrogen, carbon_dioxide, ethane, propane)
VALUES ('east', '2026-01-01+08', 'aga8_detail', 0.965, 0.005, 0.006, 0.018, 0.006),
       ('east', '2026-07-01T12:20:00+08', 'aga8_detail', 0.94, 0.01, 0.01, 0.03, 0.01);
INSERT INTO registry_import (changed) VALUES ('{}');
"""
SETTLE_CLOCKS = """
UPDATE reading SET stored_at = received_at + INTERVAL '0.25 seconds';
UPDATE volume_hour SET computed_at = '2026-07-02+08'::timestamptz + revision * INTERVAL '1 hour';
UPDATE volume_hour_superseded SET
    computed_at = '2026-07-02+08'::timestamptz + revision * INTERVAL '1 hour',
    superseded_at = '2026-07-02+08'::timestamptz + (revision + 1) * INTERVAL '1 hour';
"""

Note = tuple[float, float, dict[str, object]]
"""Minutes after midnight, the register, and what else is said or left out (None)."""

PLAIN: Sequence[Note] = [(60 * hour, 1000 + 20.5 * hour, {}) for hour in range(4)]
STEADY: dict[str, object] = {"gauge_pressure_kpa": 402, "temperature_degc": 16}
TEN_DAYS: Sequence[Note] = [
    (60 * hour, 1000 + sum(18.5 if 8 <= one % 24 < 20 else 0.75 for one in range(hour)), STEADY)
    for hour in range(24 * 10)
]
SOUND = {"disturbed_index_m3": 12.5, "base_disturbed_index_m3": 60}
DISTURBED: Sequence[Note] = [(at, index, SOUND) for at, index, _ in PLAIN]
HISTORIES: dict[str, tuple[list[list[Note]], int]] = {
    "good": ([list(PLAIN)], 1),
    "late": ([[one for one in PLAIN if one[0] != 120], [(120, 1044, {})]], 1),
    "gap_bridged": ([[*PLAIN[:2], (60 * 9, 1164, {"base_index_m3": 5729.2})]], 4),
    "profile_laid": ([[*TEN_DAYS, (60 * 24 * 11, 3700, STEADY)]], 24 * 10 + 9),
    "no_pressure": ([[PLAIN[0], PLAIN[1], (120, 1041, {"gauge_pressure_kpa": None}), *PLAIN[3:]]], 1),
    "partial": ([[(80, 1027, {}), *PLAIN[2:]]], 1),
    "gas_changed": ([[(60 * hour, 1000 + 20.5 * hour, {}) for hour in range(11, 15)]], 12),
    "conflict": ([list(PLAIN), [(120, 1045.5, {"seq": 1})]], 1),
    "rollover": ([[(0, 999_980, {}), (60, 999_995, {}), (120, 11.25, {}), (180, 30, {})]], 1),
    "disturbed": (
        [[*DISTURBED[:2], (120, 1041, {"disturbed_index_m3": 18.7, "base_disturbed_index_m3": 90.38})]],
        1,
    ),
    "on_default_values": ([[*PLAIN[:2], (120, 1041, {"flags": ["on_default_values"]}), PLAIN[3]]], 1),
    "base_alone": ([[(at, index, {"index_m3": None}) for at, index, _ in PLAIN]], 1),
    "corrector_mismatch": ([[PLAIN[0], PLAIN[1], (120, 1041, {"base_index_m3": 5104.2}), PLAIN[3]]], 1),
    "no_reading": ([list(PLAIN)], 40),
}


@pytest.fixture
def connection(plain_database: str) -> Iterator[Connection]:
    with connect(plain_database, "test", autocommit=True) as opened:
        migrate(opened)
        opened.execute(REGISTRY)
        yield opened


def tell(connection: Connection, batches: Sequence[Sequence[Note]]) -> None:
    """Let the device publish, one reading a payload, and derive after each batch; later ones come late."""
    pipeline = Pipeline(connection, "test", Router())
    for late, notes in enumerate(batches):
        pipeline.process([_message(note, late * 5 * HOUR) for note in notes])
        derive_pending(connection)
    connection.execute(SETTLE_CLOCKS)


def _message(note: Note, late: Instant, device: str = "D-0001") -> RawMessage:
    minutes, index, others = note
    at: Instant = START + round(minutes * MINUTE)
    said = {
        "measured_at": moment(at).isoformat(),
        "index_m3": index,
        "base_index_m3": round(index * 4.9 % 1e6, 3),
        "gauge_pressure_kpa": 400 + minutes / 60,
        "temperature_degc": 15 + minutes / 120,
        "seq": round(minutes) + 10,
    } | others
    kept = {name: value for name, value in said.items() if value is not None}
    payload = json.dumps(kept, separators=(",", ":")).encode()
    return RawMessage(f"citygas/v1/east/{device}/reading", payload, at + late + 3_000_000)


ENTERED = {
    "edited": (
        1,
        """
        INSERT INTO edit (meter_id, kind, span_start, span_end, pressure_pa, reason, author, approval_needed,
                          approved_by, approved_at)
        VALUES (1, 'substitute', '2026-07-01T01:00+08', '2026-07-01T02:00+08', 450000,
                '压力变送器校验，以校验仪读数代替', '李工', true, '王主任', '2026-07-03+08')
    """,
    ),
    "exchanged": (
        1,
        """
        INSERT INTO device (device) VALUES ('D-0002');
        UPDATE installation SET removed_at = '2026-07-01T01:20+08', final_index_m3 = 1027,
                                final_base_index_m3 = 5032.3;
        INSERT INTO installation (meter, site, device, valid_from, index_m3, base_index_m3, reason)
        VALUES ('M-0001', 'S-0001', 'D-0002', '2026-07-01T01:20+08', 5, 24.5, '到期轮换');
        INSERT INTO registry_import (changed) VALUES ('{}');
    """,
    ),
    "gas_used_meanwhile": (
        4,
        """
        INSERT INTO device (device) VALUES ('D-0002');
        INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction) VALUES
          ('M-0002', 'rotary', 'smart', 250, 6, 'ptz');
        UPDATE installation SET removed_at = '2026-07-01T03:30+08', final_index_m3 = 1072;
        INSERT INTO installation (meter, site, device, valid_from, index_m3, reason, gas_used_meanwhile)
        VALUES ('M-0002', 'S-0001', 'D-0002', '2026-07-01T06:00+08', 0, '主板故障', 'bypass');
        INSERT INTO equipment (site, kind, rated_m3h, valid_from)
        VALUES ('S-0001', '熔窑', 120, '2026-01-01+08');
        INSERT INTO registry_import (changed) VALUES ('{}');
    """,
    ),
    "no_final_index": (
        250,
        """
        UPDATE installation SET removed_at = '2026-07-12T00:00+08';
        INSERT INTO registry_import (changed) VALUES ('{}');
    """,
    ),
}


@pytest.mark.parametrize("name", ENTERED)
def test_explanation_of_what_people_entered_is_as_before(
    name: str, connection: Connection, golden: Callable[[str, str], None]
) -> None:
    hour, entered = ENTERED[name]
    tell(connection, [PLAIN if hour < 24 else TEN_DAYS])
    connection.execute(entered.encode())
    if name == "exchanged":
        pipeline = Pipeline(connection, "test", Router())
        pipeline.process([_message((at, index, {}), 0, "D-0002") for at, index in ((120, 19), (180, 40))])
    derive_span(connection, None, START, START + (hour + 5) * HOUR)
    connection.execute(SETTLE_CLOCKS)
    found = explain(connection, "M-0001", moment(START + hour * HOUR))
    assert found.agrees, found.differs_in
    assert len(found.earlier) == (hour == 1)
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        golden(f"explain/{name}.{language}.txt", page(found, language))


TWIN = """
INSERT INTO device (device) VALUES ('D-0002');
INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction, role, checks) VALUES
  ('M-0002', 'ultrasonic', 'smart', 400, 6, 'ptz', 'check', 'M-0001');
INSERT INTO installation (meter, site, device, valid_from, index_m3) VALUES
  ('M-0002', 'S-0001', 'D-0002', '2026-01-01+08', 0);
INSERT INTO registry_import (changed) VALUES ('{}');
"""


def test_explanation_of_a_twins_pressure_is_as_before(
    connection: Connection, golden: Callable[[str, str], None]
) -> None:
    connection.execute(TWIN)
    alone: dict[str, object] = {"base_index_m3": None}
    failed = alone | {"gauge_pressure_kpa": None}
    tell(connection, [[(at, index, failed if at in (60, 120) else alone) for at, index, _ in PLAIN]])
    Pipeline(connection, "test", Router()).process(
        [_message((at + 5, index, {"gauge_pressure_kpa": 404.5}), 0, "D-0002") for at, index, _ in PLAIN]
    )
    derive_pending(connection)
    connection.execute(SETTLE_CLOCKS)
    found = explain(connection, "M-0001", moment(START + HOUR))
    assert found.agrees, found.differs_in
    assert [(one.method, one.cause) for one in (*found.earlier, found.stored) if one] == [
        ("last_good", "reading"),
        ("twin", "neighbour"),
    ]
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        golden(f"explain/twin.{language}.txt", page(found, language))


def test_explanation_of_a_check_meters_volume_is_as_before(
    connection: Connection, golden: Callable[[str, str], None]
) -> None:
    connection.execute(TWIN)
    alone: dict[str, object] = {"base_index_m3": None}
    checking = [
        _message((at - 10, 500 + at * 0.35, alone), 0, "D-0002") for at in (0, 60, 120, 180, 240) if at
    ]
    Pipeline(connection, "test", Router()).process([_message((-10, 500, alone), 0, "D-0002"), *checking])
    tell(connection, [[(at, index - 1000 * (at > 60), alone) for at, index, _ in PLAIN]])
    found = explain(connection, "M-0001", moment(START + HOUR))
    assert found.agrees, found.differs_in
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        golden(f"explain/check_meter.{language}.txt", page(found, language))


@pytest.mark.parametrize("name", HISTORIES)
def test_explanation_is_as_before(
    name: str, connection: Connection, golden: Callable[[str, str], None]
) -> None:
    batches, hour = HISTORIES[name]
    tell(connection, batches)
    found = explain(connection, "M-0001", moment(START + hour * HOUR) + timedelta(minutes=17))
    assert found.agrees, found.differs_in
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        golden(f"explain/{name}.{language}.txt", page(found, language))
    if found.recomputed:
        assert found.recomputed.volume_um3 == sum(step.volume_share.share_um3 for step in found.steps)


def test_what_is_stored_otherwise_is_told(connection: Connection) -> None:
    tell(connection, [PLAIN])
    connection.execute("UPDATE volume_hour SET base_volume_um3 = base_volume_um3 + 1")
    found = explain(connection, "M-0001", moment(START + HOUR))
    assert (found.agrees, found.differs_in) == (False, ("base_volume_um3",))
    assert "DOES NOT AGREE" in page(found, "en")
    assert "不一致" in page(found, "zh")


def test_what_still_waits_is_told_and_nothing_is_changed(connection: Connection) -> None:
    tell(connection, [PLAIN])
    pipeline = Pipeline(connection, "test", Router())
    pipeline.process([_message((90, 1031, {}), 5 * HOUR)])
    before = connection.execute("SELECT * FROM volume_hour ORDER BY interval_start").fetchall()
    found = explain(connection, "M-0001", moment(START + HOUR))
    assert found.waiting
    assert not found.agrees
    assert connection.execute("SELECT * FROM volume_hour ORDER BY interval_start").fetchall() == before
    derive_pending(connection)
    settled = explain(connection, "M-0001", moment(START + HOUR))
    assert (settled.agrees, settled.waiting, len(settled.earlier)) == (True, False, 1)


def test_a_meter_that_is_not_there(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="there is no meter M-9"):
        explain(connection, "M-9", moment(START))
