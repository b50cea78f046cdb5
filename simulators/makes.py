"""Makes of devices that do not speak the native format: who has one, and how it says a reading.

Their routes stand in `scenarios/linjiang-routes.toml`; whoever receives them must have these.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from simulators.city import City
from simulators.customers import Customer
from simulators.days import local_time
from simulators.encoders import chirpstack, cjt188, modbus, native, smartico
from simulators.encoders.native import Element
from simulators.faults import fault_customers
from simulators.meters import NATIVE, Meter
from simulators.seeds import generator

Message: TypeAlias = tuple[str, bytes]

_EIGHT_DIGITS: Final = 10**8
_SHARES: Final[Mapping[str, float]] = {"lorawan": 0.4, "dtu": 0.6, "nb_iot": 0.3, "concentrator": 1.0}


@dataclass(frozen=True, slots=True)
class Make:
    """How a make says a reading of an instant (epoch seconds)."""

    family: str
    transport: str
    say: Callable[[Meter, Element, float], Message]
    tells_time: bool = True
    """Else a reading counts when it arrives: none may come late, and the same one again is another."""


def mixed(city: City) -> City:
    """Return the city with devices of several makes; those that faults are played with stay as they are."""
    spared = fault_customers(city)
    return replace(
        city,
        customers=tuple(
            customer if row in spared else _equipped(city.seed, customer)
            for row, customer in enumerate(city.customers)
        ),
    )


def _equipped(seed: int, customer: Customer) -> Customer:
    meter = customer.meter
    make = _fitting(meter)
    if generator(seed, "make", meter.meter).random() >= _SHARES.get(make, 0.0):
        return customer
    # A LoRaWAN meter is heard by the network, not by the zone's gateway.
    return replace(customer, meter=replace(meter, make=make, gateway=None))


def _fitting(meter: Meter) -> str:
    """Return which other make there is of such a device."""
    if meter.card is not None:
        # The card frames of CJ/T 188 hold money.
        return NATIVE if meter.card.price_per_m3 is None else "concentrator"
    if meter.gateway is not None:
        return "lorawan"
    if meter.type == "vortex" and not meter.sends_gauge:
        return "dtu"
    return "nb_iot" if meter.type in ("rotary", "ultrasonic") else NATIVE


def _nb_iot(meter: Meter, element: Element, at: float) -> Message:
    """Say it as a flat object in local time, the pressure in MPa above the atmosphere."""
    said = {
        "sn": meter.device,
        "ts": _site_time(at).isoformat(" "),
        "vm": element["index_m3"],
        "vb": element["base_index_m3"],
        "p": round((_number(element, "pressure_kpa") - meter.atmospheric_kpa) / 1000, 6),
        "t": element["temperature_degc"],
        "qm": element["flow_m3h"],
        "qb": element["base_flow_m3h"],
        "bat": element["battery_v"],
        "st": 0,
        "csq": 23,
    }
    return f"nbiot/{meter.device}/up", native.text(said)


def _dtu(meter: Meter, element: Element, _at: float) -> Message:
    """Say it as the corrector's registers, which hold no time."""
    registers = modbus.fxgasflow(
        index_m3=_number(element, "index_m3"),
        base_index_m3=_number(element, "base_index_m3"),
        flow_m3h=_number(element, "flow_m3h"),
        base_flow_m3h=_number(element, "base_flow_m3h"),
        temperature_degc=_number(element, "temperature_degc"),
        pressure_kpa=_number(element, "pressure_kpa"),
    )
    return f"dtu/{meter.device}/up", modbus.response(1, registers)


def _concentrator(meter: Meter, element: Element, at: float) -> Message:
    """Say it as the meter's answer, and what was bought and remains as another behind it."""
    card, credit = meter.card, element["credit"]
    if card is None or card.price_per_m3 is None or not isinstance(credit, dict):
        raise ValueError(f"{meter.device} holds no money")
    address = f"7833{meter.meter.removeprefix('M-'):0>10}"
    bought = round(card.purchase_m3 * card.price_per_m3 * 100)
    reading = cjt188.metering(address, _site_time(at), int(round(_number(element, "index_m3") * 1000) // 10))
    purchases = cjt188.purchases(
        address,
        credit["sequence"] % 100,
        bought,
        credit["sequence"] * bought % _EIGHT_DIGITS,
        round(credit["remaining_money"] * 100),
    )
    return f"concentrator/{meter.device}/cjt188", reading + purchases


def _lorawan(meter: Meter, element: Element, at: float) -> Message:
    """Say it as an uplink of litres without a temperature, as the network server passes it on."""
    number = meter.meter.removeprefix("M-")
    eui = f"0101{number:0>12}"
    frame = smartico.frame(round(_number(element, "index_m3") * 1000), None, serial=int(number))
    heard = datetime.fromtimestamp(at, UTC)
    return chirpstack.topic("gas", eui), chirpstack.up(frame, heard, dev_eui=eui, name=meter.device)


def _number(element: Element, key: str) -> float:
    return float(str(element[key]))


def _site_time(at: float) -> datetime:
    """Return an instant by the wall clock at the site, which says no zone."""
    return datetime.fromisoformat(local_time(at)).replace(tzinfo=None)


MAKES: Final[Mapping[str, Make]] = {
    "nb_iot": Make("json_map", "nb-iot", _nb_iot),
    "dtu": Make("modbus", "4g", _dtu, tells_time=False),
    "concentrator": Make("cjt188", "gateway", _concentrator),
    "lorawan": Make("chirpstack", "lorawan", _lorawan),
}
"""Every make but the native ones, by the name that `Meter.make` has."""
