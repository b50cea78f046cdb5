"""Devices of other makes: who has them, and what they publish held against the registers it was made of."""

import tomllib
from collections import Counter
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from citygas.roles import router
from citygas.settings import Settings
from ingest.router import Router
from simulators.city import City
from simulators.days import local_day, midnight
from simulators.faults import fault_customers, plan_faults
from simulators.live import Live
from simulators.makes import MAKES
from simulators.scenario import Scenario, city_of
from simulators.truth import Publication, count
from telemetry.model import CardState, RawMessage, Reading

NOW = 1_795_313_000.0
BEGIN = midnight(local_day(NOW))
PAGE = Path(__file__).parents[3] / "docs" / "simulated-city.md"
MIX = Scenario(mix=True)


@pytest.fixture(scope="module")
def city() -> City:
    return city_of(MIX, 1, BEGIN)


@pytest.fixture(scope="module")
def routes() -> str:
    return resources.files("simulators").joinpath("scenarios/linjiang-routes.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def receiving(routes: str) -> Router:
    return router(Settings.model_validate(tomllib.loads(routes)))


def live(city: City, seconds: float, scenario: Scenario = MIX) -> list[Publication]:
    plan = plan_faults(city, NOW, cycle_s=900)
    return Live(city, scenario, NOW, faults=plan).due(NOW + seconds)


def test_every_make_is_in_the_city_and_most_devices_are_native(city: City) -> None:
    makes = Counter(customer.meter.make for customer in city.customers)
    assert set(makes) == {"native", *MAKES}
    assert makes["native"] > len(city.customers) / 2
    assert {city.customers[row].meter.make for row in fault_customers(city)} == {"native"}
    assert city == city_of(MIX, 1, BEGIN)


def test_without_the_mix_all_are_native() -> None:
    alone = city_of(Scenario(), 1, BEGIN)
    assert {customer.meter.make for customer in alone.customers} == {"native"}
    assert alone == city_of(replace(MIX, speed=100), 1, BEGIN), "two readings would fall into one second"


def test_what_other_makes_say_is_the_register_to_the_last_digit_of_its_format(
    city: City, receiving: Router
) -> None:
    quiet = Scenario(mix=True, refused_every_s=0, repeat_share=0, delay_share=0)
    plain = replace(
        city,
        customers=tuple(
            replace(customer, meter=replace(customer.meter, make="native")) for customer in city.customers
        ),
    )
    said = readings(live(city, 200, quiet), receiving)
    told = readings(live(plain, 200, quiet), receiving)
    others = {one.meter.device: one.meter.make for one in city.customers if one.meter.make in MAKES}
    assert set(others) <= set(said)
    for device, make in others.items():
        step = 0.01 if make == "concentrator" else 0.0001
        assert 0 <= told[device][0] - said[device][0] < step
        assert said[device][1] == told[device][1]


def readings(published: list[Publication], receiving: Router) -> dict[str, tuple[float, float | None]]:
    """Return register and base register of each device's first reading that tells of itself alone."""
    found: dict[str, tuple[float, float | None]] = {}
    for one in published:
        decoder = receiving.decoder(one.topic)
        assert decoder is not None
        decoded = decoder.decode(RawMessage(one.topic, one.payload, round(one.at * 1e6)))
        assert (decoded.elements, list(decoded.refusals)) == (one.outcome.committed, [])
        for _, record in decoded.records:
            if isinstance(record, Reading) and record.device not in found:
                assert record.index_m3 is not None
                found[record.device] = (record.index_m3, record.base_index_m3)
    return found


def test_a_concentrator_passes_on_what_remains_on_the_card(city: City, receiving: Router) -> None:
    topics = [one for one in live(city, 200) if one.topic.startswith("concentrator/")]
    decoder = receiving.decoder(topics[0].topic)
    assert decoder is not None
    records = [
        record for _, record in decoder.decode(RawMessage(topics[0].topic, topics[0].payload, 0)).records
    ]
    (card,) = (one for one in records if isinstance(one, CardState))
    assert card.remaining_money is not None
    assert card.remaining_money > 0
    assert card.sequence is not None


def test_what_tells_no_time_is_neither_repeated_nor_late(city: City) -> None:
    published = live(city, 400, Scenario(mix=True, repeat_share=0.6, delay_share=0.4, refused_every_s=0))
    of_dtus = [one for one in published if one.topic.startswith("dtu/")]
    assert len({(one.topic, one.at) for one in of_dtus}) == len(of_dtus) > 4
    assert {one.outcome.committed for one in of_dtus} == {1}
    assert count(published).duplicates > 0


def test_the_page_shows_the_routes_as_they_are(routes: str) -> None:
    assert routes.partition("\n\n")[2] in PAGE.read_text("utf-8")
