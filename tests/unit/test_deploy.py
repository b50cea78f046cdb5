"""What is shipped for deployment hangs together: mounted files exist, commands and settings are real."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from citygas.settings import load
from grafana.query import DATASOURCE_TYPE, DATASOURCE_UID

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMMANDS = {
    *("up", "demo", "collect", "derive", "watch", "api", "migrate"),
    *("registry", "keys", "simulate", "dashboards"),
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml, anchors resolved."""
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def services(compose: dict[str, Any], *, ours: bool) -> dict[str, Any]:
    return {
        name: service
        for name, service in compose["services"].items()
        if service["image"].startswith("citygas:") == ours
    }


def test_every_file_that_is_mounted_exists(compose: dict[str, Any]) -> None:
    made_by_certs_sh = {"./deploy/secrets/ca.crt"}
    for name, service in compose["services"].items():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith(".") and source not in made_by_certs_sh:
                assert (ROOT / source).exists(), f"{name}: {source}"
            elif not source.startswith("."):
                assert source in compose["volumes"], f"{name}: {source}"


def test_every_image_is_pinned(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert re.search(r":\d+\.\d+\.\d+(-pg\d+)?$", service["image"]), name


def test_every_command_is_one_that_citygas_has(compose: dict[str, Any]) -> None:
    roles = set()
    for service in services(compose, ours=True).values():
        if "entrypoint" in service:
            roles |= {
                line.split()[1] for line in service["command"][0].splitlines() if line.startswith("citygas ")
            }
        else:
            roles.add(service["command"][0])
    for unit in (DEPLOY / "systemd").glob("citygas-*.service"):
        start = re.search(r"^ExecStart=\S*/citygas (\S+)", unit.read_text(), re.MULTILINE)
        assert start is not None
        assert unit.stem == f"citygas-{start[1]}"
        roles.add(start[1])
    assert roles <= COMMANDS
    assert roles >= {"collect", "derive", "watch", "api", "migrate", "simulate", "dashboards", "registry"}


def test_every_setting_is_one_that_citygas_knows(compose: dict[str, Any]) -> None:
    for service in services(compose, ours=True).values():
        given = {key: value for key, value in service["environment"].items() if key.startswith("CITYGAS_")}
        load(environment={key: re.sub(r"\$\{[^}]*\}", "x", value) for key, value in given.items()})
    assert load(DEPLOY / "citygas.toml", environment={}).mqtt.tls


def test_every_variable_stands_in_the_example(compose: dict[str, Any]) -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", json.dumps(compose)))
    known = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == known


def test_no_secret_is_shipped(compose: dict[str, Any]) -> None:
    passwords = re.findall(r"^(\w*PASSWORD)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert passwords
    assert all(not value for _name, value in passwords)
    for service in compose["services"].values():
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or value.startswith("${"), key


def test_only_what_must_be_is_published(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }
    assert set(published) == {"mosquitto", "api", "grafana"}
    assert published["api"] == ["${HTTP_LISTEN:-127.0.0.1:8080}:8080"]
    assert published["grafana"] == ["${GRAFANA_LISTEN:-127.0.0.1:3000}:3000"]


def test_roles_wait_for_the_migration(compose: dict[str, Any]) -> None:
    for role in ("collector", "derive", "watch", "api"):
        waits = compose["services"][role]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"


def test_the_broker_runs_with_the_tested_durability_file(compose: dict[str, Any]) -> None:
    included = re.search(r"^include_dir (\S+)$", (DEPLOY / "mosquitto.conf").read_text(), re.MULTILINE)
    assert included is not None
    mounts = [volume.split(":")[:2] for volume in compose["services"]["mosquitto"]["volumes"]]
    assert ["./citygas/embedded/mosquitto.durability.conf", f"{included[1]}/durability.conf"] in mounts


def test_simulators_are_behind_a_profile(compose: dict[str, Any]) -> None:
    behind = {name for name, service in compose["services"].items() if service.get("profiles") == ["demo"]}
    assert behind == {"city", "simulators"}


def test_grafana_is_provisioned_for_the_dashboards_that_are_built(compose: dict[str, Any]) -> None:
    provisioning = DEPLOY / "grafana" / "provisioning"
    [source] = yaml.safe_load((provisioning / "datasources" / "citygas.yml").read_text())["datasources"]
    assert (source["uid"], source["type"]) == (DATASOURCE_UID, DATASOURCE_TYPE)
    [provider] = yaml.safe_load((provisioning / "dashboards" / "citygas.yml").read_text())["providers"]
    mounts = dict(volume.split(":")[:2] for volume in compose["services"]["grafana"]["volumes"])
    assert mounts["dashboards"] == provider["options"]["path"]
    build = compose["services"]["dashboards"]
    assert build["command"][-1] == dict(volume.split(":")[:2] for volume in build["volumes"])["dashboards"]


def test_the_image_holds_every_package_and_nothing_else() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    allowed = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)) - {"LICENSE"}
    packaged = re.search(r"module-name = (\[.*\])", (ROOT / "pyproject.toml").read_text())
    assert packaged is not None
    assert copied == allowed == set(json.loads(packaged[1]))


@pytest.mark.parametrize(
    "script", sorted([*DEPLOY.rglob("*.sh"), ROOT / ".ci" / "run"]), ids=lambda path: path.name
)
def test_scripts_parse_and_are_executable(script: Path) -> None:
    assert script.stat().st_mode & 0o111
    shell = "bash" if "bash" in script.read_text().splitlines()[0] else "sh"
    subprocess.run([shell, "-n", script], check=True)


def test_docker_compose_accepts_the_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not on this machine")
    environment = tmp_path / "env"
    environment.write_text(
        re.sub(r"(PASSWORD)=$", r"\1=x", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    )
    command = [docker, "compose", "--file", f"{ROOT}/docker-compose.yml", "--env-file", f"{environment}"]
    subprocess.run([*command, "--profile", "demo", "config", "--quiet"], check=True)
