"""Settings: ``citygas.toml``, every key also as ``CITYGAS_SECTION__KEY``; a wrong key stops the start."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import Field, ValidationError, model_validator

from alerts.reports.shifts import SHIFTS
from citygas.notify_settings import NotifySection
from citygas.section import Name, Section
from telemetry.errors import ConfigurationError

PREFIX: Final = "CITYGAS_"
DEFAULT_FILE: Final = Path("citygas.toml")
_TOP_LEVEL: Final = ("data_dir",)
_NO_SETTINGS: Final = frozenset(
    {"CITYGAS_CERT_DAYS", "CITYGAS_GRAFANA_TOKEN", "CITYGAS_SOAK", "CITYGAS_WRITE_GOLDEN"}
)
"""Variables that scripts and single commands read."""
_SECRET: Final = frozenset({"password", "dsn", "url", "secrets"})

TopicFilter: TypeAlias = Annotated[str, Field(pattern=r"^(?:(?:\+|[^+#/\x00]*)/)*(?:#|\+|[^+#/\x00]+)$")]


class DatabaseSection(Section):
    """Where the rows go; without ``dsn`` the embedded PostgreSQL under the data directory."""

    dsn: str | None = None


class MqttSection(Section):
    """Where the broker is; without ``host`` the embedded one."""

    host: str | None = None
    port: int | None = Field(default=None, ge=0, le=65535)
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password: str | None = None
    tls: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    keepalive_s: int = Field(default=30, ge=5, le=3600)
    embedded: Literal["mosquitto", "amqtt"] | None = None
    """Which broker to embed where no host is given; None takes mosquitto when it is on the machine."""

    @model_validator(mode="after")
    def _secure(self) -> Self:
        files = [name for name in ("ca_file", "certificate_file", "key_file") if getattr(self, name)]
        if files and not self.tls:
            raise ValueError(f"{files[0]} is given; expected tls = true beside it, or all goes in the clear")
        if self.key_file and not self.certificate_file:
            raise ValueError("key_file is given; expected certificate_file beside it")
        if self.password is not None and self.username is None:
            raise ValueError("password is given; expected username beside it")
        return self


class ShardSection(Section):
    """Some areas that one collector at a time takes; none listed: all that no other shard lists."""

    name: Name
    areas: tuple[Name, ...] = ()


class RouteSection(Section):
    """A topic filter beyond the native ones, and the decoder that takes it."""

    topic: TopicFilter
    decoder: str
    settings: dict[str, object] = Field(default_factory=dict)
    """What this decoder is told; each says itself what it takes (docs/decoders.md)."""


class PushSection(Section):
    """Who pushes payloads of a family over HTTP, beside whoever has a key."""

    name: Name
    decoder: str
    settings: dict[str, object] = Field(default_factory=dict)
    """What this decoder is told for this source."""


class IngestSection(Section):
    """How the collector divides and gathers its work."""

    batch_messages: int = Field(default=2000, ge=1, le=16384)
    batch_bytes: int = Field(default=2 * 1024 * 1024, ge=1024)
    linger_ms: float = Field(default=20.0, ge=0, le=1000)
    shards: tuple[ShardSection, ...] = Field(default=(ShardSection(name="all"),), min_length=1)
    take: tuple[Name, ...] = ()
    """Names of the shards that this collector takes or stands by for; all where none is named."""
    route: tuple[RouteSection, ...] = ()
    push: tuple[PushSection, ...] = ()

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        """Let no message have two shards, and no route none."""
        names = [shard.name for shard in self.shards]
        areas = [area for shard in self.shards for area in shard.areas]
        for what, given in (("name", names), ("area", areas)):
            if twice := sorted({one for one in given if given.count(one) > 1}):
                raise ValueError(f"shards: {what} {', '.join(twice)} given twice; expected once")
        others = [shard.name for shard in self.shards if not shard.areas]
        if len(others) > 1:
            raise ValueError(f"shards: {', '.join(others)} have no areas; expected one that takes the rest")
        if self.route and not others:
            raise ValueError("route: expected a shard without areas, which takes the routes")
        if unknown := sorted(set(self.take) - set(names)):
            raise ValueError(f"take: {', '.join(unknown)}: expected some of {', '.join(names)}")
        return self


class HttpSection(Section):
    """Where the API and the pages listen."""

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)


class EditsSection(Section):
    """How people's edits of volumes come to hold."""

    approval: bool = False
    """Whether somebody other than its author must approve an edit first."""


class AlarmsSection(Section):
    """What operators may do with alarms."""

    shelve_longest_h: float = Field(default=24.0, gt=0, le=720)
    """For how long an alarm may be shelved at most."""
    shifts: tuple[time, ...] = Field(default=SHIFTS, min_length=1)
    """When shifts begin by the city's clock."""


class Settings(Section):
    """All of it."""

    data_dir: Path = Path("citygas-data")
    database: DatabaseSection = DatabaseSection()
    mqtt: MqttSection = MqttSection()
    ingest: IngestSection = IngestSection()
    http: HttpSection = HttpSection()
    edits: EditsSection = EditsSection()
    alarms: AlarmsSection = AlarmsSection()
    notify: NotifySection = NotifySection()


def load(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Read the file, then the environment, then what the command line says of ``section__key``.

    Raises
    ------
    ConfigurationError
        Naming each key that is wrong or unknown, and what was expected.
    """
    tree = _read(file)
    for path, value in _from_environment(os.environ if environment is None else environment):
        _put(tree, path, value)
    for name, given in (overrides or {}).items():
        if given is not None:
            _put(tree, name.split("__"), given)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise ConfigurationError("; ".join(_sentences(error))) from None


def _read(file: Path | None) -> dict[str, Any]:
    if file is None and not DEFAULT_FILE.exists():
        return {}
    path = file or DEFAULT_FILE
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[list[str], object]]:
    """Yield the path and value of each of our variables; a list is written as TOML writes it."""
    for name, text in sorted(environment.items()):
        if name.startswith(PREFIX) and name not in _NO_SETTINGS:
            path = name.removeprefix(PREFIX).lower().split("__")
            if len(path) > 1 or path[0] in _TOP_LEVEL or path[0] in Settings.model_fields:
                yield path, _list_or_text(name, text)
            else:
                raise ConfigurationError(f"{name}: unknown; expected {PREFIX}SECTION__KEY")


def _list_or_text(name: str, text: str) -> object:
    if not text.startswith("["):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}") from None


def _put(tree: dict[str, Any], path: list[str], value: object) -> None:
    for level in path[:-1]:
        below = tree.setdefault(level, {})
        if not isinstance(below, dict):
            raise ConfigurationError(f"{level}: expected a table")
        tree = below
    tree[path[-1]] = value


def _sentences(error: ValidationError) -> Iterator[str]:
    for one in error.errors():
        key = ".".join(str(part) for part in one["loc"])
        if one["type"] == "extra_forbidden":
            yield f"{key}: unknown key; expected one of {_known(one['loc'])}"
        elif one["type"] == "value_error":
            yield f"{key}: {one['ctx']['error']}"
        elif not _SECRET.isdisjoint(one["loc"]):
            yield f"{key}: {one['msg']}"
        else:
            yield f"{key}: {one['msg']}, not {one['input']!r}"


def _known(location: tuple[int | str, ...]) -> str:
    """Return the keys that the table has in which an unknown one was found."""
    model: Any = Settings
    for part in location[:-1]:
        if isinstance(part, str):
            field = model.model_fields[part].annotation
            model = field if isinstance(field, type) else field.__args__[0]
    return ", ".join(model.model_fields)
