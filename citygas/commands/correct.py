"""``citygas correct``: one correction by the exact method."""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from citygas.commands.options import AsJson
from telemetry.model import BaseConditions, GasQuality
from telemetry.ptz.compression import base_compression_factor, compression_factor
from telemetry.ptz.correct import correct
from telemetry.quality import flag_words
from telemetry.work.registry_csv.gas_file import read_gas_quality

_KELVIN = 273.15


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("correct", help="Correct one volume by the exact method.")(_correct)


def _correct(  # noqa: PLR0917  # one option each, given by name
    index_m3: Annotated[float, typer.Option("--index-m3", help="Volume at metering conditions, m³.")],
    gauge_kpa: Annotated[float, typer.Option(help="Gauge pressure, kPa.")],
    degc: Annotated[float, typer.Option(help="Gas temperature, °C.")],
    atm_kpa: Annotated[float, typer.Option(help="Atmospheric pressure, kPa.")] = 101.325,
    gas: Annotated[Path | None, typer.Option(help="gas_quality.csv or JSON of the same keys.")] = None,
    method: Annotated[str | None, typer.Option(help="Overrides the file's method.")] = None,
    base_degc: Annotated[float, typer.Option(help="Base temperature, °C.")] = 20.0,
    base_kpa: Annotated[float, typer.Option(help="Base pressure, kPa.")] = 101.325,
    as_json: AsJson = False,
) -> None:
    quality = read_gas_quality(gas, method) if gas else GasQuality(method=method or "fixed")
    base = BaseConditions(pressure_pa=base_kpa * 1000, temperature_k=base_degc + _KELVIN)
    pressure = np.array([(gauge_kpa + atm_kpa) * 1000])
    temperature = np.array([degc + _KELVIN])
    done = correct(quality, base, pressure, temperature, exact=True)
    z = compression_factor(quality, pressure, temperature)[0]
    answer = {
        "correction_factor": _finite(done.factor[0]),
        "z": _finite(z[0]),
        "z_base": _finite(base_compression_factor(quality, base)),
        "z_ratio": _finite(done.z_ratio[0]),
        "base_volume_m3": _finite(index_m3 * done.factor[0]),
        "method": quality.method,
        "flags": flag_words(int(done.flags[0])),
    }
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        for name, value in answer.items():
            typer.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
