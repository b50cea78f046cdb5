"""One worker's hands: claim meters, read, work out, compare, write, all in one transaction."""

import threading
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from psycopg import Connection, Rollback

from telemetry.batch import NULL
from telemetry.model import Instant
from telemetry.ptz.method import method_names
from telemetry.store import derive_queue, volume_writing
from telemetry.store.derive_queue import DirtySpan
from telemetry.store.registry_tables import load_registry, registry_version
from telemetry.store.statements import statements
from telemetry.store.volume_writing import Delta, Provenance
from telemetry.volumes.hourly import hourly_volumes
from telemetry.volumes.hours import HourlyVolumes
from telemetry.volumes.terms import TermsTable
from telemetry.work.derive_material import material
from telemetry.work.derive_plan import Plan, within_budget
from telemetry.work.meter_terms import MeterTerms
from telemetry.work.twin_material import mark_neighbours

METERS_AT_ONCE: Final = 500
SPANS_AT_ONCE: Final = 20_000
HOURS_AT_ONCE: Final = 50_000
"""About 50 MB while they are worked out."""


class Derived(NamedTuple):
    """What was done: spans settled, hours worked out, and of these the new and the revised ones."""

    spans: int = 0
    hours: int = 0
    added: int = 0
    revised: int = 0

    def plus(self, other: "Derived") -> "Derived":
        """Return the counts of both."""
        return Derived(*(one + another for one, another in zip(self, other, strict=True)))


class Deriver:
    """Works off the queue over one connection; several may, each on meters of its own."""

    def __init__(self, connection: Connection) -> None:
        """Make the session's working tables."""
        self._connection = connection
        self._terms: MeterTerms | None = None
        with connection.transaction():
            connection.execute(statements("derive")["prepare"])

    def pending(self, stop: threading.Event | None = None) -> Derived:
        """Work off all that waits and that nobody else holds, or what can be until ``stop``."""
        done = Derived()
        while not (stop and stop.is_set()):
            # All arrivals first: what several of them touch is then worked out once.
            if self._expand():
                continue
            step = self._once()
            done = done.plus(step)
            if not step.spans:
                break
        return done

    def deltas(self, meters: Sequence[int], span: tuple[Instant, Instant]) -> Iterator[Delta]:
        """Yield what working a span of some meters out again would change, and change nothing."""
        with self._connection.transaction():
            terms = self._current_terms()
        wanted = [DirtySpan(0, meter, *span, "request") for meter in meters]
        while wanted:
            some = within_budget(wanted, terms, HOURS_AT_ONCE)
            wanted = wanted[len(some) :]
            yield from self._deltas(some, terms)

    def _expand(self) -> int:
        with self._connection.transaction():
            return derive_queue.expand_arrivals(self._connection)

    def _once(self) -> Derived:
        """Work off some of what waits in one transaction."""
        connection = self._connection
        with connection.transaction():
            meters = derive_queue.claim(connection, METERS_AT_ONCE)
            spans = derive_queue.dirty_spans(connection, meters, SPANS_AT_ONCE) if meters else []
            if not spans:
                return Derived()
            # Asked after the spans were: an import that marked one of them is in what is read now.
            terms = self._current_terms()
            spans = within_budget(spans, terms, HOURS_AT_ONCE)
            hours = self._work_out(spans, terms)
            written = volume_writing.write(connection, terms.registry.version)
            derive_queue.settle(connection, spans)
            if any(written):
                connection.execute(statements("derive")["notify"])
        return Derived(len(spans), hours, *written)

    def _deltas(self, spans: Sequence[DirtySpan], terms: MeterTerms) -> list[Delta]:
        found: list[Delta] = []
        with self._connection.transaction() as transaction:
            self._work_out(spans, terms)
            found = list(volume_writing.deltas(self._connection))
            raise Rollback(transaction)
        return found

    def _work_out(self, spans: Sequence[DirtySpan], terms: MeterTerms) -> int:
        """Work out what some spans touch and lay it beside what is stored; return how many hours."""
        given = material(self._connection, spans, terms)
        mark_neighbours(self._connection, given.todo.hours, terms)
        volumes = hourly_volumes(given.readings, given.stretches, given.table)
        provenance = _provenance(given.todo, given.table, volumes)
        volume_writing.hand_over(self._connection, given.todo.hours, volumes, provenance)
        return len(volumes.meter_id)

    def _current_terms(self) -> MeterTerms:
        if self._terms is None or self._terms.registry.version != registry_version(self._connection):
            self._terms = MeterTerms(load_registry(self._connection))
        return self._terms


def _provenance(todo: Plan, table: TermsTable, volumes: HourlyVolumes) -> Provenance:
    """Return what each hour was corrected with, and why it was worked out."""
    number = {name: position for position, name in enumerate(method_names(), 1)}
    gases = [terms.spec.gas for terms in table.rows]
    z_method = [number[gas.method] if gas else 0 for gas in gases]
    gas_from = [NULL if terms.gas_quality_from is None else terms.gas_quality_from for terms in table.rows]
    causes = [todo.hours[place].cause for place in todo.hours_of]
    return Provenance(
        z_method=np.array(z_method, np.int64)[volumes.terms],
        gas_quality_from=np.array(gas_from, np.int64)[volumes.terms],
        cause=np.array(causes, np.int64)[volumes.stretch],
    )
