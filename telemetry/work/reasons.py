"""Why a volume has the quality it has, as words that every language has a sentence for."""

from collections.abc import Iterator
from itertools import pairwise

from telemetry.model import HOUR, instant
from telemetry.quality import Quality
from telemetry.volumes.method import INTERPOLATED_AT_MOST, MEASURED_AT_MOST, BaseMethod
from telemetry.work.explanation import RevisionProof, StepProof

_STAND_INS = {
    BaseMethod.TWIN.word,
    BaseMethod.LAST_GOOD.word,
    BaseMethod.PREVIOUS_MEAN.word,
    BaseMethod.FIXED.word,
    BaseMethod.DEVICE_BASE_REGISTER.word,
    BaseMethod.UNCORRECTED.word,
    BaseMethod.SET_VOLUME.word,
    BaseMethod.CHECK_METER.word,
    BaseMethod.WEEKDAY_PROFILE.word,
    BaseMethod.DESIGN_LOAD.word,
    BaseMethod.UNMETERED.word,
}

_BY_PROFILE = "laid_by_profile"


def reasons(stored: RevisionProof | None, steps: tuple[StepProof, ...]) -> tuple[str, ...]:
    """Return the reasons, each once; without any oddity the one reason ``good``."""
    found = list(
        dict.fromkeys([*_of_hour(stored, steps), *(word for step in steps for word in _of_step(step))])
    )
    return tuple(found or ["good"])


def _of_hour(stored: RevisionProof | None, steps: tuple[StepProof, ...]) -> Iterator[str]:
    if not steps:
        yield "no_reading"
    if stored and stored.method == BaseMethod.WITHDRAWN.word:
        yield stored.method
    if steps and (instant(steps[-1].until) - instant(steps[0].begin)) < HOUR:
        yield "partial"
    if any(one.terms != two.terms for one, two in pairwise(steps)):
        yield "terms_changed"


def _of_step(step: StepProof) -> Iterator[str]:
    length = (
        instant(step.last.measured_at) - instant(step.first.measured_at) if step.first and step.last else 0
    )
    if step.step_volume_um3 and length > INTERPOLATED_AT_MOST:
        yield "longer_than_6_h"
        if _BY_PROFILE not in step.flags:
            yield "laid_by_time"
    elif step.step_volume_um3 and length > MEASURED_AT_MOST:
        yield "longer_than_90_min"
    ends = ((step.first, step.first_index_um3), (step.last, step.last_index_um3))
    if any(reading is None and index_um3 is not None for reading, index_um3 in ends):
        yield "exchanged"
    if step.quality == Quality.EDITED.word:
        yield step.quality
    yield from step.flags
    if step.by_base:
        yield "base_alone"
    elif step.method in _STAND_INS:
        yield step.method
    if step.method == BaseMethod.PT.word and step.terms.correction == BaseMethod.PTZ.word:
        yield "without_z"
