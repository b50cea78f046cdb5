"""The places of a JSON payload whose keys say themselves what they mean."""

from ingest.decoders._lenient import parse
from ingest.decoding import Part
from telemetry.errors import DecodeError


def json_parts(payload: bytes) -> list[Part]:
    """Return a part for each number, word and truth, or why the payload cannot be read.

    >>> json_parts(b'[{"index_m3": 5}]')
    [Part(meaning='index_m3', value=5, begin=None, end=None, path='0.index_m3')]
    """
    try:
        waiting: list[tuple[str, str, object]] = [("", "payload", parse(payload))]
    except DecodeError as error:
        return [Part(str(error), path="$")]
    found = []
    # Not by recursion: what can be parsed may be nested deeper than we may call.
    while waiting:
        path, key, value = waiting.pop()
        if isinstance(value, dict):
            inside = [(str(name), str(name), one) for name, one in value.items()]
        elif isinstance(value, list):
            inside = [(str(place), key, one) for place, one in enumerate(value)]
        else:
            found.append(Part(key or "payload", value, path=path or "$"))
            continue
        waiting += [(f"{path}.{step}" if path else step, name, one) for step, name, one in reversed(inside)]
    return found
