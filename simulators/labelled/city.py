"""A labelled city: drawn, run once through its pipes, meters, devices and radio, with the truth about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from simulators.days import midnight
from simulators.labelled import calm, metering, speech, station_trouble, trouble
from simulators.labelled.audible import Heard, audible
from simulators.labelled.faults import balance, kinds
from simulators.labelled.happening import Event, Happening, MeterEffect, Row, StationEffect, Tables
from simulators.labelled.kind import draw_all
from simulators.labelled.loads import burned
from simulators.labelled.network import Network, pipe_m3
from simulators.labelled.ordinary import ordinary_at
from simulators.labelled.points import People, Point, build_people
from simulators.labelled.records import records, sale_rows
from simulators.labelled.rounds import enter_rounds
from simulators.labelled.runs import MeterRun, Stage
from simulators.labelled.scene import Scene
from simulators.labelled.span import SLOT_H, Floats, Span
from simulators.labelled.station_speech import Samples, periods, sample
from simulators.labelled.succession import Succession
from simulators.labelled.swings import counted_by_day, swings
from simulators.labelled.tables import (
    Columns,
    card_table,
    concatenated,
    in_order_of_arrival,
    pressure_table,
    reading_table,
)
from simulators.labelled.wallets import Sale, open_wallet, sales
from simulators.seeds import generator

FIRST_BEGIN: Final = 20_089
LAST_BEGIN: Final = 20_454
"""Local days among which a city begins: 2025-01-01 to 2025-12-31."""


@dataclass(frozen=True)
class LabelledCity:
    """Everything about one labelled city; a station's samples are made when they are asked for."""

    seed: int
    span: Span
    people: People
    network: Network
    happenings: tuple[Happening, ...]
    """Faults and ordinary trouble as they came about, in order of their start."""
    unmetered_m3: Mapping[int, float]
    """Base volume that went around a meter, by place in `happenings`."""
    readings: Columns
    """Named and scaled as `telemetry.batch.READING`, with device (place in `devices`) and received_at."""
    cards: Columns
    tables: Tables
    events: tuple[Event, ...]
    jobs: tuple[Row, ...]

    @property
    def devices(self) -> tuple[str, ...]:
        """Names of the meters' devices."""
        return tuple(point.meter.device for point in self.people.points)

    @property
    def stations(self) -> tuple[str, ...]:
        """Names of the stations."""
        return tuple(station.station for station in self.people.city.stations)

    def samples(self, station: int) -> Samples:
        """Return what a station says, by its place among the stations."""
        return sample(self.network, station, self.span)

    def pressures(self, station: int) -> Columns:
        """Return the same, named and scaled as `telemetry.batch.PRESSURE`, with received_at."""
        return pressure_table(self.samples(station))


def labelled_city(
    seed: int,
    *,
    meters: int = 300,
    stations: int = 12,
    days: int = 90,
    begin: int | None = None,
    density: float = 1.0,
    trouble_density: float = 1.0,
    more: Mapping[str, float] = MappingProxyType({}),
) -> LabelledCity:
    """Return the labelled city of a seed; it begins on a local midnight of 2025 unless told when.

    The densities are how many faults, and how much ordinary trouble, beside the usual number; ``more`` says
    for some rules how many times the faults of theirs.
    """
    first = int(generator(seed, "begin").integers(FIRST_BEGIN, LAST_BEGIN))
    span = Span(midnight(first) if begin is None else begin, days)
    people = build_people(seed, span.begin, meters, stations)
    loads = burned(people, span)
    peace = Network(people, span, loads)
    scene = Scene(people, span, peace, periods(people.city.stations))
    ordinary = draw_all(scene, (*station_trouble.KINDS, *trouble.KINDS), seed, trouble_density)
    meanwhile = tuple(kind.times(more.get(kind.rule, 1.0)) for kind in kinds() if kind not in balance.KINDS)
    faults = draw_all(scene, meanwhile, seed, density)
    # Mains leak where a zone is otherwise in balance: that is known when all else has its time.
    scene.unsettle((*ordinary, *faults))
    drawn = [*ordinary, *faults, *draw_all(scene, balance.KINDS, seed, density)]
    return _Course(seed, span, people, drawn, loads).city()


class _Course:
    """The city's course: everybody burns, the network follows, every device speaks."""

    def __init__(
        self, seed: int, span: Span, people: People, drawn: Sequence[Happening], loads: Floats
    ) -> None:
        self._seed, self._span, self._people, self._drawn = seed, span, people, drawn
        self._loads = loads
        self._effects: dict[tuple[str, Stage], list[MeterEffect]] = defaultdict(list)
        # Where a station gives no gas, no meter has any, whatever else befalls it; what comes later finds
        # what came before, as a purchase does that follows a late one.
        ordered = sorted(drawn, key=lambda happening: (bool(happening.stations), happening.start))
        for effect in (effect for happening in ordered for effect in happening.meters):
            self._effects[effect.meter, effect.stage].append(effect)
        self._sales: list[Sale] = []
        self._gaps: list[Happening] = []
        self._markers: list[Event] = []
        self._heard: dict[str, Heard] = {}

    def city(self) -> LabelledCity:
        """Run the city and return it."""
        runs = [
            self._burn(point, load) for point, load in zip(self._people.billing, self._loads, strict=True)
        ]
        network = self._network(np.array([run.burned for run in runs]))
        climate = metering.day_temperatures(self._people.city.weather, self._span)
        readings, cards, counted = [], [], dict[str, Floats]()
        for number, point in enumerate(self._people.points):
            run = runs[number] if number < len(runs) else self._beside(point, runs, network)
            self._speak(run, network, climate)
            counted[point.name] = counted_by_day(run)
            readings.append(reading_table(run, number, generator(self._seed, "repeats", point.name)))
            if run.wallet is not None:
                cards.append(card_table(run, number))
            if number < len(runs):
                # What was worked out is said by now: keeping it for every meter would take gigabytes.
                runs[number] = MeterRun(point, self._span, run.burned, run.around)
        ordinary = {p.name: ordinary_at(self._people, p, self._span) for p in self._people.points}
        swung = swings(self._span, counted, ordinary, self._drawn)
        happenings = self._came_about([*calm.known(self._people, self._span, self._loads), *swung])
        succession = Succession.of(happenings)
        return LabelledCity(
            seed=self._seed,
            span=self._span,
            people=self._people,
            network=network,
            happenings=happenings,
            unmetered_m3=self._unmetered(happenings, runs),
            readings=in_order_of_arrival(concatenated(readings)),
            cards=in_order_of_arrival(concatenated(cards)) if cards else {},
            tables=self._tables(happenings),
            events=tuple(
                sorted([*_all_events(happenings), *self._markers], key=lambda event: (event.at, event.device))
            ),
            jobs=tuple(job for happening in map(succession.named, happenings) for job in happening.jobs),
        )

    def _act(self, run: MeterRun, stage: Stage) -> None:
        for effect in self._effects.get((run.point.name, stage), ()):
            effect.act(run)

    def _burn(self, point: Point, load: Floats) -> MeterRun:
        run = MeterRun(point, self._span, load.copy(), np.zeros(load.size))
        self._act(run, Stage.LOAD)
        return run

    def _network(self, flow: Floats) -> Network:
        effects: dict[str, list[StationEffect]] = defaultdict(list)
        for effect in (effect for happening in self._drawn for effect in happening.stations):
            effects[effect.station].append(effect)
        losses = [loss for happening in self._drawn for loss in happening.losses]
        return Network(self._people, self._span, flow, losses, effects)

    def _beside(self, point: Point, runs: Sequence[MeterRun], network: Network) -> MeterRun:
        """Return what passes a meter that nobody is billed by."""
        if point.customer is None:
            zone = point.meter.zone
            flow = np.maximum(network.zone_inflow(zone, pipe_m3(self._people, zone)), 0.0)
            return MeterRun(point, self._span, flow, np.zeros(flow.size))
        main = runs[point.customer]
        # A check meter stands before the bypass branches off; one in the bypass sees what the main misses.
        around = 1 - main.around if point.role == "bypass" else np.zeros(main.around.size)
        return MeterRun(point, self._span, main.burned, around)

    def _speak(self, run: MeterRun, network: Network, climate: tuple[Floats, Floats]) -> None:
        metering.conditions(run, network, climate)
        metering.count(run, self._seed)
        self._act(run, Stage.COUNTED)
        metering.sense(run, self._seed)
        self._act(run, Stage.SENSED)
        metering.correct(run)
        self._act(run, Stage.CORRECTED)
        open_wallet(run, self._seed)
        self._act(run, Stage.PRICED)
        self._act(run, Stage.CREDIT)
        speech.readings(run, self._seed)
        self._act(run, Stage.SAID)
        speech.displayed(run)
        if run.wallet is not None:
            self._sales += sales(run, self._seed)
        silences = [h for h in self._drawn if any(e.meter == run.point.name for e in h.meters) and _silent(h)]
        self._gaps += calm.gaps(run, silences)
        self._markers += speech.markers(run)
        said = run.spoken()
        index = said.columns["index_m3"]
        self._heard[run.point.name] = Heard(run.point, said.at[~said.lost], index[~said.lost])

    def _came_about(self, known: Sequence[Happening]) -> tuple[Happening, ...]:
        """Return what came about, with the times that only the course has settled."""
        settled = [_settled(h) for h in self._drawn if h.settled is None or h.settled]
        found = [audible(h, self._heard.get(h.target.id)) for h in settled]
        return tuple(sorted([*found, *known, *self._gaps], key=lambda h: (h.start, h.kind, h.target.id)))

    def _unmetered(self, happenings: Sequence[Happening], runs: Sequence[MeterRun]) -> dict[int, float]:
        by_name = {run.point.name: run for run in runs}
        volumes = {}
        for place, happening in enumerate(happenings):
            if happening.unmetered is not None:
                run, slots = by_name[happening.unmetered], self._span.between(happening.start, happening.end)
                volumes[place] = float((run.burned[slots] * run.around[slots]).sum() * SLOT_H)
        return volumes

    def _tables(self, happenings: Sequence[Happening]) -> Tables:
        tables = records(self._people, self._span)
        tables["card_sales"] = sale_rows(self._sales)
        for happening in happenings:
            for edit in happening.edits:
                edit(tables)
        enter_rounds(tables, self._span, happenings)
        return tables


def _silent(happening: Happening) -> bool:
    return happening.kind in {"device_silent", "permitted_silence"}


def _settled(happening: Happening) -> Happening:
    known = happening.settled
    if known is None:
        return happening
    return replace(
        happening,
        start=known["start"],
        end=known["end"],
        detectable_from=known["detectable_from"],
        size=known.get("size", happening.size),
        strength=known.get("strength", happening.strength),
    )


def _all_events(happenings: Iterable[Happening]) -> list[Event]:
    return [event for happening in happenings for event in happening.events]
