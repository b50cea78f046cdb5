"""Every word that a page uses is there in both languages."""

import re
from importlib.resources import files

import pytest

from api.console.languages import translator
from api.console.words import WORDS
from telemetry.quality import Quality

TEMPLATES = sorted((files("api.console") / "templates").iterdir(), key=lambda one: one.name)
WORD = re.compile(r"\bt\('(\w+)'\)|\bfact\('(\w+)'")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: str(one.name))
def test_a_template_uses_words_that_there_are(template: object) -> None:
    used = {a or b for a, b in WORD.findall(template.read_text("utf-8"))}  # type: ignore[attr-defined]
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
    assert set(put_together) <= set(WORDS)


def test_every_word_has_both_languages_and_chinese_is_chinese() -> None:
    spared = {"z_ratio"}
    for name, (english, chinese) in WORDS.items():
        assert english.strip()
        assert re.search("[\u4e00-\u9fff]", chinese) or name in spared, name


def test_a_word_that_a_later_version_stores_is_shown_as_it_is() -> None:
    assert translator("zh")("reason_too_cold") == "too_cold"
