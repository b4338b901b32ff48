from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from detector.errors import SourceUnreachable
from detector.sources.address import AddressPolicy, AddressRefused, resolve


@pytest.mark.parametrize(
    ("address", "permitted"),
    [
        ("10.1.2.3", True),
        ("192.168.1.64", True),
        ("172.16.0.9", True),
        ("8.8.8.8", True),
        ("fd12:3456::1", True),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("169.254.169.254", False),
        ("169.254.3.4", False),
        ("::ffff:169.254.169.254", False),
        ("fe80::1", False),
        ("fd00:ec2::254", False),
        ("100.100.100.200", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
    ],
)
def test_cameras_live_in_private_networks_not_on_this_machine(address: str, permitted: bool) -> None:
    assert AddressPolicy().permits(ipaddress.ip_address(address)) is permitted


def test_the_operator_may_allow_more() -> None:
    policy = AddressPolicy(allowed=(ipaddress.ip_network("127.0.0.0/8"),))
    assert policy.permits(ipaddress.ip_address("127.0.0.1"))
    assert policy.permits(ipaddress.ip_address("::ffff:127.0.0.1"))
    assert not policy.permits(ipaddress.ip_address("::1"))


def test_a_name_is_refused_when_any_of_its_addresses_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(*_args: Any, **_kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 554)) for ip in ("10.0.0.5", "169.254.169.254")]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(AddressRefused, match=r"169\.254\.169\.254"):
        resolve("rtsp://user:secret@gate.example/live", AddressPolicy())


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("10.0.0.5", 554))])
    endpoint = resolve("rtsp://user:pw@gate.example:8554/live?x=1", AddressPolicy())
    assert endpoint.url == "rtsp://user:pw@10.0.0.5:8554/live?x=1"
    assert endpoint.host == "gate.example"


@pytest.mark.parametrize(
    "url",
    [
        "rtsp:///live",
        "rtsp://host:notaport/live",
        "http://no-such-host.invalid/x",
        "http://[10.0.0.9/x",
        "http://\x8e.example/x",
    ],
)
def test_unusable_addresses_are_told_without_credentials(url: str) -> None:
    with pytest.raises(SourceUnreachable):
        resolve(url, AddressPolicy())
