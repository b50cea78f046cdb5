"""The whole network on one wall: pressures against limits, alarms, city flow, and how old it all is."""

from typing import Final

from grafana_foundation_sdk.builders import common
from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.builders.geomap import Panel as Geomap
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Timeseries
from grafana_foundation_sdk.models.common import (
    GraphGradientMode,
    GraphThresholdsStyleMode,
    LineInterpolation,
    StackingMode,
    VizOrientation,
)

from grafana import fields, palette, words
from grafana.fields import drawn, linked, named, together
from grafana.frame import frame
from grafana.network_map import network_map
from grafana.panels import STATION_GAP_MS, curves, figures, legend, place, rows
from grafana.places import ALARM_OF_ROW, CONTROL_ROOM_UID, METER_OF_ROW, METER_UID, link
from grafana.query import queries, series, table
from grafana.variables import page, zones

_SQL: Final = queries("control_room")


def dashboard() -> Dashboard:
    """Return the dashboard: twelve panels on a 16:9 wall, without scrolling."""
    board = frame(
        "调度室 Control room",
        CONTROL_ROOM_UID,
        "全网一屏：出口压力与限值、报警、城市气量、数据时效。灰色为正常，颜色只表示异常。 "
        "The network at a glance. Grey is normal; colour says what is not.",
        since="now-6h",
        refresh="10s",
    )
    for variable in (zones(), page()):
        board.with_variable(variable)
    for panel in (
        _unacknowledged(),
        _flow_now(),
        _last_day(),
        _silent(),
        _age(),
        _outlet_pressures(),
        _deviations(),
        _map(),
        _alarms(),
        _alarms_over_time(),
        _city_hours(),
        _ingest(),
    ):
        board.with_panel(panel)
    return board.link(link("表计 Meter", METER_UID))


def _unacknowledged() -> Stat:
    """Return how many alarms nobody has seen, by priority."""
    panel = figures(
        "未确认报警 Unacknowledged alarms",
        "无人确认且未屏蔽的报警数，按优先级。 Alarms that nobody has acknowledged and nothing mutes.",
        "none",
        table(_SQL["unacknowledged"]),
        place(0, 0, 8, 4),
    )
    for priority, colour in palette.PRIORITY.items():
        panel.override_by_name(
            priority,
            together(named(words.PRIORITY[priority]), fields.limits(palette.QUIET, (1, colour))),
        )
    return panel


def _flow_now() -> Stat:
    """Return what the city takes now."""
    return figures(
        "全城标况流量 City base flow",
        "未失联的结算表最近一次读数之和，仅供参考，不作结算。 "
        "Sum of the last readings of all billing meters that are not silent: advisory, never billed.",
        "suffix: m³/h",
        table(_SQL["flow_now"]),
        place(8, 0, 4, 4),
    ).decimals(0)


def _last_day() -> Stat:
    """Return the last 24 whole hours' volume, and how it differs from the 24 before."""
    panel = figures(
        "24小时气量 Volume of 24 h",
        "最近24个整点小时的标况气量，及与其前24小时之比。 "
        "Base volume of the last 24 whole hours, and its change against the 24 before.",
        "m3",
        table(_SQL["last_day"]),
        place(12, 0, 5, 4),
    )
    return (
        panel.decimals(0)
        .override_by_name("base_volume_m3", named("标况气量 Base volume"))
        .override_by_name("change_pct", named("较前日 Change", "percent", decimals=1))
    )


def _silent() -> Stat:
    """Return how many devices have not been heard for too long."""
    return figures(
        "失联设备 Silent devices",
        "超过两个上报周期（未登记为2小时）未收到读数的在用设备。 "
        "Installed devices not heard for two of their intervals, 2 h where none is registered.",
        "none",
        table(_SQL["silent"]),
        place(17, 0, 3, 4),
    ).thresholds(fields.greater_is_worse(1))


def _age() -> Stat:
    """Return how old the figures on this wall are."""
    panel = figures(
        "数据时效 Data age",
        "距最近一次入库的时间；各调压站最新压力中最旧者的时间。 "
        "Time since the last commit, and the age of the oldest of all stations' newest pressures.",
        "s",
        table(_SQL["age"]),
        place(20, 0, 4, 4),
    )
    return (
        panel.decimals(0)
        .override_by_name(
            "ingest_age_s",
            together(named("入库 Commit"), fields.limits(palette.TEXT, (120, palette.ATTENTION))),
        )
        .override_by_name(
            "station_age_s",
            together(named("最旧站 Oldest station"), fields.limits(palette.TEXT, (600, palette.ATTENTION))),
        )
    )


def _outlet_pressures() -> Table:
    """Return each station's outlet pressure between its limits, the worst first."""
    panel = rows(
        "出口压力与限值 Outlet pressure against limits",
        "条形为允许偏差的占用：100% 即上限，-100% 即下限。最差者在前，最多40行。 "
        "The bar is the share of the allowed deviation: 100 % is the high limit. The worst 40 come first.",
        "pressurekpa",
        table(_SQL["outlet_pressures"]),
        place(0, 4, 10, 11),
    )
    bands = fields.words(words.BAND, palette.BAND)
    return (
        panel.decimals(2)
        .override_by_name("station", fields.hidden())
        .override_by_name("name", named("站 Station"))
        .override_by_name("stream", named("路 Stream", width=90))
        .override_by_name("outlet_gauge_pressure_kpa", named("出口 Outlet", width=110))
        .override_by_name(
            "band_position_pct", together(named("位置 In band", "percent", decimals=0), fields.bar(150))
        )
        .override_by_name("band", together(named("状态 Band", width=130), fields.coloured_text(bands)))
        .override_by_name("low_kpa", named("下限 Low", width=90))
        .override_by_name("set_kpa", named("设定 Set", width=90))
        .override_by_name("high_kpa", named("上限 High", width=90))
        .override_by_name("age_s", named("时效 Age", "s", decimals=0, width=90))
    )


def _deviations() -> Timeseries:
    """Return how far the worst stations have been from their set points."""
    panel = curves(
        "偏离设定值 Deviation from set point",
        "以允许偏差为100%，虚线为限值；当前最差的12个站。 "
        "In per cent of the allowed deviation, limits dashed; the 12 stations that are worst now.",
        "percent",
        series(_SQL["deviations"]),
        place(10, 4, 8, 11),
        gap_ms=STATION_GAP_MS,
    )
    return (
        panel.decimals(0)
        .max_data_points(400)  # of two dozen lines
        .axis_soft_min(-120)
        .axis_soft_max(120)
        .color_scheme(fields.by_threshold())
        .gradient_mode(GraphGradientMode.SCHEME)
        .thresholds(fields.steps(palette.HIGH, (-100, palette.LINE), (100, palette.HIGH)))
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED))
    )


def _map() -> Geomap:
    """Return the stations where they stand, on a blank ground."""
    return network_map(
        "调压站 Stations",
        "站点位置；底图为空白，不访问任何地图服务器。 "
        "Where stations stand, on a blank ground: no tile server is asked.",
        "percent",
        table(_SQL["map"]),
        place(18, 4, 6, 11),
    )


def _alarms() -> Table:
    """Return the alarms that ask for something; a row leads to the page that can acknowledge it."""
    panel = rows(
        "报警 Alarms",
        "未恢复或未确认的报警；点击说明到值班页面确认。 "
        "Alarms that stand; the message leads to the operator page, where they are acknowledged.",
        "none",
        table(_SQL["alarms"]),
        place(0, 15, 11, 9),
    )
    priorities = fields.words(words.PRIORITY, palette.PRIORITY)
    return (
        panel.override_by_name("alarm_id", fields.hidden())
        .override_by_name("meter", fields.hidden())
        .override_by_name("raised_at", named("发生 Raised", width=160))
        .override_by_name(
            "priority", together(named("级别 Priority", width=120), fields.coloured_text(priorities))
        )
        .override_by_name("state", together(named("状态 State", width=150), fields.mapped(words.STATE)))
        .override_by_name(
            "target", together(named("对象 Target", width=120), linked("表计 Meter", METER_OF_ROW))
        )
        .override_by_name(
            "message", together(named("说明 Message"), linked("确认 Acknowledge", ALARM_OF_ROW, new_tab=True))
        )
        .override_by_name("value", named("值 Value", decimals=2, width=80))
        .override_by_name("limit_value", named("限值 Limit", decimals=2, width=80))
        .override_by_name("unit", named("单位 Unit", width=70))
        .override_by_name("muted_by", named("屏蔽 Muted by", width=100))
    )


def _alarms_over_time() -> Timeseries:
    """Return how many alarms held at once."""
    panel = curves(
        "报警数 Alarms over time",
        "各时刻条件成立的报警数，按优先级叠加。 Alarms whose condition held, by priority, stacked.",
        "none",
        series(_SQL["alarms_over_time"]),
        place(11, 15, 5, 9),
    )
    for priority, colour in palette.PRIORITY.items():
        panel.override_by_name(priority, drawn(words.PRIORITY[priority], colour, width=1, fill=70))
    return (
        panel.decimals(0)
        .min(0)
        .insert_nulls(insert_nulls=False)
        .line_interpolation(LineInterpolation.STEP_AFTER)
        .stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
        .legend(legend(shown=True))
    )


def _city_hours() -> Timeseries:
    """Return the city's hours of the last day against those of the day before."""
    panel = curves(
        "城市小时气量 City volume by the hour",
        "最近24小时各整点小时的标况气量，虚线为前一日同时刻。 "
        "Base volume of each whole hour of the last 24, dashed the hour 24 h before.",
        "m3",
        series(_SQL["city_hours"]),
        place(16, 15, 5, 9),
    )
    return (
        panel.decimals(0)
        .min(0)
        .time_from("24h")
        .hide_time_override(hide_time_override=True)
        .span_nulls(span_nulls=False)
        .line_interpolation(LineInterpolation.STEP_AFTER)
        .override_by_name("last_day", drawn("近24小时 Last 24 h", palette.TEXT, fill=15))
        .override_by_name("day_before", drawn("前一日 Day before", palette.QUIET, width=1, dashed=True))
        .legend(legend(shown=True))
    )


def _ingest() -> Stat:
    """Return whether everything that came in is accounted for."""
    panel = figures(
        "接入守恒 Ingest identity",
        "收到 = 入库 + 重复 + 拒收，差额恒为零。 "
        "Received = committed + duplicate + refused; the difference is 0, always.",
        "none",
        table(_SQL["ingest"]),
        place(21, 15, 3, 9),
    )
    lost = fields.steps(palette.ATTENTION, (0, palette.TEXT), (1, palette.ATTENTION))
    return (
        panel.decimals(0)
        .orientation(VizOrientation.HORIZONTAL)
        .override_by_name("received", named("收到 Received"))
        .override_by_name("committed", named("入库 Committed"))
        .override_by_name("duplicate", named("重复 Duplicate"))
        .override_by_name("refused", named("拒收 Refused"))
        .override_by_name("difference", together(named("差额 Difference"), fields.thresholds(lost)))
    )
