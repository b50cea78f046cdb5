"""The native MQTT format, written from its specification with the standard library's JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulators.days import UTC_OFFSET_S

Element: TypeAlias = dict[str, object]
Columns: TypeAlias = Mapping[str, Sequence[object]]
Kind: TypeAlias = Literal["reading", "pressure", "event"]
Clock: TypeAlias = Literal["local", "utc", "epoch"]

PREFIX: Final = "citygas/v1"


def topic(area: str, device: str, kind: str) -> str:
    """Return the topic on which a device of an area publishes."""
    return f"{PREFIX}/{area}/{device}/{kind}"


def times(at: NDArray[np.float64], clock: Clock) -> list[object]:
    """Return instants as a device of this make writes them: local or UTC text, or epoch seconds."""
    milliseconds = np.round(at * 1000).astype(np.int64)
    whole = not np.any(milliseconds % 1000)
    if clock == "epoch":
        return list((milliseconds // 1000 if whole else milliseconds / 1000).tolist())
    shift, suffix = (UTC_OFFSET_S * 1000, "+08:00") if clock == "local" else (0, "Z")
    unit: Literal["s", "ms"] = "s" if whole else "ms"
    text = np.datetime_as_string((milliseconds + shift).astype("datetime64[ms]"), unit=unit)
    return [stamp + suffix for stamp in text.tolist()]


def numbers(values: NDArray[np.floating[Any]], decimals: int) -> list[object]:
    """Return values as a display of so many decimals shows them."""
    return list(np.round(values, decimals).tolist())


def elements(columns: Columns) -> list[Element]:
    """Return one element a row; a key that a row does not send is None there and left out."""
    keys = tuple(columns)
    rows = zip(*columns.values(), strict=True)
    return [{key: value for key, value in zip(keys, row, strict=True) if value is not None} for row in rows]


def payload(sent: Sequence[Element]) -> bytes:
    """Return one element as an object, several as an array."""
    return text(sent[0] if len(sent) == 1 else list(sent))


def array(sent: Sequence[Element]) -> bytes:
    """Return the elements as an array, however few."""
    return text(list(sent))


def batch(messages: Sequence[Element]) -> bytes:
    """Return what a gateway sends for its devices."""
    return text({"messages": list(messages)})


def spoken_for(device: str, kind: Kind, element: Element) -> Element:
    """Return an element as a gateway wraps it."""
    return {"device": device, "kind": kind, **element}


def text(value: object) -> bytes:
    """Return a value as compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
