"""Why payloads are refused, and what whoever sees that can do about it: in English and Chinese."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Advice(NamedTuple):
    """What to do about payloads that were refused for a reason."""

    en: str
    zh: str


ADVICE: Final[Mapping[str, Advice]] = {
    "not_utf8": Advice(
        "The bytes are no UTF-8 text: a binary payload on a route of a text format, or a device that writes "
        "another encoding. Send its topic to the right decoder, then replay.",
        "报文不是 UTF-8 文本：可能是二进制报文走了文本格式的路由，或设备使用了其他编码。请为该主题配置正确"
        "的解码器，然后重放。",
    ),
    "not_json": Advice(
        "The text is no JSON: cut off, a comma for a decimal point, or NaN. Mend this payload by hand, and "
        "the device's program if it goes on.",
        "文本不是合法 JSON：被截断、小数点写成逗号，或含 NaN。可手工修正此报文；若持续出现，请修正设备程序。",
    ),
    "too_large": Advice(
        "More than 1 MiB: only its beginning is kept. Let the device send smaller batches; it must send this "
        "one again.",
        "报文超过 1 MiB，仅保留开头部分。请让设备减小批量，并重新发送此批数据。",
    ),
    "missing_field": Advice(
        "Something required is not there: the time, a register, the device's name. Look whether the device "
        "names it otherwise (the route's mapping), else mend it.",
        "缺少必填内容：时间、表底数或设备名。请检查设备是否使用了其他字段名（修改路由映射），否则手工修正。",
    ),
    "wrong_type": Advice(
        "Something required is of the wrong kind: a text for a number, a time without offset. Correct the "
        "route's mapping and replay, or mend this payload.",
        "必填内容类型错误：数字写成文本，或时间没有时区。请修正路由映射后重放，或手工修正此报文。",
    ),
    "not_finite": Advice(
        "A required number is infinite: the device's register or its scaling overflows. Mend it by what the "
        "register shows.",
        "必填数字为无穷大：设备寄存器或量程换算溢出。请按表底数手工修正。",
    ),
    "unknown_device": Advice(
        "Nobody of that name is registered, or it stands nowhere and its clock says no zone. Import it with "
        "`citygas registry import`: what was refused is stored then by itself.",
        "该名称未登记，或设备未安装且其时钟不带时区。请用 citygas registry import 导入，之后被拒报文会自动"
        "入库。",
    ),
    "identity_mismatch": Advice(
        "The payload names another device than the topic, or a gateway speaks for a device that is not bound "
        "to it. Bind it in gateways.csv and replay; if nobody knows why, look into who publishes there.",
        "报文中的设备与主题不符，或网关上报了未绑定的设备。请在 gateways.csv 中绑定后重放；若原因不明，请追"
        "查发布者。",
    ),
    "unknown_topic": Advice(
        "No route takes this topic. Add an [[ingest.route]] for it, then replay; or mend it with the topic "
        "that was meant.",
        "没有路由接收此主题。请添加 [[ingest.route]] 后重放，或以正确主题修正。",
    ),
    "clock": Advice(
        "The device's clock is more than 5 minutes ahead, or before 2010. By whole hours ahead: it sends "
        "local time as UTC, set time_zone or its offset. Else set its clock; mend this by its arrival.",
        "设备时钟超前 5 分钟以上，或早于 2010 年。若超前整数小时，说明把本地时间当成 UTC 上报，请设置时区；"
        "否则请校时，并参照接收时间修正。",
    ),
    "decode_error": Advice(
        "The decoder did not understand it. If the payload is right, report it with this payload; once the "
        "decoder is mended, replay.",
        "解码器无法识别。若报文无误，请附报文报告问题；解码器修复后重放即可。",
    ),
}
"""Reason: what to do."""
