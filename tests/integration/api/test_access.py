"""Who may ask what: keys, scopes, and what each refusal says."""

import pytest
from httpx import Client

from telemetry.errors import ConfigurationError, ConflictError, NotFoundError
from telemetry.store.keys import SCOPES, create_key, find_key, list_keys, revoke_key
from telemetry.store.pool import connect
from tests.api_access import Caller, calling, new_key, served
from tests.integration.api.conftest import City
from tests.small_city import migrated

READS = {
    "/meters": {"telemetry:read", "registry:read"},
    "/meters/M1": {"telemetry:read", "registry:read"},
    "/meters/M1/readings": {"telemetry:read"},
    "/meters/M1/volumes": {"telemetry:read", "billing:read"},
    "/volumes?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z": {"telemetry:read", "billing:read"},
    "/stations": {"telemetry:read"},
    "/stations/G1": {"telemetry:read"},
    "/stations/G1/pressures": {"telemetry:read"},
    "/alarms": {"alarms:read", "alarms:operate"},
    "/alarms/1": {"alarms:read", "alarms:operate"},
    "/alarms/1/events": {"alarms:read", "alarms:operate"},
    "/rules": {"alarms:read", "alarms:operate"},
    "/alarms/kpi": {"alarms:read", "alarms:operate"},
    "/shift-report": {"alarms:read", "alarms:operate"},
    "/out-of-service": {"alarms:read", "alarms:operate"},
    "/jobs": {"alarms:read", "alarms:operate", "work:write", "work:verify"},
    "/dead-letters": {"telemetry:read", "ingest:write"},
    "/dead-letters/1": {"telemetry:read", "ingest:write"},
    "/meters/M1/reads": {"telemetry:read", "billing:read", "reads:write"},
    "/meters/M1/card-sales": {"billing:read", "registry:read", "registry:write"},
    "/edits": {"telemetry:read", "billing:read", "edits:write", "edits:approve"},
    "/exchanges": {"telemetry:read", "billing:read", "registry:read", "work:write", "work:verify"},
}
CHANGES = {
    "/alarms/1/acknowledge": {"alarms:operate"},
    "/alarms/1/shelve": {"alarms:operate"},
    "/alarms/1/unshelve": {"alarms:operate"},
    "/alarms/1/verdict": {"alarms:operate"},
    "/out-of-service": {"work:write"},
    "/jobs": {"work:write"},
    "/dead-letters/replay": {"ingest:write"},
    "/dead-letters/1/mend": {"ingest:write"},
    "/reads": {"reads:write"},
    "/card-sales": {"registry:write"},
    "/edits": {"edits:write"},
    "/exchanges": {"work:write"},
}


def test_each_scope_opens_what_it_names_and_nothing_else(city: City) -> None:
    for scope in SCOPES:
        caller = Caller(city.caller.client, new_key(city.dsn, scope))
        for path, allowed in READS.items():
            answer = caller.get(path)
            assert answer.status_code == (200 if scope in allowed | {"admin"} else 403), (scope, path)
            if answer.status_code == 403:
                assert any(name in answer.json()["detail"] for name in allowed)
        for path, allowed in CHANGES.items():
            # A body that is refused shows that the door was passed.
            answer = caller.post(path, {"unheard_of": 1})
            assert answer.status_code == (422 if scope in allowed | {"admin"} else 403), (scope, path)


@pytest.mark.parametrize("header", [None, "", "Basic Y2c=", "Bearer", "Bearer cg_wrong", "Bearer \xff"])
def test_nobody_enters_without_a_key(city: City, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    for path in READS:
        answer = city.caller.client.get(f"/v1{path}", headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["field"] == "Authorization"


def test_a_key_is_shown_once_and_kept_as_a_hash(database: str) -> None:
    with migrated(database) as connection:
        key = create_key(connection, "billing", ["billing:read", "billing:read"])
        assert key.startswith("cg_")
        assert len(key) == 3 + 43  # 256 bits in base64url
        stored = connection.execute("SELECT api_key::text FROM api_key").fetchall()
        assert key not in str(stored)
        found = find_key(connection, key)
        assert found is not None
        assert (found.name, found.scopes, found.prefix) == ("billing", ["billing:read"], key[:8])
        assert find_key(connection, key[:-1]) is None
        with pytest.raises(ConflictError, match="billing"):
            create_key(connection, "billing", ["billing:read"])
        for scopes in ([], ["billing:write"]):
            with pytest.raises(ConfigurationError, match="scope: expected one or more of telemetry:read"):
                create_key(connection, "other", scopes)


def test_a_revoked_or_expired_key_is_no_key(database: str) -> None:
    with migrated(database) as connection:
        keys = {name: create_key(connection, name, ["telemetry:read"]) for name in ("gone", "old", "good")}
        connection.execute("UPDATE api_key SET expires_at = now() - INTERVAL '1 s' WHERE name = 'old'")
        revoke_key(connection, "gone")
        with pytest.raises(NotFoundError, match="gone"):
            revoke_key(connection, "gone")
        assert [one.name for one in list_keys(connection)] == ["gone", "good", "old"]
    with served(database) as address, Client(base_url=address) as client:
        got = {name: Caller(client, key).get("/meters").status_code for name, key in keys.items()}
    assert got == {"gone": 401, "old": 401, "good": 200}
    with connect(database, "test") as connection:
        used = {one.name: one.last_used_at is not None for one in list_keys(connection)}
    assert used == {"gone": False, "old": False, "good": True}


def test_revoking_a_key_that_works_takes_effect_at_once(database: str) -> None:
    migrated(database).close()
    with calling(database) as caller:
        assert caller.get("/meters").status_code == 200
        with connect(database, "test") as connection:
            revoke_key(connection, "test-0")
        assert caller.get("/meters").status_code == 401
