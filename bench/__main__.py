"""``python -m bench [--large] [NAME…]``: run the benches and print what each measured."""

import argparse
import importlib
import json
import pkgutil
import signal
import sys
from pathlib import Path

import bench
from bench.report import FOLDER

_NOT_BENCHES = frozenset({"__main__", "report", "chain", "city", "labelled", "matching"})


def main() -> None:
    """Run all benches, or those named; a file with ``main`` is a bench, one with ``large`` a large one."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--large", action="store_true", help="those that take minutes and gigabytes")
    parser.add_argument("names", nargs="*", help="; ".join(_names()))
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # servers end with the bench
    for name in given.names or _names():
        module = importlib.import_module(f"bench.{name}")
        run = getattr(module, "large" if given.large else "main", None)
        if run is not None:
            run()
    for path in sorted(Path(FOLDER).glob("*.json")):
        result = json.loads(path.read_text("utf-8"))
        ratio = "" if result["ratio"] is None else f"  {result['ratio']:.2f} of {result['baseline']}"
        print(f"{result['name']:18}{_figure(result['value']):>16} {result['unit']}{ratio}")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _names() -> list[str]:
    return sorted({module.name for module in pkgutil.iter_modules(bench.__path__)} - _NOT_BENCHES)


if __name__ == "__main__":
    main()
