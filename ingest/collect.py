"""The collector: for each shard a lease, a session at the broker and a pipeline into the database."""

import logging
import threading
from typing import Final

import psycopg
from psycopg import Connection

from ingest import lease
from ingest.options import Collecting, Shard
from ingest.pipeline import Pipeline
from ingest.router import Router, ShardTopics
from ingest.subscription import Subscription
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
    topics = ShardTopics(shard, options.shards, options.routes)
    stale = lease.note(connection, shard.name, topics.filters)
    pipeline = Pipeline(connection, shard.client_id, router)
    subscription = Subscription(shard.client_id, topics, options, stale)
    subscription.open()
    try:
        while not stop.is_set():
            deliveries = subscription.take(_IDLE_S)
            if deliveries:
                pipeline.process(
                    [one.message for one in deliveries],
                    in_flight=subscription.held,
                    retained=subscription.take_retained(),
                )
                subscription.acknowledge(deliveries)
            else:
                # An idle session learns only by asking that the database has gone.
                pipeline.check()
    finally:
        subscription.close()
