"""A small labelled city: what physics forbids, what the truth must say, and that a seed decides all of it."""

import json
from itertools import pairwise

import numpy as np
import pytest

from simulators.days import DAY_S, midnight
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.faults import kinds
from simulators.labelled.limits import bands
from simulators.labelled.network import locked_up, pipe_m3
from simulators.labelled.truth import truth, truth_json
from simulators.labelled.write import write_city
from telemetry.batch import NULL, PRESSURE, READING
from telemetry.model import SECOND

DAY = 20_150
RULES = {
    "outlet_pressure_high outlet_pressure_high_high outlet_pressure_low outlet_pressure_low_low",
    "overprotection_ceiling lockup_failure slam_shut_tripped standby_stream_active standby_unproven",
    "regulator_hunting filter_blocked inlet_pressure_low pressure_rate_of_fall regulator_bypass_open",
    "setpoint_test_due gas_detected register_regression register_jump register_stuck flow_over_range",
    "flow_under_range night_leak reverse_flow corrector_mismatch index_mismatch sensor_frozen sensor_drift",
    "sensor_out_of_range disturbed_volume battery_low clock_drift tamper valve_mismatch flow_on_sealed",
    "seal_recheck_due device_silent calibration_due consumption_swing credit_low recharge_mismatch",
    "credit_exhausted_with_flow price_table_stale meter_bypass_open bypass_unlocked bypass_check_due",
    "bypass_meter_running bypass_suspected check_meter_deviation zone_imbalance",
}
NAMES = {name for line in RULES for name in line.split()}


def small(seed: int, density: float = 6.0) -> LabelledCity:
    return labelled_city(seed, meters=20, stations=8, days=10, begin=midnight(DAY), density=density)


@pytest.fixture(scope="module")
def city() -> LabelledCity:
    return small(3)


@pytest.fixture(scope="module")
def large() -> LabelledCity:
    return labelled_city(5, meters=60, stations=12, days=45, begin=midnight(DAY), density=5.0)


@pytest.fixture(scope="module")
def quiet() -> LabelledCity:
    return small(3, density=0.0)


def of_device(city: LabelledCity, device: int) -> dict[str, np.ndarray]:
    rows = city.readings["device"] == device
    order = np.argsort(city.readings["measured_at"][rows], kind="stable")
    return {name: column[rows][order] for name, column in city.readings.items()}


def test_there_is_a_kind_for_every_rule() -> None:
    assert {kind.rule for kind in kinds()} == NAMES


def test_a_seed_decides_every_byte(city: LabelledCity, tmp_path_factory: pytest.TempPathFactory) -> None:
    folders = [tmp_path_factory.mktemp("city") for _ in range(2)]
    for folder, made in zip(folders, (city, small(3)), strict=True):
        write_city(made, folder)
    files = sorted(path.relative_to(folders[0]) for path in folders[0].rglob("*") if path.is_file())
    assert len(files) > 25
    for path in files:
        assert (folders[0] / path).read_bytes() == (folders[1] / path).read_bytes(), path
    assert truth_json(small(4)) != truth_json(city)


def test_columns_are_those_of_a_batch(city: LabelledCity) -> None:
    assert set(READING) <= set(city.readings)
    assert set(PRESSURE) <= set(city.pressures(0))
    rows = {column.size for column in city.readings.values()}
    assert rows == {city.readings["measured_at"].size}
    assert (np.diff(city.readings["received_at"]) >= 0).all()


def test_registers_fall_only_where_a_fault_or_an_exchange_is_labelled(city: LabelledCity) -> None:
    excused = {
        h.target.id
        for h in city.happenings
        if h.kind in {"register_regression", "reverse_flow", "meter_exchange"}
    }
    for number, point in enumerate(city.people.points):
        readings = of_device(city, number)
        for name in ("index_um3", "base_index_um3"):
            falls = np.diff(readings[name]) < 0
            assert point.name in excused or not falls.any(), (point.name, name)


def test_a_labelled_regression_is_in_the_register() -> None:
    found = [
        (city, h)
        for city in map(small, range(12))
        for h in city.happenings
        if h.kind == "register_regression"
    ]
    assert found
    for city, fault in found:
        number = [point.name for point in city.people.points].index(fault.target.id)
        readings = of_device(city, number)
        fallen = -np.diff(readings["index_um3"])[np.diff(readings["index_um3"]) < 0].sum() / 1e6
        assert 0 < fallen <= fault.size + 1


def test_a_zone_takes_in_what_its_customers_burn_and_what_is_labelled_lost(city: LabelledCity) -> None:
    network, span = city.network, city.span
    for zone in {point.meter.zone for point in city.people.billing}:
        members = [n for n, p in enumerate(city.people.billing) if p.meter.zone == zone]
        pipe = pipe_m3(city.people, zone)
        inflow = network.zone_inflow(zone, pipe).sum() / 12
        lost = sum(loss.flow_m3h.sum() for loss in network.losses if loss.zone == zone) / 12
        pack = network.line_pack_m3(zone, pipe)
        stored = pack[-1] - pack[0]
        burned = network.burned[members].sum() / 12
        # The slope of the line pack at both ends is one-sided: half a slot's change at most.
        assert inflow == pytest.approx(burned + lost + stored, abs=2 * np.abs(np.diff(pack)).max() + 1e-6)
        assert span.slots == pack.size


def test_inlet_meters_count_what_flows_into_their_zone(quiet: LabelledCity) -> None:
    for number, point in enumerate(quiet.people.points):
        if point.role != "zone_inlet":
            continue
        base = of_device(quiet, number)["base_index_um3"]
        members = [n for n, p in enumerate(quiet.people.billing) if p.meter.zone == point.meter.zone]
        burned = quiet.network.burned[members].sum() / 12
        assert (base[-1] - base[0]) / 1e6 == pytest.approx(burned, rel=0.02)


def test_pressure_falls_between_station_and_meter_as_the_formula_says(quiet: LabelledCity) -> None:
    network = quiet.network
    for number, point in enumerate(quiet.people.billing):
        if point.surge_kpa or not point.has_corrector:
            continue
        row = network.index[point.meter.station]
        upstream = network.outlet[row] + point.meter.atmospheric_kpa
        arrived = network.line_kpa(point, network.burned[number])
        np.testing.assert_allclose(
            upstream**2 - arrived**2, point.k * network.burned[number] ** 1.82, atol=1e-6
        )


def test_gas_around_a_meter_is_drawn_from_the_network_and_not_counted(large: LabelledCity) -> None:
    faults = [(n, h) for n, h in enumerate(large.happenings) if h.kind == "bypass_suspected"]
    assert len(faults) >= 3
    for place, fault in faults:
        number = [point.name for point in large.people.points].index(fault.target.id)
        point, slots = large.people.points[number], large.span.between(fault.start, fault.end)
        drawn, around = large.network.burned[number][slots].sum() / 12, large.unmetered_m3[place]
        readings = of_device(large, number)
        inside = (readings["measured_at"] >= fault.start * SECOND) & (
            readings["measured_at"] <= fault.end * SECOND
        )
        register = readings["base_index_um3" if point.has_corrector else "index_um3"][inside]
        counted = (register[-1] - register[0]) / 1e6 * (1 if point.has_corrector else point.usual_factor)
        # The first and the last reading lie up to an interval inside, radio gaps further.
        assert counted == pytest.approx(drawn - around, rel=0.1, abs=0.01 * drawn)
        if fault.shape != "some hours":
            assert around == pytest.approx(fault.size / 100 * drawn, rel=5e-3)


def test_truth_lies_inside_the_span(city: LabelledCity) -> None:
    written = truth(city)
    assert written["faults"]
    known = {point.name for point in city.people.points} | set(city.stations) | set(city.devices)
    known |= {point.meter.zone for point in city.people.points} | set(city.people.city.gateways)
    for fault in written["faults"]:
        assert written["begin"] <= fault["start"] <= fault["end"] <= written["end"]
        assert (
            fault["detectable_from"] is None or fault["start"] <= fault["detectable_from"] <= written["end"]
        )
        assert fault["target"]["id"] in known
        assert fault["clarity"] in {"clear", "plain", "borderline"}
        assert {fault["rule"]} <= {alarm["rule"] for alarm in fault["raises"]} <= NAMES
        assert {alarm["rule"] for alarm in fault["also"]} <= NAMES
    assert json.loads(truth_json(city)) == written


def test_ordinary_trouble_raises_nothing(city: LabelledCity) -> None:
    assert [h for h in city.happenings if not h.raises and h.kind in NAMES] == []
    kinds_of_trouble = {h.kind for h in city.happenings if not h.raises}
    assert {"price_change", "communication_gap"} <= kinds_of_trouble


def test_faults_of_a_meter_do_not_overlap() -> None:
    for city in map(small, range(6)):
        by_meter: dict[str, list[tuple[float, float]]] = {}
        for happening in city.happenings:
            if (
                happening.meters
                and happening.target.kind == "meter"
                and happening.kind != "price_table_stale"
            ):
                by_meter.setdefault(happening.target.id, []).append((happening.start, happening.end))
        for several in by_meter.values():
            assert all(start >= end for (_, end), (start, _) in pairwise(several))


def test_every_kind_is_drawn_over_some_seeds(large: LabelledCity) -> None:
    missing = NAMES - {h.kind for h in large.happenings if h.raises}
    for seed in range(6, 20):
        if not missing:
            break
        city = labelled_city(seed, meters=60, stations=12, days=45, density=5.0)
        missing -= {h.kind for h in city.happenings if h.raises}
    assert not missing


def test_samples_come_as_often_as_their_station_says(city: LabelledCity) -> None:
    for number, period in ((0, 60), (2, 10), (4, 900)):
        samples = city.samples(number)
        assert samples.at.size == pytest.approx(10 * DAY_S / period, rel=0.2)
        assert np.median(np.diff(samples.at)) == period


def test_nothing_sent_is_null_and_nothing_is_infinite(city: LabelledCity) -> None:
    for columns in (city.readings, city.pressures(2), city.cards):
        for name, column in columns.items():
            assert column.dtype.kind != "f" or not np.isinf(column).any(), name
    assert (city.readings["index_um3"] != NULL).all()
    begin, end = city.span.begin * SECOND, city.span.end * SECOND
    measured = city.readings["measured_at"]
    assert ((measured >= begin - 3700 * SECOND) & (measured < end + 300 * SECOND)).all()


def test_no_device_is_silent_beyond_what_is_labelled(large: LabelledCity) -> None:
    readings = large.readings
    for number, point in enumerate(large.people.points):
        arrived = np.sort(readings["received_at"][readings["device"] == number]) / SECOND
        silences = [
            (h.start, h.end)
            for h in large.happenings
            if h.kind in {"device_silent", "permitted_silence"}
            and point.name in {effect.meter for effect in h.meters}
        ]
        for before in np.flatnonzero(np.diff(arrived) > 2 * point.expected_s):
            begin, end = arrived[before], arrived[before + 1]
            assert any(first < end and begin < last for first, last in silences), point.name


def test_cards_are_low_or_overdrawn_only_where_it_is_labelled(large: LabelledCity) -> None:
    cards, labelled = large.cards, {"credit_low", "credit_exhausted_with_flow", "recharge_mismatch"}
    excused = {h.target.id for h in large.happenings if h.kind in labelled | {"price_table_stale"}}
    low_somewhere = False
    for number, point in enumerate(large.people.points):
        rows = (cards["device"] == number) & ~np.isnan(cards["remaining_m3"])
        low = cards["remaining_m3"][rows] < cards["alarm_m3"][rows]
        low_somewhere |= bool(low.any())
        assert point.name in excused or not low.any(), point.name
    assert low_somewhere


def test_the_office_knows_every_purchase_but_the_labelled_ones(large: LabelledCity) -> None:
    excused = {h.target.id for h in large.happenings if h.kind == "recharge_mismatch"}
    sold: dict[str, set[int]] = {}
    for row in large.tables["card_sales"]:
        sold.setdefault(str(row["meter"]), set()).add(int(str(row["sequence"])))
    for number, point in enumerate(large.people.points):
        counts = large.cards["sequence"][large.cards["device"] == number]
        if point.meter.card is not None and point.name not in excused:
            bought = set(range(int(counts.min()) + 1, int(counts.max()) + 1))
            assert bought <= sold.get(point.name, set()), point.name


def test_what_can_be_known_is_known_by_a_reading_that_arrived(large: LabelledCity) -> None:
    found = 0
    for fault in large.happenings:
        if fault.raises and fault.meters and fault.detectable_from and fault.target.kind == "meter":
            readings = of_device(large, [p.name for p in large.people.points].index(fault.target.id))
            assert (readings["measured_at"] >= (fault.detectable_from - 400) * SECOND).any()
            assert fault.detectable_from <= fault.end
            found += 1
    assert found > 50


def test_outlets_keep_their_limits_unless_something_is_labelled(quiet: LabelledCity) -> None:
    network = quiet.network
    for number, station in enumerate(network.stations):
        labelled = [
            (h.start - 600, h.end + 600)
            for h in quiet.happenings
            if h.stations and h.target.id in {station.station, station.gate}
        ]
        if any(h.kind == "setpoint_change" and h.target.id == station.station for h in quiet.happenings):
            continue
        samples = quiet.samples(number)
        calm = np.ones(samples.at.size, np.bool_)
        for first, last in labelled:
            calm &= (samples.at < first) | (samples.at > last)
        outlet = samples.streams[""]["outlet_gauge_pressure_kpa"][calm]
        limits = bands(station, locks_up=bool(locked_up(station, network.flow[number]).any()))
        assert limits.low < outlet.min()
        assert outlet.max() < limits.high
