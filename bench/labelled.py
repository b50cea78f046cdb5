"""A labelled city as the alarm engine would have met it: its registry, and what was said as it arrived."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from alerts.alarm import Permit, Target, TargetKind
from alerts.replay.said import (
    Said,
    chosen,
    readings_as_said,
    readings_said,
    sales_said,
    samples_as_said,
    samples_said,
    told_by_event,
)
from alerts.replay.worked_hours import with_hours
from alerts.ringing.planned import PlannedJob
from simulators.labelled.city import LabelledCity
from simulators.labelled.happening import Event
from telemetry.batch import NULL, Columns
from telemetry.model import DAY, SECOND, Instant, PressureSample, Reading, instant
from telemetry.quality import EVENT_BITS
from telemetry.registry import Registry
from telemetry.store.card_sales import sold
from telemetry.store.station_signals import StationSignals
from telemetry.work.card_sales import said_sale
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_csv.files import FILES
from telemetry.work.registry_csv.in_memory import csv_of, registry_of
from telemetry.work.registry_csv.ledgers import CALIBRATIONS, CARD_SALES
from telemetry.work.registry_csv.reading import read_csv

_PART: Final[Instant] = DAY
_STATION_CODES: Final = ("slam_shut", "bypass_valve")
_KNOWN: Final = frozenset(file.name for file in (*FILES, CALIBRATIONS))


@dataclass(frozen=True)
class Course:
    """What a city says over its days."""

    city: LabelledCity
    registry: Registry
    readings: Columns
    hours: Columns
    cards: Columns
    sales: Columns
    samples: tuple[Columns, ...]

    @property
    def begin(self) -> Instant:
        """The first midnight."""
        return self.city.span.begin * SECOND

    @property
    def end(self) -> Instant:
        """The last midnight."""
        return self.city.span.end * SECOND

    def parts(self) -> Iterator[tuple[Instant, Said]]:
        """Yield up to when each day goes, and what arrived in it."""
        for begin in range(self.begin, self.end, _PART):
            until = min(begin + _PART, self.end)
            samples = [_arrived(rows, begin, until) for rows in self.samples]
            yield (
                until - 1,
                Said(
                    samples=_together(samples, Said().samples),
                    readings=_arrived(self.readings, begin, until),
                    hours=_arrived(self.hours, begin, until),
                    cards=_arrived(self.cards, begin, until),
                    sales=_arrived(self.sales, begin, until),
                ),
            )


def course(city: LabelledCity) -> Course:
    """Return what a city says; what the registry does not know of is left out of it."""
    registry = registry_of(
        {
            f"{name}.csv": csv_of(rows)
            for name, rows in city.tables.items()
            if rows and f"{name}.csv" in _KNOWN
        }
    )
    readings = _together([_readings(city, registry), *_meter_events(city, registry)], Said().readings)
    worked = with_hours(Said(readings=readings), registry)
    samples = [_samples(city, number, registry) for number in range(len(city.stations))]
    return Course(
        city=city,
        registry=registry,
        readings=_in_order(readings),
        hours=_in_order(worked.hours),
        cards=_in_order(_cards(city, registry)),
        sales=_in_order(_sales(city)),
        samples=tuple(_in_order(rows) for rows in (*samples, *_station_events(city, registry))),
    )


def station_signals(city: LabelledCity) -> dict[str, StationSignals]:
    """Return what each station says, and how often."""
    return {name: _signals(city, number) for number, name in enumerate(city.stations)}


def _signals(city: LabelledCity, number: int) -> StationSignals:
    said = city.samples(number)
    told = {event.code for event in city.events if event.device == city.stations[number]}
    keys = {
        key
        for stream in said.streams.values()
        for key, values in stream.items()
        if not np.isnan(values).all()
    }
    return StationSignals(frozenset(keys | told), float(np.median(np.diff(said.at))))


def planned_jobs(city: LabelledCity) -> list[PlannedJob]:
    """Return the city's jobs that permit something."""
    return [_planned(json.loads(json.dumps(job))) for job in city.jobs if job.get("permits")]


def _planned(job: Mapping[str, Any]) -> PlannedJob:
    starts_at, ends_at = (instant(datetime.fromisoformat(job[name])) for name in ("starts_at", "ends_at"))
    target = Target(TargetKind(job["target"]["kind"]), job["target"]["id"])
    return PlannedJob(target, starts_at, ends_at, tuple(map(Permit, job["permits"])))


def _readings(city: LabelledCity, registry: Registry) -> Columns:
    """Return what devices said, what was repeated only once: so it is stored."""
    numbers = np.array([registry.device_ids.get(name, -1) for name in city.devices], dtype=np.int64)
    rows = readings_as_said(city.readings)
    rows |= {"device_id": numbers[city.readings["device"]], "arrived_at": city.readings["received_at"]}
    order = np.lexsort((rows["arrived_at"], rows["content_hash"], rows["measured_at"], rows["device_id"]))
    first = np.ones(order.size, dtype=np.bool_)
    keys = [rows[name][order] for name in ("device_id", "measured_at", "content_hash")]
    first[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return _as(chosen(rows, order[first]), Said().readings)


def _cards(city: LabelledCity, registry: Registry) -> Columns:
    """Return what card meters said of their credit."""
    said, nothing = city.cards, Said().cards
    if not said:
        return nothing
    numbers = np.array([registry.device_ids.get(name, -1) for name in city.devices], dtype=np.int64)
    versions = ["" if one == NULL else str(one) for one in said["price_version"].tolist()]
    rows = said | {
        "device_id": numbers[said["device"]],
        "arrived_at": said["received_at"],
        "price_version": np.array(versions, dtype=np.str_),
        "sequence": np.where(said["sequence"] == NULL, np.nan, said["sequence"].astype(np.float64)),
    }
    return _as(rows, nothing)


def _sales(city: LabelledCity) -> Columns:
    """Return what the office sold onto cards, known as soon as it was sold."""
    read = read_csv(CARD_SALES, csv_of(city.tables["card_sales"]))
    if read.complaints:
        raise RegistryImportError(read.complaints)
    sales = [sold(said_sale(entry.named)) for entry in read.entries]
    return sales_said((one, one.sold_at) for one in sales)


def _samples(city: LabelledCity, number: int, registry: Registry) -> Columns:
    """Return what a station said."""
    said = city.pressures(number)
    station = np.full(said["measured_at"].size, registry.station_ids[city.stations[number]])
    rows = samples_as_said(said) | {"station_id": station, "arrived_at": said["received_at"]}
    return _as(rows, Said().samples)


def _station_events(city: LabelledCity, registry: Registry) -> Iterator[Columns]:
    """Yield what stations said has begun or ended, as samples that tell of one switch."""
    for event in city.events:
        if event.device in registry.station_ids and event.code in _STATION_CODES:
            at = round(event.at * SECOND)
            said = samples_said([PressureSample(station=event.device, measured_at=at)])
            switch = {event.code: np.array([_holds(event)])}
            yield _told(said | switch, "station_id", registry.station_ids[event.device], at)


def _meter_events(city: LabelledCity, registry: Registry) -> Iterator[Columns]:
    """Yield what devices said has begun, happened or ended, as readings that tell of one flag."""
    for event in city.events:
        if event.device in registry.device_ids and event.code in EVENT_BITS:
            at = round(event.at * SECOND)
            said = readings_said([Reading(device=event.device, measured_at=at)])
            told = told_by_event(event.code, holds=bool(_holds(event)))
            yield _told(said | told, "device_id", registry.device_ids[event.device], at)


def _holds(event: Event) -> int:
    return int(event.state != "off")


def _told(said: Columns, column: str, number: int, at: Instant) -> Columns:
    """Return an event with who told of it, as soon as it happened."""
    when = np.array([at])
    return said | {column: np.array([number]), "received_at": when, "arrived_at": when}


def _as(rows: Columns, wanted: Mapping[str, np.ndarray]) -> Columns:
    return {name: rows[name] for name in wanted}


def _together(parts: list[Columns], wanted: Mapping[str, np.ndarray]) -> Columns:
    return {name: np.concatenate([wanted[name], *(part[name] for part in parts)]) for name in wanted}


def _in_order(rows: Columns) -> Columns:
    return chosen(rows, np.argsort(rows["arrived_at"], kind="stable"))


def _arrived(rows: Columns, begin: Instant, end: Instant) -> Columns:
    """Return what arrived in a half-open span, of rows in the order of arrival."""
    first, last = np.searchsorted(rows["arrived_at"], (begin, end))
    return {name: column[first:last] for name, column in rows.items()}
