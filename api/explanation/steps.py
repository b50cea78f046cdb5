"""One step of an explanation as lines of its page."""

from collections.abc import Iterator

from api.explanation.text import UNKNOWN, Speech, cubic_metres
from api.explanation.words import METHODS, QUALITIES, REASONS
from telemetry.work.explanation import ReadingProof, ShareProof, StateProof, StepProof, TermsProof

_PAYLOAD_SHOWN = 600
_REGISTERS = ("device", "device_base_register")


def step_lines(number: int, step: StepProof, speech: Speech) -> Iterator[str]:
    """Yield what one step says."""
    yield f"  {speech.word('step')} {number}{speech.colon}{speech.span(step.start, step.end)}"
    yield from _end("opening", step.first, step.first_index_um3, speech)
    yield from _end("closing", step.last, step.last_index_um3, speech)
    for lost in step.lost:
        yield from _reading("lost", lost, speech)
    yield from _volumes(step, speech)
    yield from _terms(step.terms, speech)
    yield from _state(step, speech)
    yield f"    {speech.word('share')} ({speech.span(step.begin, step.until)}):"
    yield _share("volume", step.volume_share, step, speech)
    yield _share("base_volume", step.base_volume_share, step, speech)


def _end(name: str, one: ReadingProof | None, index_um3: int | None, speech: Speech) -> Iterator[str]:
    """Yield what one end of a step says: a reading, the installation's register, or nothing."""
    if one:
        yield from _reading(name, one, speech)
    elif index_um3 is None:
        yield f"    {speech.line(name, speech.word('not_read'))}"
    else:
        index = f"{speech.word('index')} {cubic_metres(index_um3)}"
        yield f"    {speech.line(name, speech.word('stated'))}, {index}"


def _reading(name: str, one: ReadingProof, speech: Speech) -> Iterator[str]:
    yield f"    {speech.word(name)}{speech.colon}{one.device}, " + ", ".join(_said(one, speech))
    yield "      " + ", ".join(
        f"{speech.word(clock)} {speech.time(at)}"
        for clock, at in (
            ("measured", one.measured_at),
            ("received", one.received_at),
            ("stored", one.stored_at),
        )
    )
    if one.lost_by:
        yield f"      {speech.word('why')}{speech.colon}{speech.word(one.lost_by)}"
    if one.flags:
        yield f"      {speech.word('flags')}{speech.colon}" + " ".join(
            speech.said(REASONS, flag) for flag in one.flags
        )
    yield from _payload(one, speech)


def _said(one: ReadingProof, speech: Speech) -> Iterator[str]:
    """Yield the figures of a reading that are there."""
    if one.index_um3 is not None or one.base_index_um3 is None:
        yield f"{speech.word('index')} {cubic_metres(one.index_um3)}"
    if one.base_index_um3 is not None:
        yield f"{speech.word('base_index')} {cubic_metres(one.base_index_um3)}"
    if one.pressure_kpa is not None:
        yield f"{speech.word('absolute')} {one.pressure_kpa:.9g} kPa"
    if one.gauge_pressure_kpa is not None:
        yield f"{speech.word('gauge')} {one.gauge_pressure_kpa:.9g} kPa"
    if one.temperature_degc is not None:
        yield f"{speech.word('temperature')} {one.temperature_degc:.9g} °C"
    if one.seq is not None:
        yield f"seq {one.seq}"


def _payload(one: ReadingProof, speech: Speech) -> Iterator[str]:
    if one.topic:
        yield f"      {speech.word('topic')}{speech.colon}{one.topic}"
    if one.payload is None:
        yield f"      {speech.word('payload')}{speech.colon}{speech.word('no_payload')}"
        return
    text = " ".join(one.payload.split())
    cut = "" if len(text) <= _PAYLOAD_SHOWN else f" … ({one.payload_bytes:,} {speech.word('bytes')})"
    yield f"      {speech.word('payload')}{speech.colon}{text[:_PAYLOAD_SHOWN]}{cut}"


def _volumes(step: StepProof, speech: Speech) -> Iterator[str]:
    back = f" ({speech.word('worked_back')})" if step.by_base else ""
    yield f"    {speech.word('flowed')} = {cubic_metres(step.step_volume_um3)}{back}"
    if step.volume_um3 != step.step_volume_um3:
        yield f"    {speech.word('of_which')}{speech.colon}{cubic_metres(step.volume_um3)}"


def _terms(terms: TermsProof, speech: Speech) -> Iterator[str]:
    correction = f"{speech.word('correction')} {terms.correction}"
    if terms.contract and terms.contract_from:
        yield (
            f"    {speech.word('contract')}{speech.colon}{terms.contract}"
            f" ({speech.word('since')} {speech.time(terms.contract_from)}), {correction}"
        )
    else:
        yield f"    {speech.word('contract')}{speech.colon}{speech.word('no_contract')}, {correction}"
    yield (
        f"    {speech.word('base_conditions')}{speech.colon}"
        f"{terms.base_pressure_kpa:.9g} kPa, {terms.base_temperature_degc:.9g} °C"
    )
    if terms.gas_quality_from is None:
        yield f"    {speech.word('gas')}{speech.colon}{speech.word('no_gas')}"
        return
    known = ", ".join(f"{name} {value:.9g}" for name, value in terms.gas.items())
    yield (
        f"    {speech.word('gas')}{speech.colon}{terms.gas_zone}, {speech.word('since')} "
        f"{speech.time(terms.gas_quality_from)}, {terms.z_method}: {known}"
    )


def _state(step: StepProof, speech: Speech) -> Iterator[str]:
    terms = step.terms
    yield f"    {speech.word('pressure_used')} = {_taken(step.pressure_kpa, 'kPa', speech)}"
    yield (
        f"      {speech.word('atmosphere')} {terms.atmosphere_kpa:.9g} kPa,"
        f" {speech.word('from_' + terms.atmosphere_source)}"
    )
    yield f"    {speech.word('temperature_used')} = {_taken(step.temperature_degc, '°C', speech)}"
    if step.correction_factor is not None:
        ratio = "" if step.z_ratio is None else f", Zb/Z = {step.z_ratio:.8f}"
        z = "" if step.z is None else f" (Z = {step.z:.8f}, Zb = {step.z_base:.8f}; {speech.word('z_note')})"
        yield f"    {speech.word('factor')} = {step.correction_factor:.9f}{ratio}{z}"
    if "corrector_mismatch" in step.flags:
        yield f"    {speech.word('own_factor')} = {_own_factor(step)}"
    yield f"    {speech.word('base_of_step')} = {_base(step, speech)}"
    yield from _parts(step, speech)
    yield (
        f"    {speech.word('method')}{speech.colon}{speech.said(METHODS, step.method)};"
        f" {speech.word('quality')}{speech.colon}{speech.said(QUALITIES, step.quality)}"
    )


def _taken(state: StateProof, unit: str, speech: Speech) -> str:
    def shown(value: float | None) -> str:
        return UNKNOWN if value is None else f"{value:.6f}".rstrip("0").rstrip(".")

    return f"{shown(state.used)} {unit} ({speech.word('ends')} {shown(state.first)} / {shown(state.last)})"


def _parts(step: StepProof, speech: Speech) -> Iterator[str]:
    """Yield what the sound and the disturbed part of a step come to, where there is a disturbed one."""
    if step.disturbed_um3 is None or step.replaced_um3 is None or step.volume_um3 is None:
        return
    rest, base = step.volume_um3 - step.disturbed_um3, step.base_volume_um3 - step.replaced_um3
    by = speech.said(METHODS, step.replaced_by or "")
    yield f"      {speech.line('undisturbed', f'{cubic_metres(rest)} → {cubic_metres(base)}')}"
    at_fault = f"{cubic_metres(step.disturbed_um3)} → {cubic_metres(step.replaced_um3)} ({by})"
    yield f"      {speech.line('at_fault', at_fault)}"


def _base(step: StepProof, speech: Speech) -> str:
    base = cubic_metres(step.base_volume_um3)
    if step.replaced_um3 is not None:
        return base
    if step.method in _REGISTERS:
        return f"{base} ({speech.word('by_register')})"
    if not step.volume_um3 or step.correction_factor is None:
        return base
    return f"{cubic_metres(step.volume_um3)} × {step.correction_factor:.9f} = {base}"


def _own_factor(step: StepProof) -> str:
    """Return the device's ΔVb/ΔV, and by how much it lies off the platform's C."""
    if step.base_register_um3 is None or not step.volume_um3 or step.correction_factor is None:
        return UNKNOWN
    own = step.base_register_um3 / step.volume_um3
    registers = f"{cubic_metres(step.base_register_um3)} ÷ {cubic_metres(step.volume_um3)}"
    return f"{registers} = {own:.9f} ({100 * (own / step.correction_factor - 1):+.2f} %)"


def _share(name: str, share: ShareProof, step: StepProof, speech: Speech) -> str:
    by = speech.word("by")
    until = f"{by} {speech.time(step.until)} {share.by_until_um3:,}"
    begin = f"{by} {speech.time(step.begin)} {share.by_begin_um3:,}"
    difference = f"{until} \N{MINUS SIGN} {begin} = {share.share_um3:,} × 10⁻⁶ m³"
    return f"      {speech.line(name, difference)}"
