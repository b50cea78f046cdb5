"""What customers are told, by real mail: balance low, statement ready, planned outage; once each."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest

from alerts.alarm import Alarm, Priority, Target, TargetKind
from alerts.delivery.channel import ChannelOptions
from alerts.delivery.customers import Customers
from alerts.delivery.outbox import Telling
from alerts.delivery.routes import Hours
from alerts.lifecycle import State
from alerts.maintenance.jobs import JobState, change, create
from telemetry.model import moment
from telemetry.store.jobs import StoredJob
from telemetry.work.settle import close
from tests.integration.delivering import CITY, Desk, rings
from tests.integration.receivers import Mailbox, mailbox
from tests.integration.settling import JULY, populate
from tests.integration.watching import Field

NOODLES: Final = "mailto:noodles@example.com; tel:+8613800000000 (office), mailto:boss@example.com"
CITY_ROWS: Final = """
INSERT INTO station (station, zone, feeds_zone) VALUES ('ST-1', 'Z', 'Z');
UPDATE site SET name = 'Noodle kitchen' WHERE site = 'S1';
INSERT INTO registry_import (changed) VALUES ('{}');
"""
ALL: Final = Customers(channels={"mailto": "mail"})


@pytest.fixture
def field(plain_database: str) -> Iterator[Field]:
    field = Field(plain_database)
    populate(field.connection)
    field.connection.execute(CITY_ROWS.encode())
    field.connection.execute("UPDATE account SET contacts = %s WHERE account = 'A'", (NOODLES,))
    yield field
    field.connection.close()


@pytest.fixture
def mails() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def desk(field: Field, mails: Mailbox, customers: Customers = ALL, language: str = "en") -> Desk:
    url = f"mailto://127.0.0.1:{mails.port}?from=gas@example.com&to={{to}}"
    channel = ChannelOptions(name="mail", kind="apprise", url=url, language=language)  # type: ignore[arg-type]
    return Desk(field, Telling(zone=CITY, customers=customers), channel)


def low_credit(field: Field) -> None:
    meter = Target(TargetKind.METER, "M1")
    rings(
        field,
        Alarm(
            rule="credit_low",
            target=meter,
            priority=Priority.LOW,
            state=State.ACTIVE,
            raised_at=field.now(),
            value=42.5,
            limit=50.0,
        ),
    )


def outage(field: Field, kind: str, target: str, permit: str = "pressure") -> StoredJob:
    now = moment(field.now())
    wanted = StoredJob(
        kind="planned",
        target_kind=kind,
        target_id=target,
        permits=[permit],
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, hours=3),
        created_at=now,
        created_by="op",
    )
    return create(field.connection, wanted)


def agreed(field: Field, job: StoredJob) -> StoredJob:
    wanted = {"state": JobState.ASSIGNED, "assignee": "crew"}
    return change(field.connection, job.job_id, wanted, actor="op", at=moment(field.now()))


def test_who_has_little_credit_is_told_once_by_each_mail(field: Field, mails: Mailbox) -> None:
    told = desk(field, mails)
    low_credit(field)
    told.work()
    told.work(after_s=3600)
    desk(field, mails).work(after_s=3600)
    assert sorted(mails.to) == ["boss@example.com", "noodles@example.com"]
    subject, text = mails.got[0]
    assert subject == "Gas balance low: meter M1"
    assert "42.5 m³ of gas left, less than 50 m³" in text


def test_it_is_told_in_the_channel_s_language(field: Field, mails: Mailbox) -> None:
    low_credit(field)
    desk(field, mails, language="zh").work()
    assert "您的燃气表 M1 剩余气量 42.5 m³，低于 50 m³，请及时购气。" in mails.got[0][1]


def test_nobody_is_told_unless_it_is_configured(field: Field, mails: Mailbox) -> None:
    for customers in (Customers(), Customers(channels={"mailto": "mail"}, of=frozenset({"statement_ready"}))):
        low_credit(field)
        desk(field, mails, customers).work()
        field.connection.execute("UPDATE alarm SET state = 'normal'")
    assert mails.got == []


def test_a_statement_is_told_of_when_it_is_closed(field: Field, mails: Mailbox) -> None:
    told = desk(field, mails)
    told.work()
    close(field.connection, JULY, by="billing", with_missing=True)
    for _ in range(3):
        told.work(after_s=100)
    assert sorted(mails.to) == ["boss@example.com", "noodles@example.com"]
    subject, text = mails.got[0]
    assert subject == "Gas statement 2024-07: noodles"
    row = field.connection.execute("SELECT base_volume_um3 FROM statement WHERE account = 'A'").fetchone()
    assert row
    assert f"{row[0] / 1e6:,.2f} m³ at base conditions, 2024-07-01 00:00 to 2024-08-01 00:00" in text


def test_what_was_closed_before_customers_were_told_is_no_news(field: Field, mails: Mailbox) -> None:
    close(field.connection, JULY, by="billing", with_missing=True)
    told = desk(field, mails)
    told.work(after_s=1)
    told.work(after_s=100)
    assert mails.got == []


@pytest.mark.parametrize(
    ("kind", "target", "place"),
    [("station", "ST-1", ": Noodle kitchen"), ("meter", "M1", ": Noodle kitchen"), ("account", "A", "")],
)
def test_planned_work_is_told_to_those_whose_gas_may_fail(
    field: Field, mails: Mailbox, kind: str, target: str, place: str
) -> None:
    told = desk(field, mails)
    job = outage(field, kind, target)
    told.work()
    assert mails.got == [], "it is not agreed on yet"
    row = agreed(field, job)
    for _ in range(3):
        told.work(after_s=100)
    assert sorted(mails.to) == ["boss@example.com", "noodles@example.com"]
    assert row.starts_at is not None
    begins = f"{row.starts_at.astimezone(CITY):%Y-%m-%d %H:%M}"
    assert f"From {begins} to " in mails.got[0][1]
    assert f"the gas supply may be interrupted or its pressure low{place}." in mails.got[0][1]


def test_work_that_is_put_off_is_told_again(field: Field, mails: Mailbox) -> None:
    told = desk(field, mails)
    job = agreed(field, outage(field, "account", "A"))
    told.work()
    assert job.ends_at is not None
    later = {"ends_at": job.ends_at + timedelta(hours=1)}
    change(field.connection, job.job_id, later, actor="op", at=moment(field.now()))
    told.work(after_s=100)
    told.work(after_s=100)
    assert len(mails.got) == 4


def test_work_that_touches_no_gas_is_not_told(field: Field, mails: Mailbox) -> None:
    job = outage(field, "station", "ST-1", permit="bypass_open")
    agreed(field, job)
    desk(field, mails).work()
    assert mails.got == []


def test_customers_are_told_by_day(field: Field, mails: Mailbox) -> None:
    told = desk(field, mails, Customers(channels={"mailto": "mail"}, hours=Hours.parsed("08:00-20:00")))
    told.now = datetime(2026, 3, 1, 21, 0, tzinfo=CITY)
    low_credit(field)
    told.work()
    told.work(after_s=10.9 * 3600)
    assert mails.got == []
    told.work(after_s=0.2 * 3600)
    assert len(mails.got) == 2
