"""The surfaces against the exact methods they are built from, over the whole validity range."""

from collections.abc import Callable
from threading import Barrier, Thread

import numpy as np
import pytest

from telemetry.model import CHINA, BaseConditions, GasQuality
from telemetry.ptz import surfaces
from telemetry.ptz.compression import z_ratio_exact
from telemetry.ptz.correct import correct
from telemetry.ptz.grid import PRESSURE_CELLS, TEMPERATURE_CELLS
from telemetry.ptz.surface import SurfaceKey, build_surface
from telemetry.ptz.surfaces import Surfaces
from telemetry.quality import Flag

GasMaker = Callable[..., GasQuality]

POINTS = 100_000
ERROR = 1e-6
FULL_RANGE = (0.0, 12e6, 263.0, 338.0)
COLD = (0.0, 12e6, 243.0, 263.0)
WARM_CELLS = slice(5, None)


def worst_error(gas: GasQuality, box: tuple[float, ...], points: int = POINTS) -> float:
    """Return the greatest relative error of Zb/Z at random points of a box; NaN where one has no answer."""
    generator = np.random.default_rng(20_240_607)
    p = box[1] - generator.uniform(box[0], box[1], points)
    t = generator.uniform(box[2], box[3], points)
    exact, _ = z_ratio_exact(gas, CHINA, p, t)
    return float(np.abs(correct(gas, CHINA, p, t).z_ratio / exact - 1).max())


def cells_without_polynomial(gas: GasQuality, base: BaseConditions = CHINA) -> int:
    """Return how many cells of the normal range leave their states to the exact method."""
    table = build_surface(SurfaceKey(gas, base)).reshape(-1, PRESSURE_CELLS, TEMPERATURE_CELLS)
    return int(np.isnan(table[0, :, WARM_CELLS]).sum())


@pytest.mark.parametrize(
    "analysis",
    ["lean", "gas 1", "gas 3", "richest", "most nitrogen", "most carbon dioxide", "most hydrogen"],
)
def test_aga8_detail(analysis: str, analysed: GasMaker) -> None:
    gas = analysed(analysis)
    assert cells_without_polynomial(gas) == 0
    assert worst_error(gas, FULL_RANGE) < ERROR
    assert worst_error(gas, COLD, 10_000) < ERROR


def test_a_composition_beyond_pipeline_gas(analysed: GasMaker) -> None:
    gas = analysed("beyond pipeline")
    assert worst_error(gas, FULL_RANGE, 20_000) < ERROR
    states = np.array([1e6]), np.array([283.15])
    assert correct(gas, CHINA, *states).flags.tolist() == [Flag.Z_WIDER_RANGE]


@pytest.mark.parametrize("analysis", ["lean", "gas 3", "richest", "most carbon dioxide"])
def test_gerg2008(analysis: str, analysed: GasMaker) -> None:
    gas = analysed(analysis, "gerg2008")
    assert cells_without_polynomial(gas) == 0
    assert worst_error(gas, FULL_RANGE, POINTS) < ERROR


@pytest.mark.parametrize(
    "inputs",
    [
        (40.66, 0.581, 0.006),
        (43.53, 0.650, 0.015),
        (39.84, 0.555),
        (45.0, 0.72, 0.05),
        (30.2, 0.80, 0.19),
        (34.0, 0.56, 0.02, 0.10),
    ],
)
def test_sgerg88(inputs: tuple[float, ...], few_inputs: GasMaker) -> None:
    gas = few_inputs(*inputs)
    assert cells_without_polynomial(gas) == 0
    assert worst_error(gas, FULL_RANGE) < ERROR


def test_nx19_leaves_its_kinks_to_the_method(by_method: dict[str, GasQuality]) -> None:
    assert cells_without_polynomial(by_method["nx19"]) > 0
    assert worst_error(by_method["nx19"], FULL_RANGE) < ERROR


def test_a_constant_is_the_constant_everywhere(by_method: dict[str, GasQuality]) -> None:
    p, t = np.array([1.0, 1e5, 12e6, 90e6]), np.array([250.0, 290.0, 330.0, 400.0])
    assert correct(by_method["fixed"], CHINA, p, t).z_ratio.tolist() == [1.0101] * 4


def test_another_base_has_its_own_surface(analysed: GasMaker) -> None:
    p, t = np.array([4e5]), np.array([288.15])
    normal = BaseConditions(temperature_k=273.15)
    ours, theirs = (correct(analysed("gas 1"), base, p, t).z_ratio[0] for base in (CHINA, normal))
    assert theirs == pytest.approx(z_ratio_exact(analysed("gas 1"), normal, p, t)[0][0], rel=ERROR)
    assert ours != pytest.approx(theirs, rel=1e-5)


def _ratio(key: SurfaceKey) -> float | None:
    return key.gas.z_ratio if key.gas else None


def _constants(count: int) -> list[SurfaceKey]:
    return [SurfaceKey(GasQuality(z_ratio=1 + i / 1000), CHINA) for i in range(count)]


def test_the_least_recently_used_surface_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[SurfaceKey] = []

    def counted(key: SurfaceKey) -> np.ndarray:
        built.append(key)
        return build_surface(key)

    monkeypatch.setattr(surfaces, "build_surface", counted)
    kept = Surfaces(capacity=2)
    one, two, three = _constants(3)
    for key in (one, two, one, three, one):
        tables, starts = kept.tables([key])
        assert tables[0, starts[0]] == _ratio(key)
    assert built == [one, two, three]
    kept.tables([two])
    assert built == [one, two, three, two]


def test_more_surfaces_than_are_kept_are_served_at_once() -> None:
    keys = _constants(5)
    tables, starts = Surfaces(capacity=2).tables(keys)
    assert tables[0, starts].tolist() == [_ratio(key) for key in keys]


def test_what_was_handed_out_stays_as_it_was() -> None:
    kept = Surfaces(capacity=1)
    first, starts = kept.tables(_constants(1))
    kept.tables(_constants(2)[1:])
    assert first[0, starts[0]] == 1.0


def test_threads_that_ask_together_get_their_own_gas() -> None:
    kept, keys, wrong = Surfaces(capacity=3), _constants(8), []
    barrier = Barrier(4)

    def ask(seed: int) -> None:
        barrier.wait()
        for i in np.random.default_rng(seed).integers(0, len(keys), 60):
            tables, starts = kept.tables([keys[i]])
            if tables[0, starts[0]] != _ratio(keys[i]):
                wrong.append(i)

    threads = [Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
