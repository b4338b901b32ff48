"""Where a camera's address may lead. Users write addresses; none may reach this machine or a cloud's metadata service.

Names are resolved here and the connection is made to the address that was checked, so that a name which changes its
answer between check and connect (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from detector.errors import SourceError, SourceUnreachable
from detector.sources.credentials import redact

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

METADATA = (
    ipaddress.ip_network("169.254.169.254/32"),
    ipaddress.ip_network("fd00:ec2::254/128"),
    ipaddress.ip_network("100.100.100.200/32"),
)
"""Metadata services of AWS, Azure, GCP (v4 and v6) and of Alibaba Cloud."""

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


class AddressRefused(SourceError):
    """The address leads to where no camera may be."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which addresses cameras may have. Private networks are allowed: that is where cameras live.

    Attributes:
        allowed: loopback, link-local or metadata networks that the operator allows all the same.
    """

    allowed: tuple[Network, ...] = ()

    def permits(self, address: Address) -> bool:
        """Whether a camera may have this address."""
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        real: Address = mapped or address
        if any(real in network for network in self.allowed if network.version == real.version):
            return True
        inside = real.is_loopback or real.is_link_local or real.is_unspecified or real.is_multicast
        return not inside and not any(real in network for network in METADATA if network.version == real.version)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked address to connect to.

    Attributes:
        url: the URL with the host's name replaced by the checked address.
        host: the host as written, for the Host header and TLS.
    """

    url: str
    host: str


def resolve(url: str, policy: AddressPolicy) -> Endpoint:
    """Resolve the host of a URL and check every address it has.

    Raises:
        SourceUnreachable: the name is unknown.
        AddressRefused: one of its addresses is not permitted.
    """
    shown = redact(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SourceUnreachable(f"{shown}: this is no address") from error
    host, port = _host_and_port(parts, shown)
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SourceUnreachable(f"{shown}: the name {host!r} cannot be resolved ({error.strerror})") from error
    except UnicodeError as error:
        raise SourceUnreachable(f"{shown}: the name {host!r} is none that a host can have") from error
    addresses = [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    refused = next((address for address in addresses if not policy.permits(address)), None)
    if refused is not None:
        raise AddressRefused(
            f"{shown}: leads to {refused}, which is this machine, link-local or a metadata service; "
            "add its network to allowed_networks if a camera really is there"
        )
    chosen = _preferred(addresses)
    literal = f"[{chosen}]" if chosen.version == 6 else str(chosen)
    userinfo, at, _ = parts.netloc.rpartition("@")
    suffix = f":{parts.port}" if parts.port is not None else ""
    return Endpoint(urlunsplit(parts._replace(netloc=f"{userinfo}{at}{literal}{suffix}")), host)


def _host_and_port(parts: SplitResult, shown: str) -> tuple[str, int]:
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceUnreachable(f"{shown}: the address has no valid port") from error
    if not host:
        raise SourceUnreachable(f"{shown}: the address names no host")
    return host, port or DEFAULT_PORTS.get(parts.scheme.lower(), 0)


def _preferred(addresses: Sequence[Address]) -> Address:
    return next((address for address in addresses if address.version == 4), addresses[0])
