"""One gas quality from a file that somebody hands to `citygas correct`."""

from pathlib import Path

import pytest

from telemetry.errors import ConfigurationError
from telemetry.model import GasQuality
from telemetry.work.registry_csv.complaint import RegistryImportError
from telemetry.work.registry_csv.gas_file import read_gas_quality


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    path = tmp_path / "gas.csv"
    path.write_text(
        "zone,valid_from,method,heating_value_mj_m3,relative_density,methane,carbon_dioxide,ethane\n"
        "z,2026-01-01T00:00:00+08:00,aga8_detail,37.9,0.581,0.98,0.006,0.014\n"
        "z,2026-02-01T00:00:00+08:00,aga8_detail,1,1,1,0,0\n"
    )
    return path


def test_the_first_row_of_a_registry_file_counts(csv_file: Path) -> None:
    gas = read_gas_quality(csv_file)
    assert (gas.method, gas.fraction("methane"), gas.fraction("ethane")) == ("aga8_detail", 0.98, 0.014)


def test_the_method_may_be_another(csv_file: Path) -> None:
    assert read_gas_quality(csv_file, "sgerg88").method == "sgerg88"
    with pytest.raises(RegistryImportError, match=r"gas\.csv, line 2, column nitrogen: .* nx19 needs it"):
        read_gas_quality(csv_file, "nx19")


@pytest.mark.parametrize("text", ['{"z_ratio": 1.004}', '{"z_ratio": 1.004, "method": null}'])
def test_json_has_the_same_keys(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gas.json"
    path.write_text(text)
    assert read_gas_quality(path) == GasQuality(method="fixed", z_ratio=1.004)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("gas.json", "[1]", "expected a JSON object"),
        ("gas.json", '{"z": 1}', "gas.json, line 1, column z: expected one of the columns"),
        ("gas.csv", "method,z_ratio\n", "expected a row of gas quality"),
        ("gas.csv", "method,z_ratio\nfixed,7\n", "line 2, column z_ratio: expected a number from 0.5 to 2"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_gas_quality(path)
