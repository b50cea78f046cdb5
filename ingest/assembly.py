"""Payloads to one batch: decoded, admitted, laid in columns, corrected with what is known now."""

from typing import Final, assert_never

import numpy as np

from ingest.clock_suspect import suspect_clocks
from ingest.decoding import Decoded, Decoder, Record, Refusal
from ingest.roster import Roster
from ingest.site_clock import AHEAD, EARLIEST, in_utc
from telemetry.batch import Batch, Columns, DeadLetter, pressure_columns, reading_columns
from telemetry.errors import DecodeError
from telemetry.model import (
    MINUTE,
    CardState,
    DeviceEvent,
    Floats,
    Instant,
    Integers,
    PressureSample,
    RawMessage,
    Reading,
)
from telemetry.ptz.correct import correct_each
from telemetry.quality import Flag

TOO_LARGE: Final = 1024 * 1024
LATE: Final = 10 * MINUTE
_LONGEST_NAME: Final = 64
_LONGEST_DETAIL: Final = 500


class Assembly:
    """Gathers the records of many messages, then makes the batch of them."""

    def __init__(self, roster: Roster, *, live: bool = True) -> None:
        """Start empty; every record will be held against ``roster``.

        ``live`` tells whether messages came as they were published: only then does their arrival say
        something of a clock.
        """
        self._roster = roster
        self._live = live
        self._messages: list[RawMessage] = []
        self._decoders: list[str | None] = []
        self._elements = 0
        self._readings: list[Reading] = []
        self._reading_message: list[int] = []
        self._reading_device: list[int] = []
        self._samples: list[PressureSample] = []
        self._sample_message: list[int] = []
        self._sample_station: list[int] = []
        self._sample_element: list[int] = []
        self._cards: list[tuple[int, int, CardState]] = []
        self._events: list[tuple[int, DeviceEvent]] = []
        self._dead_letters: list[DeadLetter] = []
        self._unknown_keys: set[tuple[str, str, str]] = set()

    def add(self, message: RawMessage, decoder: Decoder | None) -> None:
        """Decode one message and admit what it holds."""
        number = len(self._messages)
        self._messages.append(message)
        self._decoders.append(decoder.name if decoder else None)
        decoded = in_utc(decode(message, decoder), message.received_at, self._roster.clocks)
        first = self._elements
        self._elements += decoded.elements
        self._dead_letters.extend(_dead_letter(number, refusal) for refusal in decoded.refusals)
        self._admit_all(number, first, decoded)
        self._note_unknown_keys(decoded, decoder)

    def batch(self) -> Batch:
        """Return all that was added."""
        received = np.array([message.received_at for message in self._messages], dtype=np.int64)
        return Batch(
            messages=self._messages,
            decoders=self._decoders,
            elements=self._elements,
            readings=self._reading_columns(received),
            pressures=self._pressure_columns(received),
            cards=self._cards,
            events=self._events,
            dead_letters=self._dead_letters,
            unknown_keys=frozenset(self._unknown_keys),
        )

    def _admit_all(self, number: int, first: int, decoded: Decoded) -> None:
        """Admit each record; of a payload of many readings of one device only the first is asked about."""
        latest = self._messages[number].received_at + AHEAD
        refused: set[int] = set()
        admitted: str | None = None
        for position, record in decoded.records:
            timely = EARLIEST <= record.measured_at <= latest
            if timely and isinstance(record, Reading) and record.device == admitted:
                self._put_reading(number, record, self._reading_device[-1])
            elif position not in refused:
                refusal = self._admit(number, first + position, record, decoded.speaker)
                if refusal is None:
                    admitted = record.device if isinstance(record, Reading) else admitted
                else:
                    refused.add(position)
                    told = Refusal(position, *refusal, device=_device(record))
                    self._dead_letters.append(_dead_letter(number, told))

    def _put_reading(self, number: int, reading: Reading, device_id: int) -> None:
        self._readings.append(reading)
        self._reading_message.append(number)
        self._reading_device.append(device_id)

    def _admit(
        self, number: int, element: int, record: Record, speaker: str | None
    ) -> tuple[str, str] | None:
        """Take one record, or return the reason and detail why not."""
        device = _device(record)
        received_at = self._messages[number].received_at
        if not EARLIEST <= record.measured_at <= received_at + AHEAD:
            return "clock", _clock_detail(record.measured_at, received_at)
        if not self._roster.may_speak_for(speaker, device):
            return "identity_mismatch", f"{speaker} is not bound to {device}"
        return self._place(number, element, record)

    def _place(self, number: int, element: int, record: Record) -> tuple[str, str] | None:
        """Put a record where its kind goes, if the registry knows its subject."""
        roster = self._roster
        match record:
            case Reading():
                device_id = roster.device_ids.get(record.device)
                if device_id is None:
                    return "unknown_device", f"no device {record.device}"
                self._put_reading(number, record, device_id)
            case CardState():
                # Its reading came before it in the same element and was admitted.
                self._cards.append((number, roster.device_ids[record.device], record))
            case PressureSample():
                station_id = roster.station_ids.get(record.station)
                if station_id is None:
                    return "unknown_device", f"no station {record.station}"
                self._samples.append(record)
                self._sample_message.append(number)
                self._sample_station.append(station_id)
                self._sample_element.append(element)
            case DeviceEvent():
                if record.device not in roster.device_ids and record.device not in roster.station_ids:
                    return "unknown_device", f"no device or station {record.device}"
                self._events.append((number, record))
            case _:
                assert_never(record)
        return None

    def _note_unknown_keys(self, decoded: Decoded, decoder: Decoder | None) -> None:
        if decoded.unknown_keys and decoder and decoded.speaker:
            # An endless variety of keys must not fill the table.
            for key in sorted(decoded.unknown_keys)[:16]:
                self._unknown_keys.add((decoder.name, decoded.speaker[:_LONGEST_NAME], storable(key)[:64]))

    def _reading_columns(self, received: Integers) -> Columns:
        if not self._readings:
            return {}
        columns = reading_columns(self._readings)
        columns["message"] = np.array(self._reading_message, dtype=np.int64)
        columns["device_id"] = np.array(self._reading_device, dtype=np.int64)
        arrived = received[columns["message"]]
        factor, flags = self._correct(columns)
        columns["arrival_correction_factor"] = factor
        columns["arrival_base_flow_m3h"] = columns["flow_m3h"] * factor
        columns["flags"] |= flags | np.where(arrived - columns["measured_at"] > LATE, int(Flag.LATE), 0)
        if self._live:
            columns["flags"] |= np.where(suspect_clocks(columns, arrived), int(Flag.CLOCK_SUSPECT), 0)
        return columns

    def _correct(self, columns: Columns) -> tuple[Floats, Integers]:
        """Return C as known on arrival: NaN where no meter is installed now."""
        which = self._roster.spec_of_device[columns["device_id"]]
        atmosphere = self._roster.atmosphere_of_device[columns["device_id"]]
        absolute = columns["pressure_pa"]
        gauge = columns["gauge_pressure_pa"] + atmosphere
        pressure = np.where(np.isnan(absolute), gauge, absolute)
        correction = correct_each(self._roster.specs, which, pressure, columns["temperature_k"])
        flags = np.where(which < 0, int(Flag.NO_INSTALLATION), correction.flags)
        return correction.factor, flags

    def _pressure_columns(self, received: Integers) -> Columns:
        if not self._samples:
            return {}
        elements = np.unique(self._sample_element, return_inverse=True)[1]
        columns = pressure_columns(self._samples, elements)
        columns["message"] = np.array(self._sample_message, dtype=np.int64)
        columns["station_id"] = np.array(self._sample_station, dtype=np.int64)
        late = received[columns["message"]] - columns["measured_at"] > LATE
        columns["flags"] = columns["flags"] | np.where(late, int(Flag.LATE), 0)
        return columns


def decode(message: RawMessage, decoder: Decoder | None) -> Decoded:
    """Decode a message; whatever a decoder does not expect becomes a refusal, never a crash."""
    if len(message.payload) > TOO_LARGE:
        return _whole("too_large", f"{len(message.payload)} bytes, expected at most {TOO_LARGE}")
    if decoder is None:
        return _whole("unknown_topic", "no route takes this topic")
    try:
        return decoder.decode(message)
    except DecodeError as error:
        return _whole(error.reason, error.detail)
    except Exception as error:  # noqa: BLE001  # a decoder's bug must not cost its neighbours their batch
        return _whole("decode_error", f"{decoder.name}: {type(error).__name__}: {error}")


def storable(text: str) -> str:
    """Replace what PostgreSQL's text cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()


def _whole(reason: str, detail: str) -> Decoded:
    return Decoded(1, refusals=[Refusal(None, reason, detail)])


def _dead_letter(number: int, refusal: Refusal) -> DeadLetter:
    # A gateway may name a device of any length and with any character.
    device = None if refusal.device is None else storable(refusal.device)[:_LONGEST_NAME]
    detail = storable(refusal.detail)[:_LONGEST_DETAIL]
    return DeadLetter(number, refusal.element, device, refusal.reason, detail)


def _device(record: Record) -> str:
    return record.station if isinstance(record, PressureSample) else record.device


def _clock_detail(measured_at: Instant, received_at: Instant) -> str:
    seconds = (measured_at - received_at) / 1e6
    return f"measured {seconds:+.0f} s from arrival; expected from 2010 on and at most 300 s ahead"
