"""Metrics: what the database counts, in Prometheus' text format."""

from collections.abc import Iterator
from itertools import product
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg import Connection

from telemetry.store.alarm_lists import standing_alarms
from telemetry.store.counters import backlog, ingest_counts

_STATES: Final = ("active", "acknowledged", "returned")
_PRIORITIES: Final = ("critical", "high", "medium", "low")


def exposition(connection: Connection) -> bytes:
    """Return every metric, read from one snapshot."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Stored(connection))
    return generate_latest(registry)


class _Stored(Collector):
    """Counters that other processes keep in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def collect(self) -> Iterator[Metric]:
        """Read them all."""
        counts = ingest_counts(self._connection)
        yield CounterMetricFamily(
            "citygas_ingest_received",
            "Elements received: committed, duplicate, refused or in flight.",
            counts.received,
        )
        yield CounterMetricFamily("citygas_ingest_committed", "Elements stored.", counts.committed)
        yield CounterMetricFamily(
            "citygas_ingest_duplicate", "Elements that stood already.", counts.duplicate
        )
        yield CounterMetricFamily("citygas_ingest_refused", "Elements kept as dead letters.", counts.refused)
        yield GaugeMetricFamily(
            "citygas_ingest_in_flight", "Elements received and not yet committed.", counts.in_flight
        )
        yield CounterMetricFamily(
            "citygas_ingest_retained_ignored", "Retained messages ignored.", counts.retained_ignored
        )
        waiting = backlog(self._connection)
        yield GaugeMetricFamily(
            "citygas_derive_dirty_spans", "Spans waiting for derive.", waiting.dirty_spans
        )
        arrivals = GaugeMetricFamily(
            "citygas_arrivals_waiting", "Batches that a consumer has not taken.", labels=["consumer"]
        )
        for consumer, count in sorted(waiting.arrivals.items()):
            arrivals.add_metric([consumer], count)
        yield arrivals
        yield self._alarms()

    def _alarms(self) -> Metric:
        standing = standing_alarms(self._connection)
        gauge = GaugeMetricFamily("citygas_alarms", "Standing alarms.", labels=["state", "priority"])
        for pair in product(_STATES, _PRIORITIES):
            gauge.add_metric(pair, standing.get(pair, 0))
        return gauge
