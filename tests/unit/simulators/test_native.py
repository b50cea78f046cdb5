"""The native format as the simulator writes it."""

import json

import numpy as np
import pytest

from simulators.encoders import native

AT = np.array([1_782_835_200.0, 1_782_835_201.0])


def test_times_are_local_utc_or_epoch() -> None:
    assert native.times(AT, "local") == ["2026-07-01T00:00:00+08:00", "2026-07-01T00:00:01+08:00"]
    assert native.times(AT, "utc") == ["2026-06-30T16:00:00Z", "2026-06-30T16:00:01Z"]
    assert native.times(AT, "epoch") == [1_782_835_200, 1_782_835_201]


def test_times_show_milliseconds_where_there_are_some() -> None:
    assert native.times(AT[:1] + 0.25, "local") == ["2026-07-01T00:00:00.250+08:00"]
    assert native.times(AT[:1] + 0.25, "epoch") == [1_782_835_200.25]


def test_one_element_is_an_object_and_several_are_an_array() -> None:
    assert json.loads(native.payload([{"index_m3": 1.5}])) == {"index_m3": 1.5}
    assert json.loads(native.payload([{"a": 1}, {"a": 2}])) == [{"a": 1}, {"a": 2}]
    assert json.loads(native.array([{"a": 1}])) == [{"a": 1}]


def test_a_gateway_wraps_with_device_and_kind() -> None:
    message = native.spoken_for("GM-1", "reading", {"index_m3": 1.0})
    assert json.loads(native.batch([message])) == {
        "messages": [{"device": "GM-1", "kind": "reading", "index_m3": 1.0}]
    }


def test_what_is_not_sent_is_left_out() -> None:
    assert native.elements({"a": [1, None], "b": [2, 3]}) == [{"a": 1, "b": 2}, {"b": 3}]


def test_chinese_stays_utf8_and_nan_never_gets_out() -> None:
    assert native.text({"text": "阀门"}) == '{"text":"阀门"}'.encode()
    with pytest.raises(ValueError, match="JSON compliant"):
        native.text({"index_m3": float("nan")})
