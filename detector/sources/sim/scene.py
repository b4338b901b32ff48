"""Reading scenes and sim:// addresses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detector.errors import ConfigError
from detector.sources.sim.camera import Anchor, Pinhole
from detector.sources.sim.spec import SceneSpec

SCHEME = "sim"
_PACKAGE = Path(__file__).resolve().parents[3]
SCENE_FOLDERS = (_PACKAGE / "configs/demo/scenes", _PACKAGE / "gridpatrol/configs/demo/scenes")
"""Where named scenes lie: in a checkout, and in an installed wheel."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A scene with its place on the map."""

    spec: SceneSpec

    @property
    def anchor(self) -> Anchor:
        """Tie between the scene frame and the map."""
        return Anchor(self.spec.place.lon, self.spec.place.lat, self.spec.place.bearing_deg)

    def view_name(self, name: str | None) -> str:
        """Return a view's name; the first view when `name` is None.

        Raises:
            ConfigError: the scene has no such view.
        """
        if name is None:
            return next(iter(self.spec.views))
        if name not in self.spec.views:
            raise ConfigError(f"scene {self.spec.name} has no view {name!r}; it has: {', '.join(self.spec.views)}")
        return name

    def camera(self, view: str | None, resolution_wh: tuple[int, int]) -> Pinhole:
        """Return the camera of a view.

        Raises:
            ConfigError: the scene has no such view.
        """
        pose = self.spec.views[self.view_name(view)]
        return Pinhole(
            pose.position_m, pose.heading_deg, pose.tilt_deg, pose.hfov_deg, resolution_wh, roll_deg=pose.roll_deg
        )


def scene_names() -> list[str]:
    """Return the names of the scenes that come with the program."""
    return sorted({path.stem for folder in SCENE_FOLDERS if folder.is_dir() for path in folder.glob("*.yaml")})


def load_scene(name_or_path: str | Path) -> Scene:
    """Read a scene by its name, or from a file.

    Raises:
        ConfigError: there is no such scene, or the file is not a valid one.
    """
    path = _scene_file(name_or_path)
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: the scene cannot be read: {error}") from error
    try:
        return Scene(SceneSpec.model_validate(values))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {place or 'scene'}: {first['msg']} ({error.error_count()} faults)") from error


def _scene_file(name_or_path: str | Path) -> Path:
    given = Path(name_or_path)
    if given.suffix in (".yaml", ".yml"):
        if given.is_file():
            return given
        raise ConfigError(f"{given}: there is no such scene file")
    for folder in SCENE_FOLDERS:
        if (folder / f"{given}.yaml").is_file():
            return folder / f"{given}.yaml"
    raise ConfigError(
        f"no scene is called {str(name_or_path)!r}; known: {', '.join(scene_names())}, or give a .yaml file"
    )


class SimAddress(BaseModel):
    """A sim:// address: `sim://SCENE?seed=7&hour=14&...`, SCENE a name or (three slashes) the path of a scene file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scene: str = Field(min_length=1)
    view: str | None = Field(default=None, description="which of the scene's cameras; default the first")
    seed: int = Field(default=0, ge=0, description="of passers-by and noise")
    hour: float | None = Field(default=None, ge=0, lt=24, description="time of day shown; default the scene's")
    cloud: float | None = Field(default=None, ge=0, le=1)
    rain: float | None = Field(default=None, ge=0, le=1)
    width: int = Field(default=1280, ge=160, le=3840, description="picture width, pixels")
    height: int | None = Field(default=None, ge=90, le=2160, description="picture height; default 9/16 of the width")
    speed: float = Field(default=1.0, gt=0, le=3600, description="how many times faster the world goes")
    quiet: bool = Field(default=False, description="leave the scripted happenings out")
    quality: int = Field(default=0, ge=0, le=100, description="JPEG quality that the picture suffers; 0: none")
    duration: float | None = Field(default=None, gt=0, description="seconds after which the recording ends")

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read an address.

        Raises:
            ConfigError: it is not a sim:// address, or a parameter is unknown or out of range.
        """
        parts = urlsplit(url)
        if parts.scheme != SCHEME:
            raise ConfigError(f"{url}: expected sim://SCENE?seed=N")
        values: dict[str, str] = dict(parse_qsl(parts.query, keep_blank_values=True))
        try:
            return cls.model_validate({**values, "scene": parts.netloc + parts.path})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ConfigError(f"{url}: {place}: {first['msg']}") from error

    @property
    def resolution_wh(self) -> tuple[int, int]:
        """Picture size, pixels."""
        return self.width, self.height or round(self.width * 9 / 16 / 2) * 2
