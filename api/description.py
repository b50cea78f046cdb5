"""What OpenAPI says of the API as a whole: its problems, tags and how to hold it."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE, ProblemDetails

_REASONS: Final = {
    400: "A parameter is unknown, malformed or absurd; the problem names it.",
    401: "No key, or one that is not valid.",
    403: "The key lacks a scope, or its holder may not judge their own entry; the problem names it.",
    404: "There is no such thing.",
    406: "None of the media types asked for can be given.",
    409: "The thing is not in a state that allows this.",
    412: "Something else stands than `If-Match` says.",
    413: "The body is larger than a message may be.",
    422: "The body is malformed, or says what cannot be; the problem names the field.",
    503: "The database does not answer, or the platform is not ready.",
}
TAGS: Final = [
    {"name": "meters", "description": "Meters, their readings and their volumes."},
    {"name": "volumes", "description": "Corrected volumes in bulk."},
    {"name": "edits", "description": "What people decide about volumes, with who and why."},
    {"name": "exchanges", "description": "Meters and devices exchanged: by whom, and who checked it."},
    {"name": "billing", "description": "Statements of settlement periods, and what changed of closed ones."},
    {"name": "stations", "description": "Regulator stations, live against their limits."},
    {"name": "alarms", "description": "Alarms, what happened to them, and acknowledging them."},
    {"name": "jobs", "description": "Maintenance: faults, planned work and recurring checks."},
    {
        "name": "ingest",
        "description": "Payloads over HTTP; what was refused, why, and mending it.",
    },
    {"name": "platform", "description": "Health and metrics; no key needed."},
]
DESCRIPTION: Final = """\
Gas meters and regulator stations of a city: readings, base volumes and alarms.

Times are RFC 3339 in UTC; spans are half open and select what starts in them. Lists come by pages:
`limit`, then `cursor` from `next_cursor`; all pages of one list show one snapshot. An unknown query
parameter is an error. Every name carries its unit; pressures are absolute unless called gauge.
"""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of the problems an operation may answer with."""
    schema = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
    return {
        status: {"description": _REASONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def describe(app: FastAPI) -> None:
    """Let the application's OpenAPI document know the shape of problems."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                description=DESCRIPTION,
                routes=app.routes,
                tags=TAGS,
            )
            schemas = made.setdefault("components", {}).setdefault("schemas", {})
            problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs", {}))
            schemas[ProblemDetails.__name__] = problem
            _drop_framework_errors(made)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # how FastAPI documents it


def _drop_framework_errors(document: dict[str, Any]) -> None:
    """Drop the answer that the framework promises by itself and that nobody ever gets."""
    for operations in document["paths"].values():
        for operation in operations.values():
            answer = operation["responses"].get("422", {})
            if MEDIA_TYPE not in answer.get("content", {}):
                operation["responses"].pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
