"""Dashboards as code, and their way into a Grafana."""

import warnings
from importlib import import_module

with warnings.catch_warnings():
    # The classic dashboard is what every Grafana since 10 reads and what its HTTP API takes;
    # the SDK would have us move to a schema that is still in beta.
    warnings.filterwarnings("ignore", "Prefer using dashboardv2", DeprecationWarning)
    import_module("grafana_foundation_sdk.builders.dashboard")
    import_module("grafana_foundation_sdk.builders.table")
