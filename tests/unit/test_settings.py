"""Settings: the file, the environment, the command line; what is wrong is named and stops the start."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from alerts.delivery.routes import Hours
from citygas.commands import doctor
from citygas.notify import channels, telling
from citygas.roles import broker_options, collecting, router
from citygas.settings import Settings, load
from telemetry.errors import ConfigurationError

FULL = """
data_dir = "/srv/citygas"

[database]
dsn = "host=db dbname=citygas"

[mqtt]
host = "broker"
protocol = "3.1.1"
username = "collector"
password = "secret"
tls = true
ca_file = "ca.crt"

[ingest]
batch_messages = 500
linger_ms = 5
take = ["north"]

[[ingest.shards]]
name = "north"
areas = ["north", "east"]

[[ingest.shards]]
name = "rest"

[[ingest.route]]
topic = "wmbusmeters/+"
decoder = "native"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "citygas.toml"


def loaded(text: str, file: Path, **environment: str) -> Settings:
    file.write_text(text)
    return load(file, environment)


def complaint(text: str, file: Path, **environment: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        loaded(text, file, **environment)
    return str(refused.value)


def test_nothing_at_all_is_the_embedded_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(environment={})
    assert settings == Settings()
    assert (settings.database.dsn, settings.mqtt.host) == (None, None)
    assert [one.name for one in collecting(settings).taken] == ["all"]


def test_the_file_in_the_working_folder_is_read(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(FULL)
    monkeypatch.chdir(tmp_path)
    assert load(environment={}).data_dir == Path("/srv/citygas")


def test_every_key_reaches_the_collector(file: Path) -> None:
    told = collecting(loaded(FULL, file))
    assert (told.broker.host, told.broker.port, told.broker.protocol) == ("broker", 8883, "3.1.1")
    assert (told.broker.username, told.broker.password) == ("collector", "secret")
    assert (told.broker.tls, told.broker.ca_file) == (True, Path("ca.crt"))
    assert (told.batch_messages, told.linger_s) == (500, 0.005)
    assert [(one.name, one.areas) for one in told.shards] == [("north", ("north", "east")), ("rest", ())]
    assert [one.name for one in told.taken] == ["north"]
    assert [(one.topic, one.decoder) for one in told.routes] == [("wmbusmeters/+", "native")]


def test_a_port_that_is_given_wins_over_the_usual_ones(file: Path) -> None:
    assert broker_options(loaded("[mqtt]\nport = 1884\ntls = true", file)).port == 1884
    assert broker_options(loaded("", file)).port == 1883


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(file: Path) -> None:
    file.write_text(FULL)
    environment = {
        "CITYGAS_MQTT__HOST": "other",
        "CITYGAS_INGEST__BATCH_MESSAGES": "7",
        "CITYGAS_INGEST__TAKE": '["rest"]',
        "CITYGAS_DATA_DIR": "/tmp/x",
        "HOME": "/root",
    }
    settings = load(file, environment, {"mqtt__host": "third", "data_dir": None, "http__port": 81})
    assert (settings.mqtt.host, settings.mqtt.username) == ("third", "collector")
    assert (settings.ingest.batch_messages, settings.ingest.take) == (7, ("rest",))
    assert (settings.data_dir, settings.http.port) == (Path("/tmp/x"), 81)


def test_a_list_of_tables_in_the_environment_is_written_as_in_the_file(file: Path) -> None:
    shards = '[{name = "a", areas = ["x"]}, {name = "b"}]'
    settings = loaded("", file, CITYGAS_INGEST__SHARDS=shards)
    assert [(one.name, one.areas) for one in settings.ingest.shards] == [("a", ("x",)), ("b", ())]


def test_variables_that_are_no_settings_are_left_alone(file: Path) -> None:
    """`make soak` sets one of them, and runs the command."""
    others = {"CITYGAS_SOAK": "1", "CITYGAS_WRITE_GOLDEN": "1", "CITYGAS_GRAFANA_TOKEN": "x"}
    assert loaded("", file, **others) == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[mqtt]\nhots = 'x'", "mqtt.hots: unknown key; expected one of host, port, protocol"),
        ("[mqqt]\nhost = 'x'", "mqqt: unknown key; expected one of data_dir, database, mqtt"),
        (
            "[[ingest.shards]]\nname = 'a'\narea = 'x'",
            "ingest.shards.0.area: unknown key; expected one of name, areas",
        ),
        ("[mqtt]\nport = 70000", "mqtt.port: Input should be less than or equal to 65535, not 70000"),
        ("[mqtt]\nprotocol = '4'", "mqtt.protocol: Input should be '5' or '3.1.1', not '4'"),
        ("[ingest]\nbatch_messages = 0", "ingest.batch_messages: Input should be greater than or equal to 1"),
        ("[ingest]\nshards = []", "ingest.shards: "),
        ("[mqtt]\nca_file = 'ca.crt'", "mqtt: ca_file is given; expected tls = true beside it"),
        ("[mqtt]\ntls = true\nkey_file = 'k'", "mqtt: key_file is given; expected certificate_file"),
        ("[mqtt]\npassword = 'x'", "mqtt: password is given; expected username"),
        ("[[ingest.shards]]\nname = 'a b'", "ingest.shards.0.name: "),
        ("[[ingest.shards]]\nname = 'a'\nareas = ['x/y']", "ingest.shards.0.areas.0: "),
        ("[[ingest.shards]]\nname = 'a'\nareas = ['#']", "ingest.shards.0.areas.0: "),
        (
            "[[ingest.shards]]\nname = 'a'\nareas = ['x']\n[[ingest.shards]]\nname = 'a'",
            "ingest: shards: name a given twice; expected once",
        ),
        (
            "[[ingest.shards]]\nname = 'a'\nareas = ['x']\n[[ingest.shards]]\nname = 'b'\nareas = ['x']",
            "ingest: shards: area x given twice; expected once",
        ),
        (
            "[[ingest.shards]]\nname = 'a'\n[[ingest.shards]]\nname = 'b'",
            "ingest: shards: a, b have no areas; expected one that takes the rest",
        ),
        (
            "[[ingest.shards]]\nname='a'\nareas=['x']\n[[ingest.route]]\ntopic='t'\ndecoder='native'",
            "ingest: route: expected a shard without areas",
        ),
        ("[ingest]\ntake = ['nroth']", "ingest: take: nroth: expected some of all"),
        ("[[ingest.route]]\ntopic = 'a/#/b'\ndecoder = 'native'", "ingest.route.0.topic: "),
        ("[[ingest.route]]\ntopic = 'a+'\ndecoder = 'native'", "ingest.route.0.topic: "),
        ("[[ingest.route]]\ntopic = ''\ndecoder = 'native'", "ingest.route.0.topic: "),
        ("[mqtt\n", "citygas.toml: "),
    ],
)
def test_a_wrong_key_is_named_with_what_was_expected(text: str, said: str, file: Path) -> None:
    assert said in complaint(text, file)


def test_everything_that_is_wrong_is_said_at_once(file: Path) -> None:
    said = complaint("[mqtt]\nport = -1\n[http]\nport = 'x'\nhots = 1", file)
    assert [key for key in ("mqtt.port", "http.port", "http.hots") if key in said] == [
        "mqtt.port",
        "http.port",
        "http.hots",
    ]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CITYGAS_MQTT_HOST", "x", "CITYGAS_MQTT_HOST: unknown; expected CITYGAS_SECTION__KEY"),
        ("CITYGAS_MQTT__HOTS", "x", "mqtt.hots: unknown key"),
        ("CITYGAS_MQTT__PORT", "x", "mqtt.port: Input should be a valid integer"),
        ("CITYGAS_INGEST__TAKE", "[oops", "CITYGAS_INGEST__TAKE: "),
        ("CITYGAS_DATA_DIR__X", "x", "data_dir: "),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, said: str, file: Path) -> None:
    assert said in complaint('data_dir = "/x"', file, **{name: value})


@pytest.mark.parametrize("text", ["[mqtt]\nusername = 'u'\npassword = 4711", "[database]\ndsn = 4711"])
def test_no_secret_is_repeated(text: str, file: Path) -> None:
    assert "4711" not in complaint(text, file)
    assert "s3cret" not in complaint("[mqtt]\npassword = 's3cret'\nca_file = 'x'", file)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml"):
        load(tmp_path / "nowhere.toml", {})


def test_settings_reach_a_process_of_their_own_whole(file: Path) -> None:
    settings = loaded(FULL, file)
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_topic_filters_of_every_allowed_shape(file: Path) -> None:
    for topic in ("a", "a/b", "+/b/#", "#", "+", "/a", "a//b", "$SYS/#", "wmbusmeters/+"):
        route = f"[[ingest.route]]\ntopic = '{topic}'\ndecoder = 'native'"
        assert loaded(route, file).ingest.route[0].topic == topic


NOTIFY = """
[[notify.channel]]
name = "hook"
kind = "webhook"
url = "https://example.com/secret-path"
secrets = ["whsec_c2VjcmV0"]
allow = ["10.1.0.0/16"]

[[notify.route]]
name = "room"
channels = ["hook"]
priorities = ["critical"]
quiet = "22:00-07:00"
digest = "07:30"
repeat_min = 30

[notify.customers]
channels = {mailto = "hook"}
hours = "08:00-20:00"
"""


def test_shifts_begin_by_the_clock(file: Path) -> None:
    alarms = loaded('[alarms]\nshifts = ["08:30", "20:30"]\n', file).alarms
    assert alarms.shifts == (time(8, 30), time(20, 30))
    assert "shifts" in complaint("[alarms]\nshifts = []\n", file)


def test_who_is_told_of_alarms(file: Path) -> None:
    notify = loaded(NOTIFY, file).notify
    (hook,) = channels(notify)
    assert (hook.kind, hook.allow, hook.per_minute) == ("webhook", ("10.1.0.0/16",), 20)
    told = telling(notify)
    (room,) = told.routes
    assert told.zone.key == "Asia/Shanghai"
    assert room.quiet == Hours.parsed("22:00-07:00")
    assert (room.repeat, room.after, room.hours) == (timedelta(minutes=30), timedelta(), None)
    assert room.digest == time(7, 30)
    assert told.customers.channels == {"mailto": "hook"}
    assert told.customers.of == {"balance_low", "statement_ready", "planned_outage"}


def test_customers_are_told_nothing_unless_it_is_configured(file: Path) -> None:
    assert telling(loaded("", file).notify).customers.channels == {}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('channels = ["hook"]', 'channels = ["pigeon"]', "there is no channel pigeon"),
        ('quiet = "22:00-07:00"', 'quiet = "at night"', "notify.route.0.quiet"),
        ('digest = "07:30"', 'digest = "dawn"', "notify.route.0.digest"),
        ('mailto = "hook"', 'mailto = "pigeon"', "customers: there is no channel pigeon"),
        ('priorities = ["critical"]', 'priorities = ["loud"]', "notify.route.0.priorities.0"),
        ('allow = ["10.1.0.0/16"]', 'allow = ["the house"]', "notify.channel.0.allow.0"),
        ('secrets = ["whsec_c2VjcmV0"]', "secrets = [7]", "notify.channel.0.secrets.0"),
        ("repeat_min = 30", 'repeat = "often"', "notify.route.0.repeat: unknown key"),
        ("\n[[notify.channel]]", '[notify]\ntime_zone = "Asia/Nowhere"\n[[notify.channel]]', "Asia/Nowhere"),
    ],
)
def test_what_is_wrong_about_notices_is_named(file: Path, right: str, wrong: str, said: str) -> None:
    found = complaint(NOTIFY.replace(right, wrong), file)
    assert said in found
    assert "c2VjcmV0" not in found


ROUTED = """
[[ingest.route]]
topic = "dtu/+/up"
decoder = "json_map"

[ingest.route.settings]
map = "dtu_flat"
device_level = 2

[[ingest.push]]
name = "lns"
decoder = "json_map"

[ingest.push.settings]
map = "dtu_flat"
"""


def test_routes_and_push_sources_find_their_decoders(file: Path) -> None:
    found = router(loaded(ROUTED, file))
    assert found.decoder("dtu/EVC-1/up") is not None
    assert found.decoder("dtu/EVC-1/down") is None
    assert found.pushes.source("json_map", None) == "lns"


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("device_level = 2", "device_level = 0", "ingest.route dtu/+/up: device_level: 0; expected"),
        ("device_level = 2", "speaker = 2", "ingest.route dtu/+/up: decoder json_map: speaker: unknown"),
        ('"lns"\ndecoder = "json_map"', '"lns"\ndecoder = "nix"', "ingest.push lns: there is no decoder"),
    ],
)
def test_a_wrong_route_stops_the_start_and_doctor_says_so(
    file: Path, right: str, wrong: str, sentence: str
) -> None:
    assert right in ROUTED
    settings = loaded(ROUTED.replace(right, wrong), file)
    with pytest.raises(ConfigurationError) as refused:
        router(settings)
    assert str(refused.value).startswith(sentence)
    assert list(doctor._routes(settings)) == [
        f"routes      WRONG, collect and api do not start: {refused.value}"
    ]


def test_a_key_that_no_push_source_has_is_named(file: Path) -> None:
    said = complaint(ROUTED.replace('name = "lns"', 'name = "lns"\nmap = "x"'), file)
    assert said.startswith("ingest.push.0.map: unknown key; expected one of name, decoder")
    assert list(doctor._routes(loaded(ROUTED, file))) == ["routes      1 by MQTT, 1 push sources"]
    assert list(doctor._routes(Settings())) == []
