"""What is written can be read again, to the last digit."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from telemetry.work.registry_csv.columns import RegistryFile
from telemetry.work.registry_csv.encoding import surely_gb18030
from telemetry.work.registry_csv.files import FILES
from telemetry.work.registry_csv.reading import read_csv
from telemetry.work.registry_export import write_csv
from tests.effort import examples
from tests.unit.registry.drawn import rows


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@settings(
    max_examples=examples(25),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_written_rows_are_read_as_they_were(file: RegistryFile, encoding: str, data: st.DataObject) -> None:
    written = data.draw(rows(file))
    content = write_csv(file, written).encode(encoding)
    # A few Chinese words in GB18030 are UTF-8 too: no reader can tell.
    assume(encoding != "gb18030" or content.isascii() or surely_gb18030(content))
    read = read_csv(file, content)
    assert read.complaints == []
    assert [entry.values for entry in read.entries] == written


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_states_its_key_among_its_required_columns(file: RegistryFile) -> None:
    required = {column.name for column in file.columns if column.required}
    assert set(file.key) <= required


def test_files_come_after_what_they_refer_to() -> None:
    seen: set[str] = set()
    for file in FILES:
        seen.add(file.name)
        assert {name for column in file.columns for name in column.refers_to} <= seen
