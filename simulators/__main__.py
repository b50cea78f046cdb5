"""Publishes a simulated city to a broker: `python -m simulators --broker mqtt://127.0.0.1:1883 --seed 1`.

`python -m simulators labelled --out DIR` writes a labelled one into a folder instead.
"""

import argparse
import json
import logging
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from types import FrameType

from simulators.labelled.command import main as labelled
from simulators.registry import write_registry
from simulators.run import Progress, simulate
from simulators.scenario import Scenario, city_of, expected_of_silent_s, load_scenario, opening

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 done, 1 failed; wrong usage exits with 2."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["labelled"]:
        return labelled(words[1:])
    parser = _parser()
    given = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        scenario = load_scenario(given.scenario)
        scenario = scenario if given.speed is None else replace(scenario, speed=given.speed)
        if given.broker is None:
            return _registry_only(given, scenario, parser)
        return _run(given, scenario)
    except (OSError, ValueError, RuntimeError) as error:
        log.error("simulation failed: %s", error)  # noqa: TRY400 (the user's mistake or the broker's)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulators", description="Publish a city that does not exist.")
    parser.add_argument("--broker", help="mqtt://[user:password@]host[:port] or mqtts://…")
    parser.add_argument("--scenario", type=Path, help="TOML file; default: the city in the package")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, help="instead of the scenario's")
    parser.add_argument("--for", dest="for_seconds", type=float, help="seconds of life after the history")
    parser.add_argument("--registry-dir", type=Path, help="write the registry's CSV files here first")
    parser.add_argument("--begin", type=_instant, help="local midnight at which the registers open")
    parser.add_argument("--since", type=_instant, help="end of an earlier run: no history before this")
    parser.add_argument("--truth", type=Path, help="write what was injected here as JSON on exit")
    parser.add_argument("--progress", action="store_true", help="report progress as JSON lines on stdout")
    return parser


def _instant(text: str) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} needs an offset, as in 2026-07-01T00:00:00+08:00")
    return moment.timestamp()


def _registry_only(given: argparse.Namespace, scenario: Scenario, parser: argparse.ArgumentParser) -> int:
    if given.registry_dir is None:
        parser.error("without --broker there must be a --registry-dir to write")
    begin = opening(scenario, time.time()) if given.begin is None else int(given.begin)
    city = city_of(scenario, given.seed, begin)
    write_registry(city, given.registry_dir, silent_interval_s=expected_of_silent_s(scenario))
    return 0


def _run(given: argparse.Namespace, scenario: Scenario) -> int:
    stop = _stop_on_signal()
    injected = simulate(
        given.broker,
        scenario,
        given.seed,
        given.for_seconds,
        given.registry_dir,
        begin=None if given.begin is None else int(given.begin),
        since=given.since,
        progress=_Reporter() if given.progress else None,
        stop=stop,
    )
    if given.truth is not None:
        given.truth.write_text(injected.to_json() + "\n", encoding="utf-8")
    return 0


def _stop_on_signal() -> Event:
    stop = Event()

    def _stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    return stop


class _Reporter:
    """Writes progress as JSON lines, at most a few a second and each new stage at once."""

    def __init__(self) -> None:
        self._stage = ""
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.stage == self._stage and now < self._next:
            return
        self._stage, self._next = progress.stage, now + 0.25
        line = {"stage": progress.stage, "published": progress.published, "total": progress.total}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
