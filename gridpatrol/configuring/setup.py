"""What helps to set cameras up on a node (`dispatch.camera_setup.CameraSetup`)."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from detector import calibrating
from detector.config import Calibration, CalibrationPoint
from detector.crs import WGS84, to_wgs84
from detector.errors import CalibrationError, ConfigError
from detector.sources import AddressPolicy, Secrets
from dispatch.camera_setup import Fit, MapPoint, Probe, Residual, Row, TooManyProbes, Wanted
from dispatch.configuration import Author, Fault, Faulty
from dispatch.errors import Conflict
from gridpatrol.configuring.addresses import AddressRules
from gridpatrol.configuring.cameras import CameraOffice
from gridpatrol.configuring.faults import fault
from gridpatrol.configuring.listing import Listed, read_list
from gridpatrol.configuring.probing import probe

PROBES = 3
"""Cameras tried at one time."""


class SetupOffice:
    """Tries addresses and calibrations, and adds lists of cameras.

    Args:
        cameras: adds what can be added.
        folder: the configuration directory.
        policy: which hosts may be reached.
        secrets_file: credentials by name; None for those of the environment alone.
    """

    def __init__(self, cameras: CameraOffice, folder: Path, policy: AddressPolicy, secrets_file: Path | None) -> None:
        self._cameras = cameras
        self._rules = AddressRules(folder, policy)
        self._policy = policy
        self._secrets_file = secrets_file
        self._probes = threading.BoundedSemaphore(PROBES)

    def probe(self, wanted: Wanted) -> Probe:
        """Connect to an address, take a picture and leave. Raises TooManyProbes."""
        if not self._probes.acquire(blocking=False):
            raise TooManyProbes(f"{PROBES} cameras are being tried already", "Wait some seconds and try again.")
        try:
            return probe(wanted, rules=self._rules, secrets=self._secrets, policy=self._policy)
        finally:
            self._probes.release()

    def fit(self, resolution_wh: tuple[int, int], crs: str, points: Sequence[MapPoint]) -> Fit:
        """Return what the points of a calibration make of the picture."""
        try:
            calibration = _calibration(resolution_wh, crs, points)
            found = calibrating.fit(calibration)
        except ValidationError:
            return Fit(fault("points", f"needs at least 4 points, got {len(points)}"))
        except (CalibrationError, ConfigError) as error:
            return Fit(fault("points", str(error)))
        residuals = tuple(Residual(point.off_px, point.off_m, point.error_m) for point in found.points)
        return Fit(None, residuals, found.contradiction, found.grid_step_m, found.lines_px)

    def add_listed(self, table: bytes, author: Author, *, dry_run: bool) -> tuple[Row, ...]:
        """Add the cameras of a CSV file, each that can be; with `dry_run` only say which. Raises Faulty."""
        seen: set[str] = set()
        rows = []
        for listed in read_list(table):
            camera_id = str(listed.content.get("id", ""))
            if camera_id in seen:
                twice = fault("id", f"{camera_id!r} is given twice")
                rows.append(Row(listed.line, camera_id, (twice,)))
                continue
            seen.add(camera_id)
            rows.append(self._row(listed, camera_id, author, dry_run=dry_run))
        return tuple(rows)

    def _row(self, listed: Listed, camera_id: str, author: Author, *, dry_run: bool) -> Row:
        try:
            if dry_run:
                return Row(listed.line, camera_id, notices=self._cameras.check(listed.content))
            return Row(listed.line, camera_id, notices=self._cameras.add(listed.content, author).notices)
        except Faulty as error:
            return Row(listed.line, camera_id, error.faults)
        except Conflict as error:
            known = Fault("id", error.what, error.remedy, f"探头 {camera_id} 已存在", "请换一个编号，或修改该探头")
            return Row(listed.line, camera_id, (known,))

    def _secrets(self) -> Secrets:
        return Secrets(os.environ, self._secrets_file)


def _calibration(resolution_wh: tuple[int, int], crs: str, points: Sequence[MapPoint]) -> Calibration:
    places = [(point.px, to_wgs84(crs, point.lon, point.lat)) for point in points]
    return Calibration(
        resolution_wh=resolution_wh,
        crs=WGS84,
        points=tuple(CalibrationPoint(px=px, lon=lon, lat=lat) for px, (lon, lat) in places),
    )
