"""Pushing to a Grafana over HTTP, and telling where it has drifted."""

from collections.abc import Iterator

import pytest
from grafana_client.client import GrafanaUnauthorizedError

from grafana.catalogue import catalogue
from grafana.diff import diff
from grafana.live import GrafanaError
from grafana.places import FOLDER_TITLE, FOLDER_UID
from grafana.push import push
from grafana.query import DATASOURCE_TYPE, DATASOURCE_UID
from tests.fake_grafana import TOKEN, FakeGrafana

DATASOURCE = {"uid": DATASOURCE_UID, "type": DATASOURCE_TYPE, "name": "citygas"}


@pytest.fixture(params=["", "/grafana"])
def grafana(request: pytest.FixtureRequest) -> Iterator[FakeGrafana]:
    with FakeGrafana(datasource=DATASOURCE, prefix=request.param) as running:
        yield running


def test_push_makes_the_folder_and_every_dashboard(grafana: FakeGrafana) -> None:
    assert push(grafana.url, TOKEN, message="revision abc") == sorted(catalogue())
    assert grafana.folders == {FOLDER_UID: FOLDER_TITLE}
    assert grafana.dashboards.keys() == catalogue().keys()
    assert grafana.messages == ["revision abc"] * len(catalogue())
    assert diff(grafana.url, TOKEN) == []


def test_push_again_overwrites(grafana: FakeGrafana) -> None:
    push(grafana.url, TOKEN)
    grafana.dashboards["citygas-meter"]["title"] = "Mine"
    push(grafana.url, TOKEN)
    assert grafana.dashboards["citygas-meter"]["title"] == catalogue()["citygas-meter"]["title"]
    assert grafana.dashboards["citygas-meter"]["version"] == 2


def test_links_lead_to_the_page_that_was_named(grafana: FakeGrafana) -> None:
    push(grafana.url, TOKEN, page="https://gas.example.com/")
    assert diff(grafana.url, TOKEN, page="https://gas.example.com/") == []
    assert {one.found for one in diff(grafana.url, TOKEN)} == {"'https://gas.example.com'"}


def test_url_may_end_in_a_slash(grafana: FakeGrafana) -> None:
    push(f"{grafana.url}/", TOKEN)
    assert diff(f"{grafana.url}/", TOKEN) == []


def test_diff_tells_what_is_missing() -> None:
    with FakeGrafana(datasource=DATASOURCE) as grafana:
        found = [str(one) for one in diff(grafana.url, TOKEN)]
    assert found == [f"{uid}: dashboard: expected present, found missing" for uid in catalogue()]


def test_diff_tells_where_somebody_edited(grafana: FakeGrafana) -> None:
    push(grafana.url, TOKEN)
    board = grafana.dashboards["citygas-meter"]
    query = board["panels"][2]["targets"][0]
    query["rawSql"] = "SELECT 1"
    board["refresh"] = "5s"
    board["panels"][0]["gridPos"]["w"] = 15
    board["tags"].append("mine")
    found = diff(grafana.url, TOKEN)
    assert [(one.uid, one.path) for one in found] == [
        ("citygas-meter", "panels[0].gridPos.w"),
        ("citygas-meter", "panels[2].targets[0].rawSql"),
        ("citygas-meter", "refresh"),
        ("citygas-meter", "tags"),
    ]
    assert "found 'SELECT 1'" in str(found[1])


def test_diff_tells_of_a_panel_that_was_added_or_removed(grafana: FakeGrafana) -> None:
    push(grafana.url, TOKEN)
    grafana.dashboards["citygas-control-room"]["panels"].pop()
    assert [one.path for one in diff(grafana.url, TOKEN)] == ["panels"]


def test_diff_keeps_quiet_about_what_grafana_adds(grafana: FakeGrafana) -> None:
    push(grafana.url, TOKEN)
    board = grafana.dashboards["citygas-meter"]
    board |= {"iteration": 17, "gnetId": None, "weekStart": "", "liveNow": False}
    for panel in board["panels"]:
        panel["pluginVersion"] = "13.1.1"
        panel["links"] = []
    assert diff(grafana.url, TOKEN) == []


def test_push_fails_where_grafana_keeps_something_else(grafana: FakeGrafana) -> None:
    grafana.loses = "templating"
    with pytest.raises(GrafanaError, match="templating"):
        push(grafana.url, TOKEN)


def test_push_needs_the_datasource() -> None:
    with FakeGrafana(datasource=None) as grafana, pytest.raises(GrafanaError, match="no data source"):
        push(grafana.url, TOKEN)
    assert grafana.dashboards == {}


def test_push_needs_the_right_kind_of_datasource() -> None:
    with (
        FakeGrafana(datasource={**DATASOURCE, "type": "mysql"}) as grafana,
        pytest.raises(GrafanaError, match="mysql"),
    ):
        push(grafana.url, TOKEN)


def test_wrong_token_is_refused(grafana: FakeGrafana) -> None:
    with pytest.raises(GrafanaUnauthorizedError):
        push(grafana.url, "wrong")
