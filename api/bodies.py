"""The body of a request as it came, as long as that is not too long."""

from typing import Annotated

from fastapi import Depends, Request

from api.problems import Problem
from ingest.assembly import TOO_LARGE


async def body_of(request: Request) -> bytes:
    """Return a body of at most the size of a message.

    Raises
    ------
    Problem
        413, if it is larger.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > TOO_LARGE:
            raise Problem(413, f"the payload is larger than {TOO_LARGE} bytes")
    return bytes(body)


Body = Annotated[bytes, Depends(body_of)]
