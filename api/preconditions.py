"""``ETag`` and ``If-Match``: a change that somebody else's change came before is refused."""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Response
from pydantic import BaseModel

from api.problems import Problem

_TAG: Final = {
    "description": "What stands, to be given as `If-Match` with a change of it.",
    "schema": {"type": "string", "examples": ['"9f86d081884c7d65"']},
}
TAGGED: Final[dict[int | str, dict[str, Any]]] = {200: {"headers": {"ETag": _TAG}}}
"""What OpenAPI says of an answer that carries its tag."""


def tagged(response: Response, answer: BaseModel) -> None:
    """Give an answer its tag."""
    response.headers["ETag"] = tag_of(answer)


def tag_of(answer: BaseModel) -> str:
    """Return what tells one state of a thing from every other."""
    return f'"{sha256(answer.model_dump_json(by_alias=True).encode()).hexdigest()[:16]}"'


class Precondition:
    """What a client expects to stand, if it says so."""

    def __init__(
        self,
        if_match: Annotated[
            str | None,
            Header(
                max_length=1000,
                description="The `ETag` that the change is meant for; where another stands: 412.",
                examples=['"9f86d081884c7d65"'],
            ),
        ] = None,
    ) -> None:
        self._tags = None if if_match is None else [tag.strip() for tag in if_match.split(",")]

    def check(self, standing: Callable[[], BaseModel | None]) -> None:
        """Refuse a change of what is not what was expected; what is not there is for others to say.

        Raises
        ------
        Problem
            412, if something else stands.
        """
        if self._tags is None or "*" in self._tags:
            return
        found = standing()
        if found is not None and tag_of(found) not in self._tags:
            raise Problem(412, "it was changed meanwhile; look again", field="If-Match", location="header")


Expected = Annotated[Precondition, Depends()]
