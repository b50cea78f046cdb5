"""Object 3423 as LwM2M clients and servers write it: SenML JSON (RFC 8428), paths, Leshan's JSON."""

import json
from collections.abc import Mapping, Sequence


def senml(values: Sequence[tuple[int, Mapping[int, float]]], base_s: int, *, instance: int = 0) -> bytes:
    """Return values of resources by seconds from ``base_s``; the base stands in the first record alone."""
    records = [
        {"n": str(resource), "t": after_s, "v": value}
        for after_s, said in values
        for resource, value in said.items()
    ]
    return json.dumps([{"bn": f"/3423/{instance}/", "bt": base_s, **records[0]}, *records[1:]]).encode()


def paths(resources: Mapping[int, float], *, endpoint: str) -> bytes:
    """Return one object of paths beside the endpoint."""
    return json.dumps(
        {"ep": endpoint, **{f"/3423/0/{key}": value for key, value in resources.items()}}
    ).encode()


def nested(resources: Mapping[int, float], *, endpoint: str) -> bytes:
    """Return objects by object, instance and resource."""
    return json.dumps(
        {"endpoint": endpoint, "3423": {"0": {str(k): v for k, v in resources.items()}}}
    ).encode()


def leshan(resources: Mapping[int, float], *, endpoint: str) -> bytes:
    """Return a notification as Leshan's demo server passes it on."""
    listed = [{"kind": "singleResource", "id": key, "value": value} for key, value in resources.items()]
    val = {"kind": "instance", "id": 0, "resources": listed}
    return json.dumps({"ep": endpoint, "res": "/3423/0", "val": val}).encode()
