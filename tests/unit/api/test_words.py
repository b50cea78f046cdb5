"""Every word that a page uses is there in both languages."""

import re
from importlib.resources import files
from typing import get_args

import pytest

from alerts.alarm import Muted, Note, Permit
from alerts.maintenance.jobs import JobState
from api.console.alarm_words import ALARM_WORDS
from api.console.figures_page import Judged
from api.console.job_words import JOB_WORDS
from api.console.languages import translator
from api.console.report_words import REPORT_WORDS
from api.console.words import WORDS
from api.schemas.jobs import JobKind
from telemetry.quality import Quality
from telemetry.store.jobs import PLAN

TEMPLATES = sorted((files("api.console") / "templates").iterdir(), key=lambda one: one.name)
WORDS_SOURCE = files("api.console") / "words.py"
WORD = re.compile(r"\b(?:t|fact|row|actors)\('(\w*[a-z0-9])'")
"""A word as a template names it; one that ends in ``_`` is put together."""


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: str(one.name))
def test_a_template_uses_words_that_there_are(template: object) -> None:
    used = set(WORD.findall(template.read_text("utf-8")))  # type: ignore[attr-defined]
    assert used <= set(WORDS)


def test_words_that_are_put_together_are_there_too() -> None:
    priorities = ("critical", "high", "medium", "low")
    put_together = [*priorities, *(f"{one}_letter" for one in priorities)]
    put_together += ["active", "acknowledged", "returned", "normal"]
    put_together += [f"quality_{quality.word}" for quality in Quality]
    put_together += [
        f"condition_{one}" for one in ("normal", "low_low", "low", "high", "high_high", "unknown")
    ]
    put_together += [f"limits_{one}" for one in ("company", "computed", "company_and_computed", "none")]
    put_together += [f"span_{one}" for one in ("1h", "24h", "7d", "30d")]
    put_together += [f"type_{one}" for one in ("diaphragm", "rotary", "turbine", "ultrasonic", "vortex")]
    put_together += [f"cycle_{one}" for one in ("ten_day", "ten_day_monthly", "monthly")]
    put_together += ["kind_smart", "kind_ic_card", "duty", "standby"]
    refusals = (
        "not_utf8 not_json too_large missing_field wrong_type not_finite unknown_device identity_mismatch "
        "unknown_topic clock decode_error"
    )
    put_together += [f"reason_{one}" for one in refusals.split()]
    put_together += [f"letter_{one}" for one in ("mended", "replayed", "again")]
    put_together += ["span_1y", "hold_1h", "hold_4h", "hold_8h", "hold_shift", "hold_time"]
    put_together += [f"muted_{one}" for one in Muted] + [f"permit_{one}" for one in Permit]
    put_together += [f"job_{one}" for one in JobState] + [f"job_kind_{one}" for one in get_args(JobKind)]
    put_together += [*PLAN, *(f"plan_{one}" for one in ("set", "changed", "emptied"))]
    put_together += [f"note_{one}" for one in Note] + [f"judged_{one}" for one in get_args(Judged)]
    assert set(put_together) <= set(WORDS)


def test_a_word_stands_in_one_file_alone() -> None:
    added = (ALARM_WORDS, JOB_WORDS, REPORT_WORDS)
    assert sum(map(len, added)) == len({name for words in added for name in words})
    own = WORDS_SOURCE.read_text("utf-8")
    assert not [name for words in added for name in words if f'    "{name}":' in own]


def test_every_word_has_both_languages_and_chinese_is_chinese() -> None:
    spared = {"z_ratio"}
    for name, (english, chinese) in WORDS.items():
        assert english.strip()
        assert re.search("[\u4e00-\u9fff]", chinese) or name in spared, name


def test_a_word_that_a_later_version_stores_is_shown_as_it_is() -> None:
    assert translator("zh")("reason_too_cold") == "too_cold"
