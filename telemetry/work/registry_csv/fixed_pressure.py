"""Correction for temperature alone needs a fixed pressure: from the contract, else from the meter."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

from telemetry.work.registry_csv import files
from telemetry.work.registry_csv.complaint import Complaint
from telemetry.work.registry_csv.table import Entry, Tables

_COLUMN = "fixed_gauge_pressure_kpa"


def fixed_pressures_missing(tables: Tables) -> Iterator[Complaint]:
    """Yield meters that are, or come to be, corrected for temperature without a fixed pressure."""
    contracts = _contracts_of_site(tables)
    told: set[Complaint] = set()
    for installation in tables[files.INSTALLATIONS.name].entries():
        meter = tables[files.METERS.name].find(installation.text("meter"))
        for contract in _in_force(installation, contracts.get(installation.text("site"), [])):
            if not meter or not _lacks(meter, contract):
                continue
            complaint = _complaint(meter, contract, installation)
            if complaint and complaint not in told:
                told.add(complaint)
                yield complaint


def _contracts_of_site(tables: Tables) -> dict[str, list[Entry]]:
    """Return the contracts of each site, oldest first."""
    grouped: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in tables[files.CONTRACTS.name].entries():
        grouped[entry.text("site")].append(entry)
    for group in grouped.values():
        group.sort(key=attrgetter("begins"))
    return grouped


def _in_force(installation: Entry, contracts: list[Entry]) -> Iterator[Entry | None]:
    """Yield the contracts that hold at some time of an installation; None where it is older than any."""
    if not contracts or installation.begins < contracts[0].begins:
        yield None
    removed = installation.get("removed_at", datetime)
    for position, contract in enumerate(contracts):
        ends = contracts[position + 1].begins if position + 1 < len(contracts) else None
        if (ends is None or ends > installation.begins) and (removed is None or contract.begins < removed):
            yield contract


def _lacks(meter: Entry, contract: Entry | None) -> bool:
    """Say whether the correction is for temperature alone and no pressure is fixed."""
    correction = (contract and contract.text("correction")) or meter.text("correction")
    given = (row.get(_COLUMN, float) for row in (contract, meter) if row)
    return correction == "t" and all(pressure is None for pressure in given)


def _complaint(meter: Entry, contract: Entry | None, installation: Entry) -> Complaint | None:
    """Return a complaint about the first of the rows that a file gives."""
    expected = f"a gauge pressure, since meter {meter.text('meter')} is corrected for temperature alone"
    by_contract = contract if contract and contract.text("correction") else None
    for row in (by_contract, meter, contract):
        if row and row.line:
            return row.complain(_COLUMN, expected)
    return installation.complain("meter", f"a meter with {_COLUMN}") if installation.line else None
