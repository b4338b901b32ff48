"""How good a model is on labelled pictures: COCO metrics by class, source and box size, and its worst pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import supervision as sv
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from supervision.metrics import MeanAveragePrecision
from supervision.metrics.mean_average_precision import MeanAveragePrecisionResult

from models.dataset.labels import read_image
from models.dataset.yolo_data import YoloData
from models.errors import DatasetError

ALIASES: Mapping[str, str] = {"dining table": "table"}
"""COCO's name: ours."""

WORST_CONFIDENCE = 0.35
"""Score from which a detection counts when pictures are ranked by their mistakes."""
WORST_IOU = 0.5


class Detects(Protocol):
    """What is measured: anything that finds objects, such as `detector.inference.Detector`."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names by class id."""
        ...

    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[sv.Detections]:
        """Detect objects, one `sv.Detections` a picture."""
        ...


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """COCO average precision of one class."""

    ap50: float
    ap50_95: float
    images: int
    instances: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture with what is on it and what the model saw, both with the data's class ids.

    Attributes:
        picture: the file.
        source: where it came from, "" when unknown.
        truth, seen: boxes in pixels, `class_id` by the data file; `seen` only holds classes labelled there.
    """

    picture: Path
    source: str
    truth: sv.Detections
    seen: sv.Detections

    @property
    def mistakes(self) -> int:
        """Missed objects plus false ones at about the service threshold."""
        sure = chosen(self.seen, np.asarray(self.seen.confidence) >= WORST_CONFIDENCE)
        if not len(sure) or not len(self.truth):
            return len(self.truth) + len(sure)
        same = ids(self.truth)[:, None] == ids(sure)[None]
        good = np.where(same, sv.box_iou_batch(self.truth.xyxy, sure.xyxy), 0.0)
        rows, columns = linear_sum_assignment(-good)
        found = int((good[rows, columns] >= WORST_IOU).sum())
        return len(self.truth) + len(sure) - 2 * found


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one model on one data file.

    Attributes:
        model: `name@version`.
        data: the data file.
        split: which split was measured.
        classes: by class name, labelled ones that the model knows.
        sources: the same by source.
        sizes: mean AP50-95 by box size: small (< 32 px squared), medium, large (>= 96 px squared).
        not_in_model: labelled classes that the model does not know.
        pictures: how many.
        worst: picture and number of mistakes, most first.
    """

    model: str
    data: str
    split: str
    classes: Mapping[str, ClassFigures]
    sources: Mapping[str, Mapping[str, ClassFigures]]
    sizes: Mapping[str, float]
    not_in_model: tuple[str, ...]
    pictures: int
    worst: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values; `classes` is `{name: {"ap50", "ap50_95", "images", "instances"}}`."""
        return asdict(self)


def judge(
    detector: Detects, data: YoloData, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Judged]:
    """Run a model over the pictures of a data file.

    Classes are matched by name. On a picture whose source does not label a class, what the model sees of it is left
    out: nobody knows whether it is right.

    Raises:
        DatasetError: a picture or a label is broken, or nothing is labelled that the model knows.
    """
    id_of_name = {ALIASES.get(name, name): class_id for class_id, name in data.names.items()}
    data_id = np.array([id_of_name.get(ALIASES.get(name, name), -1) for name in detector.class_names])
    judged = []
    for number, picture in enumerate(data.pictures, start=1):
        image = read_image(picture)
        resolution_wh = (image.shape[1], image.shape[0])
        seen = detector.detect([image])[0]
        seen.class_id = data_id[ids(seen)] if len(seen) else np.zeros(0, np.int_)
        source = data.source(picture)
        labelled = data.labelled.get(source)
        allowed = [i for i, name in data.names.items() if labelled is None or name in labelled]
        seen = chosen(seen, np.isin(ids(seen), allowed))
        judged.append(Judged(picture, source, _truth(data, picture, resolution_wh), seen))
        progress(number, len(data.pictures))
    known = set(data_id.tolist())
    if not any(class_id in known for item in judged for class_id in ids(item.truth).tolist()):
        raise DatasetError(
            f"{data.split} labels nothing that the model knows; the data's classes are {', '.join(data.names.values())}"
        )
    return judged


def evaluate(judged: Sequence[Judged], detector: Detects, data: YoloData, *, model: str, data_path: str) -> Evaluation:
    """Compute the figures of judged pictures."""
    known = {ALIASES.get(name, name) for name in detector.class_names}
    present = {int(i) for item in judged for i in ids(item.truth)}
    names = {i: name for i, name in data.names.items() if i in present and ALIASES.get(name, name) in known}
    missing = [name for i, name in data.names.items() if i in present and i not in names]
    overall, result = _figures(judged, names)
    sources = {}
    for source in sorted({item.source for item in judged} - {""}):
        sources[source] = _figures([item for item in judged if item.source == source], names)[0]
    sizes = {
        size: round(float(part.map50_95), 4)
        for size, part in (
            ("small", result.small_objects),
            ("medium", result.medium_objects),
            ("large", result.large_objects),
        )
        if part is not None
    }
    worst = sorted(((str(item.picture.name), item.mistakes) for item in judged), key=lambda pair: -pair[1])
    return Evaluation(
        model=model,
        data=data_path,
        split=data.split,
        classes=overall,
        sources=sources,
        sizes=sizes,
        not_in_model=tuple(missing),
        pictures=len(judged),
        worst=tuple(pair for pair in worst[:20] if pair[1]),
    )


def at_least(judged: Sequence[Judged], min_side_px: float, width_px: int) -> list[Judged]:
    """Leave out what is too small to be asked for, as COCO does with area ranges: neither found, nor missed, nor false.

    Left out are objects, detections on them, and detections that are as small themselves and lie on nothing.

    Args:
        judged: as `judge` returns them.
        min_side_px: least shorter side, in pixels of a picture scaled to `width_px` on its longer side.
        width_px: the model's input size.
    """
    kept = []
    for item in judged:
        height, width = read_image(item.picture).shape[:2]
        least_px = min_side_px * max(width, height) / width_px
        large = _shorter_sides(item.truth) >= least_px
        counted = np.ones(len(item.seen), np.bool_)
        if len(item.seen):
            counted = _shorter_sides(item.seen) >= least_px
            if len(item.truth):
                same = ids(item.truth)[:, None] == ids(item.seen)[None]
                overlap = np.where(same, sv.box_iou_batch(item.truth.xyxy, item.seen.xyxy), 0.0)
                on_something = overlap.max(0) >= WORST_IOU
                counted = np.where(on_something, large[overlap.argmax(0)], counted)
        kept.append(replace(item, truth=chosen(item.truth, large), seen=chosen(item.seen, counted)))
    return kept


def _shorter_sides(detections: sv.Detections) -> NDArray[np.float64]:
    boxes = np.asarray(detections.xyxy, np.float64).reshape(-1, 4)
    return np.asarray(np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]), np.float64)


def mean(figures: Mapping[str, ClassFigures], names: Iterable[str], attribute: str = "ap50_95") -> float:
    """Return the mean of a figure over those of the named classes that were measured; nan when none was."""
    values = [getattr(figures[name], attribute) for name in names if name in figures]
    return float(np.mean(values)) if values else float("nan")


def _figures(
    judged: Sequence[Judged], names: Mapping[int, str]
) -> tuple[dict[str, ClassFigures], MeanAveragePrecisionResult]:
    metric = MeanAveragePrecision(max_detection_thresholds=(1, 10, 300))
    wanted = list(names)
    metric.update(
        [_only(item.seen, wanted) for item in judged],
        [_only(item.truth, wanted) for item in judged],
    )
    result = metric.compute()
    figures = {}
    for row, class_id in enumerate(result.matched_classes):
        counts = [int((ids(item.truth) == class_id).sum()) for item in judged]
        if sum(counts):
            figures[names[int(class_id)]] = ClassFigures(
                ap50=round(float(max(0.0, result.ap_per_class[row, 0])), 4),
                ap50_95=round(float(max(0.0, result.ap_per_class[row].mean())), 4),
                images=sum(count > 0 for count in counts),
                instances=sum(counts),
            )
    return figures, result


def chosen(detections: sv.Detections, mask: NDArray[np.bool_]) -> sv.Detections:
    """Return those detections that the mask marks."""
    kept = detections[mask]
    if not isinstance(kept, sv.Detections):
        raise TypeError(f"a mask selects detections, got {type(kept).__name__}")
    return kept


def _only(detections: sv.Detections, class_ids: Sequence[int]) -> sv.Detections:
    kept = chosen(detections, np.isin(ids(detections), class_ids))
    kept.data = {}
    return kept


def _truth(data: YoloData, picture: Path, resolution_wh: tuple[int, int]) -> sv.Detections:
    id_of = {name: class_id for class_id, name in data.names.items()}
    labels = data.labels(picture)
    boxes = np.array([label.box_cxcywh for label in labels], np.float32).reshape(-1, 4)
    corners = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1)
    return sv.Detections(
        xyxy=corners * np.tile(np.array(resolution_wh, np.float32), 2),
        class_id=np.array([id_of[label.name] for label in labels], np.int_),
    )


def ids(detections: sv.Detections) -> NDArray[np.int_]:
    """Return the class ids of detections, an empty array where there are none."""
    return np.asarray(detections.class_id if detections.class_id is not None else [], dtype=np.int_)
