"""A registry made of its files' rows alone, without a database: for rule tests and labelled cities."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import StringIO
from typing import Any, Final

import msgspec

from telemetry.batch import UM3_PER_M3
from telemetry.errors import ConfigurationError
from telemetry.model import COMPONENTS, GasQuality, Stream, instant
from telemetry.registry import (
    Account,
    Bypass,
    Calibration,
    Contract,
    Device,
    Equipment,
    Installation,
    Isolation,
    Meter,
    Registry,
    RegistryRows,
    RuleSetting,
    Setpoint,
    Site,
    Station,
    Supply,
    Zone,
    ZoneGas,
)
from telemetry.work.registry_csv import files
from telemetry.work.registry_csv.checks import check
from telemetry.work.registry_csv.complaint import Complaint, RegistryImportError
from telemetry.work.registry_csv.gas_quality import GAS_QUALITY
from telemetry.work.registry_csv.ledgers import CALIBRATIONS
from telemetry.work.registry_csv.reading import read_csv
from telemetry.work.registry_csv.table import NOT_SPOKEN, Entry, Table, Tables, register_devices

_KELVIN: Final = 273.15
_ROWS: Final[Mapping[str, tuple[str, type[msgspec.Struct], str | None]]] = {
    "accounts.csv": ("accounts", Account, None),
    "zones.csv": ("zones", Zone, None),
    "sites.csv": ("sites", Site, None),
    "contracts.csv": ("contracts", Contract, None),
    "stations.csv": ("stations", Station, "station_id"),
    "setpoints.csv": ("setpoints", Setpoint, None),
    "devices.csv": ("devices", Device, "device_id"),
    "meters.csv": ("meters", Meter, "meter_id"),
    "installations.csv": ("installations", Installation, None),
    "supplied_by.csv": ("supplies", Supply, None),
    "isolations.csv": ("isolations", Isolation, None),
    "calibrations.csv": ("calibrations", Calibration, None),
    "rule_settings.csv": ("rule_settings", RuleSetting, None),
    "equipment.csv": ("equipment", Equipment, None),
    "bypasses.csv": ("bypasses", Bypass, None),
}
"""File: the rows it gives, what one is, and the number that a database would give it."""
_NAMED: Final = {"atmospheric_pressure_kpa": "atmosphere_pa", "gas_day_start": "gas_day_start_hour"}
_ENDINGS: Final = (("_kpa", "_gauge_pa"), ("_kpa", "_pa"), ("_degc", "_k"), ("_m3", "_um3"))


def registry_of(contents: Mapping[str, bytes], *, version: int = 1) -> Registry:
    """Return the registry that some of the files give, each by its name.

    Raises
    ------
    RegistryImportError
        With everything that is wrong.
    ConfigurationError
        If no such file is known.
    """
    tables, complaints = _tables(contents)
    complaints += check(tables)
    if complaints:
        raise RegistryImportError(complaints)
    rows = {name: list(_rows(tables[file], kind, number)) for file, (name, kind, number) in _ROWS.items()}
    gateways = [(one.text("gateway"), one.text("device")) for one in tables[files.GATEWAYS.name].entries()]
    gases = [_gas(one) for one in tables[GAS_QUALITY.name].entries()]
    return Registry(
        RegistryRows(version=version, gateways=gateways, gases=gases, **rows)  # type: ignore[arg-type] # each its own kind
    )


def csv_of(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Return rows as their file would have them."""
    text = StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tables(contents: Mapping[str, bytes]) -> tuple[Tables, list[Complaint]]:
    """Return every file's rows, and what is wrong with any."""
    known = {file.name: file for file in (*files.FILES, CALIBRATIONS)}
    if unknown := sorted(contents.keys() - known):
        raise ConfigurationError(f"{unknown[0]}: expected one of {', '.join(known)}")
    tables, complaints = {file.name: Table(file, ()) for file in known.values()}, []
    for name, content in contents.items():
        read = read_csv(known[name], content)
        complaints += read.complaints
        tables[name].whole, tables[name].doubtful = read.whole, read.doubtful
        for entry in read.entries:
            tables[name].lay(entry)
    register_devices(tables)
    return tables, complaints


def _rows(table: Table, kind: type[msgspec.Struct], number: str | None) -> Iterator[msgspec.Struct]:
    """Yield a table's rows in SI units, numbered where a database would number them."""
    fields = dict.fromkeys(kind.__struct_fields__)
    for place, entry in enumerate(table.entries(), 1):
        given = {number: place} if number else {}
        yield kind(**given | _given(entry, fields))


def _given(entry: Entry, fields: Mapping[str, object]) -> dict[str, Any]:
    """Return what a row says, by its fields; a column that is in none only describes."""
    found: dict[str, Any] = {}
    for column, value in zip(entry.file.columns, entry.values, strict=True):
        field = _field(column.name, fields)
        if field is not None and value is not None and value is not NOT_SPOKEN:
            found[field] = Stream[str(value)] if field == "stream" else _si(field, column.name, value)
    return found


def _field(column: str, fields: Mapping[str, object]) -> str | None:
    """Return the field that a column gives, in its unit."""
    swapped = (column.removesuffix(old) + new for old, new in _ENDINGS if column.endswith(old))
    return next((name for name in (column, _NAMED.get(column), *swapped) if name in fields), None)


def _si(field: str, column: str, value: object) -> object:
    """Return a column's value in the unit and type of a field."""
    match value:
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case time():
            return value.hour if field.endswith("_hour") else f"{value:%H:%M}"
        case Decimal():
            return int(value * UM3_PER_M3)
        case float() if field != column:
            return value * 1000 if column.endswith("_kpa") else value + _KELVIN
        case _:
            return value


def _gas(entry: Entry) -> ZoneGas:
    """Return one row of gas quality."""
    given = [entry.get(component, float) for component in COMPONENTS]
    fractions = () if all(one is None for one in given) else tuple(one or 0.0 for one in given)
    said = _given(entry, dict.fromkeys(GasQuality.__struct_fields__))
    gas = GasQuality(**said | {"fractions": fractions})
    return ZoneGas(zone=entry.text("zone"), valid_from=instant(entry.begins), gas=gas)
