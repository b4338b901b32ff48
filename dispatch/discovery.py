"""Finding cameras on the network and asking them for their streams (ONVIF), as the API shows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dispatch.configuration import Fault


@dataclass(frozen=True)
class FoundDevice:
    """A device that answered a search.

    Attributes:
        address: of its device service, to be asked for its streams.
        host: that answered.
        name, hardware: what it calls itself; empty where it does not say.
        camera_ids: of the configured cameras whose address leads to the same host.
        fault: why it cannot be asked; None when it can.
    """

    address: str
    host: str
    name: str = ""
    hardware: str = ""
    camera_ids: tuple[str, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True)
class Search:
    """What a search found.

    Attributes:
        odd: answers that could not be read.
        is_cut: whether more answered than are told.
    """

    devices: tuple[FoundDevice, ...]
    odd: int = 0
    is_cut: bool = False


@dataclass(frozen=True)
class OfferedStream:
    """A stream that a device offers.

    Attributes:
        profile: the device's name for it.
        url: without user and password.
        codec, resolution_wh, fps: as the device says; None where it does not.
        fault: why the address cannot be taken; None when it can.
    """

    profile: str
    url: str
    codec: str | None = None
    resolution_wh: tuple[int, int] | None = None
    fps: float | None = None
    fault: Fault | None = None


@dataclass(frozen=True)
class AskedDevice:
    """What a device said; `fault` says why it gave no streams."""

    name: str = ""
    streams: tuple[OfferedStream, ...] = ()
    fault: Fault | None = None


class Discovery(Protocol):
    """Finds devices and asks them."""

    @property
    def is_allowed(self) -> bool:
        """Whether the operator lets the network be searched. A device whose address is known may always be asked."""
        ...

    def search(self) -> Search:
        """Call the devices of the network and listen for a few seconds. Raises Refused, TooManyProbes."""
        ...

    def ask(self, address: str, credentials: str | None) -> AskedDevice:
        """Ask a device for its streams. `credentials` is the name of what the operator keeps. Raises TooManyProbes."""
        ...
