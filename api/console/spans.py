"""A span of the alarm system as pages ask for it: from and to by the city's clock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from api.alarm_span import AlarmSpanParameters
from api.console.entries import Filter, zoned
from api.console.languages import Language
from api.console.refusals import Refusal, attempted

_Text = Annotated[str, Query(max_length=40)]


class SpanFields(Filter):
    """What the form says."""

    start: Annotated[_Text, Field(alias="from")] = ""
    end: Annotated[_Text, Field(alias="to")] = ""
    operators: Annotated[str, Query(max_length=4)] = ""


def settled(
    asked: SpanFields, language: Language, head: Mapping[str, Any], begin: datetime
) -> dict[str, Any]:
    """Return the span that is asked for, until now and from ``begin`` where nothing is said.

    What the API would refuse is told by its field, beside the span where nothing is said.
    """
    now, zone = head["now"], head["zone"]
    usual = AlarmSpanParameters.model_validate({"from": begin.isoformat(), "to": now.isoformat()})
    given = {
        "from": zoned(asked.start, zone) or begin.isoformat(),
        "to": zoned(asked.end, zone) or now.isoformat(),
        "operators": asked.operators or "1",
    }
    found = attempted(language, lambda: AlarmSpanParameters.model_validate(given))
    if isinstance(found, Refusal):
        return {"asked": asked, "found": usual, "errors": found.errors, "status": found.status}
    return {"asked": asked, "found": found, "errors": {}, "status": 200}
