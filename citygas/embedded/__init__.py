"""Servers that run inside the data directory, for whatever the configuration does not name."""
