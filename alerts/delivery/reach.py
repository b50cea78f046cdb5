"""Where a webhook may lead: the public internet, and what the operator allows of the house's own networks."""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final, TypeAlias

from alerts.delivery.channel import UndeliveredError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_INTO_IPV4: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("2002::/16"))
"""Addresses that a gateway turns into IPv4 ones, private ones too."""


class Reach:
    """What may be spoken to, by address and never by name."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        """Take networks or addresses such as ``10.1.0.0/16``; ValueError for anything else."""
        self._allowed = [ipaddress.ip_network(one) for one in allow]

    def address(self, host: str, port: int) -> str:
        """Return an address of a host, which must be allowed as all of its others.

        Raises
        ------
        UndeliveredError
            If one of them is not.
        OSError
            If the name is not known.
        """
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if refused := [one for one in found if not self.allows(one)]:
            raise UndeliveredError(f"{host} is {refused[0]}, which is not public: see allow")
        return found[0]

    def allows(self, text: str) -> bool:
        """Tell whether an address may be spoken to.

        >>> Reach().allows("10.1.2.3"), Reach(["10.1.0.0/16"]).allows("10.1.2.3"), Reach().allows("1.1.1.1")
        (False, True, True)
        """
        given = ipaddress.ip_address(text.partition("%")[0])
        address: Address = getattr(given, "ipv4_mapped", None) or given
        if any(address in network for network in self._allowed):
            return True
        into_ipv4 = any(address in network for network in _INTO_IPV4)
        return address.is_global and not address.is_multicast and not into_ipv4
