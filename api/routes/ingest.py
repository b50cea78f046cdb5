"""Payloads pushed over HTTP: the same decoders, the same path, the same accounting as over MQTT."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import scope
from api.bodies import Body
from api.description import problems
from api.parameters import Name, Parameters, Word
from api.platform import Here
from api.problems import Problem
from api.schemas.lists import Described
from ingest.decoding import decoders
from telemetry.batch import DeadLetter
from telemetry.errors import ConfigurationError

router = APIRouter(prefix="/ingest", tags=["ingest"])

_SHOWN: Final = 100
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The payload as the device or its platform sends it; at most 1 MiB.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class PushParameters(Parameters):
    """Who pushes, and under which topic."""

    source: Annotated[
        Word | None,
        Field(description="Name of an `[[ingest.push]]` of this decoder; not needed where there is one."),
    ] = None
    topic: Annotated[
        Word | None,
        Field(
            description="What it would have been published under, for decoders that read the topic.",
            examples=["citygas/v1/north/D-0001/reading"],
        ),
    ] = None


class RefusedElement(Described):
    """One element that was refused, and kept as a dead letter."""

    element: int | None = Field(description="Its place in the payload; null: the whole.", examples=[0])
    device: str | None = Field(examples=["D-0001"])
    reason: str = Field(examples=["missing_field"])
    detail: str = Field(examples=["index_m3 or base_index_m3"])


class Pushed(Described):
    """What became of the elements of a payload: received = committed + duplicate + refused."""

    received: int = Field(examples=[2])
    committed: int = Field(examples=[1])
    duplicate: int = Field(description="Stood already, stored or refused.", examples=[0])
    refused: int = Field(description="Kept as dead letters.", examples=[1])
    refusals: list[RefusedElement] = Field(description="Why, of the first hundred; those known before too.")


@router.post(
    "/{decoder}",
    summary="Push a payload of a device family",
    responses=problems(400, 401, 403, 404, 413, 503),
    dependencies=[scope("ingest:write")],
    openapi_extra=_BODY,
)
def post_ingest(
    platform: Here, decoder: Name, payload: Body, asked: Annotated[PushParameters, Query()]
) -> Pushed:
    """Store a payload, then say what became of it; the same again changes nothing."""
    if decoder not in decoders():
        raise Problem(404, f"there is no decoder {decoder}; there are {', '.join(sorted(decoders()))}")
    try:
        source = platform.router.pushes.source(decoder, asked.source)
    except ConfigurationError as error:
        raise Problem(400, str(error), field="source") from None
    stored = platform.pusher.push(decoder, source, asked.topic, payload)
    return Pushed(**vars(stored.counts), refusals=[_refused(one) for one in stored.refused[:_SHOWN]])


def _refused(letter: DeadLetter) -> RefusedElement:
    return RefusedElement.model_validate(letter)
