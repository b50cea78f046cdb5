"""What was said over a span of the past: by when it was measured, or by when it came to be stored."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from psycopg import Connection

from telemetry.batch import NULL, Columns
from telemetry.model import Instant, instant, moment
from telemetry.quality import EVENT_BITS
from telemetry.store.copy import Field, fields
from telemetry.store.copy_out import columns_out
from telemetry.store.statements import statements
from telemetry.store.windows import AHEAD

_SAMPLE: Final = fields(
    "station_id int4, stream int2, measured_at timestamptz, received_at timestamptz, arrived_at timestamptz, "
    "inlet_pa float8, outlet_pa float8, outlet_min_pa float8, outlet_max_pa float8, temperature_k float8, "
    "filter_pa float8, flow_m3h float8, gas_lel_pct float4, slam_shut int2, bypass_valve int2, relief int2, "
    "cabinet_open int4"
)
_READING: Final = fields(
    "device_id int4, measured_at timestamptz, received_at timestamptz, arrived_at timestamptz, "
    "content_hash int8, index_um3 int8, base_index_um3 int8, mechanical_index_um3 int8, "
    "disturbed_index_um3 int8, base_disturbed_index_um3 int8, pressure_pa float8, gauge_pressure_pa float8, "
    "temperature_k float8, flow_m3h float8, base_flow_m3h float8, battery_v float4, battery_pct float4, "
    "valve int2, meter_bypass_valve int2, seq int8, flags int4, told int4"
)
_HOUR: Final = fields(
    "meter_id int4, interval_start timestamptz, volume_um3 int8, base_volume_um3 int8, "
    "device_base_volume_um3 int8, pressure_pa float8, temperature_k float8, correction_factor float8, "
    "coverage float4, quality int2, flags int8, corrected int2, arrived_at timestamptz, age int8"
)
_CARD_TIMES: Final = ("measured_at", "received_at", "arrived_at")
_CARD_FIGURES: Final = (
    "remaining_m3",
    "remaining_money",
    "cumulative_purchased_m3",
    "sequence",
    "alarm_m3",
    "overdraft_limit_m3",
)
_EVER: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class HistorySpan:
    """What lies after ``begin`` and until ``end``, by when it was measured or by when it was stored.

    Of what is told by when it was stored, nothing older than ``within`` on arrival is given.
    """

    begin: Instant
    end: Instant
    within: Instant
    stored: bool = False
    with_last: bool = False
    """Together with the last statement before of each who speaks."""

    def values(self) -> dict[str, Any]:
        """Return the span as a query's values."""
        first, last = moment(self.begin), moment(self.end)
        lateness = timedelta(microseconds=self.within)
        measured = (first - lateness, last + AHEAD) if self.stored else (first, last)
        stored = (first, last) if self.stored else _EVER
        return {
            "measured_from": measured[0],
            "measured_to": measured[1],
            "stored_from": stored[0],
            "stored_to": stored[1],
            "with_last": self.with_last,
            "null": NULL,
            "codes": list(EVENT_BITS),
            "bits": list(EVENT_BITS.values()),
        }


def samples_of(connection: Connection, span: HistorySpan) -> Columns:
    """Return what stations said, their switches' events too; a switch that is not said is -1."""
    return _both(connection, "samples", "station_events", _SAMPLE, span)


def readings_of(connection: Connection, span: HistorySpan) -> Columns:
    """Return what devices said of their meters; ``told`` is the flag that an event tells of, else 0."""
    return _both(connection, "readings", "meter_events", _READING, span)


def hours_of(connection: Connection, span: HistorySpan, back: Instant) -> Columns:
    """Return the hourly volumes that came to be whole in a span, of hours that began so long before at most.

    ``arrived_at`` is when the reading came that made an hour whole, ``age`` how old it then was.
    """
    values = {
        "hours_from": moment(span.begin - back),
        "arrived_from": _EVER[0] if span.with_last else moment(span.begin),
        "arrived_to": moment(span.end),
        "stored": span.stored,
        "null": NULL,
    }
    with connection.cursor() as cursor:
        return columns_out(cursor, statements("history")["hours"], _HOUR, values)


def cards_of(connection: Connection, span: HistorySpan) -> Columns:
    """Return what IC-card meters said of their credit, by device and time; NaN or empty where nothing."""
    rows = connection.execute(statements("history")["cards"], span.values()).fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * (len(_CARD_TIMES) + len(_CARD_FIGURES) + 3)
    device, *rest, basis, version = columns
    times = [np.array([instant(at) for at in column], np.int64) for column in rest[: len(_CARD_TIMES)]]
    figures = [np.array(column, np.float64) for column in rest[len(_CARD_TIMES) :]]
    return {
        "device_id": np.array(device, np.int64),
        **dict(zip(_CARD_TIMES, times, strict=True)),
        **dict(zip(_CARD_FIGURES, figures, strict=True)),
        "basis": np.array([one or 0 for one in basis], np.int64),
        "price_version": np.array([one or "" for one in version], np.str_),
    }


def permitting_jobs_of(
    connection: Connection, begin: Instant, end: Instant
) -> list[tuple[str, str, Instant, Instant, list[str]]]:
    """Return (kind and id of the target, start, end, what it permits) of the planned jobs of a span."""
    values = {"begin": moment(begin), "end": moment(end)}
    return connection.execute(statements("history")["jobs"], values).fetchall()


def _both(
    connection: Connection, first: str, second: str, layout: tuple[Field, ...], span: HistorySpan
) -> Columns:
    values = span.values()
    with connection.cursor() as cursor:
        found = [columns_out(cursor, statements("history")[name], layout, values) for name in (first, second)]
    return {name: np.concatenate((found[0][name], found[1][name])) for name in found[0]}
