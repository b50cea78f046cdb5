"""An explanation as a page that a billing supervisor reads, in Chinese or English."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from api.explanation.steps import step_lines
from api.explanation.text import UNKNOWN, Speech, cubic_metres
from api.explanation.words import METHODS, QUALITIES, REASONS
from telemetry.work.explanation import Explanation, RevisionProof

Language: TypeAlias = Literal["zh", "en"]
_LANGUAGES: Final[Mapping[Language, int]] = {"zh": 0, "en": 1}


def page(found: Explanation, language: Language) -> str:
    """Return the page; times are those of the site."""
    speech = Speech(_LANGUAGES[language], ZoneInfo(found.time_zone))
    return "\n".join(line.rstrip() for line in _lines(found, speech)) + "\n"


def _lines(found: Explanation, speech: Speech) -> Iterator[str]:
    yield from _head(found, speech)
    yield from ("", speech.word("figure"))
    yield from _figure(found.stored, speech)
    yield from ("", speech.word("reasons"))
    yield from (f"  - {speech.said(REASONS, reason)}" for reason in found.reasons)
    yield from _edits(found, speech)
    yield from ("", speech.word("steps"))
    for number, step in enumerate(found.steps, 1):
        yield from step_lines(number, step, speech)
    yield from ("", speech.word("sum"))
    yield from _sum(found, speech)
    yield from ("", speech.word("history"))
    for revision in (*found.earlier, *([found.stored] if found.stored else [])):
        yield from _revision(revision, speech)


def _head(found: Explanation, speech: Speech) -> Iterator[str]:
    yield speech.word("title")
    yield speech.line("meter", found.meter)
    yield speech.line("site", found.site or UNKNOWN)
    yield speech.line("account", found.account or UNKNOWN)
    yield speech.line("hour", speech.span(found.interval_start, found.interval_end))


def _figure(stored: RevisionProof | None, speech: Speech) -> Iterator[str]:
    if stored is None:
        yield f"  {speech.word('nothing_stored')}"
        return
    yield "  " + speech.line("volume", cubic_metres(stored.volume_um3))
    yield "  " + speech.line("base_volume", cubic_metres(stored.base_volume_um3))
    yield "  " + speech.line("device_base_volume", cubic_metres(stored.device_base_volume_um3))
    if stored.uncertainty_m3 is not None:
        yield "  " + speech.line("uncertainty", f"± {stored.uncertainty_m3:.6f} m³")
    yield "  " + speech.line("quality", speech.said(QUALITIES, stored.quality))
    yield "  " + speech.line("method", speech.said(METHODS, stored.method))
    yield "  " + speech.line("coverage", f"{100 * stored.coverage:g} %")
    yield "  " + speech.line("revision", str(stored.revision))


def _edits(found: Explanation, speech: Speech) -> Iterator[str]:
    for edit in found.edits:
        name = speech.line("edit", speech.word("kind_" + edit.kind))
        yield f"  - {name} (#{edit.edit_id}, {speech.span(edit.start, edit.end)})"
        approved = f", {speech.word('approved')} {edit.approved_by}" if edit.approved_by else ""
        yield f"      {speech.line('why', edit.reason)}; {speech.word('author')} {edit.author}{approved}"


def _sum(found: Explanation, speech: Speech) -> Iterator[str]:
    again = found.recomputed
    if again is None:
        yield f"  {speech.word('nothing')}"
    else:
        for name in ("volume", "base_volume"):
            shares = [getattr(step, f"{name}_share").share_um3 for step in found.steps]
            parts = " + ".join(f"{share:,}" for share in shares)
            yield f"  {speech.word(name)}{speech.colon}{parts} = {sum(shares):,} × 10⁻⁶ m³"
        yield "  " + speech.line("recomputed", cubic_metres(again.base_volume_um3))
    if found.agrees:
        yield f"  → {speech.word('agrees' if found.stored else 'agrees_nothing')}"
    else:
        yield f"  → {speech.word('differs')}{speech.colon}{', '.join(found.differs_in)}"
    if found.waiting:
        yield f"  → {speech.word('waiting')}"


def _revision(one: RevisionProof, speech: Speech) -> Iterator[str]:
    until = one.superseded_at
    stood = f"{speech.word('superseded')} {speech.time(until)}" if until else speech.word("stands")
    cause = speech.word(f"cause_{one.cause}")
    volume, quality = cubic_metres(one.volume_um3), speech.said(QUALITIES, one.quality)
    yield (
        f"  {speech.word('revision')} {one.revision}{speech.colon}{cubic_metres(one.base_volume_um3)}"
        f" ({speech.word('volume')} {volume}), {quality}"
    )
    stood = f"{speech.word('computed')} {speech.time(one.computed_at)}, {stood}"
    yield f"      {stood}; {speech.word('cause')} {cause}"
    versions = (("registry", one.registry_version), ("calculation", one.calculation))
    yield "      " + ", ".join(f"{speech.word(name)} {number}" for name, number in versions)
