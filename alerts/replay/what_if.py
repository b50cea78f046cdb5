"""Other settings to hold a backtest against: ``outlet_pressure_low.deadband_pct@station:ST-1=3``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, get_args

from alerts.alarm import Priority
from alerts.catalogue import catalogue
from alerts.overrides import OF_EVERY_RULE, PRIORITY
from alerts.rule import Rule
from telemetry.errors import ConfigurationError
from telemetry.registry import RuleScope, RuleSetting

_SETTING: Final = re.compile(
    r"(?P<rule>[a-z_]+)\.(?P<parameter>[a-z0-9_]+)(?:@(?P<scope>[a-z_]+):(?P<id>[^=]+))?=(?P<value>.+)"
)
_ALWAYS: Final = 0


def chosen_rules(names: Iterable[str]) -> Sequence[Rule]:
    """Return the rules of these names, all where none is given.

    Raises
    ------
    ConfigurationError
        If there is no such rule.
    """
    known = catalogue()
    names = list(names) or list(known)
    if unknown := [name for name in names if name not in known]:
        raise ConfigurationError(f"{unknown[0]}: there is no such rule; `citygas rules list` names them")
    return [known[name] for name in dict.fromkeys(names)]


def settings_of(texts: Iterable[str]) -> Sequence[RuleSetting]:
    """Return settings as they are written on a command line; they hold at any time.

    Raises
    ------
    ConfigurationError
        If one of them is not a setting.
    """
    return [_setting(text) for text in texts]


def in_place(stored: Iterable[RuleSetting], others: Sequence[RuleSetting]) -> Sequence[RuleSetting]:
    """Return settings with others in their place."""
    replaced = {_subject(one) for one in others}
    return [*(one for one in stored if _subject(one) not in replaced), *others]


def _subject(one: RuleSetting) -> tuple[str, str, str, str]:
    return one.rule, one.parameter, one.scope, one.id


def _setting(text: str) -> RuleSetting:
    match = _SETTING.fullmatch(text)
    if match is None:
        raise ConfigurationError(
            f"{text!r}: expected rule.parameter=value, or rule.parameter@station:ST-1=value"
        )
    stated = match.groupdict()
    (rule,) = chosen_rules([stated["rule"]])
    _check(rule, stated, text)
    return RuleSetting(
        rule=rule.name,
        parameter=stated["parameter"],
        scope=stated["scope"] or "all",  # type: ignore[arg-type] # checked to be one of its words
        id=stated["id"] or "*",
        valid_from=_ALWAYS,
        value=stated["value"],
    )


def _check(rule: Rule, stated: Mapping[str, str | None], text: str) -> None:
    """Complain of a parameter, a scope or a value that there is not."""
    parameters = [*(one.name for one in rule.figures), *OF_EVERY_RULE]
    if stated["parameter"] not in parameters:
        raise ConfigurationError(f"{text!r}: {rule.name} has {', '.join(parameters)}")
    if (stated["scope"] or "all") not in get_args(RuleScope):
        raise ConfigurationError(f"{text!r}: expected one of {', '.join(get_args(RuleScope))}")
    value = str(stated["value"])
    if stated["parameter"] == PRIORITY:
        if value not in set(Priority):
            raise ConfigurationError(f"{text!r}: expected one of {', '.join(Priority)}")
    elif not _is_number(value):
        raise ConfigurationError(f"{text!r}: expected a number")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text) is not None
