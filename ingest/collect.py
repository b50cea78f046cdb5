"""The collector: for each shard a lease, a session at the broker and a pipeline into the database."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psycopg
from psycopg import Connection

from ingest import lease
from ingest.options import Collecting, Shard
from ingest.pipeline import Assembled, Pipeline
from ingest.router import Router, ShardTopics
from ingest.subscription import Delivery, Subscription
from telemetry.store.pool import connect

log: Final = logging.getLogger(__name__)

_SPARE_LOOKS_EVERY_S: Final = 0.5
_RETRY_S: Final = 1.0
_IDLE_S: Final = 0.5


def run(dsn: str, stop: threading.Event, options: Collecting) -> None:
    """Collect every shard of ``options`` that nobody else holds, until told to stop."""
    router = Router(options.routes)
    threads = [
        threading.Thread(target=collect_shard, args=(dsn, stop, options, shard, router), name=shard.name)
        for shard in options.shards
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


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
                if deliveries:
                    held, retained = subscription.held, subscription.take_retained()
                    pipeline.store(assembled, in_flight=held, retained=retained)
                    subscription.acknowledge(deliveries)
                else:
                    # An idle session learns only by asking that the database has gone.
                    pipeline.check()
    finally:
        subscription.close()
