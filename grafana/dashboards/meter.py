"""One meter: its volumes and how good they are, its registers, and what its corrector makes of them."""

from typing import Final

from grafana_foundation_sdk.builders.barchart import Panel as Barchart
from grafana_foundation_sdk.builders.dashboard import Dashboard, QueryVariable
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.statetimeline import Panel as Statetimeline
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Timeseries
from grafana_foundation_sdk.models.common import GraphDrawStyle, VisibilityMode

from grafana import fields, palette, words
from grafana.fields import drawn, named, together
from grafana.frame import frame, notes
from grafana.panels import NOTHING, bars_by_name, curves, figures, legend, place, rows, states
from grafana.places import CONTROL_ROOM_UID, METER_UID, link
from grafana.query import queries, series, table
from grafana.variables import choice, choice_or_all, page, zones

_SQL: Final = queries("meter")


def dashboard() -> Dashboard:
    """Return the dashboard: choose zone, account and meter, or come from an alarm."""
    board = frame(
        "表计 Meter",
        METER_UID,
        "一块表：小时标况气量及其质量、读数、压力、温度、修正系数、与修正仪对比、气日。 "
        "One meter: base volumes and their quality, registers, p, T and C, the corrector, gas days.",
        since="now-7d",
        refresh="1m",
    )
    for variable in (zones(), _accounts(), _meters(), page()):
        board.with_variable(variable)
    for panel in (
        _facts(),
        _state(),
        _hours(),
        _against_corrector(),
        _quality(),
        _registers(),
        _pressure(),
        _temperature(),
        _factor(),
        _flow(),
        _gas_days(),
    ):
        board.with_panel(panel)
    board.annotation(notes("报警 Alarms", _SQL["raised"]))
    return board.link(link("调度室 Control room", CONTROL_ROOM_UID))


def _accounts() -> QueryVariable:
    """Return the accounts of the chosen zones; typing searches."""
    return choice_or_all("account", "用户 Account", _SQL["accounts"])


def _meters() -> QueryVariable:
    """Return the meters of the chosen accounts; typing searches."""
    return choice("meter", "表 Meter", _SQL["meters"])


def _facts() -> Table:
    """Return what the registry knows of the meter."""
    panel = rows(
        "档案 Registry",
        "登记信息与安装位置。 What the registry says of the meter and where it stands.",
        "none",
        table(_SQL["facts"]),
        place(0, 0, 16, 3),
    )
    return (
        panel.override_by_name("meter", named("表 Meter"))
        .override_by_name("site_name", named("用气点 Site"))
        .override_by_name("account_name", named("用户 Account"))
        .override_by_name("type", named("类型 Type"))
        .override_by_name("role", named("用途 Role"))
        .override_by_name("correction", named("修正 Correction"))
        .override_by_name("qmax_m3h", named("最大流量 Qmax", "suffix: m³/h"))
        .override_by_name("device", named("设备 Device"))
        .override_by_name("installed_at", named("安装 Installed"))
    )


def _state() -> Stat:
    """Return how old the last reading is, the battery, and open alarms."""
    panel = figures(
        "状态 State",
        "最近读数的时效、电池电压、未结束的报警数。 Age of the last reading, battery, alarms that stand.",
        "none",
        table(_SQL["state"]),
        place(16, 0, 8, 3),
    )
    return (
        panel.override_by_name(
            "age_s",
            together(
                named("时效 Age", "s", decimals=0), fields.limits(palette.TEXT, (7200, palette.ATTENTION))
            ),
        )
        .override_by_name("battery_v", named("电池 Battery", "volt", decimals=2))
        .override_by_name(
            "alarms", together(named("报警 Alarms"), fields.limits(palette.QUIET, (1, palette.MEDIUM)))
        )
    )


def _hours() -> Timeseries:
    """Return base volume by the hour."""
    panel = curves(
        "小时标况气量 Base volume by the hour",
        "由读数差值逐段修正得到；时间跨度较长时合并若干小时。 "
        "From register differences, corrected step by step; several hours together over long spans.",
        "m3",
        series(_SQL["hours"]),
        place(0, 3, 12, 7),
    )
    return (
        panel.draw_style(GraphDrawStyle.BARS)
        .fill_opacity(60)
        .override_by_name("base_volume_m3", drawn("标况气量 Base volume", palette.LINE, width=1, fill=60))
    )


def _against_corrector() -> Timeseries:
    """Return our base volume and the device's own."""
    panel = curves(
        "与修正仪对比 Against the corrector",
        "我方计算的标况气量与表上修正仪自身的标况气量，及两者相差。 "
        "Our base volume, that of the device's own corrector, and by how much they differ.",
        "m3",
        series(_SQL["against_corrector"]),
        place(12, 3, 12, 7),
    )
    return (
        panel.override_by_name("base_volume_m3", drawn("我方 Ours", palette.TEXT))
        .override_by_name("device_base_volume_m3", drawn("修正仪 Corrector", palette.QUIET, dashed=True))
        .override_by_name(
            "difference_pct",
            together(
                drawn("相差 Difference", palette.FAINT, width=1),
                named("相差 Difference", "percent", decimals=2),
                fields.on_the_right(),
            ),
        )
        .legend(legend(shown=True))
    )


def _quality() -> Statetimeline:
    """Return the quality of each hour as a strip."""
    panel = states(
        "质量 Quality",
        "各小时的质量；越偏离灰色越差。 The quality of each hour: the less grey, the worse.",
        table(_SQL["quality"]),
        place(0, 10, 24, 3),
    )
    return panel.mappings([fields.words(words.QUALITY, palette.QUALITY)]).override_by_name(
        "quality", named("质量 Quality")
    )


def _registers() -> Timeseries:
    """Return the registers."""
    panel = curves(
        "读数 Registers",
        "工况读数与修正仪标况读数。 The register at metering conditions and the corrector's own.",
        "m3",
        series(_SQL["registers"]),
        place(0, 13, 8, 5),
    )
    return (
        panel.override_by_name("index_m3", drawn("工况 Metering", palette.TEXT))
        .override_by_name(
            "base_index_m3",
            together(drawn("标况 Base", palette.QUIET, dashed=True), fields.on_the_right()),
        )
        .legend(legend(shown=True))
    )


def _pressure() -> Timeseries:
    """Return pressure, absolute and gauge."""
    panel = curves(
        "压力 Pressure",
        "绝对压力与表压，按设备所报。 Absolute and gauge pressure, each where the device states it.",
        "pressurekpa",
        series(_SQL["pressure"]),
        place(8, 13, 8, 5),
    )
    return (
        panel.override_by_name("pressure_kpa", drawn("绝对 Absolute", palette.TEXT))
        .override_by_name("gauge_pressure_kpa", drawn("表压 Gauge", palette.QUIET, dashed=True))
        .legend(legend(shown=True))
    )


def _temperature() -> Timeseries:
    """Return gas temperature."""
    return curves(
        "温度 Temperature",
        "介质温度。 Gas temperature.",
        "celsius",
        series(_SQL["temperature"]),
        place(16, 13, 8, 5),
    ).override_by_name("temperature_degc", drawn("温度 Temperature", palette.TEXT))


def _factor() -> Timeseries:
    """Return the correction factor on arrival and in the hours."""
    panel = curves(
        "修正系数 Correction factor",
        "到达时的系数仅供参考；小时系数为标况与工况气量之比。 "
        "On arrival: advisory. By the hour: base volume over volume, as billed.",
        "none",
        series(_SQL["factor"]),
        place(0, 18, 8, 6),
    )
    return (
        panel.decimals(4)
        .with_target(
            series(
                _SQL["factor_hours"],
                ref_id="B",
            )
        )
        .override_by_name("arrival_factor", drawn("到达时 On arrival", palette.QUIET, width=1))
        .override_by_name("hour_factor", drawn("小时 By the hour", palette.TEXT))
        .legend(legend(shown=True))
    )


def _flow() -> Timeseries:
    """Return displayed flows."""
    panel = curves(
        "流量 Flow",
        "表显瞬时流量，仅供参考。 Displayed flows: advisory, never billed.",
        "suffix: m³/h",
        series(_SQL["flow"]),
        place(8, 18, 8, 6),
    )
    return (
        panel.override_by_name("flow_m3h", drawn("工况 Metering", palette.TEXT))
        .override_by_name("arrival_base_flow_m3h", drawn("标况 Base", palette.QUIET, dashed=True))
        .legend(legend(shown=True))
    )


def _gas_days() -> Barchart:
    """Return volumes by the gas day of the site."""
    panel = bars_by_name(
        "气日 Gas days",
        "按用气点的时区与气日起点，23、24或25小时。 "
        "By the site's time zone and the start of its gas day: 23, 24 or 25 hours.",
        "m3",
        table(_SQL["gas_days"]),
        place(16, 18, 8, 6),
        name="gas_day",
    )
    return (
        panel.override_by_name("base_volume_m3", drawn("我方 Ours", palette.LINE, width=0, fill=70))
        .override_by_name("device_base_volume_m3", drawn("修正仪 Corrector", palette.FAINT, width=0, fill=70))
        .show_value(VisibilityMode.NEVER)
        .no_value(NOTHING)
    )
