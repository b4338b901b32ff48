"""Calling the ONVIF devices of a network by WS-Discovery: a multicast question, and answers for a few seconds."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit
from uuid import uuid4

from onveef import parsers, wsdiscovery

from dispatch.errors import Refused

GROUP = (wsdiscovery.WS_DISCOVERY_ADDRESS, wsdiscovery.WS_DISCOVERY_PORT)
MOST_DEVICES = 200
MOST_ANSWERS = 2000
MOST_ANSWER_BYTES = 16_384
QUESTIONS = 2
"""The question is asked so often: multicast gets lost."""
HOPS = 1
"""Routers do not pass the question on."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """A device that answered.

    Attributes:
        host: from which the answer came.
        addresses: of its device service, as it says.
    """

    host: str
    addresses: tuple[str, ...]
    name: str
    hardware: str

    @property
    def own(self) -> str | None:
        """The address on the host that answered; None where it names other hosts alone."""
        return next((address for address in self.addresses if host_of(address) == self.host), None)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was heard.

    Attributes:
        odd: answers that could not be read.
        is_cut: whether there was more than is taken.
    """

    devices: tuple[Answerer, ...]
    odd: int = 0
    is_cut: bool = False


def search(interfaces: Sequence[IPv4Address], *, seconds: float, group: tuple[str, int] = GROUP) -> Answers:
    """Ask and listen.

    Args:
        interfaces: addresses of this machine whose networks are asked; that of the default route when empty.
        seconds: how long to listen.
        group: multicast address and port.

    Raises:
        Refused: this machine cannot ask on any of the networks.
    """
    found: dict[str, Answerer] = {}
    heard = odd = 0
    began_s = time.monotonic()
    questions = [began_s + seconds * number / (2 * QUESTIONS) for number in range(QUESTIONS)]
    with selectors.DefaultSelector() as waiting:
        try:
            for interface in interfaces or (None,):
                waiting.register(_open(interface), selectors.EVENT_READ)
            while (left_s := began_s + seconds - time.monotonic()) > 0 and heard < MOST_ANSWERS:
                if questions and time.monotonic() >= questions[0]:
                    questions.pop(0)
                    _ask([_socket(key) for key in waiting.get_map().values()], group)
                for key, _ in waiting.select(min(left_s, 0.1)):
                    heard += 1
                    answer = _hear(_socket(key))
                    odd += answer is None
                    for device_id, device in answer or ():
                        if len(found) < MOST_DEVICES:
                            found.setdefault(device_id, device)
                        elif device_id not in found:
                            return Answers(tuple(found.values()), odd, is_cut=True)
        finally:
            for key in list(waiting.get_map().values()):
                _socket(key).close()
    return Answers(tuple(found.values()), odd, is_cut=heard >= MOST_ANSWERS)


def host_of(address: str) -> str:
    """Return the host that an address names, an IP address in its shortest form; empty where it names none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    try:
        return ip_address(host).compressed
    except ValueError:
        return host


def _open(interface: IPv4Address | None) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, HOPS)
        if interface is not None:
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface.packed)
        opened.bind((str(interface or "0.0.0.0"), 0))
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        raise Refused(
            f"the network of {interface} cannot be searched: {error.strerror}",
            "Give addresses that this machine has in node.yaml, onvif.interfaces.",
        ) from error
    return opened


def _socket(key: selectors.SelectorKey) -> socket.socket:
    assert isinstance(key.fileobj, socket.socket)
    return key.fileobj


def _ask(sockets: Sequence[socket.socket], group: tuple[str, int]) -> None:
    troubles = []
    for each in sockets:
        question = wsdiscovery.build_probe(message_id=f"urn:uuid:{uuid4()}")
        try:
            each.sendto(question.encode(), group)
        except OSError as error:
            troubles.append(error)
    if len(troubles) == len(sockets):
        raise Refused(
            f"this machine has no network to search: {troubles[0].strerror}",
            "Give the address of the network card that leads to the cameras in node.yaml, onvif.interfaces.",
        )


def _hear(sender: socket.socket) -> list[tuple[str, Answerer]] | None:
    """Return the devices of an answer by their ids; None where it cannot be read."""
    try:
        data, (host, _port) = sender.recvfrom(MOST_ANSWER_BYTES + 1)
    except OSError:
        return None
    text = data.decode("utf-8", "replace")
    if len(data) > MOST_ANSWER_BYTES or parsers.parse_xml(text) is None:
        return None
    matches = wsdiscovery.parse_probe_matches(text)
    return [
        (match.endpoint_reference or host, Answerer(host, tuple(match.xaddrs), match.name, match.hardware))
        for match in matches
    ] or None
