"""What simulated devices send of what their meters' displays show, by encoders that know no decoder."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from simulators.encoders import (
    chirpstack,
    dsmr,
    elster_archive,
    lwm2m,
    modbus,
    native,
    rtl433,
    smartico,
    sparkplug_b,
    ttn,
    wmbus,
)

SHANGHAI: Final = timezone(timedelta(hours=8))
AMSTERDAM: Final = timezone(timedelta(hours=1))
"""In winter, as a P1 telegram's W says."""
CUBIC_FOOT_M3: Final = Decimal("0.028316846592")
Message: TypeAlias = tuple[str, bytes]


class Shown(NamedTuple):
    """What a meter's display shows at an instant."""

    number: int
    at: datetime
    index_m3: Decimal
    base_index_m3: Decimal
    pressure_kpa: float
    temperature_degc: float
    flow_m3h: float
    base_flow_m3h: float

    @property
    def site_time(self) -> datetime:
        """The wall clock at the site, which says no zone."""
        return self.at.astimezone(SHANGHAI).replace(tzinfo=None)


def each(say: Callable[[Shown], Message]) -> Callable[[Sequence[Shown], datetime], list[Message]]:
    """Let a device send a message a reading."""
    return lambda day, _now: [say(one) for one in day]


def whole(value: Decimal, places: int) -> int:
    """Return a register in units of its last digit."""
    return int(value.scaleb(places))


def native_says(day: Sequence[Shown], _now: datetime) -> list[Message]:
    elements: list[native.Element] = [
        {
            "measured_at": one.at.isoformat(),
            "index_m3": float(one.index_m3),
            "base_index_m3": float(one.base_index_m3),
            "pressure_kpa": one.pressure_kpa,
            "temperature_degc": one.temperature_degc,
        }
        for one in day
    ]
    return [(native.topic("north", "EVC-NATIVE", "reading"), native.array(elements))]


def dtu_flat_says(one: Shown) -> Message:
    """Return what an NB-IoT terminal of the map ``dtu_flat`` sends."""
    said = {
        "sn": "NB-7",
        "ts": one.site_time.isoformat(" "),
        "vm": float(one.index_m3),
        "vb": float(one.base_index_m3),
        "p": round((one.pressure_kpa - 101.325) / 1000, 6),
        "t": one.temperature_degc,
        "csq": 23,
    }
    return "json/NB-7/up", native.text(said)


def fxgasflow_answer(one: Shown) -> bytes:
    return modbus.response(
        1,
        modbus.fxgasflow(
            index_m3=float(one.index_m3),
            base_index_m3=float(one.base_index_m3),
            flow_m3h=one.flow_m3h,
            base_flow_m3h=one.base_flow_m3h,
            temperature_degc=one.temperature_degc,
            pressure_kpa=one.pressure_kpa,
        ),
    )


def tianxin_answer(one: Shown) -> bytes:
    registers = modbus.tianxin(
        base_index_m3=float(one.base_index_m3),
        base_flow_m3h=one.base_flow_m3h,
        temperature_degc=one.temperature_degc,
        pressure_kpa=one.pressure_kpa,
    )
    return modbus.response(3, registers)


def chirpstack_says(one: Shown) -> Message:
    frame = smartico.frame(whole(one.index_m3, 3), one.temperature_degc)
    event = chirpstack.up(frame, one.at, dev_eui="0101010101010101", counter=one.number)
    return chirpstack.topic("1", "0101010101010101"), event


def ttn_says(name: str) -> Callable[[Shown], Message]:
    def say(one: Shown) -> Message:
        frame = smartico.frame(whole(one.index_m3, 3), one.temperature_degc)
        event = ttn.up(frame, one.at, dev_eui="0004A30B001C0530", name=name, counter=one.number)
        return ttn.topic("meters", "gas", name), event

    return say


def sparkplug_metrics(one: Shown, *, born: bool) -> list[sparkplug_b.Metric]:
    said = {
        "Meter/Volume": float(one.index_m3),
        "Meter/Base": float(one.base_index_m3),
        "Gas/Pressure": one.pressure_kpa,
    }
    return [
        sparkplug_b.Metric(name if born else None, alias, sparkplug_b.DOUBLE, value, None, born)
        for alias, (name, value) in enumerate(said.items(), 1)
    ]


def sparkplug_says(day: Sequence[Shown], _now: datetime) -> list[Message]:
    """The edge node and its device are born with the first reading; what follows has aliases alone."""
    said = []
    for one in day:
        kind = "DDATA" if one.number else "DBIRTH"
        at_ms = round(one.at.timestamp() * 1000)
        if one.number == 0:
            nothing = sparkplug_b.payload([], at_ms=at_ms, seq=0)
            said.append((sparkplug_b.topic("gas", "NBIRTH", "RTU-3"), nothing))
        metrics = sparkplug_metrics(one, born=one.number == 0)
        payload = sparkplug_b.payload(metrics, at_ms=at_ms, seq=(one.number + 1) % 256)
        said.append((sparkplug_b.topic("gas", kind, "RTU-3", "EVC-SPB"), payload))
    return said


def wmbus_says(day: Sequence[Shown], now: datetime) -> list[Message]:
    """Each telegram tells how long ago its register was read."""
    return [
        (
            "wmbus/roof",
            wmbus.telegram(
                31415926,
                [wmbus.volume(whole(one.index_m3, 3), 3), wmbus.age(round((now - one.at).total_seconds()))],
            )
            .hex()
            .encode(),
        )
        for one in day
    ]


def dsmr_says(one: Shown) -> Message:
    at = one.at.astimezone(AMSTERDAM)
    return "p1/house", dsmr.telegram(dsmr.channel(1, "G0007", at, whole(one.index_m3, 3)))


def elster_says(day: Sequence[Shown], _now: datetime) -> list[Message]:
    nothing = Decimal("0.000")
    rows = [
        elster_archive.Row(
            *(one.number, one.site_time, one.index_m3, nothing, one.base_index_m3, nothing),
            pressure_bar=Decimal(one.pressure_kpa).scaleb(-2).quantize(Decimal("0.00001")),
            temperature_degc=Decimal(one.temperature_degc).quantize(Decimal("0.01")),
            compressibility_ratio=Decimal("0.995"),
            correction_factor=Decimal(1),
        )
        for one in day
    ]
    return [("elster/EK-1/archive", elster_archive.archive(rows))]


def lwm2m_says(day: Sequence[Shown], _now: datetime) -> list[Message]:
    base_s = round(day[0].at.timestamp())
    values = [(round(one.at.timestamp()) - base_s, {1: float(one.index_m3)}) for one in day]
    return [("lwm2m/861075/up", lwm2m.senml(values, base_s))]


def rtl433_says(one: Shown) -> Message:
    return "rtl_433/roof/events", rtl433.scm(4198071, round(one.index_m3 / CUBIC_FOOT_M3), one.site_time)
