"""Whatever a city says of itself comes out of the database as it went in."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry.model import COMPONENTS, instant
from telemetry.registry import Registry
from telemetry.registry.timeline import Timeline
from telemetry.store.migrate import migrate
from telemetry.store.pool import connect
from telemetry.store.registry_tables import load_registry
from telemetry.work.registry_csv.columns import RegistryFile
from telemetry.work.registry_csv.files import FILES
from telemetry.work.registry_csv.in_memory import registry_of
from telemetry.work.registry_csv.reading import read_csv
from telemetry.work.registry_csv.table import Values
from telemetry.work.registry_export import export_registry, write_csv
from telemetry.work.registry_import import import_registry
from tests.effort import examples
from tests.unit.registry.drawn import cell

NOW: Final = instant(datetime(2026, 7, 1, tzinfo=UTC))
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
SUBJECTS: Final[Mapping[str, tuple[dict[str, object], ...]]] = {
    "accounts.csv": ({"account": "a"}, {"account": "b"}),
    "zones.csv": ({"zone": "city", "parent": None}, {"zone": "z", "parent": "city"}),
    "sites.csv": ({"site": "s", "zone": "z", "account": "a"}, {"site": "t", "zone": "city", "account": None}),
    "contracts.csv": (
        {"site": "s", "account": "a", "valid_from": START},
        {"site": "t", "account": "b", "valid_from": START},
    ),
    "stations.csv": ({"station": "st", "zone": "z", "site": None, "feeds_zone": "city"},),
    "setpoints.csv": tuple({"station": "st", "stream": stream, "valid_from": START} for stream in "AB"),
    "devices.csv": ({"device": "d"}, {"device": "e"}),
    "meters.csv": ({"meter": "m", "checks": None}, {"meter": "n", "checks": "m"}),
    "installations.csv": (
        {"meter": "m", "site": "s", "device": "d", "valid_from": START},
        {"meter": "n", "site": "t", "device": "e", "valid_from": START},
    ),
    "gateways.csv": ({"gateway": "g", "device": "d"},),
    "supplied_by.csv": ({"site": "s", "station": "st", "valid_from": START},),
    "gas_quality.csv": ({"zone": "city", "valid_from": START, "method": "fixed"},),
    "rule_settings.csv": (
        {"rule": "r", "parameter": "p", "scope": "all", "id": "*", "valid_from": START},
        {"rule": "r", "parameter": "p", "scope": "station", "id": "st", "valid_from": START},
    ),
    "equipment.csv": (
        {"site": "s", "kind": "boiler", "valid_from": START},
        {"site": "s", "kind": "oven", "valid_from": START},
    ),
    "bypasses.csv": (
        {"bypass": "b", "around": "meter", "target": "m", "valid_from": START, "metered_by": "n"},
        {"bypass": "c", "around": "regulator", "target": "st", "valid_from": START, "metered_by": None},
    ),
    "isolations.csv": (
        {"site": "s", "kind": "sealed", "valid_from": START, "meter": None},
        {"site": "t", "kind": "closed", "valid_from": START, "meter": "n"},
    ),
}
"""What the rows hang together by; all else is drawn."""
SOUND: Final[Mapping[str, dict[str, object]]] = {
    "meters.csv": {"digits": 12, "base_digits": None, "fixed_gauge_pressure_kpa": 2.5},
    "installations.csv": {"removed_at": None},
    "gas_quality.csv": dict.fromkeys(COMPONENTS),
}
"""What keeps drawn rows clear of the checks between columns."""


@st.composite
def file_rows(draw: st.DrawFn, file: RegistryFile) -> list[Values]:
    rows = []
    for subject in SUBJECTS[file.name]:
        row = {column.name: draw(cell(column)) for column in file.columns}
        row |= SOUND.get(file.name, {}) | subject
        for names in file.ascending:
            limits = [value for name in names if isinstance(value := row[name], float)]
            if limits != sorted(limits):
                row |= {name: None for name in names if not file.columns[file.position[name]].required}
        rows.append(tuple(row.values()))
    return rows  # type: ignore[return-value] # a cell is whatever its kind parses to


@settings(
    max_examples=examples(20),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(city=st.tuples(*(file_rows(file) for file in FILES)))
@pytest.mark.usefixtures("migrated")
def test_any_city_comes_out_as_it_went_in(database: str, city: tuple[list[Values], ...]) -> None:
    with tempfile.TemporaryDirectory() as folder, connect(database, "test") as connection:
        given, exported = Path(folder, "in"), Path(folder, "out")
        given.mkdir()
        for file, rows in zip(FILES, city, strict=True):
            (given / file.name).write_text(write_csv(file, rows), encoding="utf-8", newline="")
        imported = import_registry(connection, given, now=NOW)
        export_registry(connection, exported)
        for file, rows in zip(FILES, city, strict=True):
            read = read_csv(file, (exported / file.name).read_bytes())
            assert read.complaints == []
            assert {entry.key: entry.values for entry in read.entries} == {
                tuple(row[place] for place in file.key_positions): row for row in rows
            }
        again = import_registry(connection, exported, now=NOW)
        assert (again.changed, again.version) == (False, imported.version)
        loaded = load_registry(connection)
        assert loaded.version == imported.version
        contents = {file.name: (exported / file.name).read_bytes() for file in FILES}
        assert _told(registry_of(contents, version=imported.version)) == _told(loaded)


def _told(registry: Registry) -> dict[str, object]:
    """Return all that a registry knows, without the numbers that a database gives."""
    return {name: _plain(value) for name, value in vars(registry).items() if not name.endswith("_ids")}


def _plain(value: object) -> object:
    """Return a value without such numbers, its timelines as lists."""
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case Timeline():
            return [_plain(row) for row in value.rows]
        case msgspec.Struct():
            return {
                name: one for name, one in msgspec.structs.asdict(value).items() if not name.endswith("_id")
            }
        case _:
            return value


@pytest.fixture
def migrated(database: str) -> None:
    with connect(database, "test") as connection:
        migrate(connection)
