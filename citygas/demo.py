"""The platform with a simulated city: its past, its life, and what was injected against what arrived."""

import json
import logging
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Final, Self

from psycopg import Connection

from citygas.settings import IngestSection, Settings
from citygas.supervisor import Platform
from simulators.registry import write_registry
from simulators.run import Progress, simulate
from simulators.scenario import Scenario, city_of, load_scenario, opening
from simulators.tempo import Life
from simulators.truth import Injected
from telemetry.errors import CitygasError
from telemetry.store.leases import all_subscribed
from telemetry.store.pool import connect
from telemetry.store.tallies import Tally, tally
from telemetry.work.registry_import import import_registry

log: Final = logging.getLogger(__name__)

SEED: Final = 1
SETTLE_S: Final = 10.0
"""The end of a timed run, in which nothing is published and everything must arrive."""
_LOOK_EVERY_S: Final = 0.25
_SUBSCRIBED_WITHIN_S: Final = 60.0


def with_routes(settings: Settings) -> Settings:
    """Return the settings with the routes of the simulated city's devices behind their own."""
    text = resources.files("simulators").joinpath("scenarios/linjiang-routes.toml").read_text("utf-8")
    routes = IngestSection.model_validate(tomllib.loads(text)["ingest"]).route
    ingest = settings.ingest.model_copy(update={"route": settings.ingest.route + routes})
    return settings.model_copy(update={"ingest": ingest})


@dataclass(frozen=True)
class Comparison:
    """What the simulator injected and what the platform made of it, in this run."""

    injected: Injected
    before: Tally
    after: Tally

    @property
    def figures(self) -> dict[str, tuple[int, int]]:
        """Name to (injected, on the platform)."""
        injected, counts = self.injected, self.after.counts_since(self.before)
        return {
            "received": (injected.received, counts.received + self.after.in_flight),
            "committed": (injected.committed, counts.committed),
            "duplicates": (injected.duplicates, counts.duplicate),
            "refused": (sum(injected.refused.values()), counts.refused),
            "alarms": (len(injected.alarms), len(self.raised)),
        }

    @property
    def raised(self) -> frozenset[tuple[str, str]]:
        """What rang in this run, or rang before and was injected again."""
        return self.after.alarms - (self.before.alarms - self.injected.alarms)

    @property
    def equal(self) -> bool:
        """Whether every figure agrees, and the alarms one by one."""
        same = all(sent == arrived for sent, arrived in self.figures.values())
        return same and self.raised == self.injected.alarms


@dataclass
class Memory:
    """What a later start of the same city must know, kept in the data directory."""

    begin: int
    """When its registers open, epoch seconds."""
    since: float | None = None
    """Up to when it has published."""
    lives: tuple[Life, ...] = ()
    """The live parts that are over."""

    @classmethod
    def recall(cls, file: Path, scenario: Scenario) -> Self:
        """Return what was written down, or a new city with a past."""
        if not file.exists():
            return cls(opening(scenario, time.time()))
        kept = json.loads(file.read_text("utf-8"))
        return cls(kept["begin"], kept["since"], tuple(Life(**life) for life in kept["lives"]))

    def keep(self, file: Path, life: Life | None) -> None:
        """Write down where the city stands now, in the midst of a life."""
        lives = [asdict(one) for one in (*self.lives, *((life,) if life else ()))]
        aside = file.with_suffix(".new")
        aside.write_text(json.dumps({"begin": self.begin, "since": time.time(), "lives": lives}))
        aside.replace(file)


class Demo:
    """One run of the simulated city against a platform."""

    def __init__(self, platform: Platform, speed: float, stop: threading.Event) -> None:
        """Choose the city: the one this data directory has seen before, else one with a past."""
        self._platform = platform
        self._stop = stop
        self._scenario: Scenario = replace(load_scenario(), speed=speed, mix=True)
        self._file = platform.settings.data_dir / "demo.json"
        self._memory = Memory.recall(self._file, self._scenario)
        self._injected: Injected | None = None
        self._failure: BaseException | None = None
        self._life: Life | None = None
        self._living = threading.Event()

    def register(self) -> None:
        """Bring the city's registry in."""
        city = city_of(self._scenario, SEED, self._memory.begin)
        with tempfile.TemporaryDirectory() as folder, connect(self._platform.dsn, "demo") as connection:
            write_registry(city, Path(folder), silent_interval_s=self._scenario.silent_interval_s)
            import_registry(connection, Path(folder), now=time.time_ns() // 1000)

    def run(
        self, for_s: float | None, on_past: Callable[[int, int], None], on_live: Callable[[], None]
    ) -> Comparison:
        """Publish past and life; return the comparison when all of it has arrived, or time is up."""
        with connect(self._platform.dsn, "demo", autocommit=True) as connection:
            self._await_subscription(connection)
            before = tally(connection)
            city = threading.Thread(target=self._simulate, args=(for_s, on_past), name="city")
            city.start()
            self._watch_over(city, on_live)
            city.join()
            if self._failure is not None or self._injected is None:
                raise RuntimeError("the simulated city stopped") from self._failure
            return self._settled(connection, before, self._injected)

    def _await_subscription(self, connection: Connection) -> None:
        """Wait until the broker keeps what is published; since a first run it has kept everything."""
        deadline = time.monotonic() + _SUBSCRIBED_WITHIN_S
        while not all_subscribed(connection):
            if time.monotonic() > deadline:
                raise CitygasError(f"the collector has not subscribed within {_SUBSCRIBED_WITHIN_S:g} s")
            self._platform.revive()
            time.sleep(_LOOK_EVERY_S)

    def _simulate(self, for_s: float | None, on_past: Callable[[int, int], None]) -> None:
        def listen(progress: Progress) -> None:
            if progress.stage == "history":
                on_past(progress.published, progress.total)
            else:
                self._life = progress.life
                self._living.set()

        try:
            self._injected = simulate(
                self._platform.mqtt_url,
                self._scenario,
                SEED,
                None if for_s is None else max(for_s - SETTLE_S, 1.0),
                begin=self._memory.begin,
                since=self._memory.since,
                lives=self._memory.lives,
                progress=listen,
                stop=self._stop,
            )
        except Exception as error:  # noqa: BLE001  # raised again by the thread that waits for us
            self._failure = error

    def _watch_over(self, city: threading.Thread, on_live: Callable[[], None]) -> None:
        announced = False
        while city.is_alive():
            self._platform.revive()
            if self._living.is_set():
                self._memory.keep(self._file, self._life)
                if not announced:
                    announced = True
                    on_live()
            city.join(_LOOK_EVERY_S)

    def _settled(self, connection: Connection, before: Tally, injected: Injected) -> Comparison:
        """Wait until everything has arrived and rung, at most the settling time."""
        deadline = time.monotonic() + SETTLE_S
        while True:
            comparison = Comparison(injected, before, tally(connection))
            if comparison.equal or time.monotonic() > deadline:
                return comparison
            time.sleep(_LOOK_EVERY_S)
