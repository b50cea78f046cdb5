"""A cursor says where a list goes on, to nobody else and of no other list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cursors import Cursors, Position
from api.problems import Problem

ITEMS = st.lists(st.one_of(st.integers(-(2**63), 2**63), st.text(), st.none()), max_size=4)


@given(after=ITEMS, snapshot=ITEMS, bound=st.dictionaries(st.text(), st.one_of(st.none(), st.text())))
def test_what_is_written_is_read(
    after: list[object], snapshot: list[object], bound: dict[str, object]
) -> None:
    cursors = Cursors(b"secret")
    assert cursors.read(cursors.write(Position(after, snapshot), bound), bound) == Position(after, snapshot)


@given(st.data())
def test_every_changed_character_is_noticed(data: st.DataObject) -> None:
    cursors = Cursors(b"secret")
    cursor = cursors.write(Position(["M-1"], [5]), {"zone": None})
    place = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters().filter(lambda one: one != cursor[place]))
    bent = cursor[:place] + other + cursor[place + 1 :]
    # The last character carries bits that mean nothing: where they alone differ, nothing was changed.
    try:
        assert cursors.read(bent, {"zone": None}) == Position(["M-1"], [5])
        assert place == len(cursor) - 1
    except Problem as problem:
        assert problem.status == 400  # noqa: PT017 -- either is right


@pytest.mark.parametrize("cursor", ["", "A", "====", "é", "a" * 1000, "_____-----"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Problem, match="cursor"):
        Cursors(b"secret").read(cursor, {})


def test_another_secret_or_filter_does_not_open_it() -> None:
    cursor = Cursors(b"secret").write(Position([1], []), {"zone": "east"})
    with pytest.raises(Problem):
        Cursors(b"other").read(cursor, {"zone": "east"})
    with pytest.raises(Problem):
        Cursors(b"secret").read(cursor, {"zone": "west"})
