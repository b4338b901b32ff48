"""What helps to set a camera up before anything is saved: a trial connection, a calibration's fit, a list. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from dispatch.configuration import Author, Fault, Notice
from dispatch.errors import Refused

PointPx = tuple[float, float]


class TooManyProbes(Refused):
    """As many cameras are being tried as may be at a time."""

    title = "Too many probes"


class ProbeStage(StrEnum):
    """What a trial connection tries, in its order."""

    address = "address"
    credentials = "credentials"
    connection = "connection"
    sign_in = "sign_in"
    picture = "picture"
    key_frames = "key_frames"


class Outcome(StrEnum):
    """How a step went. doubtful: it works but not as is meant; left_out: an earlier step failed, or it has no place."""

    passed = "passed"
    doubtful = "doubtful"
    failed = "failed"
    left_out = "left_out"


@dataclass(frozen=True)
class Tried:
    """How one step went; `fault` says why not."""

    step: ProbeStage
    outcome: Outcome
    fault: Fault | None = None


@dataclass(frozen=True)
class Wanted:
    """An address to be tried. `credentials` is the name of what the operator keeps."""

    url: str
    credentials: str | None = None
    look_interval_s: float = 2.0


@dataclass(frozen=True)
class Probe:
    """What a trial connection found.

    Attributes:
        codec, resolution_wh, fps, key_interval_s: of what the camera sends; None while unknown.
        jpeg: a picture; None without one.
    """

    steps: tuple[Tried, ...]
    codec: str | None = None
    resolution_wh: tuple[int, int] | None = None
    fps: float | None = None
    key_interval_s: float | None = None
    jpeg: bytes | None = None


@dataclass(frozen=True)
class MapPoint:
    """A point on the ground, in the picture and on the map."""

    px: PointPx
    lon: float
    lat: float


@dataclass(frozen=True)
class Residual:
    """How far a point lies from where all of them together put it, and the radius that holds what is placed there.

    None: too near the horizon to be told.
    """

    off_px: float | None
    off_m: float | None
    error_m: float | None


@dataclass(frozen=True)
class Fit:
    """What a calibration's points make of the picture.

    Attributes:
        fault: why they make no ground; None when they do. The rest is empty then.
        residuals: one a point.
        contradiction: how many times larger than usual the points' errors look; 1 or more.
        grid_step_m: between two of the lines.
        grid_lines_px: lines on the ground, east-west and north-south, as they run through the picture.
    """

    fault: Fault | None = None
    residuals: tuple[Residual, ...] = ()
    contradiction: float = 1.0
    grid_step_m: float = 0.0
    grid_lines_px: tuple[tuple[PointPx, ...], ...] = ()


@dataclass(frozen=True)
class Row:
    """What became of a line of a list of cameras; `is_good` without faults."""

    line: int
    camera_id: str
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the camera was added, or could be."""
        return not self.faults


class CameraSetup(Protocol):
    """Tries what is not saved yet."""

    def probe(self, wanted: Wanted) -> Probe:
        """Connect to an address, take a picture and leave. Raises TooManyProbes."""
        ...

    def fit(self, resolution_wh: tuple[int, int], crs: str, points: Sequence[MapPoint]) -> Fit:
        """Return what the points of a calibration make of the picture."""
        ...

    def add_listed(self, table: bytes, author: Author, *, dry_run: bool) -> tuple[Row, ...]:
        """Add the cameras of a CSV file, each that can be; with `dry_run` only say which. Raises Faulty."""
        ...
