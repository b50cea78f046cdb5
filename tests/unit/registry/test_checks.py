"""What must hold between rows; each complaint stands on the row and column that a file gives."""

from collections.abc import Mapping

import pytest

from telemetry.work.registry_csv import files
from telemetry.work.registry_csv.checks import check
from telemetry.work.registry_csv.reading import read_csv
from telemetry.work.registry_csv.table import NOT_SPOKEN, Table, Tables

T0, T1, T2, T3 = (f"2026-0{month}-01T00:00:00+08:00" for month in (1, 2, 3, 4))
CITY = {
    "zones.csv": "zone,name\nz,Z\n",
    "sites.csv": "site,zone,time_zone\ns,z,Asia/Shanghai\n",
    "accounts.csv": "account,name\na,A\n",
    "meters.csv": (
        "meter,type,kind,qmax_m3h,digits,correction\nm,rotary,smart,160,6,ptz\nn,rotary,smart,160,6,ptz\n"
    ),
}
INSTALLED = "meter,site,device,valid_from,removed_at,index_m3\n"


def tables(given: Mapping[str, str], stored: Mapping[str, str]) -> Tables:
    built = {}
    for file in files.FILES:
        before = read_csv(file, stored.get(file.name, "").encode()).entries
        values = [tuple(None if cell is NOT_SPOKEN else cell for cell in row.values) for row in before]
        built[file.name] = Table(file, values)
        if file.name in given:
            read = read_csv(file, given[file.name].encode())
            built[file.name].whole, built[file.name].doubtful = read.whole, read.doubtful
            for entry in read.entries:
                built[file.name].lay(entry)
    return built


def found(
    given: Mapping[str, str], stored: Mapping[str, str] | None = None
) -> list[tuple[str, int, str, str]]:
    complaints = check(tables(given, stored or CITY))
    return sorted((one.file, one.line, one.column, one.found) for one in complaints)


def test_a_sound_city_has_no_complaint() -> None:
    assert found(CITY, {}) == []


@pytest.mark.parametrize(
    ("file", "text", "column"),
    [
        ("zones.csv", "zone,name,parent\ny,Y,nowhere\n", "parent"),
        ("sites.csv", "site,zone,time_zone\nt,nowhere,UTC\n", "zone"),
        ("sites.csv", "site,zone,time_zone,account\nt,z,UTC,nowhere\n", "account"),
        ("contracts.csv", f"contract,account,site,valid_from\nc,a,nowhere,{T0}\n", "site"),
        ("contracts.csv", f"contract,account,site,valid_from\nc,nowhere,s,{T0}\n", "account"),
        ("stations.csv", "station,zone\nst,nowhere\n", "zone"),
        ("stations.csv", "station,zone,feeds_zone\nst,z,nowhere\n", "feeds_zone"),
        ("setpoints.csv", f"station,stream,valid_from,set_kpa\nnowhere,A,{T0},200\n", "station"),
        ("installations.csv", f"meter,site,device,valid_from,index_m3\nnowhere,s,d,{T0},0\n", "meter"),
        ("installations.csv", f"meter,site,device,valid_from,index_m3\nm,nowhere,d,{T0},0\n", "site"),
        ("gateways.csv", "gateway,device\ng,nowhere\n", "device"),
        ("supplied_by.csv", f"site,station,valid_from\ns,nowhere,{T0}\n", "station"),
        ("gas_quality.csv", f"zone,valid_from,method\nnowhere,{T0},fixed\n", "zone"),
    ],
)
def test_what_is_named_must_stand_somewhere(file: str, text: str, column: str) -> None:
    assert found({file: text}) == [(file, 2, column, "nowhere")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("r,p,zone,nowhere,1", "id"),
        ("r,p,station,nowhere,1", "id"),
        ("r,p,meter,nowhere,1", "id"),
        ("r,p,meter_type,nowhere,1", "id"),
        ("r,p,all,z,1", "id"),
        ("r,priority,all,*,1", "value"),
        ("r,p,all,*,high", "value"),
        ("r,on_delay_s,all,*,-1", "value"),
        ("r,p,meter_type,rotary,", None),
        ("r,priority,zone,z,high", None),
        ("r,off_delay_s,meter,m,0", None),
    ],
)
def test_a_rule_is_set_for_what_there_is_in_words_that_fit(row: str, column: str | None) -> None:
    text = f"rule,parameter,scope,id,value,valid_from\n{row},{T0}\n"
    assert [where for _, _, where, _ in found({"rule_settings.csv": text})] == ([column] if column else [])


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("b,meter,m,n", None),
        ("b,regulator,st,m", None),
        ("b,meter,nowhere,", ("target", "nowhere")),
        ("b,meter,st,", ("target", "st")),
        ("b,regulator,m,", ("target", "m")),
        ("b,meter,m,m", ("metered_by", "m")),
        ("b,meter,m,nowhere", ("metered_by", "nowhere")),
    ],
)
def test_a_bypass_goes_around_what_there_is_of_its_kind(row: str, wrong: tuple[str, str] | None) -> None:
    given = {
        "bypasses.csv": f"bypass,around,target,metered_by,valid_from\n{row},{T0}\n",
        "stations.csv": "station,zone\nst,z\n",
    }
    assert found(given) == ([("bypasses.csv", 2, *wrong)] if wrong else [])


def test_a_reference_may_stand_in_another_file_of_the_same_import() -> None:
    given = {"zones.csv": "zone,name\ny,Y\n", "sites.csv": "site,zone,time_zone\nt,y,UTC\n"}
    assert found(given) == []


def test_a_reference_to_a_row_that_could_not_be_read_is_complained_of_once() -> None:
    given = {"zones.csv": "zone,name\ny,\n", "sites.csv": "site,zone,time_zone\nt,y,UTC\n"}
    assert found(given) == []
    assert found(given | {"zones.csv": "zone,colour\ny,red\n"}) == []


def test_a_gateway_may_speak_for_a_station() -> None:
    assert found({"stations.csv": "station,zone\nst,z\n", "gateways.csv": "gateway,device\ng,st\n"}) == []


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        (f"m,s,d,{T0},{T2},0\nn,s,d,{T1},,0\n", "valid_from"),
        (f"m,s,d,{T0},{T2},0\nm,s,e,{T1},,0\n", "valid_from"),
        (f"m,s,d,{T0},,0\nn,s,d,{T0},,0\n", "valid_from"),
    ],
    ids=["device", "meter", "at once"],
)
def test_installations_of_a_device_or_meter_must_not_overlap(rows: str, column: str) -> None:
    ((file, line, where, _),) = found({"installations.csv": INSTALLED + rows})
    assert (file, line, where) == ("installations.csv", 3, column)


def test_a_short_installation_inside_a_long_one_does_not_hide_a_later_overlap() -> None:
    rows = f"m,s,d,{T0},{T3},0\nn,s,d,{T1},{T1[:8]}15{T1[10:]},0\nm,s,d,{T2},,0\n"
    assert [line for _, line, _, _ in found({"installations.csv": INSTALLED + rows})] == [3, 4, 4]


def test_an_installation_that_follows_or_is_ended_by_the_next_is_sound() -> None:
    rows = f"m,s,d,{T0},{T1},0\nn,s,d,{T1},,0\nm,s,d,{T2},,0\n"
    assert found({"installations.csv": INSTALLED + rows}) == []


def test_an_overlap_with_the_database_is_the_files() -> None:
    stored = CITY | {"installations.csv": INSTALLED + f"m,s,d,{T1},,0\n"}
    given = {"installations.csv": INSTALLED + f"n,s,d,{T0},{T2},0\n"}
    assert found(given, stored) == [("installations.csv", 2, "removed_at", "2026-02-28T16:00:00+00:00")]


def test_what_was_wrong_before_is_not_complained_of_again() -> None:
    stored = CITY | {"installations.csv": INSTALLED + f"m,s,d,{T0},,0\nn,s,d,{T0},,0\n"}
    given = {"meters.csv": CITY["meters.csv"]}
    assert [line for _, line, _, _ in found(given, stored)] == []


def test_a_removal_comes_after_the_installation() -> None:
    given = {"installations.csv": INSTALLED + f"m,s,d,{T1},{T1},0\n"}
    assert found(given) == [("installations.csv", 2, "removed_at", "2026-01-31T16:00:00+00:00")]


def test_a_register_fits_into_its_meters_digits() -> None:
    given = {"installations.csv": INSTALLED + f"m,s,d,{T0},,1000000\nn,s,e,{T0},,999999.999\n"}
    assert found(given) == [("installations.csv", 2, "index_m3", "1000000")]


def test_zones_must_not_lie_inside_themselves() -> None:
    given = {"zones.csv": "zone,name,parent\nz,Z,y\ny,Y,x\nx,X,z\nw,W,z\nv,V,v\n"}
    assert [(line, text) for _, line, _, text in found(given)] == [(2, "y"), (3, "x"), (4, "z"), (6, "v")]


def test_a_circle_closed_over_the_database_is_found() -> None:
    stored = CITY | {"zones.csv": "zone,name,parent\nz,Z,\ny,Y,z\n"}
    assert found({"zones.csv": "zone,name,parent\nz,Z,y\n"}, stored) == [("zones.csv", 2, "parent", "y")]


def test_limits_must_not_cross() -> None:
    given = {
        "stations.csv": "station,zone,low_low_kpa,low_kpa,high_kpa\nst,z,190,180,200\nsu,z,170,180,\n",
        "setpoints.csv": f"station,stream,valid_from,set_kpa,opso_kpa\nst,A,{T0},200,190\n",
        "meters.csv": CITY["meters.csv"].replace("\n", ",qmin_m3h\n", 1).replace("6,ptz\nn", "6,ptz,200\nn")
        + ",",
    }
    assert found(given)[-2:] == [
        ("setpoints.csv", 2, "opso_kpa", "190"),
        ("stations.csv", 2, "low_kpa", "180"),
    ]
    assert found(given)[0] == ("meters.csv", 2, "qmax_m3h", "160")


def test_a_meter_checks_another() -> None:
    given = {"meters.csv": "meter,type,kind,qmax_m3h,digits,correction,checks\nm,rotary,smart,1,6,pt,m\n"}
    assert found(given) == [("meters.csv", 2, "checks", "m")]


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("", "fixed", []),
        (",z_ratio", "fixed,1.004", []),
        ("", "aga8_detail", ["methane"]),
        ("", "gerg2008", ["methane"]),
        (",methane,ethane", "aga8_detail,0.9,0.1", []),
        (",methane,ethane", "aga8_detail,0.9,0.09995", []),
        (",methane,ethane", "aga8_detail,0.9,0.0998", ["methane"]),
        (",methane,ethane", "aga8_detail,0.9,0.1002", ["methane"]),
        (",methane,ethane", "fixed,0.9,0.05", ["methane"]),
        ("", "sgerg88", ["carbon_dioxide", "heating_value_mj_m3", "relative_density"]),
        (",relative_density,carbon_dioxide,nitrogen", "nx19,0.581,0.006,0.003", []),
        (",relative_density", "nx19,0.581", ["carbon_dioxide", "nitrogen"]),
        (
            ",heating_value_mj_m3,relative_density,carbon_dioxide,hydrogen",
            "sgerg88,37.9,0.581,0.006,0",
            [],
        ),
        (",heating_value_mj_m3,relative_density,carbon_dioxide", "sgerg88,20,0.55,0.006", ["method"]),
        (",carbon_dioxide,nitrogen", "fixed,0.6,0.6", ["methane"]),
    ],
)
def test_a_gas_quality_has_what_its_method_needs(header: str, row: str, expected: list[str]) -> None:
    given = {"gas_quality.csv": f"zone,valid_from,method{header}\nz,{T0},{row}\n"}
    assert [column for _, _, column, _ in found(given)] == expected


class TestFixedPressure:
    """Correction for temperature alone needs a pressure from the contract or the meter."""

    INSTALLATION = "meter,site,device,valid_from,index_m3\n" + f"m,s,d,{T1},0\n"
    METER = "meter,type,kind,qmax_m3h,digits,correction,fixed_gauge_pressure_kpa\nm,diaphragm,smart,10,6,t,"
    CONTRACT = "contract,account,site,valid_from,correction,fixed_gauge_pressure_kpa\n"
    COLUMN = "fixed_gauge_pressure_kpa"

    def test_the_meter_lacks_it(self) -> None:
        given = {"meters.csv": self.METER + "\n", "installations.csv": self.INSTALLATION}
        assert found(given) == [("meters.csv", 2, self.COLUMN, "")]

    def test_the_meter_has_it(self) -> None:
        given = {"meters.csv": self.METER + "2.5\n", "installations.csv": self.INSTALLATION}
        assert found(given) == []

    def test_the_contract_has_it_from_before_the_installation(self) -> None:
        given = {
            "meters.csv": self.METER + "\n",
            "installations.csv": self.INSTALLATION,
            "contracts.csv": self.CONTRACT + f"c,a,s,{T0},,2.5\n",
        }
        assert found(given) == []
        given["contracts.csv"] = self.CONTRACT + f"c,a,s,{T2},,2.5\n"
        assert found(given) == [("meters.csv", 2, self.COLUMN, "")]

    def test_the_contract_asks_for_it(self) -> None:
        stored = CITY | {"installations.csv": self.INSTALLATION}
        given = {"contracts.csv": self.CONTRACT + f"c,a,s,{T2},t,\n"}
        assert found(given, stored) == [("contracts.csv", 2, self.COLUMN, "")]

    def test_the_installation_brings_meter_and_contract_together(self) -> None:
        stored = CITY | {"contracts.csv": self.CONTRACT + f"c,a,s,{T0},t,\n"}
        given = {"installations.csv": self.INSTALLATION}
        assert found(given, stored) == [("installations.csv", 2, "meter", "m")]

    def test_a_contract_that_was_over_before_does_not_count(self) -> None:
        stored = CITY | {"contracts.csv": self.CONTRACT + f"c,a,s,{T0},t,\nd,a,s,{T1},ptz,\n"}
        assert found({"installations.csv": self.INSTALLATION}, stored) == []
