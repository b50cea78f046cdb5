"""The alarm model of ISA-18.2 that alerta-server ships, alone: without the application around it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

from flask import Flask

NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, SHELVED = "NORM", "UNACK", "ACKED", "RTNUN", "SHLVD"
OK, HIGH, CRITICAL = "OK", "High", "Critical"
_KEYS: Final = ("SEVERITY_MAP", "COLOR_MAP", "DEFAULT_NORMAL_SEVERITY", "DEFAULT_PREVIOUS_SEVERITY")


class Alerta:
    """One alert of that model: reports of a severity, and what operators do."""

    def __init__(self, machine: Any, app: Flask) -> None:  # noqa: ANN401 -- a class of no types
        self._machine, self._app = machine, app
        self.status, self.severity, self._before = NORMAL, OK, OK

    def report(self, severity: str) -> None:
        """Say how bad it is now."""
        self._before, self.severity = self.severity, severity
        self._go(None)

    def act(self, action: str) -> None:
        """Do what an operator does: ack, shelve, unshelve."""
        self._go(action)

    def _go(self, action: str | None) -> None:
        alert = SimpleNamespace(severity=self.severity, previous_severity=self._before, status=NORMAL)
        with self._app.app_context():
            _, self.status = self._machine.transition(alert, current_status=self.status, action=action)


@contextmanager
def alarm_model() -> Iterator[tuple[Any, Flask]]:
    """Lend its state machine; the package itself is not run, only the one module."""
    spec = find_spec("alerta")
    assert spec
    assert spec.submodule_search_locations
    package = ModuleType("alerta")
    package.__path__ = [str(Path(one)) for one in spec.submodule_search_locations]
    models = ModuleType("alerta.models")
    models.__path__ = [str(Path(one) / "models") for one in spec.submodule_search_locations]
    names = {"alerta": package, "alerta.models": models}
    sys.modules.update(names)
    try:
        module = import_module("alerta.models.alarms.isa_18_2")
        app = Flask("isa_18_2")
        app.logger.setLevel(logging.WARNING)
        app.config.update(dict.fromkeys(_KEYS))
        yield module.StateMachine(app), app
    finally:
        for name in [one for one in sys.modules if one.partition(".")[0] == "alerta"]:
            del sys.modules[name]
