"""The collector: for each shard a lease, a session at the broker and a pipeline into the database."""

import logging
import sys
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Final

import psycopg
from psycopg import Connection

from ingest import lease
from ingest.hand import Delivery
from ingest.options import Collecting, Shard
from ingest.pipeline import Assembled, Pipeline
from ingest.router import Router, ShardTopics
from ingest.subscription import Subscription
from telemetry.errors import ConfigurationError
from telemetry.store.pool import connect

log: Final = logging.getLogger(__name__)

_SPARE_LOOKS_EVERY_S: Final = 0.5
_RETRY_S: Final = 1.0
_IDLE_S: Final = 0.5
_SWITCH_S: Final = 0.00005
"""A thread that hears from the database gets its turn soon: a batch takes a dozen round trips."""


def run(dsn: str, stop: threading.Event, options: Collecting) -> None:
    """Collect every shard that is ours to take and that nobody else holds, until told to stop.

    Raises
    ------
    ConfigurationError
        If the broker's certificates, a route's decoder or the choice of shards cannot be used.
    """
    router = Router(options.routes)
    if not options.taken:
        raise ConfigurationError(f"ingest.take: {', '.join(options.take)}: there is no such shard")
    if options.broker.tls:
        options.broker.tls_context()
    if all(shard.areas for shard in options.shards):
        log.warning("nobody_takes_other_areas shards=%s", [shard.name for shard in options.shards])
    sys.setswitchinterval(_SWITCH_S)
    with ThreadPoolExecutor(len(options.taken), "shard") as threads:
        running = [
            threads.submit(collect_shard, dsn, stop, options, shard, router) for shard in options.taken
        ]
        wait(running, return_when=FIRST_EXCEPTION)
        # A shard that falls for a fault of ours takes the process with it: who started it sees that.
        stop.set()
    for one in running:
        one.result()


def collect_shard(dsn: str, stop: threading.Event, options: Collecting, shard: Shard, router: Router) -> None:
    """Hold one shard whenever it is free; outlive the database and the broker going away."""
    while not stop.is_set():
        try:
            with connect(dsn, f"collect-{shard.name}", autocommit=True) as connection:
                if _wait_for(connection, shard, stop):
                    _collect(connection, stop, options, shard, router)
        except psycopg.OperationalError as error:
            log.warning("database_lost shard=%s error=%s", shard.name, str(error).strip())
            stop.wait(_RETRY_S)
        except psycopg.Error as error:
            # Not migrated yet, or read-only: it may be mended any time, and until then the broker keeps all.
            log.error("database_unfit shard=%s error=%s", shard.name, str(error).strip())  # noqa: TRY400
            stop.wait(_RETRY_S)


def _wait_for(connection: Connection, shard: Shard, stop: threading.Event) -> bool:
    """Stand by as a spare until the shard is free."""
    while not stop.is_set():
        if lease.take(connection, shard.name):
            log.info("shard_taken shard=%s", shard.name)
            return True
        stop.wait(_SPARE_LOOKS_EVERY_S)
    return False


def _collect(
    connection: Connection, stop: threading.Event, options: Collecting, shard: Shard, router: Router
) -> None:
    """Gather the next batch while the last one is being committed; acknowledge after the commit."""
    topics = ShardTopics(shard, options.shards, options.routes)
    stale = lease.note(connection, shard.name, topics.filters)
    pipeline = Pipeline(connection, shard.client_id, router)
    subscription = Subscription(shard.client_id, topics, options, stale)
    told = False

    def gather() -> tuple[list[Delivery], Assembled]:
        deliveries = subscription.take(_IDLE_S)
        return deliveries, pipeline.assemble([one.message for one in deliveries])

    subscription.open()
    try:
        with ThreadPoolExecutor(1, f"gather-{shard.name}") as gatherer:
            following = gatherer.submit(gather)
            while not stop.is_set():
                deliveries, assembled = following.result()
                following = gatherer.submit(gather)
                waiting, retained = subscription.held - len(deliveries), subscription.take_retained()
                if deliveries:
                    pipeline.store(assembled, in_flight=waiting, retained=retained)
                    subscription.acknowledge(deliveries)
                    subscription.publish(assembled.asks)
                else:
                    # An idle session learns only by asking that the database has gone.
                    pipeline.check(in_flight=waiting, retained=retained)
                if subscription.granted and not told:
                    lease.subscribed(connection, shard.name)
                    told = True
                if stale and not subscription.stale:
                    lease.settle(connection, shard.name, topics.filters)
                    stale = []
    finally:
        subscription.close()
    # What we still held is the broker's again.
    pipeline.check()
