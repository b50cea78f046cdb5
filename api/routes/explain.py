"""Where a volume comes from, as data."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.authentication import scope
from api.description import problems
from api.parameters import Name, Parameters, Time
from api.platform import Here
from telemetry.work.explain import explain
from telemetry.work.explanation import Explanation

router = APIRouter(prefix="/meters", tags=["meters"], dependencies=[scope("billing:read")])

_ENCODER: Final = msgspec.json.Encoder()
_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Volumes are whole numbers of 10⁻⁶ m³; docs/proof.md says what each part means.",
    "required": list(Explanation.__struct_fields__),
}


class Asked(Parameters):
    """Which hour."""

    at: Annotated[Time, Field(description="A time within the hour.", examples=["2026-07-01T00:00:00Z"])]


@router.get(
    "/{meter}/volumes/explain",
    summary="Where the volume of an hour comes from",
    responses={200: {"content": {"application/json": {"schema": _SCHEMA}}}, **problems(400, 401, 403, 404)},
)
def get_explanation(platform: Here, meter: Name, asked: Annotated[Asked, Query()]) -> Response:
    """Lay an hour's volume open: revisions, the readings, steps and terms it came from, the arithmetic."""
    with platform.pool.connection() as connection:
        found = explain(connection, meter, asked.at)
    return Response(_ENCODER.encode(found), media_type="application/json")
