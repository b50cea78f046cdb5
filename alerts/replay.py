"""Rules over what was said long ago, or never: look by look, as the watch would have looked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from alerts.alarm import Alarm, Change, Target, TargetKind
from alerts.annunciation import annunciated
from alerts.cards import cards, prices
from alerts.dues import DueDates
from alerts.engine import evaluate
from alerts.indices import asked, indices
from alerts.lifecycle import State
from alerts.limits import LimitTable
from alerts.meter_states import meter_states
from alerts.muting import Situation
from alerts.neighbours import Neighbours
from alerts.overrides import Overrides
from alerts.placed import placed
from alerts.planned import PlannedJob, permitted
from alerts.pressures import pressures
from alerts.registers import registers
from alerts.replayed_cards import CardsSoFar
from alerts.replayed_hours import HoursSoFar
from alerts.replayed_indices import IndicesSoFar
from alerts.replayed_readings import ReadingsSoFar
from alerts.replayed_samples import SamplesSoFar
from alerts.replayed_streams import StreamsSoFar
from alerts.rule import FRESH, Rule
from alerts.said import Said, chosen
from alerts.silence import Heard, Listening
from alerts.window import UNKNOWN_SINCE, Dues, Prices, Window
from telemetry.batch import Columns
from telemetry.model import HOUR, MINUTE, Instant, Integers
from telemetry.registry import Registry


@dataclass(frozen=True)
class Variant:
    """Rules, and what is set differently in them."""

    rules: Sequence[Rule]
    overrides: Overrides

    @cached_property
    def by_name(self) -> Mapping[str, Rule]:
        """Each rule by its name."""
        return {rule.name: rule for rule in self.rules}


class Replay:
    """Shows what was said to the engine, in the order in which it arrived.

    Windows are made once and judged by every variant, each with alarms of its own, so that settings
    can be compared.
    """

    def __init__(
        self,
        registry: Registry,
        *variants: Variant,
        begin: Instant,
        step: Instant,
        jobs: Sequence[PlannedJob] = (),
    ) -> None:
        self._registry = registry
        self._jobs = jobs
        self._limits = LimitTable(registry)
        self._neighbours = Neighbours(registry)
        self._variants = [(one, dict[tuple[str, Target], Alarm]()) for one in variants]
        self._lateness = max((rule.max_age for one in variants for rule in one.rules), default=FRESH)
        self._readings = ReadingsSoFar(self._lateness)
        self._samples = SamplesSoFar()
        self._streams = StreamsSoFar(registry)
        self._indices = IndicesSoFar(self._lateness)
        self._cards = CardsSoFar(registry, self._lateness)
        self._prices_at = UNKNOWN_SINCE
        self._dues = DueDates(registry)
        self._dues_at = UNKNOWN_SINCE
        self._hours = HoursSoFar(registry)
        self._known: dict[int, Instant] = {}
        self._listening = Listening(registry, {}, since=begin, last_before=UNKNOWN_SINCE)
        self._begin = begin
        self._now = UNKNOWN_SINCE
        self._step = step

    def recall(self, before: Said) -> None:
        """Take in what was said before the beginning: it is known, and nothing follows from it."""
        heard = self._speakers(before)
        last = max((one.at for one in heard.values()), default=UNKNOWN_SINCE)
        self._listening = Listening(self._registry, heard, since=self._begin, last_before=last)
        self._readings.learn(before.readings, self._begin)
        self._indices.learn(before.readings, self._begin)
        self._cards.learn(before, self._begin)
        self._samples.learn(before.samples, self._begin)
        self._streams.learn(before.samples)
        self._hours.learn(before.hours, self._begin)
        self._note_known(before.samples)

    def follow(self, said: Said, until: Instant) -> Iterator[tuple[Instant, list[list[Change]]]]:
        """Yield each look's time and, for each variant, what changed; the last look is at ``until``.

        ``said`` is what arrived since the last time, up to and including ``until``.
        """
        self._readings.learn(said.readings, max(self._now, self._begin))
        self._hours.learn(said.hours, max(self._now, self._begin))
        self._indices.learn(said.readings, max(self._now, self._begin))
        self._streams.learn(said.samples)
        self._cards.learn(said, max(self._now, self._begin))
        samples, readings = _by_arrival(said.samples), _by_arrival(said.readings)
        while self._now < until:
            since, self._now = self._now, min(self._next_look(), until)
            news = Said(_span(samples, since, self._now), _span(readings, since, self._now))
            yield self._now, self._look(news, since)

    def _next_look(self) -> Instant:
        """Return when the rules are asked next: at the beginning, then whole steps after it."""
        steps = (self._now - self._begin) // self._step + 1
        return self._begin + max(steps, 0) * self._step

    def _look(self, news: Said, since: Instant) -> list[list[Change]]:
        """Judge what arrived in a step, as the watch does."""
        self._listening.hear(self._speakers(news))
        self._listening.listen(self._now, receiving=True)
        window = self._window(news, since)
        return [self._judge(one, alarms, window) for one, alarms in self._variants]

    def _window(self, news: Said, since: Instant) -> Window:
        """Return what a step says; what was too old when it arrived is left out."""
        age = news.samples["arrived_at"] - news.samples["measured_at"]
        samples = chosen(news.samples, age <= FRESH)
        known = {one: at for one, at in self._known.items() if at >= since - FRESH}
        behind = self._samples.before(samples)
        self._samples.learn(news.samples, self._now)
        self._note_known(news.samples)
        streams = self._streams.at(self._now)
        calibrations, seals = self._due()
        told = placed(self._readings.around(since, self._now), self._registry)
        return Window(
            pressures=pressures(behind, known, self._registry, self._limits, streams),
            registers=registers(told),
            meters=meter_states(told, self._registry),
            hours=self._hours.newly_whole(since, self._now),
            indices=indices(told, self._indices.before(asked(told), self._now)),
            silences=self._listening.at(self._now),
            proofs=streams.proofs(self._now),
            cards=cards(self._cards.newly_said(since, self._now), self._registry),
            prices=self._price_tables(),
            calibrations=calibrations,
            seals=seals,
        )

    def _price_tables(self) -> Prices:
        """Return which price tables are held, looked at each hour at most."""
        if self._now - self._prices_at < HOUR:
            return Prices()
        self._prices_at = self._now
        return prices(self._cards.price_versions(self._now), self._registry, self._now)

    def _due(self) -> tuple[Dues, Dues]:
        """Return the calibrations and seals that fall due, looked at each minute at most."""
        if self._now - self._dues_at < MINUTE:
            return Dues(), Dues()
        self._dues_at = self._now
        return self._dues.calibrations(self._now), self._dues.seals(self._now)

    def _judge(
        self, variant: Variant, alarms: dict[tuple[str, Target], Alarm], window: Window
    ) -> list[Change]:
        """Return what changes by one variant, and keep the alarms that are not over."""
        known = list(alarms.values())
        said = Situation(
            neighbours=self._neighbours,
            overrides=variant.overrides,
            permits=permitted(self._jobs, self._now),
        )
        changes = evaluate(variant.rules, window, known, self._now, variant.overrides)
        changes = annunciated(variant.by_name, changes, known, said, self._now)
        for change in changes:
            key = change.alarm.rule, change.alarm.target
            if change.alarm.state is State.NORMAL:
                alarms.pop(key, None)
            else:
                alarms[key] = change.alarm
        return changes

    def _note_known(self, samples: Columns) -> None:
        """Note up to when each station is known."""
        for station_id, at in _newest(samples["station_id"], samples["measured_at"]).items():
            self._known[station_id] = max(at, self._known.get(station_id, at))

    def _speakers(self, said: Said) -> dict[Target, Heard]:
        """Return who spoke, and of when at the latest."""
        return {
            target: one
            for kind, names, ids, rows in (
                (TargetKind.DEVICE, self._registry.device_ids, "device_id", said.readings),
                (TargetKind.STATION, self._registry.station_ids, "station_id", said.samples),
            )
            for target, one in _heard(kind, names, rows[ids], rows)
        }


def _heard(
    kind: TargetKind, numbers: Mapping[str, int], ids: Integers, rows: Columns
) -> Iterator[tuple[Target, Heard]]:
    """Yield whoever spoke, with the newest time that it spoke of and when that arrived."""
    names = {number: name for name, number in numbers.items()}
    order = np.lexsort((rows["arrived_at"], rows["measured_at"], ids))
    for row in order[_last_of_each(ids[order])].tolist():
        if name := names.get(int(ids[row])):
            yield Target(kind, name), Heard(rows["arrived_at"].item(row), rows["measured_at"].item(row))


def _newest(ids: Integers, at: Integers) -> dict[int, Instant]:
    """Return the latest instant of each."""
    order = np.lexsort((at, ids))
    last = order[_last_of_each(ids[order])]
    return dict(zip(ids[last].tolist(), at[last].tolist(), strict=True))


def _last_of_each(ids: Integers) -> Integers:
    """Return the last row of each run of one value."""
    ends = np.ones(ids.size, dtype=np.bool_)
    ends[:-1] = ids[1:] != ids[:-1]
    return np.flatnonzero(ends)


_ARRIVAL: Final = "arrived_at"


def _by_arrival(rows: Columns) -> Columns:
    order = np.argsort(rows[_ARRIVAL], kind="stable")
    return {name: column[order] for name, column in rows.items()}


def _span(rows: Columns, begin: Instant, end: Instant) -> Columns:
    """Return what arrived after one instant and until another, of rows in the order of arrival."""
    first, last = np.searchsorted(rows[_ARRIVAL], (begin, end), side="right")
    return {name: column[first:last] for name, column in rows.items()}
