"""The windows that the watch would have made, at any moment of a replay."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.replay.cards import CardsSoFar
from alerts.replay.hours import HoursSoFar
from alerts.replay.indices import IndicesSoFar
from alerts.replay.readings import ReadingsSoFar
from alerts.replay.said import Said, arrived_between, by_arrival, chosen
from alerts.replay.samples import SamplesSoFar
from alerts.replay.streams import StreamsSoFar
from alerts.ringing.planned import PlannedJob
from alerts.rule import FRESH
from alerts.windows.dues import DueDates
from alerts.windows.indices import asked, indices
from alerts.windows.limits import LimitTable
from alerts.windows.meter_states import meter_states
from alerts.windows.placed import placed
from alerts.windows.pressures import pressures
from alerts.windows.price_tables import prices
from alerts.windows.registers import registers
from alerts.windows.silence import Heard, Listening
from alerts.windows.window import UNKNOWN_SINCE, Prices, Window
from telemetry.batch import Columns
from telemetry.model import HOUR, MINUTE, Instant, Integers
from telemetry.registry import Registry


class WindowsSoFar:
    """Keeps of what was said as much as rules look back on."""

    def __init__(
        self, registry: Registry, begin: Instant, lateness: Instant, jobs: Sequence[PlannedJob] = ()
    ) -> None:
        """Begin with nothing known; what was older than ``lateness`` on arrival no rule judges."""
        self._registry = registry
        self._begin = begin
        self._limits = LimitTable(registry)
        self._listening = Listening(registry, {}, since=begin, last_before=UNKNOWN_SINCE)
        self._readings = ReadingsSoFar(lateness)
        self._indices = IndicesSoFar(lateness)
        self._cards = CardsSoFar(registry, lateness)
        self._hours = HoursSoFar(registry, jobs)
        self._samples = SamplesSoFar()
        self._streams = StreamsSoFar(registry)
        self._dues = DueDates(registry)
        self._dues_at = self._prices_at = UNKNOWN_SINCE
        self._known: dict[int, Instant] = {}
        self._news = Said()

    def recall(self, before: Said) -> None:
        """Take in what was said before the beginning: it is known, and nothing follows from it."""
        heard = self._speakers(before)
        last = max((one.at for one in heard.values()), default=UNKNOWN_SINCE)
        self._listening = Listening(self._registry, heard, since=self._begin, last_before=last)
        self.learn(before, self._begin)
        self._samples.learn(before.samples, self._begin)
        self._note_known(before.samples)

    def learn(self, said: Said, now: Instant) -> None:
        """Take in what arrives from now on."""
        self._readings.learn(said.readings, now)
        self._indices.learn(said.readings, now)
        self._cards.learn(said, now)
        self._hours.learn(said.hours, now)
        self._streams.learn(said.samples)
        self._news = Said(samples=by_arrival(said.samples), readings=by_arrival(said.readings))

    def between(self, since: Instant, now: Instant) -> Window:
        """Return what arrived after one instant and until another, and what time brought."""
        news = Said(
            arrived_between(self._news.samples, since, now), arrived_between(self._news.readings, since, now)
        )
        self._listening.hear(self._speakers(news))
        self._listening.listen(now, receiving=True)
        age = news.samples["arrived_at"] - news.samples["measured_at"]
        samples = chosen(news.samples, age <= FRESH)
        known = {one: at for one, at in self._known.items() if at >= since - FRESH}
        behind = self._samples.before(samples)
        self._samples.learn(news.samples, now)
        self._note_known(news.samples)
        streams = self._streams.at(now)
        told = placed(self._readings.around(since, now), self._registry)
        states = meter_states(told, self._registry)
        self._hours.hear(news.samples, states)
        return replace(
            self._hours.newly_whole(self._due(now), since, now),
            pressures=pressures(behind, known, self._registry, self._limits, streams),
            registers=registers(told),
            meters=states,
            indices=indices(told, self._indices.before(asked(told), now)),
            cards=self._cards.window(since, now),
            prices=self._price_tables(now),
            silences=self._listening.at(now),
            zone_silences=self._listening.zones_at(now),
            proofs=streams.proofs(now),
        )

    def _price_tables(self, now: Instant) -> Prices:
        """Return which price tables are held, looked at each hour at most."""
        if now - self._prices_at < HOUR:
            return Prices()
        self._prices_at = now
        return prices(self._cards.price_tables(now), self._registry, now)

    def _due(self, now: Instant) -> Window:
        """Return what falls due, looked at each minute at most."""
        if now - self._dues_at < MINUTE:
            return Window()
        self._dues_at = now
        return self._dues.window(now)

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
