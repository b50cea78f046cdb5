"""Elements of a payload taken one by one, so that a bad one is refused alone."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from ingest.decoding import Decoded, Record, Refusal
from telemetry.errors import DecodeError

Element = TypeVar("Element")

_MOST: Final = 20_000
"""More elements than a payload of 1 MiB can hold where each says a register, a time and a name."""


def one_by_one(
    elements: Sequence[Element],
    take: Callable[[Element], Sequence[Record]],
    named: Callable[[Element], str | None],
    *,
    local_times: bool = False,
) -> Decoded:
    """Return what ``take`` makes of each element; ``named`` says whose one is that it refuses.

    Raises
    ------
    DecodeError
        missing_field, if there is no element; decode_error, where there are more than make sense.
    """
    if not elements:
        raise DecodeError("missing_field", "an empty array")
    require_few(len(elements))
    found: list[tuple[int, Record]] = []
    refusals: list[Refusal] = []
    for position, element in enumerate(elements):
        try:
            found.extend((position, record) for record in take(element))
        except DecodeError as error:
            refusals.append(Refusal(position, error.reason, error.detail, named(element)))
    return Decoded(len(elements), found, refusals, local_times=local_times)


def require_few(count: int) -> None:
    """Refuse a payload of so many elements that each would be refused by itself.

    Raises
    ------
    DecodeError
        decode_error, saying how many there may be.
    """
    if count > _MOST:
        raise DecodeError("decode_error", f"{count} elements; expected at most {_MOST}")


def as_object(element: object) -> dict[str, object]:
    """Return an element that must be a JSON object.

    Raises
    ------
    DecodeError
        wrong_type, if it is none.
    """
    if not isinstance(element, dict):
        raise DecodeError("wrong_type", "expected an object")
    return element


def as_elements(parsed: object) -> Sequence[object]:
    """Return the elements of an array; anything else is one element itself."""
    return parsed if isinstance(parsed, list) else (parsed,)
