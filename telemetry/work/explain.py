"""Explain: lay the volume of one hour open, down to the payloads it came from."""

from datetime import datetime

from psycopg import Connection

from telemetry.batch import NULL
from telemetry.model import HOUR, Instant, instant, moment
from telemetry.quality import Quality, flag_words
from telemetry.registry import Installation, Registry
from telemetry.store.proof import StoredRevision, edit_notes, is_waiting, revisions
from telemetry.store.statements import statements
from telemetry.volumes.method import BaseMethod
from telemetry.work.explained_steps import explained_steps
from telemetry.work.explanation import EditProof, Explanation, Figures, RevisionProof, StepProof
from telemetry.work.reasons import reasons
from telemetry.work.workings import Workings, workings_of


def explain(connection: Connection, meter: str, at: datetime) -> Explanation:
    """Return where the volume of the hour that an instant lies in comes from, in one snapshot.

    It is worked out again by the functions that derive uses, from the readings and the registry as they
    stand; nothing is changed.
    """
    with connection.transaction():
        connection.execute(statements("proof")["one_snapshot"])
        start = instant(at) // HOUR * HOUR
        _, found = workings_of(connection, meter, start, start + HOUR)
        return _explanation(connection, found, meter, start)


def _figures(found: Workings, start: Instant) -> Figures | None:
    """Return what an hour comes to; None where nothing speaks of it."""
    for row in (found.volumes.interval_start == start).nonzero()[0].tolist():
        device = int(found.volumes.device_base_volume_um3[row])
        return Figures(
            volume_um3=int(found.volumes.volume_um3[row]),
            base_volume_um3=int(found.volumes.base_volume_um3[row]),
            device_base_volume_um3=None if device == NULL else device,
            quality=Quality(int(found.volumes.quality[row])).word,
            method=BaseMethod(int(found.volumes.method[row])).word,
        )
    return None


def _explanation(connection: Connection, found: Workings, meter: str, start: Instant) -> Explanation:
    registry = found.registry
    meter_id = registry.meter_ids[meter]
    told = [_revision(one) for one in revisions(connection, meter_id, start)]
    steps = explained_steps(connection, found, meter, start)
    stored, recomputed = (told[-1] if told else None), _figures(found, start)
    differs = _differs(stored, recomputed, steps)
    place = _place(registry, meter, start)
    return Explanation(
        meter=meter,
        site=place.site if place else None,
        account=registry.account_at(place.site, start) if place else None,
        time_zone=registry.sites[place.site].time_zone if place else "UTC",
        interval_start=moment(start),
        interval_end=moment(start + HOUR),
        stored=stored,
        earlier=tuple(told[:-1]),
        recomputed=recomputed,
        agrees=not differs,
        differs_in=differs,
        waiting=is_waiting(connection, meter_id, start),
        reasons=reasons(stored, steps),
        steps=steps,
        edits=_edits(connection, found, start),
    )


def _edits(connection: Connection, found: Workings, start: Instant) -> tuple[EditProof, ...]:
    """Return the edits that are laid over the hour, each once."""
    laid = {
        edit.edit_id: edit
        for stretch in found.stretches
        for edit in stretch.edits
        if edit.start < start + HOUR and start < edit.end
    }
    return tuple(
        EditProof(
            edit_id=edit_id,
            kind=laid[edit_id].kind.value,
            start=moment(laid[edit_id].start),
            end=moment(laid[edit_id].end),
            author=note.author,
            reason=note.reason,
            approved_by=note.approved_by,
        )
        for edit_id, note in edit_notes(connection, sorted(laid)).items()
    )


def _place(registry: Registry, meter: str, start: Instant) -> Installation | None:
    """Return where the meter is in the hour, or else was last before its end."""
    before = [row for row in registry.installations_of_meter(meter) if row.valid_from < start + HOUR]
    return before[-1] if before else None


def _revision(row: StoredRevision) -> RevisionProof:
    return RevisionProof(
        revision=row.revision,
        volume_um3=row.volume_um3,
        base_volume_um3=row.base_volume_um3,
        device_base_volume_um3=row.device_base_volume_um3,
        uncertainty_m3=row.uncertainty_m3,
        quality=Quality(row.quality).word,
        method=row.method,
        z_method=row.z_method,
        coverage=round(row.coverage, 6),
        flags=tuple(flag_words(row.flags)),
        gas_quality_from=row.gas_quality_from,
        registry_version=row.registry_version,
        calculation=row.calculation,
        cause=row.cause,
        computed_at=row.computed_at,
        superseded_at=row.superseded_at,
    )


def _differs(
    stored: RevisionProof | None, recomputed: Figures | None, steps: tuple[StepProof, ...]
) -> tuple[str, ...]:
    """Return the figures in which what is stored, what is worked out again and its parts are not one."""
    if recomputed is None:
        gone = stored is None or stored.method == BaseMethod.WITHDRAWN.word
        return () if gone else ("volume_um3",)
    names = Figures.__struct_fields__
    differs = [name for name in names if stored is None or getattr(stored, name) != getattr(recomputed, name)]
    sums = {
        "volume_um3": sum(step.volume_share.share_um3 for step in steps),
        "base_volume_um3": sum(step.base_volume_share.share_um3 for step in steps),
    }
    differs += [f"sum of {name}" for name, total in sums.items() if total != getattr(recomputed, name)]
    return tuple(differs)
