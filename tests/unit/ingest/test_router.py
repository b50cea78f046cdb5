"""Topics to decoders, and to the one shard whose they are."""

import pytest

from ingest.decoding import decoder_named
from ingest.options import Collecting, Route, Shard
from ingest.router import Router, ShardTopics
from telemetry.errors import ConfigurationError

SHARDS = (Shard("a", ("north", "east")), Shard("b", ("south",)), Shard("rest"))
ROUTES = [Route("meters/+/up", "native")]


def test_the_native_root_and_the_routes_have_decoders_and_nothing_else() -> None:
    router, native = Router(ROUTES), decoder_named("native")
    assert router.decoder("citygas/v1/a/d/reading") is native
    assert router.decoder("meters/7/up") is native
    assert [router.decoder(topic) for topic in ("meters/7/down", "citygas/v2/a", "?")] == [None] * 3


def test_a_route_to_a_decoder_that_is_not_there_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match="there is no decoder 'nix'"):
        Router([Route("x", "nix")])


def test_a_shard_subscribes_to_its_areas_and_the_rest_to_everything_and_the_routes() -> None:
    filters = [ShardTopics(shard, SHARDS, ROUTES).filters for shard in SHARDS]
    assert filters == [
        ["citygas/v1/north/#", "citygas/v1/east/#"],
        ["citygas/v1/south/#"],
        ["citygas/v1/#", "meters/+/up"],
    ]


@pytest.mark.parametrize(
    "topic",
    [
        "citygas/v1/north/d/reading",
        "citygas/v1/east",
        "citygas/v1/south/",
        "citygas/v1/west/x",
        "citygas/v1/",
        "meters/7/up",
    ],
)
def test_every_topic_belongs_to_one_shard(topic: str) -> None:
    def takes(shard: Shard) -> bool:
        topics = ShardTopics(shard, SHARDS, ROUTES)
        area = topic.split("/")[2] if topic.startswith("citygas/v1/") else None
        return topics.mine(topic) and (not shard.areas or area in shard.areas)

    assert sum(takes(shard) for shard in SHARDS) == 1


def test_a_single_shard_takes_all() -> None:
    topics = ShardTopics(Shard("all"), (Shard("all"),))
    assert topics.mine("citygas/v1/north/d/reading")


def test_who_takes_which_shards() -> None:
    assert Collecting(shards=SHARDS).taken == [*SHARDS]
    assert Collecting(shards=SHARDS, take=("b",)).taken == [SHARDS[1]]


def test_the_receive_maximum_covers_at_least_two_batches_and_fits_its_field() -> None:
    assert Collecting(batch_messages=500).receive_maximum >= 1000
    assert Collecting(batch_messages=16_384).receive_maximum <= 65_535
