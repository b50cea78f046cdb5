"""Words of dashboards in Chinese and English."""

from typing import Final

PRIORITY: Final = {
    "critical": "1 危急 Critical",
    "high": "2 高 High",
    "medium": "3 中 Medium",
    "low": "4 低 Low",
}
"""A digit stands beside the colour, for whoever cannot tell colours apart."""

STATE: Final = {
    "active": "● 未确认 Active",
    "acknowledged": "○ 已确认 Acknowledged",
    "returned": "◐ 已恢复未确认 Returned",
    "normal": "正常 Normal",
}

BAND: Final = {
    "high_high": "▲▲ 高高 High-high",
    "high": "▲ 高 High",
    "normal": "正常 Normal",
    "low": "▼ 低 Low",
    "low_low": "▼▼ 低低 Low-low",
    "unknown": "? 未知 Unknown",
}

QUALITY: Final = {
    "measured": "实测 Measured",
    "interpolated": "内插 Interpolated",
    "substituted": "替代 Substituted",
    "estimated": "估算 Estimated",
    "edited": "修订 Edited",
    "missing": "缺失 Missing",
}
