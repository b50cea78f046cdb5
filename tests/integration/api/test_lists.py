"""Lists: every item once, one snapshot, cursors that cannot be bent."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest

from telemetry.store.pool import connect
from tests.integration.api.conftest import City

SPAN = {"start": "2020-01-01T00:00:00Z", "to": "2029-01-01T00:00:00Z"}
LISTS: list[tuple[str, dict[str, Any], int]] = [
    ("/meters", {}, 1),
    ("/meters/M1/readings", SPAN, 200),
    ("/meters/M4/volumes", SPAN, 31),
    ("/volumes", SPAN, 50),
    ("/stations", {}, 1),
    ("/stations/G2/pressures", SPAN, 500),
    ("/alarms", {}, 1),
    ("/rules", {}, 3),
]


@pytest.mark.parametrize(("path", "query", "limit"), LISTS)
def test_pages_make_up_the_whole_without_repeats(
    city: City, path: str, query: dict[str, Any], limit: int
) -> None:
    pages = city.caller.pages(path, limit=limit, **query)
    whole = city.caller.pages(path, limit=1000, **query)
    assert len(pages) > 1
    assert all(len(page) == limit for page in pages[:-1])
    items = [item for page in pages for item in page]
    assert [_fixed(item) for item in items] == [_fixed(item) for page in whole for item in page]
    assert len({str(item) for item in items}) == len(items)


def _fixed(item: dict[str, Any]) -> dict[str, Any]:
    """Leave out the ages of a station's streams, which grow between two questions."""
    if "streams" not in item:
        return item
    return item | {"streams": [{**stream, "age_s": None} for stream in item["streams"]]}


@pytest.mark.parametrize(("path", "query", "limit"), LISTS)
def test_a_cursor_is_bound_to_its_list_and_filter(
    city: City, path: str, query: dict[str, Any], limit: int
) -> None:
    cursor = city.caller.get(path, limit=limit, **query).json()["next_cursor"]
    others: list[tuple[str, dict[str, Any]]] = [
        (path, query | {"cursor": _bent(cursor)}),
        (path, query | {"cursor": cursor[:-3]}),
        (path, query | {"cursor": "abc"}),
        (path, query | {"cursor": "é"}),
        (path, query | {"cursor": "A"}),
        ("/dead-letters", {"cursor": cursor}),
    ]
    if "start" in query:
        others.append((path, query | {"cursor": cursor, "to": "2028-01-01T00:00:00Z"}))
    for other, asked in others:
        answer = city.caller.get(other, **asked)
        assert answer.status_code == 400, (other, asked)
        assert answer.json()["field"] == "cursor"
    again = city.caller.get(path, limit=limit + 1, cursor=cursor, **query)
    assert again.status_code == 200, "another page size is no other filter"


def _bent(cursor: str) -> str:
    """Change one bit of what the cursor says."""
    plain = bytearray(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    plain[-3] ^= 1
    return urlsafe_b64encode(bytes(plain)).decode().rstrip("=")


def test_a_cursor_of_one_meter_does_not_open_another(city: City) -> None:
    cursor = city.caller.get("/meters/M1/readings", limit=5, **SPAN).json()["next_cursor"]
    assert city.caller.get("/meters/M2/readings", limit=5, cursor=cursor, **SPAN).status_code == 400


def test_later_rows_do_not_enter_a_list_that_was_begun(city: City) -> None:
    paths = {
        "/meters/M2/readings": SPAN,
        "/stations/G1/pressures": SPAN,
        "/meters/M2/volumes": SPAN,
        "/alarms": {"state": "active"},
        "/meters": {},
        "/dead-letters": {},
    }
    limits = dict.fromkeys(paths, 1) | {"/stations/G1/pressures": 700, "/meters/M2/readings": 120}
    before = {
        path: [item for page in city.caller.pages(path, limit=900, **query) for item in page]
        for path, query in paths.items()
    }
    first = {path: city.caller.get(path, limit=limits[path], **query).json() for path, query in paths.items()}
    _change_everything(city.dsn)
    for path, query in paths.items():
        items, cursor = first[path]["items"], first[path]["next_cursor"]
        while cursor:
            page = city.caller.get(path, limit=900, cursor=cursor, **query).json()
            items, cursor = items + page["items"], page["next_cursor"]
        assert items == before[path], path
        after = [item for page in city.caller.pages(path, limit=900, **query) for item in page]
        assert after != before[path], f"the change of {path} shows in a new list"


def _change_everything(dsn: str) -> None:
    with connect(dsn, "test") as connection:
        connection.execute(
            """
            INSERT INTO reading (device_id, measured_at, content_hash, received_at, message_id, flags)
            SELECT device_id, measured_at, 99, now(), 2, 0 FROM reading WHERE device_id = 2;
            INSERT INTO pressure_sample
                (station_id, stream, measured_at, content_hash, received_at, message_id, flags)
            SELECT station_id, stream, measured_at, 99, now(), 2, 0 FROM pressure_sample WHERE station_id = 1;
            WITH old AS (
                INSERT INTO volume_hour_superseded
                SELECT (jsonb_populate_record(
                    NULL::volume_hour_superseded,
                    to_jsonb(v) || jsonb_build_object('superseded_at', now())
                )).* FROM volume_hour v JOIN meter USING (meter_id) WHERE meter = 'M2'
                RETURNING meter_id, interval_start
            )
            UPDATE volume_hour v SET revision = 1, base_volume_um3 = 7, computed_at = now()
            FROM old WHERE v.meter_id = old.meter_id AND v.interval_start = old.interval_start;
            WITH changed AS (
                UPDATE alarm SET state = 'acknowledged', updated_at = now() WHERE state = 'active'
                RETURNING alarm_id
            )
            INSERT INTO alarm_event (alarm_id, at, signal, from_state, to_state)
            SELECT alarm_id, now(), 'ACK', 'active', 'acknowledged' FROM changed;
            INSERT INTO alarm (rule, target_kind, target_id, priority, state, raised_at, message, response)
            VALUES ('flow_over_range', 'meter', 'M2', 'low', 'active', now(), 'm', 'r');
            INSERT INTO meter (meter, type, kind, qmax_m3h, digits, correction)
            VALUES ('M0', 'rotary', 'smart', 16, 6, 'pt');
            INSERT INTO dead_letter
                (received_at, message_id, topic, reason, detail, payload_size, payload_sha256)
            VALUES (now(), 1, 't', 'clock', 'd', 1, '');
            """
        )
