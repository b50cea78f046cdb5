"""Jobs stored by an earlier version, brought to this one."""

from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from tests.integration.older import migrate_to

OLDER = 50
STORED = b"""
INSERT INTO job (kind, target_kind, target_id, state, comment, created_at)
VALUES ('planned', 'station', 'G1', 'assigned', 'rain', now()),
       ('fault', 'station', 'G1', 'assigned', 'ask at the gate', now()),
       ('inspection', 'station', 'G1', 'new', 'look at bypass B1', now());
INSERT INTO job_event (job_id, at, from_state, to_state, comment)
VALUES (1, now(), NULL, 'new', 'exchange the regulator'), (2, now(), NULL, 'new', NULL),
       (3, now(), NULL, 'new', 'look at bypass B1'), (2, now(), 'new', 'assigned', 'ask at the gate'),
       (1, now(), 'new', 'assigned', NULL), (1, now(), 'assigned', 'assigned', 'rain');
INSERT INTO answered_request (key_name, idempotency_key, request_sha256, answer)
VALUES ('crew', 'job', 'x', '{"id": 1, "permits": [], "reopened": 0, "comment": "exchange the regulator"}'),
       ('crew', 'silent', 'x', '{"id": 2, "permits": [], "reopened": 0, "comment": null}'),
       ('crew', 'read', 'x', '{"id": 1, "comment": "register read"}'), ('crew', 'under way', 'x', NULL);
"""


def test_a_job_gets_what_was_said_first_as_what_is_to_be_done(empty_database: str) -> None:
    with connect(empty_database, "test", autocommit=True) as connection:
        migrate_to(connection, OLDER)
        connection.execute(STORED)
        migrate(connection)
        assert connection.execute("SELECT task, comment FROM job ORDER BY job_id").fetchall() == [
            ("exchange the regulator", "rain"),
            (None, "ask at the gate"),
            ("look at bypass B1", "look at bypass B1"),
        ]
        answers = dict(connection.execute("SELECT idempotency_key, answer FROM answered_request").fetchall())
    assert answers["job"]["task"] == "exchange the regulator"
    assert answers["silent"]["task"] is None
    assert answers["read"] == {"id": 1, "comment": "register read"}
    assert answers["under way"] is None
