"""What a pipeline needs from the rim: the check of the view, places, pictures, the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from detector.config import Camera, Zone
from detector.frame import Frame
from detector.geometry import BoxXyxy
from dispatch.contract import Evidence, EvidenceKind, FaultType, Location, Message


class ViewFault(Protocol):
    """A fault of a view that stands."""

    @property
    def type(self) -> FaultType:
        """Which."""
        ...

    @property
    def since(self) -> datetime:
        """First look that showed it, aware UTC."""
        ...

    @property
    def detail(self) -> str:
        """For operators: what was measured."""
        ...


class Reading(Protocol):
    """What the check of a view says; see `detector.vision.health`."""

    @property
    def faults(self) -> Sequence[ViewFault]:
        """Standing faults, the one to be told first at the front."""
        ...

    @property
    def usable(self) -> bool:
        """Whether this look may time a dwell or prove an absence."""
        ...

    @property
    def detail(self) -> str:
        """Why it may not; empty when all is well."""
        ...

    @property
    def repeated(self) -> bool:
        """Whether it may not for this alone that the picture is the one before once more."""
        ...


class ViewCheck(Protocol):
    """Judges whether a picture shows the view the camera was set up for."""

    def check(self, frame: Frame) -> Reading:
        """Judge one picture."""
        ...

    def snapshot(self) -> bytes:
        """The reference view, for the store."""
        ...


class Locator(Protocol):
    """Places a box on the ground."""

    def locate(self, box_xyxy_px: BoxXyxy, resolution_wh: tuple[int, int]) -> Location:
        """The ground under the middle of a box's lower edge; source pixels."""
        ...

    def area_m2(self, box_xyxy_px: BoxXyxy, resolution_wh: tuple[int, int]) -> float | None:
        """Size of what stands upright in a box, square metres; None without a calibration."""
        ...


class EvidenceKeeper(Protocol):
    """Stores pictures."""

    def save(
        self,
        frame: Frame,
        *,
        camera: Camera,
        kind: EvidenceKind,
        box_xyxy_px: BoxXyxy | None,
        zone: Zone | None,
        hide_boxes_xyxy_px: Sequence[BoxXyxy],
        caption: str,
    ) -> Evidence:
        """Store a picture with its box, zone, time and caption, the given places blurred."""
        ...

    def save_pair(self, before: Evidence, after: Evidence, *, camera: Camera, caption: str = "") -> Evidence:
        """Store two stored pictures side by side, the earlier on the left."""
        ...


class Keeper(Protocol):
    """The part of `detector.store.DetectorStore` that a pipeline needs."""

    def commit_look(
        self,
        camera_id: str,
        *,
        state: str | None,
        blobs: Mapping[str, bytes | None],
        messages: Sequence[Message],
        at: datetime,
    ) -> None:
        """Save what a look changed and what it has to say, in one transaction."""
        ...
