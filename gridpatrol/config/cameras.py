"""Camera files: reading, everything that can be wrong with one, and places turned into WGS84."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shapely import LinearRing
from shapely.validation import explain_validity

from detector.config import Calibration, CalibrationPoint, Camera, Position, Source, Watched
from detector.crs import WGS84, to_wgs84
from detector.errors import CalibrationError, ConfigError
from detector.georeference import georeference
from gridpatrol.config.document import Document, Location, read_yaml, suggestion, validate
from gridpatrol.config.matters import Matter, yaml_files
from gridpatrol.errors import UserError, raise_all

_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True)
class CameraFile:
    """A camera file that was read.

    Attributes:
        path: where it is.
        written: what it says, as written.
        camera: what it means: coordinates in WGS84, a source given as a file as an absolute path.
    """

    path: Path
    written: Camera
    camera: Camera


@dataclass(frozen=True)
class MatterFault:
    """What in a camera's file does not fit the catalogue, and at which of its values."""

    at: Location
    what: str
    remedy: str = ""


def load_camera(path: Path, matters: Mapping[str, Matter] | None = None, *, source_exists: bool = True) -> Camera:
    """Read one camera file, and return what it means. Raises as `read_camera` does."""
    return read_camera(path, matters, source_exists=source_exists).camera


def read_camera(path: Path, matters: Mapping[str, Matter] | None = None, *, source_exists: bool = True) -> CameraFile:
    """Read one camera file.

    Args:
        path: the YAML file.
        matters: the catalogue; with it the camera's `matters` and `overrides` are checked as well.
        source_exists: a source given as a file must be there; False where another one takes its place.

    Raises:
        UserError: every fault of the file, each with its line.
    """
    document = read_yaml(path)
    camera = written = validate(document, Camera)
    problems: list[UserError] = []
    problems += _zone_problems(document, camera)
    source, missing = _source(document, camera)
    problems += missing if source_exists else []
    position = _position(document, camera, problems)
    calibration = _calibration(document, camera, problems)
    if matters is not None:
        problems += _matter_problems(document, camera, matters)
    raise_all(problems)
    camera = camera.model_copy(update={"source": source, "position": position, "calibration": calibration})
    try:
        georeference(camera)
    except CalibrationError as error:
        raise document.error(("calibration",), str(error)) from error
    return CameraFile(path, written, camera)


def load_cameras(folder: Path, matters: Mapping[str, Matter]) -> dict[str, CameraFile]:
    """Read a folder of camera files, keyed by id, in the order of the file names; it may hold none.

    Raises:
        UserError: every fault of every file, each with its line.
    """
    cameras: dict[str, CameraFile] = {}
    problems: list[UserError] = []
    for path in yaml_files(folder, may_be_empty=True):
        try:
            read = read_camera(path, matters)
        except UserError as error:
            problems.append(error)
            continue
        known = cameras.setdefault(read.camera.id, read)
        if known is not read:
            fault = f"{read.camera.id!r} is already given in {known.path.name}"
            problems.append(read_yaml(path).error(("id",), fault, "Rename one"))
    raise_all(problems)
    return cameras


def watched_on(camera: Camera, matters: Mapping[str, Matter]) -> dict[str, Watched]:
    """Return the matters that run on a camera, with the camera's own values: those named whose zones it has."""
    purposes = {zone.purpose for zone in camera.zones}
    named = matters.keys() if camera.matters is None else camera.matters
    return {
        code: matters[code].watched.with_override(camera.overrides.get(code))
        for code in named
        if purposes & set(matters[code].watched.rule.zones)
    }


def idle_matters(camera: Camera, matters: Mapping[str, Matter]) -> tuple[str, ...]:
    """Return the matters that a camera file names and that cannot run, as it has no zone for them."""
    running = watched_on(camera, matters)
    return tuple(code for code in camera.matters or () if code not in running)


def _zone_problems(document: Document, camera: Camera) -> Iterator[UserError]:
    for index, zone in enumerate(camera.zones):
        width, height = zone.resolution_wh
        if width <= 0 or height <= 0:
            yield document.error(("zones", index, "resolution_wh"), f"expected a picture size, got [{width}, {height}]")
            continue
        at: Location = ("zones", index, "polygon_px")
        outside = [
            corner for corner, (x, y) in enumerate(zone.polygon_px) if not (0 <= x <= width and 0 <= y <= height)
        ]
        for corner in outside:
            x, y = zone.polygon_px[corner]
            yield document.error(
                (*at, corner),
                f"[{x:g}, {y:g}] lies outside the {width}x{height} picture of zone {zone.id!r}",
                "Move the corner into the picture, or correct resolution_wh",
            )
        if not outside and (fault := _polygon_fault(zone.polygon_px)):
            yield document.error(at, f"zone {zone.id!r} {fault}", "List the corners in order around the zone")


def _polygon_fault(polygon_px: Sequence[tuple[float, float]]) -> str | None:
    """Return what is wrong with a ring of corners, or None."""
    if len(set(polygon_px)) < 3:
        return "needs three different corners"
    ring = LinearRing(polygon_px)
    if not ring.is_simple:
        place = re.search(r"\[(.*)\]", explain_validity(ring))
        return f"crosses or touches itself near [{place.group(1)}]" if place else "crosses or touches itself"
    return None


def is_address(url: str) -> bool:
    """Whether a camera's source is an address, and no path of a file."""
    return _ADDRESS.match(url) is not None


def _source(document: Document, camera: Camera) -> tuple[Source, list[UserError]]:
    url = camera.source.url
    if is_address(url):
        return camera.source, []
    path = (document.path.parent / Path(url).expanduser()).resolve()
    problems = []
    if not path.is_file():
        remedy = "Paths are relative to the camera file; addresses start with rtsp://, http://, https:// or sim://"
        problems = [document.error(("source", "url"), f"there is no file {path}", remedy)]
    return camera.source.model_copy(update={"url": str(path)}), problems


def _position(document: Document, camera: Camera, problems: list[UserError]) -> Position:
    given = camera.position
    try:
        lon, lat = to_wgs84(given.crs, given.lon, given.lat)
    except ConfigError as error:
        problems.append(document.error(("position", "crs"), str(error)))
        return given
    return given.model_copy(update={"lon": lon, "lat": lat, "crs": WGS84})


def _calibration(document: Document, camera: Camera, problems: list[UserError]) -> Calibration | None:
    given = camera.calibration
    if given is None:
        return None
    width, height = given.resolution_wh
    if width <= 0 or height <= 0:
        problems.append(
            document.error(("calibration", "resolution_wh"), f"expected a picture size, got {width, height}")
        )
    points: list[CalibrationPoint] = []
    for index, point in enumerate(given.points):
        at: Location = ("calibration", "points", index)
        if not all(math.isfinite(value) for value in point.px):
            problems.append(document.error(at, f"expected a place in the picture, got {point.px}"))
        try:
            lon, lat = to_wgs84(given.crs, point.lon, point.lat)
        except ConfigError as error:
            problems.append(document.error(at, str(error)))
            continue
        points.append(point.model_copy(update={"lon": lon, "lat": lat}))
    return given.model_copy(update={"points": tuple(points), "crs": WGS84})


def _matter_problems(document: Document, camera: Camera, matters: Mapping[str, Matter]) -> list[UserError]:
    return [document.error(fault.at, fault.what, fault.remedy) for fault in matter_faults(camera, matters)]


def matter_faults(camera: Camera, matters: Mapping[str, Matter]) -> list[MatterFault]:
    """Return what in a camera's file does not fit a catalogue."""
    catalogue = sorted(matters)
    faults = [
        MatterFault(("matters", index), f"{code!r} is not in the catalogue", suggestion(code, catalogue))
        for index, code in enumerate(camera.matters or ())
        if code not in matters
    ]
    for code, override in camera.overrides.items():
        at: Location = ("overrides", code)
        if code not in matters:
            faults.append(MatterFault(at, "this matter is not in the catalogue", suggestion(code, catalogue)))
            continue
        try:
            matters[code].watched.with_override(override)
        except ValueError as error:
            faults.append(MatterFault(at, str(error)))
    if not faults and camera.zones and camera.matters != () and not watched_on(camera, matters):
        named = camera.matters or catalogue
        wanted = sorted({purpose.value for code in named for purpose in matters[code].watched.rule.zones})
        what = f"none of {', '.join(named)} can run: the camera has no zone for them"
        faults.append(MatterFault(("matters",), what, f"Add a zone with purpose {' or '.join(wanted)}"))
    return faults
