"""Variables of dashboards: few options, from dimension views, with search where there may be many."""

from grafana_foundation_sdk.builders.dashboard import ConstantVariable, QueryVariable
from grafana_foundation_sdk.models.dashboard import VariableHide, VariableOption, VariableRefresh

from grafana.places import PAGE_URL
from grafana.query import DATASOURCE

EVERY = "'*'"
"""What stands in the SQL for "All": one star, so that a long list is never sent."""


def choice(name: str, label: str, query: str) -> QueryVariable:
    """Return a variable of one value out of those that a query gives."""
    text = " ".join(query.split())
    return (
        QueryVariable(name)
        .label(label)
        .datasource(DATASOURCE)
        .query(text)
        .definition(text)
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .hide(VariableHide.DONT_HIDE)
    )


def choice_or_all(name: str, label: str, query: str, *, multi: bool = False) -> QueryVariable:
    """Return a variable of one value, several or all."""
    everything = VariableOption(selected=True, text="All", value="$__all")
    if multi:
        everything = VariableOption(selected=True, text=["All"], value=["$__all"])
    return (
        choice(name, label, query)
        .include_all(include_all=True)
        .all_value(EVERY)
        .multi(multi=multi)
        .current(everything)
    )


def zones() -> QueryVariable:
    """Return the zones to look at."""
    return choice_or_all(
        "zone",
        "供气区 Zone",
        "SELECT zone AS __value, name AS __text FROM grafana.zone ORDER BY name, zone",
        multi=True,
    )


def page() -> ConstantVariable:
    """Return where the operator page is, for links to it."""
    return ConstantVariable("page").label("值班页面 Operator page").value(PAGE_URL)
