"""What a committed YAML says about a data set and a training, so that both can be made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.errors import RecipeError


class _Recipe(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Streets(_Recipe):
    """Simulated streets, rendered into the source's folder when they are not there yet."""

    seeds: tuple[int, int] = Field(description="first seed and the one after the last")
    per_scene: int = Field(default=4, ge=1)
    resolution_wh: tuple[int, int] | None = None


class Frames(_Recipe):
    """Frames of clips on which none of the labelled classes is to be seen."""

    clips: tuple[Path, ...] = Field(min_length=1)
    every_s: float = Field(default=4.0, gt=0)


class Paste(_Recipe):
    """Cut-outs of other sources' training pictures pasted on other sources' training pictures."""

    count: int = Field(ge=1)
    cutouts: dict[str, str] = Field(min_length=1, description="source: class to cut out there")
    backgrounds: tuple[str, ...] = Field(min_length=1, description="sources to paste on")


class SourceSpec(_Recipe):
    """One source of pictures, with what its labels can be trusted for."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="prefix of its pictures in the data set")
    path: Path = Field(
        description="folder with images/ and labels/ in YOLO form, relative to where the command runs; "
        "made by the program where streets, frames or paste is given"
    )
    streets: Streets | None = None
    frames: Frames | None = None
    paste: Paste | None = None
    include: str = Field(default="*", description="which pictures, as a file name pattern")
    class_map: dict[int | str, str] = Field(
        default_factory=dict, description="class id or name in the source: our class name; others are dropped"
    )
    class_count: int | None = Field(
        default=None, ge=1, description="number of classes in the source, where it has no data.yaml that names them"
    )
    labelled: tuple[str, ...] = Field(
        default=(),
        description="classes of which every instance is labelled here; others are neither rewarded nor punished",
    )
    min_side_px: float = Field(default=0, ge=0, description="smaller boxes are left out, pixels of the picture")
    base_answers: bool = Field(
        default=True, description="the base model alone answers for its own classes here; labels of them only measure"
    )
    holdout: float = Field(default=0.15, ge=0, le=1, description="share of its groups kept for measuring")
    repeat: int = Field(default=1, ge=1, le=20, description="how often an epoch sees each picture")
    limit: int | None = Field(
        default=None,
        ge=1,
        description="take at most so many pictures; what is held out is decided among all of them before",
    )


class DataRecipe(_Recipe):
    """Classes and sources of a data set."""

    name: str
    seed: int = 0
    classes: tuple[str, ...] = Field(min_length=1)
    sources: tuple[SourceSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        known = set(self.classes)
        for source in self.sources:
            unknown = sorted((set(source.class_map.values()) | set(source.labelled)) - known)
            if unknown:
                raise ValueError(f"source {source.name}: unknown classes {', '.join(unknown)}")
        names = [source.name for source in self.sources]
        if len(set(names)) != len(names):
            raise ValueError("source names must be unique")
        if len(known) != len(self.classes):
            raise ValueError("class names must be unique")
        return self


class Schedule(_Recipe):
    """How the optimiser runs."""

    epochs: int = Field(ge=1)
    share: float = Field(
        default=1.0, gt=0, le=1, description="share of the training pictures, evenly from every source"
    )
    image_size: int = Field(default=640, ge=64, description="pixels, a multiple of 32")
    batch: int = Field(default=16, ge=1)
    compile: bool = Field(
        default=False, description="compile the network first: minutes at the start, shorter steps afterwards"
    )
    learning_rate: float = Field(default=5e-4, gt=0)
    final_learning_rate: float = Field(default=0.05, gt=0, le=1, description="share of the learning rate at the end")
    weight_decay: float = Field(default=5e-4, ge=0)
    mosaic: float = Field(default=0.5, ge=0, le=1)
    close_mosaic: int = Field(default=2, ge=0, description="last epochs without mosaic")
    scale: float = Field(default=0.5, ge=0, lt=1)
    degrees: float = Field(
        default=0.0,
        ge=0,
        le=180,
        description="turn pictures by up to so much; boxes of turned things are too wide",
    )
    cctv: float = Field(
        default=0.5, ge=0, le=1, description="share of pictures made to look like a poor camera's: night, rain, codec"
    )


class TrainingRecipe(_Recipe):
    """One training, from base weights to a checkpoint."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    seed: int = 0
    base_weights: Path | None = Field(
        default=None,
        description="Ultralytics YOLO11 checkpoint with COCO's 80 classes; not needed where start_from holds it",
    )
    start_from: Path | None = Field(default=None, description="checkpoint of ours to go on from, .pt or .safetensors")
    blend: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="share of the way from blend_with to what was learnt at which the weights end (WiSE-FT)",
    )
    blend_with: Path | None = Field(default=None, description="earlier checkpoint; start_from when absent")
    fit_gate: bool = Field(default=True, description="fit the gate anew; otherwise it stays as in start_from")
    data: DataRecipe
    schedule: Schedule
    init_rows: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="new class: COCO classes whose output rows it starts from"
    )

    @property
    def start(self) -> Path:
        """The weights that a training begins with."""
        start = self.start_from or self.base_weights
        assert start is not None, "_has_a_start"
        return start

    @model_validator(mode="after")
    def _has_a_start(self) -> Self:
        if self.start_from is None and self.base_weights is None:
            raise ValueError("name base_weights, or start_from, a checkpoint of ours to go on from")
        if self.init_rows and self.base_weights is None:
            raise ValueError("init_rows are rows of base_weights, which is not named")
        if self.start_from is None and (self.blend < 1 or not self.fit_gate):
            raise ValueError("blend and fit_gate: false need start_from")
        return self


def load_recipe(path: Path) -> TrainingRecipe:
    """Read a training recipe; `data` may name another recipe beside it, whose data it shares.

    Raises:
        RecipeError: the file is missing, no YAML, or a value is wrong; the message names file and field.
    """
    values = _read(path)
    if isinstance(values, dict) and isinstance(values.get("data"), str):
        values["data"] = load_recipe(path.parent / values["data"]).data
    try:
        return TrainingRecipe.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "top level"
        raise RecipeError(f"{path}: {where}: {first['msg']}") from error


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RecipeError(f"{path}: no such recipe; committed ones are in configs/training/") from error
    except yaml.YAMLError as error:
        raise RecipeError(f"{path}: not YAML: {error}") from error
