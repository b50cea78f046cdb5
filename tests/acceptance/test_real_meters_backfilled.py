"""The real meters through the commands a clerk would type: import, backfill, derive."""

from pathlib import Path

import pytest

from citygas.embedded.postgres import EmbeddedPostgres
from telemetry.store.pool import connect
from tests.platform_process import run_citygas

DATA = Path(__file__).parents[2].parent / "shared" / "data"
COLUMNS = (
    "measured_at=CreateDate,index_m3=GTotal,base_index_m3=BTotal,flow_m3h=GFlow,base_flow_m3h=BFlow,"
    "temperature_degc=T,pressure_kpa=Pa"
)
GAS_1 = {
    "methane": 0.965,
    "nitrogen": 0.003,
    "carbon_dioxide": 0.006,
    "ethane": 0.018,
    "propane": 0.0045,
    "isobutane": 0.001,
    "n_butane": 0.001,
    "isopentane": 0.0005,
    "n_pentane": 0.0003,
    "hexane": 0.0007,
}
METERS = ("06", "011")
SINCE = "2018-01-01T00:00:00+08:00"
SUMS = """
SELECT count(*), sum(base_volume_um3) FILTER (WHERE quality = 0)::float8,
       sum(device_base_volume_um3) FILTER (WHERE quality = 0)::float8, sum(base_volume_um3)::float8,
       count(*) FILTER (WHERE method = 'device_base_register' AND quality = 3)
FROM volume_hour JOIN meter USING (meter_id) WHERE meter = %s
"""
REGISTERS = """
SELECT (max(index_um3) - min(index_um3))::float8, (max(base_index_um3) - min(base_index_um3))::float8,
       (SELECT sum(volume_um3)::float8 FROM volume_hour JOIN meter USING (meter_id) WHERE meter = %(meter)s)
FROM reading JOIN device USING (device_id) WHERE device = %(device)s
"""


def registry(folder: Path) -> Path:
    rows = {
        "accounts": ["account,name", "A,A"],
        "zones": ["zone,name", "Z,Z"],
        "sites": ["site,zone,time_zone,account", *(f"S{m},Z,Asia/Shanghai,A" for m in METERS)],
        "devices": ["device", *(f"D{m}" for m in METERS)],
        "meters": [
            "meter,type,kind,qmax_m3h,digits,correction",
            *(f"M{m},vortex,smart,400,9,ptz" for m in METERS),
        ],
        "installations": [
            "meter,site,device,valid_from,index_m3",
            *(f"M{m},S{m},D{m},{SINCE},0" for m in METERS),
        ],
        "gas_quality": [
            f"zone,valid_from,method,{','.join(GAS_1)}",
            f"Z,{SINCE},aga8_detail,{','.join(map(str, GAS_1.values()))}",
        ],
    }
    folder.mkdir()
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.mark.real_data
def test_backfilled_meters_agree_with_their_correctors(server_folder: Path, tmp_path: Path) -> None:
    if not DATA.is_dir():
        pytest.skip("the real meters are not beside this checkout, in ../shared/data")
    home = ("--data-dir", str(server_folder / "real-meters"))
    run_citygas("registry", "import", str(registry(tmp_path / "registry")), *home)
    for meter in METERS:
        file = str(DATA / f"meter_{meter}.csv.gz")
        said = run_citygas("backfill", file, "--device", f"D{meter}", "--columns", COLUMNS, "--json", *home)
        assert '"refused": 0' in said
    run_citygas("derive", "--all", "--from", SINCE, "--to", "2022-01-01T00:00:00+08:00", *home)
    with EmbeddedPostgres(server_folder / "real-meters") as server, connect(server.dsn, "test") as connection:
        for meter in METERS:
            sums = connection.execute(SUMS, (f"M{meter}",)).fetchone()
            names = {"meter": f"M{meter}", "device": f"D{meter}"}
            registers = connection.execute(REGISTERS, names).fetchone()
            assert sums
            assert registers
            _, measured, by_device, whole, over_gaps = sums
            volume, base_register, hourly = registers
            assert measured == pytest.approx(by_device, rel=0.0015)
            assert whole == pytest.approx(base_register, rel=0.002)
            assert hourly == volume
            assert over_gaps > 0
