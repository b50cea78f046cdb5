"""What must hold of a rule's settings: they are for something that there is, in words that fit."""

from collections.abc import Iterator
from typing import Final, get_args

from telemetry.registry.rows import MeterType
from telemetry.work.registry_csv import files
from telemetry.work.registry_csv.complaint import Complaint
from telemetry.work.registry_csv.table import Entry, Tables

_FILES: Final = {"zone": files.ZONES, "station": files.STATIONS, "meter": files.METERS}
_WORDS: Final = {"all": ("*",), "meter_type": get_args(MeterType)}


def rule_setting_complaints(tables: Tables) -> Iterator[Complaint]:
    """Yield settings for what there is not, and values that their parameter cannot have.

    Which rules and parameters there are, the registry cannot know: `citygas rules list` names those
    that nothing goes by.
    """
    for entry in tables[files.RULE_SETTINGS.name].given.values():
        yield from _subject(tables, entry)
        yield from _value(entry)


def _subject(tables: Tables, entry: Entry) -> Iterator[Complaint]:
    scope, name = entry.text("scope"), entry.text("id")
    if (file := _FILES.get(scope)) and not tables[file.name].knows(name):
        yield entry.complain("id", f"a {scope} that stands in {file.name} or in the database")
    elif (words := _WORDS.get(scope)) and name not in words:
        yield entry.complain("id", f"{' or '.join(words)} where the scope is {scope}")


def _value(entry: Entry) -> Iterator[Complaint]:
    value, parameter = entry.text("value"), entry.text("parameter")
    if not value:
        return
    if parameter == "priority":
        if not value.isalpha():
            yield entry.complain("value", "critical, high, medium or low")
    elif value.isalpha():
        yield entry.complain("value", "a number")
    elif parameter.endswith("_delay_s") and float(value) < 0:
        yield entry.complain("value", "a delay of 0 s or more")
