"""Whose gas it is, and whose gas day."""

from datetime import time

import numpy as np

from telemetry.billing.gas_day import GasCalendar
from telemetry.billing.placement import accounts_of, calendar_of
from telemetry.model import DAY
from telemetry.registry import Account, Contract, Installation, Registry, RegistryRows, Site, Zone

REGISTRY = Registry(
    RegistryRows(
        accounts=[Account(account=name, name=name) for name in ("A", "B", "C")],
        zones=[Zone(zone="Z", name="Z", gas_day_start_hour=8)],
        sites=[
            Site(site="S1", zone="Z", time_zone="Asia/Shanghai", account="A"),
            Site(site="S2", zone="Z", time_zone="Asia/Urumqi", account="C", gas_day_start_hour=6),
        ],
        contracts=[Contract(contract="K", account="B", site="S1", valid_from=20 * DAY)],
        installations=[
            Installation(meter="M", site="S1", device="D", valid_from=10 * DAY, index_um3=0),
            Installation(meter="M", site="S2", device="D", valid_from=30 * DAY, index_um3=0),
        ],
    )
)


def test_account_is_the_contract_s_else_the_site_s_as_of_the_date() -> None:
    found = accounts_of(REGISTRY, "M").at(np.array([0, 10, 19, 20, 29, 30, 99]) * DAY)
    assert found == ["A", "A", "A", "B", "B", "C", "C"]


def test_gas_day_is_that_of_the_site_where_the_meter_is_last() -> None:
    assert calendar_of(REGISTRY, "M", 30 * DAY) == GasCalendar("Asia/Shanghai", time(8))
    assert calendar_of(REGISTRY, "M", 31 * DAY) == GasCalendar("Asia/Urumqi", time(6))
    assert calendar_of(REGISTRY, "M", 0) == GasCalendar("Asia/Shanghai", time(8))


def test_meter_that_was_never_installed_is_nobody_s() -> None:
    assert accounts_of(REGISTRY, "N").at(np.array([0])) == [None]
    assert calendar_of(REGISTRY, "N", 0) == GasCalendar("UTC")
