"""The lifecycle of an alarm after ISA-18.2: one table of state and signal, and nothing beside it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from telemetry.errors import ConflictError


class State(StrEnum):
    """Where an alarm stands; whether it is muted is a list of reasons beside this."""

    NORMAL = "normal"
    PENDING = "pending"
    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"


class Signal(StrEnum):
    """What an alarm is told: its condition holds or not, since just now or for long; or a person saw it."""

    PRESENT = "PRESENT"
    HELD = "HELD"
    ABSENT = "ABSENT"
    GONE = "GONE"
    ACK = "ACK"


TRANSITIONS: Final[Mapping[tuple[State, Signal], State]] = MappingProxyType(
    {
        (State.NORMAL, Signal.PRESENT): State.PENDING,
        (State.NORMAL, Signal.HELD): State.ACTIVE,
        (State.PENDING, Signal.HELD): State.ACTIVE,
        (State.PENDING, Signal.ABSENT): State.NORMAL,
        (State.PENDING, Signal.GONE): State.NORMAL,
        (State.ACTIVE, Signal.GONE): State.RETURNED,
        (State.ACTIVE, Signal.ACK): State.ACKNOWLEDGED,
        (State.ACKNOWLEDGED, Signal.GONE): State.NORMAL,
        (State.RETURNED, Signal.HELD): State.ACTIVE,
        (State.RETURNED, Signal.ACK): State.NORMAL,
    }
)
"""A pair that is not here leaves the state as it is."""

ANNUNCIATED: Final = frozenset({State.ACTIVE, State.ACKNOWLEDGED, State.RETURNED})
"""The states an operator is shown."""

WAITING_TO_RING: Final = frozenset({State.NORMAL, State.PENDING, State.RETURNED})
"""The states in which the on-delay counts; in the others the off-delay does."""


def after(state: State, signal: Signal) -> State:
    """Return the state that a signal leads to.

    Raises
    ------
    ConflictError
        If a person acknowledges what there is nothing to acknowledge about.

    Examples
    --------
    >>> after(State.RETURNED, Signal.ACK)
    <State.NORMAL: 'normal'>
    """
    if signal is Signal.ACK and (state, signal) not in TRANSITIONS:
        raise ConflictError(
            f"an alarm that is {state} cannot be acknowledged: only an active or returned one"
        )
    return TRANSITIONS.get((state, signal), state)
