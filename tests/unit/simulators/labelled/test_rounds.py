"""In a city of many months bypasses are looked at and stations tested in time, but where a fault says not."""

from collections import defaultdict
from datetime import date, datetime, timedelta, timezone

from simulators.days import midnight
from simulators.labelled.city import LabelledCity, labelled_city
from simulators.labelled.happening import Row

CITY_TIME = timezone(timedelta(hours=8))


def test_no_bypass_falls_due_unlabelled_in_250_days() -> None:
    labelled = 0
    for seed in range(1, 4):
        city = labelled_city(
            seed, meters=30, stations=8, days=250, begin=midnight(20_150), density=3.0, trouble_density=6.0
        )
        faults = {h.target.id for h in city.happenings if h.kind == "bypass_check_due"}
        exchanged = {h.target.id for h in city.happenings if h.kind == "meter_exchange"}
        assert exchanged & {str(row["target"]) for row in city.tables["bypasses"]}
        assert unchecked(city) == faults
        labelled += len(faults)
    assert labelled


def test_no_station_falls_due_unlabelled_in_400_days() -> None:
    seen = set()
    for seed in range(1, 4):
        city = labelled_city(seed, meters=20, stations=8, days=400, density=0.4, trouble_density=0.4)
        for rule, role, days in (("standby_unproven", "standby", 180), ("setpoint_test_due", "duty", 365)):
            faults = {h.target.id for h in city.happenings if h.kind == rule}
            assert untested(city, role, days) == faults
            seen |= {rule} if faults else set()
    assert len(seen) == 2


def untested(city: LabelledCity, role: str, days: int) -> set[str]:
    rows = [row for row in city.tables["setpoints"] if row["role"] == role]
    return outdated(city, rows, ("station", "tested_on"), timedelta(days=days))


def test_a_round_changes_nothing_but_the_date_and_keeps_the_order() -> None:
    city = labelled_city(2, meters=30, stations=8, days=400, density=0.0, trouble_density=0.0)
    for rows in by(city.tables["bypasses"], "bypass").values():
        assert len(rows) > 2
        assert len({tuple(map(str, stable(row).items())) for row in rows}) == 1
        checked = [str(row["checked_on"]) for row in rows]
        assert checked == sorted(set(checked))


def stable(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in {"valid_from", "checked_on"}}


def unchecked(city: LabelledCity) -> set[str]:
    """Return the targets whose bypass nobody has looked at for longer than its interval at some time."""
    usual = [row for row in city.tables["bypasses"] if row["check_interval_days"] == 180]
    others = [row for row in city.tables["bypasses"] if row["check_interval_days"] != 180]
    assert {row["check_interval_days"] for row in others} == {30}
    columns = ("bypass", "checked_on")
    late = outdated(city, usual, columns, timedelta(days=180)) | outdated(
        city, others, columns, timedelta(days=30)
    )
    return {str(row["target"]) for row in city.tables["bypasses"] if row["bypass"] in late}


def outdated(city: LabelledCity, rows: list[Row], columns: tuple[str, str], every: timedelta) -> set[str]:
    """Return the subjects of which the row in force states too old a date at some time of the span."""
    subject, looked_on = columns
    end = datetime.fromtimestamp(city.span.end, tz=CITY_TIME).date()
    found = set()
    for several in by(rows, subject).values():
        until = [valid_from(row).date() for row in several[1:]]
        for row, last in zip(several, [*until, end], strict=True):
            if date.fromisoformat(str(row[looked_on])) + every < last:
                found.add(str(row[subject]))
    return found


def by(rows: list[Row], subject: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=valid_from):
        found[str(row[subject])].append(row)
    return found


def valid_from(row: Row) -> datetime:
    return datetime.fromisoformat(str(row["valid_from"]))
