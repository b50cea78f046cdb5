"""``Idempotency-Key``: the same request twice is done once and answered alike."""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Header, Request
from psycopg import Connection
from pydantic import BaseModel

from api.authentication import authenticate
from api.problems import Problem
from telemetry.store.answered_requests import claim_request, keep_answer
from telemetry.store.keys import ApiKey

Answer = TypeVar("Answer", bound=BaseModel)

HEADER: Final = "Idempotency-Key"


class Once:
    """What one request is told apart by."""

    def __init__(
        self,
        request: Request,
        key: Annotated[ApiKey, Depends(authenticate)],
        idempotency_key: Annotated[
            str | None,
            Header(
                min_length=1,
                max_length=200,
                pattern=r"^[\x21-\x7e]+$",
                description="The same key with the same body is done once; kept for 30 days.",
                examples=["0190f3c2-read-1"],
            ),
        ] = None,
    ) -> None:
        self._where = f"{request.method} {request.url.path}?{request.url.query}\n"
        self._name = key.name
        self._key = idempotency_key

    def answer(
        self, connection: Connection, body: BaseModel, kind: type[Answer], act: Callable[[], Answer]
    ) -> Answer:
        """Do what is asked and keep the answer, or give the one that was given before.

        Raises
        ------
        Problem
            422, if the key came with another request before.
        """
        if self._key is None:
            return act()
        asked = sha256((self._where + body.model_dump_json()).encode()).digest()
        before = claim_request(connection, self._name, self._key, asked)
        if before is None:
            answer = act()
            keep_answer(connection, self._name, self._key, answer.model_dump(mode="json", by_alias=True))
            return answer
        if before.request_sha256 != asked:
            raise Problem(422, "this key came with another request before", field=HEADER, location="header")
        return kind.model_validate(before.answer)


Asked = Annotated[Once, Depends()]
