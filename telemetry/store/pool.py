"""Connections: UTC, the ``citygas`` schema, names that show who asks."""

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

SCHEMA = "citygas"
_KEEPALIVES = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
_SERVER_KEEPALIVES = " ".join(f"-c tcp_{name}={value}" for name, value in _KEEPALIVES.items())
_OPTIONS = f"-c search_path={SCHEMA} -c TimeZone=UTC -c jit=off {_SERVER_KEEPALIVES}"
"""Compiling a query costs more than any of ours takes."""


def conninfo(dsn: str, application: str) -> str:
    """Return ``dsn`` with our search path, UTC and the caller's name."""
    given = str(conninfo_to_dict(dsn).get("options") or "")
    # A holder of a shard's lock whose machine dies must be noticed in seconds, not hours: by the server, too.
    return make_conninfo(
        dsn, options=f"{given} {_OPTIONS}".strip(), application_name=f"citygas-{application}", **_KEEPALIVES
    )


def connect(dsn: str, application: str, *, autocommit: bool = False) -> Connection:
    """Open one connection."""
    return Connection.connect(conninfo(dsn, application), autocommit=autocommit)


def open_pool(dsn: str, application: str, *, size: int = 4) -> ConnectionPool[Connection]:
    """Open a pool of at most ``size`` connections; the first is made at once."""
    pool: ConnectionPool[Connection] = ConnectionPool(
        conninfo(dsn, application),
        min_size=1,
        max_size=size,
        open=False,
        check=ConnectionPool.check_connection,
    )
    pool.open(wait=True, timeout=30)
    return pool
