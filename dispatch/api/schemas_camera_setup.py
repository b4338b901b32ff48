"""What the API answers and takes while cameras are set up: trial connections, fits of calibrations, lists."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Annotated, Any, Self

from pydantic import Field

from dispatch.api.problems import Fault
from dispatch.api.schemas import Answer, Body
from dispatch.api.schemas_configuration import NoticeItem, notice_items
from dispatch.camera_setup import Fit, MapPoint, Outcome, Probe, ProbeStage, Row, Wanted
from dispatch.configuration import Fault as FaultOfDocument

Px = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]
Coordinate = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Side = Annotated[int, Field(ge=16, le=16384)]


class ProbeRequest(Body):
    """An address to be tried."""

    url: str = Field(min_length=1, max_length=2000, description="as in a camera's file, without a password")
    credentials: str | None = Field(
        default=None, min_length=1, max_length=100, description="NAME under which the operator keeps user and password"
    )
    look_interval_s: float = Field(
        default=2.0, gt=0, le=3600, description="wanted seconds between looks, to judge the key frames by"
    )

    def wanted(self) -> Wanted:
        """Return what is to be tried."""
        return Wanted(self.url, self.credentials, self.look_interval_s)


class ProbeStep(Answer):
    """How one step of a trial connection went."""

    step: ProbeStage
    outcome: Outcome = Field(description="doubtful: it works but not as is meant; left_out: an earlier step failed")
    fault: Fault | None


class ProbeAnswer(Answer):
    """What a trial connection found."""

    is_good: bool = Field(description="a picture came")
    steps: tuple[ProbeStep, ...]
    codec: str | None
    resolution_wh: tuple[int, int] | None
    fps: float | None
    key_interval_s: float | None = Field(description="longest time between two key frames seen")
    picture: str | None = Field(description="JPEG in base64, at most 1280 pixels wide")

    @classmethod
    def of(cls, probe: Probe) -> Self:
        """Return the answer for a trial connection."""
        return cls(
            is_good=probe.jpeg is not None,
            steps=tuple(ProbeStep(step=one.step, outcome=one.outcome, fault=_fault(one.fault)) for one in probe.steps),
            codec=probe.codec,
            resolution_wh=probe.resolution_wh,
            fps=probe.fps,
            key_interval_s=probe.key_interval_s,
            picture=None if probe.jpeg is None else base64.b64encode(probe.jpeg).decode(),
        )


class CalibrationPointItem(Body):
    """A point on the ground, in the picture and on the map."""

    px: tuple[Px, Px]
    lon: Coordinate = Field(description="longitude, or east in metres of a projection")
    lat: Coordinate = Field(description="latitude, or north in metres of a projection")


class FitRequest(Body):
    """Points of a calibration as they stand."""

    resolution_wh: tuple[Side, Side]
    crs: str = Field(default="EPSG:4326", min_length=1, max_length=100)
    points: tuple[CalibrationPointItem, ...] = Field(max_length=100)

    def map_points(self) -> tuple[MapPoint, ...]:
        """Return the points."""
        return tuple(MapPoint(point.px, point.lon, point.lat) for point in self.points)


class ResidualItem(Answer):
    """How far a point lies from where all of them together put it; null: too near the horizon to be told."""

    off_px: float | None
    off_m: float | None
    error_m: float | None = Field(description="radius that holds what is placed there")


class FitAnswer(Answer):
    """What a calibration's points make of the picture."""

    is_good: bool
    fault: Fault | None = Field(description="why they make no ground")
    residuals: tuple[ResidualItem, ...] = Field(description="in the order of the points; empty without a ground")
    contradiction: float = Field(description="how many times larger than usual the points' errors look; 1 or more")
    grid_step_m: float
    grid_lines_px: tuple[tuple[tuple[float, float], ...], ...] = Field(
        description="lines on the ground, east-west and north-south, as they run through the picture"
    )

    @classmethod
    def of(cls, fit: Fit) -> Self:
        """Return the answer for a fit."""
        lines = tuple(tuple((round(x, 1), round(y, 1)) for x, y in line) for line in fit.grid_lines_px)
        return cls(
            is_good=fit.fault is None,
            fault=_fault(fit.fault),
            residuals=tuple(ResidualItem(**asdict(one)) for one in fit.residuals),
            contradiction=fit.contradiction,
            grid_step_m=fit.grid_step_m,
            grid_lines_px=lines,
        )


class ListedCamera(Answer):
    """What became of a line of the list."""

    line: int
    camera_id: str
    is_good: bool = Field(description="it was added or, with dry_run, could be")
    faults: tuple[Fault, ...]
    notices: tuple[NoticeItem, ...]


class ListAnswer(Answer):
    """What became of a list of cameras."""

    dry_run: bool
    good: int = Field(description="how many were added or, with dry_run, could be")
    refused: int
    rows: tuple[ListedCamera, ...]

    @classmethod
    def of(cls, rows: tuple[Row, ...], *, dry_run: bool) -> Self:
        """Return the answer for a list."""
        good = sum(row.is_good for row in rows)
        items = tuple(
            ListedCamera(
                line=row.line,
                camera_id=row.camera_id,
                is_good=row.is_good,
                faults=tuple(Fault(**asdict(one)) for one in row.faults),
                notices=notice_items(row.notices),
            )
            for row in rows
        )
        return cls(dry_run=dry_run, good=good, refused=len(rows) - good, rows=items)


def _fault(fault: FaultOfDocument | None) -> Fault | None:
    values: dict[str, Any] | None = None if fault is None else asdict(fault)
    return None if values is None else Fault(**values)
