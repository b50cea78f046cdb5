"""What customers are told, in both languages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from alerts.records import figure
from telemetry.store.customer_notices import ClosedBill, PlannedWork

TYPE = "customer.notice"
_UM3 = 1_000_000


def balance_low(meter: str, remaining_m3: float | None, limit_m3: float | None) -> dict[str, Any]:
    """Return what a customer is told whose credit runs out."""
    left, limit = figure(remaining_m3), figure(limit_m3)
    return _content(
        "balance_low",
        {"meter": meter, "remaining_m3": remaining_m3, "limit_m3": limit_m3},
        (
            f"Gas balance low: meter {meter}",
            f"Meter {meter} has {left} m³ of gas left, less than {limit} m³. Please buy gas in time.",
        ),
        (
            f"燃气余额不足：表具 {meter}",
            f"您的燃气表 {meter} 剩余气量 {left} m³，低于 {limit} m³，请及时购气。",
        ),
    )


def statement_ready(bill: ClosedBill) -> dict[str, Any]:
    """Return what a customer is told whose statement was closed."""
    zone = ZoneInfo(bill.time_zone)
    first, last = (_clock(one, zone) for one in (bill.span_start, bill.span_end))
    base_volume_m3 = bill.base_volume_um3 / _UM3
    volume = f"{base_volume_m3:,.2f}"
    en = f"Your statement of {bill.period} for {bill.site} is ready: {volume} m³ at base conditions"
    return _content(
        "statement_ready",
        {
            "statement": bill.statement_id,
            "account": bill.account,
            "site": bill.site,
            "period": bill.period,
            "base_volume_m3": base_volume_m3,
        },
        (
            f"Gas statement {bill.period}: {bill.name}",
            f"{en}, {first} to {last}.",
        ),
        (
            f"燃气结算单 {bill.period}：{bill.name}",
            f"贵单位 {bill.site} {bill.period} 结算单已生成：标况气量 {volume} m³，{first} 至 {last}。",
        ),
    )


def planned_outage(work: PlannedWork, places: Sequence[str], zone: ZoneInfo) -> dict[str, Any]:
    """Return what a customer is told whose gas may fail while work is done."""
    begins, ends = (_clock(one, zone) for one in (work.starts_at, work.ends_at))
    named = [one for one in places if one]
    return _content(
        "planned_outage",
        {
            "job": work.job_id,
            "starts_at": work.starts_at.isoformat(),
            "ends_at": work.ends_at.isoformat(),
            "places": named,
        },
        (
            f"Planned work on the gas supply, {begins}",
            f"From {begins} to {ends} the gas supply may be interrupted or its pressure low"
            + (f": {', '.join(named)}." if named else "."),
        ),
        (
            f"计划停气通知：{begins}",
            f"{begins} 至 {ends} 将进行计划作业，期间可能停气或压力偏低"
            + (f"：{'、'.join(named)}。" if named else "。"),
        ),
    )


def _content(of: str, facts: dict[str, Any], en: tuple[str, str], zh: tuple[str, str]) -> dict[str, Any]:
    texts = {"en": en, "zh": zh}
    said = {language: {"title": title, "body": body} for language, (title, body) in texts.items()}
    return {"type": TYPE, "of": of, **facts, "text": said}


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
