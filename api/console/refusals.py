"""Why something was not done, in the operator's words and by the field that is wrong."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from api.console.languages import Language
from api.problems import Problem
from telemetry.errors import ConflictError, EntryError, OwnEntryError

Done = TypeVar("Done")

WHOLE: Final = ""
"""The field of what is wrong with no single one."""

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("is required", "必填"),
    "string_too_short": ("is required", "必填"),
    "string_too_long": ("is too long", "过长"),
    "string_pattern_mismatch": ("has a character that is not allowed", "含有不允许的字符"),
    "literal_error": ("is not one of the choices", "不在可选范围内"),
    "int_parsing": ("is not a number", "不是数字"),
    "time": ("is not a time", "不是有效时间"),
    "span": ("must be after the beginning, and at most a year", "必须晚于起始时间，且跨度不超过一年"),
}
"""By the name that the schemas' checks carry."""

_ENGLISH: Final = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"must be after starts_at", "must be after the beginning"),
        (r"need starts_at and ends_at: (.*)", r"need a beginning and an end: \1"),
        (r"(job \d+ is verified): .* can no longer be changed", r"\1: it can no longer be changed"),
    )
)
"""Of refusals that name what a page calls otherwise."""

_CHINESE: Final = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"must be in the future", "必须是将来的时间"),
        (r"an alarm is shelved for (\S+) h at most", r"报警最多可搁置 \1 小时"),
        (r"alarm (\d+) is shelved already", r"报警 \1 已被搁置"),
        (r"alarm (\d+) is not shelved", r"报警 \1 未被搁置"),
        (r"\w+ (\S+) is out of service already", r"\1 已停用"),
        (r"entry \d+ is not out of service", "该停用已结束，请查看最新状态"),
        (r"alarm (\d+) keeps changing: try again", r"报警 \1 正在变化，请重试"),
        (r"an alarm that is \w+ cannot be acknowledged: .*", "该报警已不是未确认状态，无需再确认"),
        (r"must be one of .*", "请从列表中选择"),
        (r"must be after starts_at", "必须晚于开始时间"),
        (r"need starts_at and ends_at: .*", "许可必须有开始和结束时间"),
        (r"is required.*", "必填"),
        (r"a job is verified by somebody other than who did it", "作业须由完成人以外的人员核验"),
        (r"job (\d+) is \w+: it may become .*", r"工单 \1 的状态已变化，请查看最新状态"),
        (r"job (\d+) is verified: .* can no longer be changed", r"工单 \1 已核验，不能再修改"),
        (r"job (\d+) for .* is open", r"同一故障已有未结工单 \1"),
        (r"there is no (?:\w+) (\S+)", r"不存在：\1"),
        (r"is about \w+ (\S+)", r"该报警属于 \1"),
        (r"it was changed meanwhile; look again", "期间已被他人修改，请重新查看"),
    )
)


@dataclass(frozen=True)
class Refusal:
    """What is wrong with what was entered, by field."""

    status: int
    errors: Mapping[str, str]

    @property
    def text(self) -> str:
        """All of it in one line."""
        return "; ".join(self.errors.values())


def attempted(language: Language, act: Callable[[], Done]) -> Done | Refusal:
    """Do something; return what came of it, or why it could not be done."""
    try:
        return act()
    except ValidationError as error:
        return Refusal(422, dict(_checked(error, language)))
    except EntryError as error:
        detail = str(error).removeprefix(f"{error.field}: ")
        return Refusal(
            403 if isinstance(error, OwnEntryError) else 422, {error.field: in_words(detail, language)}
        )
    except ConflictError as error:
        return Refusal(409, {WHOLE: in_words(str(error), language)})
    except Problem as problem:
        return Refusal(problem.status, {WHOLE: in_words(problem.detail, language)})


def in_words(detail: str, language: Language) -> str:
    """Return a refusal in the chosen language; one that is not known is better shown in English than not."""
    for pattern, said in _ENGLISH if language == "en" else _CHINESE:
        if match := pattern.fullmatch(detail):
            return match.expand(said)
    return detail


def _checked(error: ValidationError, language: Language) -> Iterator[tuple[str, str]]:
    place = ("en", "zh").index(language)
    for one in error.errors():
        said: Any = _KINDS.get(one["type"])
        field = ".".join(str(part) for part in one["loc"] if isinstance(part, str))
        yield field or WHOLE, said[place] if said else in_words(one["msg"], language)
