"""TCP ports on this machine: which are free, who listens, and whether MQTT is spoken there."""

import errno
import socket
from pathlib import Path

CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x05\x00\x00"
"""MQTT 3.1.1, clean session, five seconds' keep-alive, the broker names the client."""
CONNACK_ACCEPTED = b"\x20\x02\x00\x00"
DISCONNECT = b"\xe0\x00"
LISTEN = "0A"
"""A listening socket's state in /proc/net/tcp."""


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def any_free(host: str) -> int:
    """Return a port that the system considers free."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def first_free(host: str, port: int, *, tries: int = 200) -> int:
    """Return the first free port from this one on."""
    return next(number for number in range(port, port + tries) if is_free(host, number))


def speaks_mqtt(host: str, port: int) -> bool:
    """Whether a broker there accepts a connection without a password."""
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            connection.sendall(CONNECT)
            answer = connection.recv(4, socket.MSG_WAITALL)
            connection.sendall(DISCONNECT)
    except OSError:
        return False
    return answer == CONNACK_ACCEPTED


def listens(pid: int, port: int) -> bool:
    """Whether it is this very process that listens on the port."""
    held = {_link(entry) for entry in _entries(Path("/proc", str(pid), "fd"))}
    return any(f"socket:[{inode}]" in held for inode in _listening(port))


def _entries(folder: Path) -> list[Path]:
    """Return what a folder holds; nothing when the process has ended."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _link(entry: Path) -> str:
    """Return where an open file of a process leads; nothing when it was closed meanwhile."""
    try:
        return str(entry.readlink())
    except OSError:
        return ""


def _listening(port: int) -> list[str]:
    """Inodes of the sockets that listen on this port, over IPv4 or IPv6."""
    found = []
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net", table)
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            field = line.split()
            if field[3] == LISTEN and int(field[1].rsplit(":", 1)[1], 16) == port:
                found.append(field[9])
    return found
