"""A small city's configuration, and the office that changes its cameras, over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from detector.config import Camera
from detector.sources import AddressPolicy, Secrets
from dispatch.configuration import Author, Pause
from dispatch.configuring import Configuration
from dispatch.grid import GridIndex
from dispatch.service import Desk
from dispatch.store import SqlStore, open_store
from gridpatrol.basemaps import BaseMapRoom
from gridpatrol.config import load_installation
from gridpatrol.configuring.addresses import AddressRules
from gridpatrol.configuring.cameras import CameraOffice
from gridpatrol.configuring.commitments import Commitments
from gridpatrol.configuring.inforce import InForce
from gridpatrol.configuring.schemas import document_schemas
from gridpatrol.configuring.settings import SettingsOffice
from gridpatrol.configuring.setup import SetupOffice
from gridpatrol.onvif.office import DiscoveryOffice
from gridpatrol.settings import OnvifSettings
from tests.sqlite import with_tables

T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
GATE = """\
# The gate of the market.
# Surveyed in autumn.
id: gate
names: {en: Gate, zh: 大门}
source: {url: "rtsp://10.0.0.7/live", credentials: gate}  # behind the wall
watch: {look_interval_s: 1.0}
position: {lon: 114.1305, lat: 22.5478, crs: "EPSG:4326"}
zones:
  - {id: walk, purpose: pavement, resolution_wh: [640, 360], polygon_px: [[0, 0], [640, 0], [640, 360]]}
matters: [litter_exposed]
"""


def camera(camera_id: str, **changes: Any) -> dict[str, Any]:
    """What a camera file says."""
    return {
        "id": camera_id,
        "names": {"en": "Corner", "zh": "拐角"},
        "source": {"url": "rtsp://10.0.0.8/live"},
        "position": {"lon": 114.1306, "lat": 22.5479, "crs": "EPSG:4326"},
        **changes,
    }


def by(name: str, note: str = "") -> Author:
    """An author at the time of the tests."""
    return Author(name, T0, note)


@dataclass
class Eyes:
    """Notes what it is told to watch."""

    watched: list[tuple[str, bool]] = field(default_factory=list)
    cameras: dict[str, Camera] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    paused: list[str] = field(default_factory=list)

    def watch(self, camera: Camera, *, anew: bool) -> None:
        self.watched.append((camera.id, anew))
        self.cameras[camera.id] = camera

    def unwatch(self, camera_id: str) -> None:
        self.left.append(camera_id)

    def pause(self, pause: Pause) -> None:
        self.paused.append(pause.camera_id)

    def resume(self, camera_id: str) -> None:
        self.paused.remove(camera_id)


@dataclass
class City:
    """A configuration directory and what works on it. `begin` is a start of the node."""

    folder: Path
    store: SqlStore
    eyes: Eyes = field(default_factory=Eyes)
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    mappings_in_use: list[str] = field(default_factory=list)

    def begin(self) -> CameraOffice:
        self.in_force = InForce(load_installation(self.folder), self.store.configuration.pauses())
        office = CameraOffice(self.in_force, self.folder, self.store.configuration, self.eyes, self.policy)
        office.note_files(T0)
        return office

    def configuration(self) -> Configuration:
        cameras = self.begin()
        setup = SetupOffice(cameras, self.folder, self.policy, None)
        discovery = DiscoveryOffice(OnvifSettings(), AddressRules(self.folder, self.policy), lambda: Secrets({}), dict)
        base_maps = BaseMapRoom(self.folder.parent / "basemaps")
        return Configuration(cameras, setup, self.settings(), document_schemas(), discovery, base_maps)

    def settings(self) -> SettingsOffice:
        installation = self.in_force.installation
        self.desk = Desk(
            self.store, matters=installation.rules, grid=GridIndex(installation.grid), policy=installation.policy
        )
        office = SettingsOffice(
            self.in_force,
            self.folder,
            self.store.configuration,
            self.desk,
            eyes=self.eyes,
            commitments=Commitments(self.desk, lambda: self.mappings_in_use),
            classes=lambda: ("car", "truck", "bus", "garbage"),
        )
        office.note_files(T0)
        return office

    @property
    def gate(self) -> Path:
        return self.folder / "cameras" / "gate.yaml"


def found_city(folder: Path, store: SqlStore) -> City:
    """Write the configuration of a city with one camera and no grid, which takes long to read."""
    (folder / "cameras").mkdir(parents=True)
    (folder / "cameras" / "gate.yaml").write_text(GATE, encoding="utf-8")
    return City(folder, store)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    store = open_store(with_tables(tmp_path / "dispatch.sqlite"))
    yield found_city(tmp_path / "config", store)
    store.close()


@pytest.fixture
def office(city: City) -> CameraOffice:
    return city.begin()
