"""Health: whether the process lives, whether the platform is ready, and its counters."""

import logging
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from api.description import problems
from api.metrics import exposition
from api.parameters import NoParameters
from api.platform import Here
from api.problems import Problem
from telemetry.errors import ConfigurationError
from telemetry.store.readiness import missing_migrations

router = APIRouter(tags=["platform"])
_LOG: Final = logging.getLogger(__name__)
_FIRST_LOOK: Final = "amqtt is for a first look: it forgets sessions and keeps no promise across restarts"


class Health(BaseModel):
    """The process answers."""

    status: str = Field(examples=["ok"])


class Readiness(BaseModel):
    """What the platform stands on."""

    ready: bool = Field(examples=[True])
    database: str = Field(examples=["current"])
    broker: str | None = Field(
        description="Which broker is embedded; null when it is not ours.", examples=["mosquitto"]
    )
    notes: list[str] = Field(examples=[[]])


@router.get("/healthz", summary="The process answers", responses=problems(400))
def get_health(_: Annotated[NoParameters, Query()]) -> Health:
    """Say that the process answers, whatever the database does."""
    return Health(status="ok")


@router.get("/readyz", summary="The platform is ready", responses=problems(400, 503))
def get_readiness(platform: Here, _: Annotated[NoParameters, Query()]) -> Readiness:
    """Say whether the database is reachable and current, and which broker this is."""
    try:
        with platform.reading() as connection:
            missing = missing_migrations(connection)
    except (OperationalError, PoolTimeout) as error:
        _LOG.warning("ready=no database=unreachable error=%s", error)
        raise Problem(503, "not ready: the database does not answer") from error
    except ConfigurationError as error:
        raise Problem(503, f"not ready: {error}") from error
    if missing:
        raise Problem(503, f"not ready: run `citygas migrate`; not applied yet: {', '.join(missing)}")
    return Readiness(
        ready=True,
        database="current",
        broker=platform.broker,
        notes=[_FIRST_LOOK] if platform.broker == "amqtt" else [],
    )


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problems(400, 503)},
)
def get_metrics(platform: Here, _: Annotated[NoParameters, Query()]) -> Response:
    """Give the ingest counters, the backlog of derive and the standing alarms as Prometheus text."""
    with platform.reading() as connection:
        return Response(exposition(connection), media_type=CONTENT_TYPE_LATEST)
