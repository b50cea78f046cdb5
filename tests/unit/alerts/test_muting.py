"""What keeps alarms from ringing, beside their state; and that nothing muted is lost."""

from datetime import timedelta

import pytest

from alerts.alarm import Alarm, Change, Muted, Priority, Reason, Target, TargetKind
from alerts.catalogue import catalogue
from alerts.inhibition import Relation
from alerts.lifecycle import State
from alerts.overrides import Overrides
from alerts.ringing.annunciation import annunciated, ended_shelvings
from alerts.ringing.muting import Shelving, Situation
from alerts.ringing.neighbours import Neighbours
from alerts.rule import Rule
from telemetry.model import HOUR, SECOND, Instant, Stream, moment
from telemetry.registry import Registry, RegistryRows, RuleSetting, Station, Zone
from tests.unit.alerts.registries import device, installation, meter, registry, setpoint, station
from tests.unit.alerts.said import BEGIN, City, stations

RULES = catalogue()


def station_alarm(
    rule: str, name: str = "ST-1", parts: tuple[int, ...] = (0,), state: State = State.ACTIVE
) -> Alarm:
    return alarm(rule, Target(TargetKind.STATION, name), state, parts)


def alarm(rule: str, target: Target, state: State = State.ACTIVE, parts: tuple[int, ...] = ()) -> Alarm:
    priority = RULES[rule].priority
    return Alarm(rule=rule, target=target, state=state, priority=priority, raised_at=BEGIN, parts=parts)


def rung(one: Alarm) -> Change:
    return Change(alarm=one, before=State.NORMAL)


def settle(
    situation: Situation, *alarms: Alarm, changes: tuple[Change, ...] = (), at: Instant = BEGIN
) -> dict[str, Change]:
    done = annunciated(RULES, changes, alarms, situation, at)
    return {f"{one.alarm.rule}:{one.alarm.target.id}": one for one in done}


def kinds(change: Change) -> list[str]:
    return [one.kind.value for one in change.alarm.muted_by]


def two_streams() -> Registry:
    return registry(
        stations=[station(1), station(2)],
        setpoints=[setpoint(1, Stream.A, 300), setpoint(2, Stream.A, 300), setpoint(2, Stream.B, 290)],
    )


@pytest.mark.parametrize(
    ("explained", "cause", "mutes"),
    [
        ("outlet_pressure_low", "standby_stream_active", True),
        ("outlet_pressure_low_low", "standby_stream_active", False),
        ("lockup_failure", "regulator_bypass_open", True),
        ("pressure_rate_of_fall", "slam_shut_tripped", True),
        ("overprotection_ceiling", "regulator_bypass_open", False),
    ],
)
def test_what_explains_a_pressure_is_named(explained: str, cause: str, *, mutes: bool) -> None:
    situation = Situation(neighbours=Neighbours(two_streams()))
    low = station_alarm(explained)
    done = settle(situation, station_alarm(cause, parts=(1,)), changes=(rung(low),))
    reasons = done[f"{explained}:ST-1"].alarm.muted_by
    assert [(one.kind, one.rule) for one in reasons] == ([(Muted.INHIBITED, cause)] if mutes else [])


def shelved(rule: str, target: Target, *, for_s: float, priority: Priority = Priority.HIGH) -> Shelving:
    until = moment(BEGIN) + timedelta(seconds=for_s)
    reason = Reason(kind=Muted.SHELVED, since=moment(BEGIN), until=until, reason="work", by="op")
    return Shelving(shelving_id=7, rule=rule, target=target, priority=priority, reason=reason)


@pytest.mark.parametrize(
    ("name", "tripped", "low", "inhibited"),
    [
        ("ST-1", (0,), (0,), True),  # a single stream: whatever is low is behind what tripped
        ("ST-2", (1,), (1,), True),
        ("ST-2", (1,), (2,), False),
        ("ST-2", (1,), (0,), False),  # the standby should carry the load: that is news
        ("ST-2", (1, 2), (0,), True),
        ("ST-2", (0,), (0,), False),  # nobody said which of both tripped
    ],
)
def test_a_trip_explains_low_pressure_behind_it(
    name: str, tripped: tuple[int, ...], low: tuple[int, ...], inhibited: bool
) -> None:
    situation = Situation(neighbours=Neighbours(two_streams()))
    cause = station_alarm("slam_shut_tripped", name, tripped)
    effect = station_alarm("outlet_pressure_low_low", name, low)
    done = settle(situation, cause, changes=(rung(effect),))
    change = done[f"outlet_pressure_low_low:{name}"]
    assert kinds(change) == (["inhibited"] if inhibited else [])
    if inhibited:
        (reason,) = change.alarm.muted_by
        assert (reason.rule, reason.target) == ("slam_shut_tripped", cause.target)


def test_a_trip_upstream_explains_low_pressure_where_nothing_else_feeds() -> None:
    zones = [Zone(zone="Z", name="Z"), Zone(zone="DOWN", name="D", parent="Z")]
    feeders = [Station(station_id=one, station=f"UP-{one}", zone="Z", feeds_zone="Z") for one in (1, 2)]
    below = Station(station_id=3, station="BELOW", zone="DOWN")
    situation = Situation(
        neighbours=Neighbours(Registry(RegistryRows(zones=zones, stations=[*feeders, below])))
    )
    first, second = (station_alarm("slam_shut_tripped", one.station) for one in feeders)
    effect = station_alarm("outlet_pressure_low", "BELOW")
    assert settle(situation, first, effect) == {}, "the other one still feeds it"
    done = settle(situation, first, second, effect)
    assert kinds(done["outlet_pressure_low:BELOW"]) == ["inhibited"]
    assert [event.signal for event in done["outlet_pressure_low:BELOW"].events] == ["MUTED"]


def test_a_cause_that_returned_inhibits_no_more_and_the_effect_rings() -> None:
    situation = Situation(neighbours=Neighbours(two_streams()))
    cause = station_alarm("slam_shut_tripped")
    effect = station_alarm("outlet_pressure_low")
    muted = settle(situation, cause, effect)["outlet_pressure_low:ST-1"].alarm
    returned = station_alarm("slam_shut_tripped", state=State.RETURNED)
    done = settle(situation, returned, muted)["outlet_pressure_low:ST-1"]
    assert done.alarm.muted_by == ()
    assert [(one.signal, one.after, one.muted_by) for one in done.events] == [("UNMUTED", "active", ())]


def test_the_lower_limit_is_quiet_while_the_limit_beyond_it_rings() -> None:
    done = settle(
        Situation(),
        changes=(
            rung(station_alarm("outlet_pressure_high")),
            rung(station_alarm("outlet_pressure_high_high")),
        ),
    )
    assert kinds(done["outlet_pressure_high:ST-1"]) == ["inhibited"]
    assert kinds(done["outlet_pressure_high_high:ST-1"]) == []


def behind_a_gateway() -> Registry:
    return registry(
        meters=[meter(1), meter(2)],
        devices=[device(1), device(2)],
        installations=[installation(1, 1), installation(2, 2)],
        gateways=[("GW", "D-1"), ("GW", "D-2")],
    )


def test_a_silent_gateway_explains_its_devices_and_lingers_while_they_come_back() -> None:
    situation = Situation(neighbours=Neighbours(behind_a_gateway()))
    gateway = alarm("device_silent", Target(TargetKind.DEVICE, "GW"))
    behind = alarm("device_silent", Target(TargetKind.DEVICE, "D-1"))
    muted = settle(situation, gateway, changes=(rung(behind),))["device_silent:D-1"].alarm
    assert [one.kind for one in muted.muted_by] == [Muted.INHIBITED]
    lingering = settle(situation, muted, at=BEGIN + SECOND)["device_silent:D-1"]
    assert lingering.alarm.muted_by[0].until == moment(BEGIN + SECOND) + timedelta(hours=2)
    assert lingering.events == ()
    assert settle(situation, lingering.alarm, at=BEGIN + HOUR) == {}
    over = settle(situation, lingering.alarm, at=BEGIN + SECOND + 2 * HOUR)["device_silent:D-1"]
    assert [one.signal for one in over.events] == ["UNMUTED"]


def test_shelving_mutes_what_its_rule_raises_until_it_expires() -> None:
    target = Target(TargetKind.STATION, "ST-1")
    one = station_alarm("outlet_pressure_high")
    shelving = shelved(one.rule, target, for_s=60)
    situation = Situation(shelvings={(one.rule, target): shelving})
    muted = settle(situation, changes=(rung(one),))["outlet_pressure_high:ST-1"].alarm
    assert muted.muted_by == (shelving.reason,)
    assert settle(situation, muted, at=BEGIN + 59 * SECOND) == {}
    over = settle(situation, muted, at=BEGIN + 60 * SECOND)["outlet_pressure_high:ST-1"]
    assert [(event.signal, event.comment) for event in over.events] == [
        ("UNSHELVE", "expired"),
        ("UNMUTED", None),
    ]
    assert ended_shelvings(situation, {(one.rule, target): one}, BEGIN + 60 * SECOND) == [(7, "expired")]
    assert ended_shelvings(situation, {}, BEGIN + 59 * SECOND) == []


def test_a_priority_that_rises_ends_shelving() -> None:
    target = Target(TargetKind.STATION, "ST-1")
    rows = [
        RuleSetting(
            rule="outlet_pressure_high",
            parameter="priority",
            scope="all",
            id="*",
            valid_from=0,
            value="critical",
        )
    ]
    one = station_alarm("outlet_pressure_high", state=State.ACKNOWLEDGED)
    shelving = shelved(one.rule, target, for_s=60)
    muted = settle(Situation(shelvings={(one.rule, target): shelving}), one)[
        "outlet_pressure_high:ST-1"
    ].alarm
    louder = Situation(
        shelvings={(one.rule, target): shelving}, overrides=Overrides(registry(rule_settings=rows))
    )
    done = settle(louder, muted)["outlet_pressure_high:ST-1"]
    assert done.alarm.priority is Priority.CRITICAL
    assert [(event.signal, event.comment) for event in done.events] == [
        ("PRIORITY", "high -> critical"),
        ("UNSHELVE", "priority rose"),
        ("UNMUTED", None),
    ]
    assert ended_shelvings(louder, {(one.rule, target): done.alarm}, BEGIN) == [(7, "priority rose")]


def test_out_of_service_mutes_what_belongs_to_it() -> None:
    reason = Reason(kind=Muted.OUT_OF_SERVICE, since=moment(BEGIN), reason="rebuilt", by="crew")
    situation = Situation(
        neighbours=Neighbours(behind_a_gateway()),
        out_of_service={Target(TargetKind.METER, "M-1"): reason, Target(TargetKind.ZONE, "Z"): reason},
    )
    done = settle(
        situation,
        changes=tuple(
            rung(alarm("device_silent", Target(TargetKind.DEVICE, one))) for one in ("D-1", "ST-9")
        ),
    )
    assert kinds(done["device_silent:D-1"]) == ["out_of_service"], "the meter and its zone are one reason"
    assert kinds(done["device_silent:ST-9"]) == []


def test_suppressed_by_design_says_who_designed_it() -> None:
    rows = [
        RuleSetting(
            rule="outlet_pressure_high",
            parameter="suppress",
            scope="station",
            id="ST-1",
            valid_from=0,
            value="1",
            reason="feeds a flare",
            set_by="network",
        )
    ]
    overrides = Overrides(registry(stations=[station(1)], rule_settings=rows))
    done = settle(Situation(overrides=overrides), changes=(rung(station_alarm("outlet_pressure_high")),))
    (reason,) = done["outlet_pressure_high:ST-1"].alarm.muted_by
    assert (reason.kind, reason.reason, reason.by) == ("suppressed_by_design", "feeds a flare", "network")


def test_the_lifecycle_runs_on_under_muting() -> None:
    """Muted, gone and there again: the same events as without, each saying why nothing rang."""
    target = Target(TargetKind.STATION, "ST-0")
    city = City("outlet_pressure_high")
    situation = Situation(
        shelvings={("outlet_pressure_high", target): shelved("outlet_pressure_high", target, for_s=1e6)}
    )
    heard = []
    for at_s, outlet in ((0, 330), (60, 330), (120, 300), (180, 300), (240, 330), (300, 330)):
        before = list(city.alarms)
        changes = city.look(stations([float(outlet)], at_s=[float(at_s)]), at_s)
        done = annunciated(RULES, changes, before, situation, BEGIN + at_s * SECOND)
        city.alarms = [one.alarm for one in done if one.alarm.state is not State.NORMAL] or city.alarms
        heard += [
            (event.before, event.after, [one.kind for one in event.muted_by])
            for one in done
            for event in one.events
        ]
    assert heard == [
        ("pending", "active", [Muted.SHELVED]),
        ("active", "returned", [Muted.SHELVED]),
        ("returned", "active", [Muted.SHELVED]),
    ]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_inhibitions_name_rules_that_there_are(rule: Rule) -> None:
    assert {one.rule for one in rule.inhibited_by} <= set(RULES)


def test_no_two_alarms_keep_each_other_quiet() -> None:
    """A rule may inhibit itself at another target, but no others in a circle."""
    behind = {
        rule.name: {one.rule for one in rule.inhibited_by if one.rule != rule.name} for rule in RULES.values()
    }
    for _ in RULES:
        behind = {
            name: causes | {far for one in causes for far in behind[one]} for name, causes in behind.items()
        }
    assert [name for name, causes in behind.items() if name in causes] == []
    own = [one for rule in RULES.values() for one in rule.inhibited_by if one.rule == rule.name]
    assert {one.relation for one in own} <= {Relation.GATEWAY, Relation.UPSTREAM}
