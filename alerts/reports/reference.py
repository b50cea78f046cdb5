"""The rules as a page of the documentation shows them."""

from collections.abc import Iterable, Mapping

from alerts.alarm import Permit
from alerts.inhibition import Relation
from alerts.people.causes import Cause
from alerts.reports.kpi import Definition
from alerts.rule import Parameter, Rule

_HEAD = (
    "| rule | rings when | on / off | back to normal | priority | what an operator does |",
    "|---|---|---|---|---|---|",
)
_WHERE = {
    Relation.SAME: "at the same target",
    Relation.SAME_STREAM: "at the same station, on every stream on which the alarm stands",
    Relation.GATEWAY: "at a gateway that speaks for the device",
    Relation.ZONE: "at the zone in which it lies, or one around it",
    Relation.UPSTREAM: "at every station that feeds this one's zone, on all of its streams",
}
_PARAMETERS_HEAD = ("| rule | parameter | default | meaning |", "|---|---|---|---|")


def rules_table(rules: Iterable[Rule]) -> str:
    """Return a table of rules in Markdown."""
    return "\n".join([*_HEAD, *(_row(rule) for rule in rules)])


def parameters_table(rules: Iterable[Rule]) -> str:
    """Return a table of their parameters in Markdown."""
    rows = [_parameter(rule, one) for rule in rules for one in rule.figures]
    return "\n".join([*_PARAMETERS_HEAD, *rows])


def causes_table(causes: Mapping[str, Cause]) -> str:
    """Return a table of causes in Markdown."""
    rows = (
        f"| `{name}` | {one.wording.en} {one.wording.zh} | {'right' if one.true else 'false'} |"
        for name, one in causes.items()
    )
    return "\n".join(["| cause | was | the alarm was |", "|---|---|---|", *rows])


def inhibitions_table(rules: Iterable[Rule]) -> str:
    """Return a table of what inhibits which alarm, in Markdown."""
    rows = (
        f"| `{rule.name}` | `{one.rule}` | {_WHERE[one.relation]}{_lingers(one.lingers_s)} |"
        for rule in rules
        for one in rule.inhibited_by
    )
    return "\n".join(["| alarm | is inhibited by | where |", "|---|---|---|", *rows])


def _lingers(seconds: float) -> str:
    return (
        f"; {seconds / 3600:g} h longer, since what follows from it comes back one by one" if seconds else ""
    )


def permits_table(rules: Iterable[Rule]) -> str:
    """Return a table of what each permit of a planned job mutes, in Markdown."""
    known = list(rules)
    rows = (
        f"| `{permit}` | {', '.join(f'`{one.name}`' for one in known if one.permit is permit)} |"
        for permit in Permit
    )
    return "\n".join(["| permit | rules |", "|---|---|", *rows])


def figures_table(definitions: Iterable[Definition]) -> str:
    """Return a table of the figures of the alarm system in Markdown."""
    rows = (
        " | ".join(
            (
                f"| `{one.name}`",
                f"{one.meaning.en} {one.meaning.zh}",
                _bound(one.target),
                f"{_bound(one.manageable)} |",
            )
        )
        for one in definitions
    )
    return "\n".join(["| figure | is | target | manageable |", "|---|---|---|---|", *rows])


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _row(rule: Rule) -> str:
    cells = (
        f"`{rule.name}` {rule.title.zh}",
        rule.trigger.en,
        f"{rule.delays.on_s:g} s / {rule.delays.off_s:g} s",
        _back(rule.deadband),
        str(rule.priority),
        rule.response.en,
    )
    return f"| {' | '.join(cells)} |"


def _back(deadband: Parameter | None) -> str:
    """Return how far a value must come back."""
    return "at once" if deadband is None else f"{deadband.default:g} {deadband.unit} {deadband.meaning.en}"


def _parameter(rule: Rule, one: Parameter) -> str:
    unit = "" if one.unit == "1" else f" {one.unit}"
    return f"| `{rule.name}` | `{one.name}` | {one.default:g}{unit} | {one.meaning.en} |"
