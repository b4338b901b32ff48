"""A client of an application over a real store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.api import create_app
from dispatch.config import Names
from dispatch.contract import Location, SeenObject, Sight
from dispatch.service import Desk
from dispatch.store import SqlStore
from dispatch.views import CameraInfo, RuleInfo, ZoneInfo
from tests.dispatch.api.callers import accounts_of
from tests.dispatch.builders import PLACE, T0

JPEG = b"\xff\xd8\xff\xe0 a picture"


class TwoCameras:
    """One camera with a picture, one without."""

    def cameras(self) -> Sequence[CameraInfo]:
        zone = ZoneInfo(
            "kerb", "pavement", (1280, 720), ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0)), Names(en="Kerb", zh="路缘")
        )
        return (
            CameraInfo("gate", "Gate", "大门", PLACE, ("litter_exposed",), (zone,), looks=7, last_look_at=T0),
            CameraInfo("corner", "Corner", "拐角", Location(lon=114.2, lat=22.5, error_m=50)),
        )

    def snapshot(self, camera_id: str) -> bytes | None:
        return JPEG if camera_id == "gate" else None

    def sight(self, camera_id: str) -> Sight | None:
        seen = SeenObject(class_name="car", confidence=0.9, box_xyxy_px=(1, 2, 30, 40))
        shown = Sight(taken_at=T0, resolution_wh=(1280, 720), usable=True, detections=(seen,), model="street 1")
        return shown if camera_id == "gate" else None

    def rules(self) -> Sequence[RuleInfo]:
        values = {"dwell_s": 120.0, "min_confidence": 0.2}
        return (RuleInfo("litter_exposed", "residue", ("pavement",), (), ("garbage",), values, 3, 20.0, 900.0),)


class SquareMap:
    """A grid of one cell."""

    def feature_collection(self, layer: str | None, at: datetime) -> dict[str, Any]:
        ring = [[114.0, 22.0], [115.0, 22.0], [115.0, 23.0], [114.0, 22.0]]
        cell = {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"layer": layer or "unit", "code": "440303001002003"},
        }
        return {"type": "FeatureCollection", "features": [cell]}


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime = field(default=T0)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    root = tmp_path / "evidence"
    (root / "2026/11/21/gate").mkdir(parents=True)
    (root / "2026/11/21/gate/wide.jpg").write_bytes(JPEG)
    (tmp_path / "secret.jpg").write_bytes(b"not for you")
    return root


@pytest.fixture
def client_of(desk: Desk, store: SqlStore, evidence: Path, clock: Clock) -> Callable[..., TestClient]:
    def make(**options: Any) -> TestClient:
        app = create_app(
            desk,
            evidence_root=evidence,
            **{
                "accounts": accounts_of(store),
                "camera_control": TwoCameras(),
                "grid_map": SquareMap(),
                "clock": clock,
                **options,
            },
        )
        return TestClient(app, base_url="http://127.0.0.1:8600", raise_server_exceptions=False)

    return make


@pytest.fixture
def client(client_of: Callable[..., TestClient]) -> TestClient:
    return client_of()
