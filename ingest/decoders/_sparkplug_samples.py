"""Public Sparkplug B payloads, for the vectors: of a simulated machine tool, for want of a gas meter's.

Source: thin-edge.io's flows, a test of the Sparkplug flow; topics spBv1.0/tedge/{NBIRTH,NDATA}/sim-cnc01.
"""

from base64 import b64decode
from typing import Final

NBIRTH: Final = b64decode(
    "CIC4g6H3MhIUCgViZFNlcRAAGIC4g6H3MiAIWAASJwoRc3BpbmRsZS5zcGVlZC5ycG0QARiAuIOh9zIgCmkAAAAAAAAAABIm"
    "ChBzcGluZGxlLmxvYWQucGN0EAIYgLiDofcyIAppAAAAAAAAAAASMQobc3BpbmRsZS50ZW1wZXJhdHVyZS5jZWxzaXVzEAMY"
    "gLiDofcyIAppVSDNE0ujNUASKgoUZmVlZC5yYXRlLm1tX3Blcl9taW4QBBiAuIOh9zIgCmkAAAAAAAAAABIoChJheGlzLngu"
    "cG9zaXRpb24ubW0QBRiAuIOh9zIgCmkAAAAAAAAAABIoChJheGlzLnkucG9zaXRpb24ubW0QBhiAuIOh9zIgCmkAAAAAAAAA"
    "ABIoChJheGlzLnoucG9zaXRpb24ubW0QBxiAuIOh9zIgCmkAAAAAAAAAABIxChtjb29sYW50LnRlbXBlcmF0dXJlLmNlbHNp"
    "dXMQCBiAuIOh9zIgCmlQX1FxGvg0QBIxChtjb29sYW50LmZsb3cubGl0cmVzX3Blcl9taW4QCRiAuIOh9zIgCmkAAAAAAAAA"
    "ABIsChZoeWRyYXVsaWMucHJlc3N1cmUuYmFyEAoYgLiDofcyIApp47HFsheKYUASHgoIcG93ZXIua3cQCxiAuIOh9zIgCmma"
    "mZmZmZnZPxIiChNwcm9ncmFtLmN5Y2xlX2NvdW50EAwYgLiDofcyIARYABIhChJwcm9ncmFtLnBhcnRfY291bnQQDRiAuIOh"
    "9zIgBFgAEhgKCWRvb3Iub3BlbhAOGIC4g6H3MiALcAASGwoMZXN0b3AuYWN0aXZlEA8YgLiDofcyIAtwABIrChxBbGFybS9I"
    "aWdoU3BpbmRsZVRlbXAvQWN0aXZlEBAYgLiDofcyIAtwABIpChpBbGFybS9IaWdoU3BpbmRsZVRlbXAvVGV4dBARGIC4g6H3"
    "MiAMegASKgobQWxhcm0vTG93Q29vbGFudEZsb3cvQWN0aXZlEBIYgLiDofcyIAtwABIoChlBbGFybS9Mb3dDb29sYW50Rmxv"
    "dy9UZXh0EBMYgLiDofcyIAx6ABIxCiJBbGFybS9IaWdoSHlkcmF1bGljUHJlc3N1cmUvQWN0aXZlEBQYgLiDofcyIAtwABIv"
    "CiBBbGFybS9IaWdoSHlkcmF1bGljUHJlc3N1cmUvVGV4dBAVGIC4g6H3MiAMegASIQoSQWxhcm0vRVN0b3AvQWN0aXZlEBYY"
    "gLiDofcyIAtwABIfChBBbGFybS9FU3RvcC9UZXh0EBcYgLiDofcyIAx6ABgA"
)
"""bdSeq, 23 metrics with names, aliases 1 to 23 and values."""

NDATA: Final = b64decode(
    "CPnwrvXLMxINEAEgCmkQsYiN6liwQBINEAIgCmkJQ7YLG21DQBINEAMgCmk9lEQt6Yc+QBINEAQgCmkAAAAAAAAAABINEAUg"
    "CmlfA492P4t6QBINEAYgCmmAFnYh9JxRQBINEAcgCml3Pe2ZRqJKQBINEAggCmk8fZaoQUM2QBINEAkgCmmY2kjKNpISQBIN"
    "EAogCmlLIfVW+eJiQBINEAsgCmmeEB51fpQDQBIGEAwgBFgBEgYQDSAEWAESBhAOIAtwARIGEA8gC3AAEgYQECALcAASBhAR"
    "IAx6ABIGEBIgC3AAEgYQEyAMegASBhAUIAtwABIGEBUgDHoAEgYQFiALcAASBhAXIAx6ABgO"
)
"""The same 23 by alias alone, without times of their own."""
