"""Setting cameras up: trial connections, the fit of a calibration, lists of cameras."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, UploadFile

from dispatch.api.access import CallerDep
from dispatch.api.problems import Unavailable, answers
from dispatch.api.routes.camera_configuration import CONFIGURE, CONFIGURE_CITY, WRITE_ANSWERS, CameraPath
from dispatch.api.schemas_camera_setup import FitAnswer, FitRequest, ListAnswer, ProbeAnswer, ProbeRequest
from dispatch.api.services import API, ServicesDep
from dispatch.camera_setup import CameraSetup
from dispatch.configuration import Author

router = APIRouter(prefix=f"{API}/cameras", tags=["configuration"])


def _setup(services: ServicesDep) -> CameraSetup:
    if services.configuration.setup is None:
        raise Unavailable("nothing here watches cameras", "Ask a running node.")
    return services.configuration.setup


SetupDep = Annotated[CameraSetup, Depends(_setup)]


@router.post(
    "/probe",
    dependencies=[CONFIGURE_CITY],
    responses={**WRITE_ANSWERS, **answers(HTTPStatus.TOO_MANY_REQUESTS)},
)
def probe_camera(wanted: ProbeRequest, setup: SetupDep) -> ProbeAnswer:
    """Connect to a camera that is not configured yet, take a picture, and say what works and what does not."""
    return ProbeAnswer.of(setup.probe(wanted.wanted()))


@router.post("/import", dependencies=[CONFIGURE_CITY], responses=WRITE_ANSWERS)
def import_cameras(
    file: UploadFile,
    setup: SetupDep,
    services: ServicesDep,
    caller: CallerDep,
    dry_run: Annotated[bool, Query(description="only say what would become of each line")] = False,
) -> ListAnswer:
    """Add the cameras of a CSV file, each that can be added; the answer says what became of each line.

    Columns: id, url, lon, lat are needed; name_zh, name_en, credentials, crs, error_m, mode, look_interval_s and
    matters may be there. Chinese headings are understood too.
    """
    author = Author(caller.name, services.clock(), f"from the list {file.filename or ''}"[:1000])
    return ListAnswer.of(setup.add_listed(file.file.read(), author, dry_run=dry_run), dry_run=dry_run)


@router.post("/{camera_id}/calibration/fit", dependencies=[CONFIGURE], responses=WRITE_ANSWERS)
def fit_calibration(camera_id: CameraPath, wanted: FitRequest, setup: SetupDep) -> FitAnswer:
    """Fit the ground to points marked in a camera's picture; nothing is saved."""
    return FitAnswer.of(setup.fit(wanted.resolution_wh, wanted.crs, wanted.map_points()))
