"""Names for customers that do not exist, in the language of the city."""

from collections.abc import Mapping
from typing import Final

import numpy as np

CITY: Final = "临江"
_FIRST: Final = tuple("聚福望江同庆四季竹里鸿运金泰永和瑞丰兴盛华锦明德云海天南松鹤")
_SECOND: Final = tuple("楼轩阁园味香居源和顺达隆祥昌安泰康宁辉宏通益佳美春霖")
_PATTERNS: Final[Mapping[str, tuple[str, ...]]] = {
    "restaurant": ("{0}{1}酒楼", "{0}{1}餐饮有限公司", "{0}{1}火锅店", "{0}{1}饭庄", "{0}{1}小厨"),
    "school_canteen": ("临江市第{n}中学食堂", "临江市第{n}小学食堂", "{0}{1}职业学校食堂"),
    "hotel": ("{0}{1}大酒店", "{0}{1}宾馆", "{0}{1}商务酒店"),
    "hospital": ("临江市第{n}人民医院", "{0}{1}康复医院"),
    "food_factory": ("{0}{1}食品有限公司", "{0}{1}粮油有限公司", "{0}{1}乳业有限公司"),
    "textile": ("{0}{1}印染有限公司", "{0}{1}纺织有限公司"),
    "heating_boiler": ("{0}{1}供热有限公司", "{0}{1}小区锅炉房", "{0}{1}商务中心能源站"),
    "ceramics": ("{0}{1}陶瓷有限公司", "{0}{1}卫浴陶瓷有限公司"),
    "workshop": ("{0}{1}金属制品厂", "{0}{1}涂装有限公司", "{0}{1}包装材料厂"),
    "glass_furnace": ("临江{0}{1}玻璃有限公司", "{0}{1}光伏玻璃有限公司"),
}
_NUMERALS: Final = "零一二三四五六七八九"
_SURNAMES: Final = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
_GIVEN: Final = tuple("伟芳娜敏静强磊洋艳勇杰娟涛明超霞平刚玲军")


def numeral(number: int) -> str:
    """Return a Chinese numeral from 1 to 99, and digits beyond."""
    if not 0 < number < 100:  # noqa: PLR2004 (two places)
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _NUMERALS[tens] + "十"
    return head + (_NUMERALS[ones] if ones else "")


def customer_name(sector: str, rank: int, draw: np.random.Generator) -> str:
    """Return a name for the customer of this rank in its trade."""
    pattern = str(draw.choice(_PATTERNS[sector]))
    return pattern.format(str(draw.choice(_FIRST)), str(draw.choice(_SECOND)), n=numeral(rank + 1))


def person(draw: np.random.Generator) -> str:
    """Return the name of an account manager."""
    return str(draw.choice(_SURNAMES)) + str(draw.choice(_GIVEN))
