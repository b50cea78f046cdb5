"""OpenAPI says what is so: generated requests, answers that conform, nothing that breaks."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.api.conftest import City

METHODS = ("get", "post", "put", "patch", "delete")
EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STREAM = "/v1/alarms/stream"  # never ends


def _document(city: City) -> dict[str, Any]:
    document: dict[str, Any] = city.caller.client.get("/v1/openapi.json").json()
    return document


def test_every_operation_is_described_with_an_example(city: City) -> None:
    document = _document(city)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["tags"], where
            assert "description" in operation, where
            answers = operation["responses"]
            problems = {code for code in answers if code != "200"}
            assert problems, where
            for code in problems:
                assert set(answers[code]["content"]) == {"application/problem+json"}, where
            if path.startswith("/v1"):
                assert operation["security"], where
                assert {"401", "403"} <= problems, where
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            plain = described.get("type") in {"string", "integer", "number", "boolean"}
            enum_or_default = {"enum", "default", "const"} & set(described)
            assert not plain or "examples" in described or enum_or_default, f"{name}.{field} has no example"


@pytest.mark.parametrize("part", range(2))
def test_generated_requests_get_what_the_document_promises(city: City, part: int) -> None:
    schema = schemathesis.openapi.from_dict(_document(city))
    schema.config.update(base_url=str(city.caller.client.base_url))
    operations = [result.ok() for result in schema.get_all_operations() if result.ok().path != STREAM]
    assert len(operations) > 15
    for operation in operations[part::2]:
        _try(city, operation)


def _try(city: City, operation: APIOperation) -> None:
    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def conforms(case: schemathesis.Case) -> None:
        # Its own client does not get on with the urllib3 that another dependency brings.
        asked = case.as_transport_kwargs(headers=city.caller.headers)
        if isinstance(asked.get("data"), bytes):
            asked["content"] = asked.pop("data")
        answer = city.caller.client.request(**{name: value for name, value in asked.items() if value})
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        case.validate_response(answer, checks=CHECKS)

    conforms()


@given(st.text(max_size=40))
@settings(
    max_examples=12,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_name_breaks_anything(city: City, name: str) -> None:
    for path in ("/meters", "/stations", "/dead-letters", "/alarms"):
        for field in ("search", "zone", "reason", "target", "cursor"):
            answer = city.caller.client.get(f"/v1{path}", params={field: name}, headers=city.caller.headers)
            assert answer.status_code in {200, 400}
