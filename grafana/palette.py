"""Colours after ISA-101: grey is normal, a colour says what is abnormal and nothing else."""

from typing import Final

CRITICAL: Final = "#E5352B"
HIGH: Final = "#F2872B"
MEDIUM: Final = "#F2CC0C"
LOW: Final = "#C264C2"
PRIORITY: Final = {"critical": CRITICAL, "high": HIGH, "medium": MEDIUM, "low": LOW}
"""One colour an alarm priority, used for nothing else."""

ATTENTION: Final = "#3AAFC4"
"""Abnormal without being an alarm: old figures, estimated volumes, lost elements."""

TEXT: Final = "#C7CDD4"
LINE: Final = "#A4ADB7"
QUIET: Final = "#7B858F"
FAINT: Final = "#545D66"
"""Greys, from what is read to what is only there for orientation."""

BAND: Final = {
    "high_high": CRITICAL,
    "high": HIGH,
    "normal": TEXT,
    "low": HIGH,
    "low_low": CRITICAL,
    "unknown": ATTENTION,
}
"""Where a pressure lies has the colour of the alarm that it would raise."""

QUALITY: Final = {
    "measured": "#545D66",
    "interpolated": "#7B858F",
    "substituted": "#A4ADB7",
    "estimated": "#8CCBD8",
    "edited": "#5FBCCF",
    "missing": ATTENTION,
}
"""The worse a volume's quality, the less grey."""
