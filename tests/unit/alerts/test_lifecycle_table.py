"""The lifecycle's table, as the design draws it."""

import pytest

from alerts.lifecycle import TRANSITIONS, Signal, State, after
from telemetry.errors import ConflictError

DRAWN = """
             | PRESENT | HELD   | ABSENT | GONE     | ACK
NORMAL       | PENDING | ACTIVE |        |          |
PENDING      |         | ACTIVE | NORMAL | NORMAL   |
ACTIVE       |         |        |        | RETURNED | ACKNOWLEDGED
ACKNOWLEDGED |         |        |        | NORMAL   |
RETURNED     |         | ACTIVE |        |          | NORMAL
"""


def drawn() -> dict[tuple[State, Signal], State]:
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in DRAWN.strip("\n").splitlines()]
    return {
        (State[line[0]], Signal[signal]): State[cell]
        for line in lines
        for signal, cell in zip(head[1:], line[1:], strict=True)
        if cell
    }


def test_the_table_is_the_one_that_was_drawn() -> None:
    assert dict(TRANSITIONS) == drawn()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("signal", Signal)
def test_an_undefined_pair_leaves_the_state_or_refuses_a_person(state: State, signal: Signal) -> None:
    if (state, signal) in drawn():
        assert after(state, signal) is drawn()[state, signal]
    elif signal is Signal.ACK:
        with pytest.raises(ConflictError, match=state):
            after(state, signal)
    else:
        assert after(state, signal) is state
