"""Stored numbers to the words that others read."""

from typing import Literal, TypeAlias

from telemetry.model import SlamShut, Switch, Valve

ValveWord: TypeAlias = Literal["open", "closed", "fault"]
SwitchWord: TypeAlias = Literal["closed", "open"]
SlamShutWord: TypeAlias = Literal["open", "tripped"]

_VALVE: dict[int, ValveWord] = {Valve.OPEN: "open", Valve.CLOSED: "closed", Valve.FAULT: "fault"}
_SWITCH: dict[int, SwitchWord] = {Switch.CLOSED: "closed", Switch.OPEN: "open"}
_SLAM_SHUT: dict[int, SlamShutWord] = {SlamShut.OPEN: "open", SlamShut.TRIPPED: "tripped"}


def valve_word(code: int | None) -> ValveWord | None:
    """Return the word for a meter's shut-off valve."""
    return None if code is None else _VALVE[code]


def switch_word(code: int | None) -> SwitchWord | None:
    """Return the word for a bypass or relief valve."""
    return None if code is None else _SWITCH[code]


def slam_shut_word(code: int | None) -> SlamShutWord | None:
    """Return the word for a safety shut-off device."""
    return None if code is None else _SLAM_SHUT[code]
