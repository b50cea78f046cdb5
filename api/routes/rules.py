"""The alarm rules there are: what is watched, when it rings, and what an operator does about it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from alerts.catalogue import catalogue
from alerts.overrides import Overrides
from alerts.reports.coverage import not_watched
from alerts.reports.gap import NotWatched
from alerts.rule import Parameter as RuleParameter
from alerts.rule import Rule as CatalogueRule
from api.authentication import scope
from api.cursors import Position
from api.description import problems
from api.parameters import Page
from api.platform import Here
from api.schemas.alarms import Priority, Target
from api.schemas.lists import Described, Listing, next_cursor
from telemetry.model import instant, moment
from telemetry.registry import RuleSetting
from telemetry.store.alarm_lists import rule_experience
from telemetry.store.readings import database_now
from telemetry.store.station_signals import station_signals

_LATELY = timedelta(days=365)

router = APIRouter(prefix="/rules", tags=["alarms"], dependencies=[scope("alarms:read", "alarms:operate")])


class Wording(Described):
    """The same in both languages."""

    en: str = Field(examples=["Outlet pressure high"])
    zh: str = Field(examples=["出口压力高"])


class Parameter(Described):
    """A figure that a rule uses."""

    name: str = Field(examples=["little_flow_m3h"])
    default: float = Field(examples=[5.0])
    unit: str = Field(examples=["m³/h"])
    meaning: Wording


class Override(Described):
    """What is set differently, for whom and since when; no value ends it."""

    parameter: str = Field(examples=["on_delay_s"])
    value: float | Priority | None = Field(examples=[120.0])
    scope: Literal["all", "zone", "station", "meter_type", "meter"] = Field(examples=["station"])
    id: str = Field(description="`*` where the scope is all.", examples=["ST-01"])
    valid_from: datetime = Field(examples=["2026-07-01T00:00:00Z"])
    reason: str | None = Field(examples=["pulsating load"])
    set_by: str | None = Field(examples=["network"])


class Experience(Described):
    """What became of a rule's alarms over a year, by the verdicts of people and of fault jobs."""

    raised: int = Field(examples=[42])
    judged: int = Field(examples=[20])
    right: int = Field(description="There was something to act on.", examples=[19])
    precision: float | None = Field(description="`right` of `judged`; null before any.", examples=[0.95])


class Rule(Described):
    """One rule of the catalogue."""

    rule: str = Field(examples=["outlet_pressure_high"])
    title: Wording
    target_kind: str = Field(examples=["station"])
    priority: Priority = Field(examples=["high"])
    on_delay_s: float = Field(examples=[60.0])
    off_delay_s: float = Field(examples=[60.0])
    unit: str = Field(examples=["kPa"])
    trigger: Wording
    message: Wording
    consequence: Wording
    response: Wording
    parameters: list[Parameter]
    deadband: Parameter | None
    opens_job: bool = Field(description="Whether an alarm opens a fault job by itself.", examples=[False])
    fault_class: str = Field(examples=["outlet_pressure_high"])
    experience: Experience
    overrides: list[Override] = Field(
        description="The most specific one wins: all, zone, station, meter type, meter."
    )


class Gap(Described):
    """A rule that is not armed for a target."""

    rule: str = Field(examples=["regulator_hunting"])
    target: Target
    reason: Wording


@router.get("", summary="The catalogue of alarm rules", responses=problems(400, 401, 403))
def get_rules(platform: Here, page: Annotated[Page, Query()]) -> Listing[Rule]:
    """List the rules by name, each with its trigger, consequence, operator response and overrides."""
    bound = page.bound() | {"list": "rules"}
    after = str(platform.cursors.read(page.cursor, bound).after[0]) if page.cursor else ""
    with platform.reading() as connection:
        overrides = Overrides(platform.registry.registry(connection))
        known = rule_experience(connection, datetime.now(UTC) - _LATELY)
    rules = [rule for name, rule in sorted(catalogue().items()) if name > after]
    return Listing(
        items=[_rule(one, overrides, known.get(one.name, (0, 0, 0))) for one in rules[: page.limit]],
        next_cursor=next_cursor(
            platform.cursors, rules, page.limit, bound, lambda one: Position([one.name], [])
        ),
    )


@router.get("/coverage", summary="What is not watched, and why", responses=problems(400, 401, 403))
def get_coverage(platform: Here, page: Annotated[Page, Query()]) -> Listing[Gap]:
    """List every rule that is not armed for a target at this moment, by target and rule, with the reason."""
    bound = page.bound() | {"list": "coverage"}
    after = tuple(platform.cursors.read(page.cursor, bound).after) if page.cursor else ()
    with platform.reading() as connection:
        registry = platform.registry.registry(connection)
        now = instant(database_now(connection))
        found = not_watched(registry, now, station_signals(connection))
    gaps = [one for one in sorted(found, key=_place) if _place(one) > after]
    return Listing(
        items=[
            Gap(
                rule=one.rule,
                target=Target.model_validate(one.target),
                reason=Wording.model_validate(one.reason),
            )
            for one in gaps[: page.limit]
        ],
        next_cursor=next_cursor(
            platform.cursors, gaps, page.limit, bound, lambda one: Position(list(_place(one)), [])
        ),
    )


def _place(gap: NotWatched) -> tuple[str, str, str]:
    """Return where a gap stands in the list."""
    return str(gap.target.kind), gap.target.id, gap.rule


def _rule(rule: CatalogueRule, overrides: Overrides, known: tuple[int, int, int]) -> Rule:
    return Rule(
        rule=rule.name,
        title=Wording.model_validate(rule.title),
        target_kind=rule.kind,
        priority=rule.priority.value,
        on_delay_s=rule.delays.on_s,
        off_delay_s=rule.delays.off_s,
        unit=rule.unit,
        trigger=Wording.model_validate(rule.trigger),
        message=Wording.model_validate(rule.message),
        consequence=Wording.model_validate(rule.consequence),
        response=Wording.model_validate(rule.response),
        parameters=[_parameter(one) for one in rule.parameters],
        deadband=_parameter(rule.deadband) if rule.deadband else None,
        opens_job=rule.opens_job,
        fault_class=rule.fault_class,
        experience=_experience(*known),
        overrides=[_override(one) for one in overrides.of(rule.name)],
    )


def _parameter(parameter: RuleParameter) -> Parameter:
    return Parameter.model_validate(parameter)


def _experience(raised: int, right: int, false: int) -> Experience:
    judged = right + false
    return Experience(raised=raised, judged=judged, right=right, precision=right / judged if judged else None)


def _override(setting: RuleSetting) -> Override:
    value = setting.value
    return Override(
        parameter=setting.parameter,
        value=value if value is None or value.isalpha() else float(value),  # type: ignore[arg-type] # a word is a priority
        scope=setting.scope,
        id=setting.id,
        valid_from=moment(setting.valid_from),
        reason=setting.reason,
        set_by=setting.set_by,
    )
