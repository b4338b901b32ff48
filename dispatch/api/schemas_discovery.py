"""What the API answers and takes while cameras are looked for on the network."""

from __future__ import annotations

from dataclasses import asdict
from typing import Self

from pydantic import Field

from dispatch.api.problems import Fault
from dispatch.api.schemas import Answer, Body
from dispatch.configuration import Fault as FaultOfDocument
from dispatch.discovery import AskedDevice, FoundDevice, OfferedStream, Search


class DiscoveryMeans(Answer):
    """Whether the network may be searched."""

    is_allowed: bool = Field(description="node.yaml, onvif.search; a device whose address is known may always be asked")


class FoundDeviceItem(Answer):
    """A device that answered."""

    address: str = Field(description="of its device service, for POST /api/v1/discovery/device")
    host: str
    name: str
    hardware: str
    camera_ids: tuple[str, ...] = Field(description="cameras that are configured with an address on this host already")
    fault: Fault | None = Field(description="why it cannot be asked")

    @classmethod
    def of(cls, device: FoundDevice) -> Self:
        """Return the answer for a device."""
        return cls(
            address=device.address,
            host=device.host,
            name=device.name,
            hardware=device.hardware,
            camera_ids=device.camera_ids,
            fault=_fault(device.fault),
        )


class SearchAnswer(Answer):
    """What a search of the network found."""

    devices: tuple[FoundDeviceItem, ...]
    odd: int = Field(description="answers that could not be read")
    is_cut: bool = Field(description="more answered than are listed")

    @classmethod
    def of(cls, search: Search) -> Self:
        """Return the answer for a search."""
        return cls(
            devices=tuple(FoundDeviceItem.of(one) for one in search.devices), odd=search.odd, is_cut=search.is_cut
        )


class DeviceQuestion(Body):
    """A device to be asked for its streams."""

    address: str = Field(
        min_length=1, max_length=2000, description="of its ONVIF device service; http://HOST takes the usual path"
    )
    credentials: str | None = Field(
        default=None, min_length=1, max_length=100, description="NAME under which the operator keeps user and password"
    )


class OfferedStreamItem(Answer):
    """A stream that a device offers."""

    profile: str
    url: str = Field(description="without user and password")
    codec: str | None
    resolution_wh: tuple[int, int] | None
    fps: float | None
    fault: Fault | None = Field(description="why the address cannot be taken")

    @classmethod
    def of(cls, stream: OfferedStream) -> Self:
        """Return the answer for a stream."""
        kept = {name: getattr(stream, name) for name in cls.model_fields if name != "fault"}
        return cls(**kept, fault=_fault(stream.fault))


class DeviceAnswer(Answer):
    """What a device said."""

    is_good: bool = Field(description="at least one of its streams can be taken")
    name: str
    streams: tuple[OfferedStreamItem, ...]
    fault: Fault | None = Field(description="why it gave no streams")

    @classmethod
    def of(cls, device: AskedDevice) -> Self:
        """Return the answer for a device."""
        return cls(
            is_good=any(stream.fault is None for stream in device.streams),
            name=device.name,
            streams=tuple(OfferedStreamItem.of(stream) for stream in device.streams),
            fault=_fault(device.fault),
        )


def _fault(fault: FaultOfDocument | None) -> Fault | None:
    return None if fault is None else Fault(**asdict(fault))
