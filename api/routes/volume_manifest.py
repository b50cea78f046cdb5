"""What a file of volumes must hold: rows, sums in whole units, and the hash of its bytes."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from psycopg import Connection
from pydantic import BaseModel, Field

from api.authentication import scope
from api.description import problems
from api.export import Export
from api.platform import Here
from api.problems import Problem
from api.routes.volumes import PARQUET, BulkVolumes, content, wanted_of
from api.volume_pages import Wanted
from telemetry.batch import UM3_PER_M3
from telemetry.store.volume_changes import settled_now

router = APIRouter(tags=["volumes"], dependencies=[scope("telemetry:read", "billing:read")])

_MEDIA = {"csv": "text/csv", "parquet": PARQUET}


class Asked(BulkVolumes):
    """Which file: the parameters of `GET /volumes`, and its format."""

    format: Literal["csv", "parquet"] = "csv"


class Manifest(BaseModel):
    """What `GET /volumes` gives for the same parameters with this `as_of`."""

    as_of: datetime = Field(examples=["2026-08-01T00:10:00Z"])
    format: Literal["csv", "parquet"]
    rows: int = Field(examples=[744_000])
    volume_um3: int = Field(description="Sum, in whole 10⁻⁶ m³.", examples=[30_512_345_678_901])
    base_volume_um3: int = Field(description="Sum, in whole 10⁻⁶ m³.", examples=[91_803_122_004_117])
    bytes: int = Field(examples=[98_211_004])
    sha256: str = Field(description="Of the file's bytes.", examples=["9f86d081884c7d659a2feaa0c55ad015…"])


@router.get("/volumes/manifest", summary="What a file must hold", responses=problems(400, 401, 403, 503))
def get_volume_manifest(platform: Here, asked: Annotated[Asked, Query()]) -> Manifest:
    """Tell rows, sums and SHA-256 of the file that `GET /volumes` gives with the same parameters.

    Ask for it first, then for the file with the manifest's `as_of`; both hold the same, whatever is
    revised in between, as long as names, accounts and calendars of the registry stay what they are.
    """
    if asked.limit or asked.cursor:
        raise Problem(400, "a file is not cut into pages", field="limit" if asked.limit else "cursor")
    if asked.bom and asked.format != "csv":
        raise Problem(400, "only a CSV file begins with a byte order mark", field="bom")
    with platform.writing() as connection:
        now = settled_now(connection)
    as_of = min(asked.as_of or now, now)

    def told(connection: Connection) -> Iterator[bytes]:
        wanted = wanted_of(platform.registry.registry(connection), asked, as_of)
        yield _manifest(connection, wanted, asked, as_of).model_dump_json().encode()

    return Manifest.model_validate_json(b"".join(Export(platform, told)))


def _manifest(connection: Connection, wanted: Wanted, asked: Asked, as_of: datetime) -> Manifest:
    digest, size = sha256(), 0
    for piece in content(connection, wanted, _MEDIA[asked.format], bom=asked.bom):
        digest.update(piece)
        size += len(piece)
    rows = volume = base_volume = 0
    for portion in wanted.everything():
        for one in wanted.read(connection, portion):
            rows += 1
            volume += round(one.volume_m3 * UM3_PER_M3)
            base_volume += round(one.base_volume_m3 * UM3_PER_M3)
    return Manifest(
        as_of=as_of,
        format=asked.format,
        rows=rows,
        volume_um3=volume,
        base_volume_um3=base_volume,
        bytes=size,
        sha256=digest.hexdigest(),
    )
