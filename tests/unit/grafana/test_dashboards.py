"""The dashboards' JSON: complete, without overlap, in both languages, without a colour for what is normal."""

import json
import re
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins

from grafana import palette
from grafana.build import build
from grafana.catalogue import catalogue, text
from grafana.diff import compare
from grafana.places import CONTROL_ROOM_UID, METER_UID
from grafana.query import DATASOURCE_TYPE, DATASOURCE_UID

Dashboard = import_module("grafana_foundation_sdk.models.dashboard").Dashboard
BOARDS = catalogue()
SCREEN_ROWS = 24
CHINESE = re.compile(r"[一-鿿]")
ENGLISH = re.compile(r"[A-Za-z]{3}")
GREYS = {palette.TEXT, palette.LINE, palette.QUIET, palette.FAINT}
COLOURS = {palette.CRITICAL, palette.HIGH, palette.MEDIUM, palette.LOW, palette.ATTENTION}


def panels(uid: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = BOARDS[uid]["panels"]
    return found


def colours(value: object) -> set[str]:
    return set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(value)))


def saturation(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return (max(red, green, blue) - min(red, green, blue)) / max(red, green, blue)


@pytest.mark.parametrize("uid", BOARDS)
def test_board_is_bilingual_tagged_and_not_edited_in_the_browser(uid: str) -> None:
    board = BOARDS[uid]
    assert CHINESE.search(board["title"])
    assert ENGLISH.search(board["title"])
    assert board["tags"] == ["citygas"]
    assert board["editable"] is False
    assert not {"id", "version", "iteration"} & board.keys()


@pytest.mark.parametrize("uid", BOARDS)
def test_panels_are_few_whole_and_bilingual(uid: str) -> None:
    found = panels(uid)
    assert 1 < len(found) <= 12
    assert [panel["id"] for panel in found] == list(range(1, len(found) + 1))
    for panel in found:
        for key in ("title", "description"):
            assert CHINESE.search(panel[key]), panel["title"]
            assert ENGLISH.search(panel[key]), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["datasource"] == {"type": DATASOURCE_TYPE, "uid": DATASOURCE_UID}
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references)) >= 1
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"]
            assert target["rawSql"].startswith("SELECT")


@pytest.mark.parametrize("uid", BOARDS)
def test_grid_fills_one_screen_without_overlap(uid: str) -> None:
    places = [panel["gridPos"] for panel in panels(uid)]
    for one in places:
        assert one["x"] >= 0
        assert one["x"] + one["w"] <= 24
        assert one["y"] + one["h"] <= SCREEN_ROWS
    for one, other in combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one, other)
    assert sum(one["w"] * one["h"] for one in places) == 24 * SCREEN_ROWS


@pytest.mark.parametrize("uid", BOARDS)
def test_colours_are_ours(uid: str) -> None:
    ours = GREYS | COLOURS | set(palette.QUALITY.values())
    assert colours(BOARDS[uid]) <= ours
    assert "palette-classic" not in json.dumps(BOARDS[uid])
    for panel in panels(uid):
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["color"]["mode"] in ("fixed", "thresholds"), panel["title"]


def test_normal_is_grey_and_abnormal_is_not() -> None:
    assert all(saturation(one) < 0.25 for one in GREYS | {palette.QUALITY["measured"]})
    assert all(saturation(one) > 0.4 for one in COLOURS)
    assert len(COLOURS) == 5


def test_no_green_says_normal() -> None:
    for colour in COLOURS | GREYS:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert green <= 1.3 * max(red, blue)


@pytest.mark.parametrize("uid", BOARDS)
def test_queries_group_days_by_no_macro_and_ask_only_documented_views(uid: str) -> None:
    words = json.dumps(BOARDS[uid])
    assert "$__timeGroup" not in words
    for panel in panels(uid):
        for target in panel["targets"]:
            read = re.findall(r"(?:FROM|JOIN)\s+([a-z_.]+)", target["rawSql"])
            assert all(one.startswith("grafana.") for one in read), panel["title"]
            assert "grafana." in target["rawSql"]
            assert "citygas." not in target["rawSql"]


@pytest.mark.parametrize("uid", BOARDS)
def test_variables_come_from_dimension_views_and_are_bounded(uid: str) -> None:
    found = {one["name"]: one for one in BOARDS[uid]["templating"]["list"]}
    assert {"zone", "page"} <= found.keys()
    for one in found.values():
        if one["type"] != "query":
            continue
        read = re.findall(r"(?:FROM|JOIN)\s+([a-z_.]+)", one["query"])
        assert set(read) <= {"grafana.zone", "grafana.account", "grafana.meter", "grafana.site"}
        assert one["name"] == "zone" or ("LIMIT" in one["query"] and "$__searchFilter" in one["query"])
        assert CHINESE.search(one["label"])
        if one.get("includeAll"):
            assert one["allValue"] == "'*'"


@pytest.mark.parametrize("uid", BOARDS)
def test_every_variable_a_query_names_is_there(uid: str) -> None:
    known = {one["name"] for one in BOARDS[uid]["templating"]["list"]}
    board = {key: value for key, value in BOARDS[uid].items() if key != "templating"}
    used = set(re.findall(r"\$(?!__)\{?([a-z]\w*)", json.dumps(board)))
    assert used <= known
    assert {"zone", "page"} <= used or uid != CONTROL_ROOM_UID


def test_boards_lead_to_each_other_with_time_and_variables() -> None:
    for uid, other in ((CONTROL_ROOM_UID, METER_UID), (METER_UID, CONTROL_ROOM_UID)):
        (link,) = BOARDS[uid]["links"]
        assert (link["url"], link["keepTime"], link["includeVars"]) == (f"/d/{other}", True, True)


def test_alarm_row_leads_to_the_page_that_acknowledges() -> None:
    words = json.dumps(BOARDS[CONTROL_ROOM_UID])
    assert "${page}/alarms/${__data.fields.alarm_id}" in words
    assert "var-meter=${__data.fields.meter}&${zone:queryparam}&${__url_time_range}" in words


def test_map_asks_no_tile_server() -> None:
    (panel,) = (panel for panel in panels(CONTROL_ROOM_UID) if panel["type"] == "geomap")
    ground = panel["options"]["basemap"]
    assert ground["type"] == "xyz"
    assert ground["config"]["url"].startswith("data:image/gif;base64,")
    assert "http" not in json.dumps(panel["options"])


def test_nothing_but_the_operator_page_has_an_address() -> None:
    for board in BOARDS.values():
        assert set(re.findall(r"https?://[^\"/]+", json.dumps(board))) == {"http://localhost:8080"}


@pytest.mark.parametrize("uid", BOARDS)
def test_the_schema_of_grafana_knows_every_part(uid: str) -> None:
    register_default_plugins()
    read = Dashboard.from_json(json.loads(text(BOARDS[uid])))
    written = json.loads(json.dumps(read, cls=JSONEncoder))
    assert compare(uid, BOARDS[uid], written) == []


def test_building_twice_gives_the_same(tmp_path: Path) -> None:
    first = {path.name: path.read_text("utf-8") for path in build(tmp_path / "a")}
    second = {path.name: path.read_text("utf-8") for path in build(tmp_path / "b")}
    assert first == second
    assert first.keys() == {f"{uid}.json" for uid in BOARDS}
    assert first[f"{METER_UID}.json"] == text(BOARDS[METER_UID])
