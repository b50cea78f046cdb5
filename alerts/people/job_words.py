"""What a job is called where it is one line among others."""

from collections.abc import Mapping
from typing import Final

from alerts.catalogue import catalogue
from alerts.rule import Wording
from telemetry.store.alarm_figures import JobThen

KINDS: Final[Mapping[str, Wording]] = {
    "fault": Wording("fault", "故障"),
    "planned": Wording("planned work", "计划作业"),
    "inspection": Wording("inspection", "巡检"),
    "calibration": Wording("calibration", "检定"),
    "exchange": Wording("exchange", "换表"),
    "isolation": Wording("isolation", "封停复查"),
}
"""Of jobs."""


def about(job: JobThen) -> Wording:
    """Return a job's fault by its rule's title, else what is to be done, else its kind."""
    if job.fault_class:
        rule = catalogue().get(job.fault_class)
        return rule.title if rule else Wording(job.fault_class, job.fault_class)
    return Wording(job.task, job.task) if job.task else KINDS[job.kind]
