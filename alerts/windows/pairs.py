"""Main meters and those that check them, made ready for rules."""

from collections.abc import Callable, Mapping
from math import hypot
from typing import Final

import numpy as np

from alerts.alarm import Target, TargetKind
from alerts.evidence.check_meter import deviation, usual_deviation
from alerts.evidence.known_hours import SPAN
from alerts.evidence.scene import Scene, Spans
from alerts.evidence.usual_share import beyond
from alerts.windows.bypass_window import Pairs
from alerts.windows.rows import one_each
from telemetry.model import HOUR, Instant

_PLAUSIBLE: Final = 1.25
"""Times what both may err by: a pair that lies at its limit does so as usual, one far beyond it does not."""


def pairs(scene: Scene, ages: Mapping[str, Instant], permitted: Callable[[str], Spans]) -> Pairs:
    """Hold the main meters against those that check them, where the hours of either are new.

    ``ages`` gives for each meter with a new hour how old the reading was on arrival that made it whole;
    ``permitted`` when a job let its bypass be open.
    """
    found = [
        (main, check)
        for main, check in scene.relations.checks.items()
        if (main in ages or check in ages) and scene.known.end(main) and scene.known.end(check)
    ]
    if not found:
        return Pairs()
    ends = [max(scene.known.end(one) or 0 for one in pair) for pair in found]
    main_m3 = np.concatenate(
        [
            scene.with_bypasses_m3(main, end, permitted(main))
            for (main, _), end in zip(found, ends, strict=True)
        ]
    )
    check_m3 = np.concatenate(
        [scene.known.base_m3([check], end, good=True) for (_, check), end in zip(found, ends, strict=True)]
    )
    held = deviation(main_m3, check_m3)
    allowed = np.array([hypot(*(scene.allowed_pct(one) for one in pair)) for pair in found])
    usual = usual_deviation(main_m3, check_m3, _PLAUSIBLE * allowed / 100)
    newest = np.where(held.newest, np.arange(1 - SPAN, 1), 1 - SPAN).max(axis=1)
    return Pairs(
        **one_each(
            [Target(TargetKind.METER, main) for main, _ in found],
            np.array(ends, dtype=np.int64) + HOUR * newest,
            [min(ages[one] for one in pair if one in ages) for pair in found],
        ),
        deviation=held.deviation,
        usual=usual,
        beyond=-beyond(-held.deviation, -usual),
        hours=held.hours,
        main_m3=held.main_m3,
        check_m3=held.check_m3,
        allowed_pct=allowed,
        checks=[check for _, check in found],
    )
