"""The registry's tables, read whole into look-ups."""

from typing import TypeVar

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from telemetry.model import GasQuality, Stream
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
from telemetry.store.statements import statements

Row = TypeVar("Row")


def registry_version(connection: Connection) -> int:
    """Return the number of the last import that changed anything, 0 before the first."""
    row = connection.execute(statements("registry")["version"]).fetchone()
    return int(row[0]) if row else 0


def load_registry(connection: Connection) -> Registry:
    """Read the whole registry.

    An import may commit between two of these queries. Nothing is ever deleted,
    so reading what refers before what it refers to finds every reference; and
    the version is read first, so that such a mixture counts as the older one
    and is read again.
    """
    version = registry_version(connection)
    gateways = connection.execute(statements("registry")["gateways"]).fetchall()
    supplies = _rows(connection, "supplies", Supply)
    gases = _gases(connection)
    rule_settings = _rows(connection, "rule_settings", RuleSetting)
    isolations = _rows(connection, "isolations", Isolation)
    bypasses = _rows(connection, "bypasses", Bypass)
    setpoints = _setpoints(connection)
    installations = _rows(connection, "installations", Installation)
    contracts = _rows(connection, "contracts", Contract)
    return Registry(
        RegistryRows(
            version=version,
            gateways=gateways,
            supplies=supplies,
            gases=gases,
            rule_settings=rule_settings,
            isolations=isolations,
            bypasses=bypasses,
            equipment=_rows(connection, "equipment", Equipment),
            calibrations=_rows(connection, "calibrations", Calibration),
            setpoints=setpoints,
            installations=installations,
            contracts=contracts,
            meters=_rows(connection, "meters", Meter),
            devices=_rows(connection, "devices", Device),
            stations=_rows(connection, "stations", Station),
            sites=_rows(connection, "sites", Site),
            zones=_rows(connection, "zones", Zone),
            accounts=_rows(connection, "accounts", Account),
        )
    )


def _rows(connection: Connection, name: str, row: type[Row]) -> list[Row]:
    """Return what a query gives, its columns being the row's fields."""
    with connection.cursor(row_factory=class_row(row)) as cursor:
        return cursor.execute(statements("registry")[name]).fetchall()


def _setpoints(connection: Connection) -> list[Setpoint]:
    """Return the set points, their streams by number."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statements("registry")["setpoints"]).fetchall()
    return [Setpoint(**row | {"stream": Stream[row["stream"]]}) for row in found]


def _gases(connection: Connection) -> list[ZoneGas]:
    """Return the gas qualities; a component that is not given beside others is 0."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(statements("registry")["gases"]).fetchall()
    return [
        ZoneGas(zone=row.pop("zone"), valid_from=row.pop("valid_from"), gas=_gas(row.pop("fractions"), row))
        for row in found
    ]


def _gas(fractions: list[float | None], rest: dict[str, object]) -> GasQuality:
    """Return a gas quality with its mole fractions, or none where not a single one is given."""
    given = any(fraction is not None for fraction in fractions)
    whole = tuple(fraction or 0.0 for fraction in fractions) if given else ()
    return GasQuality(**rest, fractions=whole)  # type: ignore[arg-type] # the query's columns are its fields
