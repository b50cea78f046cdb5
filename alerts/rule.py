"""A rule: data, and one condition over a whole window."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from alerts.alarm import Permit, Priority, TargetKind
from alerts.inhibition import Inhibition
from alerts.windows.window import Rows, Window
from telemetry.model import MINUTE, SECOND, Booleans, Floats, Instant

FRESH: Final[Instant] = 10 * MINUTE
"""What is older than this on arrival raises nothing but data-health alarms."""


@dataclass(frozen=True)
class Wording:
    """The same in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Parameter:
    """A figure that a condition uses."""

    name: str
    default: float
    unit: str
    meaning: Wording


@dataclass(frozen=True)
class Delays:
    """How long a condition must hold before it rings, and be gone before it counts as gone [s]."""

    on_s: float = 0.0
    off_s: float = 0.0

    @property
    def on(self) -> Instant:
        """The on-delay in µs."""
        return round(self.on_s * SECOND)

    @property
    def off(self) -> Instant:
        """The off-delay in µs."""
        return round(self.off_s * SECOND)


@dataclass(frozen=True)
class Judgement:
    """What a condition says of each row; neither present nor absent means that it stays as it was.

    ``value`` and ``limit`` are in the rule's unit, NaN where there is none; ``evidence`` gives what
    else is worth knowing of one row.
    """

    rows: Rows
    present: Booleans
    absent: Booleans
    value: Floats
    limit: Floats
    evidence: Callable[[int], dict[str, Any]] = field(default=lambda _row: {})


Setting: TypeAlias = float | Floats
"""One figure for every row, or an array with one for each."""

Settings: TypeAlias = Mapping[str, Setting]
Condition: TypeAlias = Callable[[Window, Settings], Judgement]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What is watched, when it rings, and what an operator does about it.

    Attributes
    ----------
    deadband : Parameter or None
        How far back toward normal a value must come before it counts as normal.
    max_age : Instant
        What was older than this on arrival is not judged.
    lasting : bool
        A switch stays where it is until it says otherwise. What is not lasting is a sample: a delay
        that ends between two statements needs two that agree, not too far apart.
    inhibited_by : tuple of Inhibition
        Alarms that explain this one: while one of them stands, it does not ring.
    permit : Permit or None
        What a planned job must permit for this not to ring meanwhile.
    opens_job : bool
        Whether an alarm opens a fault job by itself.
    fault : str
        The fault class, where several rules find the same fault; else the rule's own name.
    message : Wording
        May use {value} and {limit}.
    needs_every_s : float or None
        A condition that looks back is not judged where statements are further apart.
    """

    name: str
    title: Wording
    kind: TargetKind
    priority: Priority
    delays: Delays
    condition: Condition
    message: Wording
    unit: str
    trigger: Wording
    consequence: Wording
    response: Wording
    parameters: tuple[Parameter, ...] = ()
    deadband: Parameter | None = None
    max_age: Instant = FRESH
    lasting: bool = False
    inhibited_by: tuple[Inhibition, ...] = ()
    permit: Permit | None = None
    opens_job: bool = False
    fault: str = ""
    needs_every_s: float | None = None

    @property
    def fault_class(self) -> str:
        """What kind of fault an alarm of this rule is."""
        return self.fault or self.name

    @property
    def figures(self) -> tuple[Parameter, ...]:
        """Every parameter, the deadband too."""
        return self.parameters if self.deadband is None else (*self.parameters, self.deadband)

    @property
    def settings(self) -> Settings:
        """Every parameter's default by its name."""
        return {one.name: one.default for one in self.figures}
