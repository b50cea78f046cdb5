"""Writes a labelled city into a folder: `python -m simulators labelled --out DIR --seed 1`."""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from simulators.labelled.city import labelled_city
from simulators.labelled.splice import load_series, splice
from simulators.labelled.write import write_city, write_spliced

log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        city = labelled_city(
            given.seed,
            meters=given.meters,
            stations=given.stations,
            days=given.days,
            density=given.density,
        )
        write_city(city, given.out)
        for path in sorted(given.series.glob("meter_*.csv.gz")) if given.series else ():
            write_spliced(splice(load_series(path), given.seed), given.out / "spliced")
    except (OSError, ValueError) as error:
        log.error("labelled city failed: %s", error)  # noqa: TRY400 (the user's mistake or the disk's)
        return 1
    log.info("labelled city written folder=%s readings=%d", given.out, city.readings["measured_at"].size)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulators labelled", description="Write a city whose faults are known, to judge alarms by."
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for registry, data and truth.json")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--meters", type=int, default=300)
    parser.add_argument("--stations", type=int, default=12)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--density", type=float, default=1.0, help="how many faults beside the usual number")
    parser.add_argument(
        "--series", type=Path, help="folder of real meters (meter_*.csv.gz) to lay faults over"
    )
    return parser
