"""Cut-outs of labelled objects pasted on other pictures: bags and sacks on pavements where nobody photographed them.

Only training pictures give cut-outs and backgrounds, so nothing held out is seen. Cut-outs are made with GrabCut
(Rother et al. 2004) inside the hand-drawn box; size falls with height in the picture as on a street seen from a mast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.dataset.labels import Label, Picture, read_image

Image = NDArray[np.uint8]
Rng = np.random.Generator

MIN_CUTOUT_SIDE_PX = 28
SHARE_OF_BOX = (0.35, 0.92)
"""A cut-out that fills less or more of its box was not separated from its background."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """An object without its background.

    Attributes:
        name: class.
        image: BGR, (height, width, 3).
        opacity: (height, width) 0..1.
    """

    name: str
    image: Image
    opacity: NDArray[np.float32]


def cut_out(image: Image, label: Label) -> Cutout | None:
    """Separate a labelled object from its background; None where it is too small or does not separate."""
    height, width = image.shape[:2]
    cx, cy, w, h = label.box_cxcywh
    left, top = max(0, int((cx - w / 2) * width)), max(0, int((cy - h / 2) * height))
    right, bottom = min(width, int((cx + w / 2) * width)), min(height, int((cy + h / 2) * height))
    if min(right - left, bottom - top) < MIN_CUTOUT_SIDE_PX:
        return None
    margin = max(6, int(0.2 * max(right - left, bottom - top)))
    x0, y0 = max(0, left - margin), max(0, top - margin)
    crop = image[y0 : min(height, bottom + margin), x0 : min(width, right + margin)].copy()
    box = (left - x0, top - y0, right - left, bottom - top)
    mask = np.zeros(crop.shape[:2], np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(crop, mask, box, *models, 3, cv2.GC_INIT_WITH_RECT)
    sure = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    sure = np.asarray(cv2.morphologyEx(sure, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    part = (slice(box[1], box[1] + box[3]), slice(box[0], box[0] + box[2]))
    if not SHARE_OF_BOX[0] <= float(sure[part].mean()) <= SHARE_OF_BOX[1]:
        return None
    opacity = np.asarray(cv2.GaussianBlur(sure[part].astype(np.float32), (0, 0), 0.8), np.float32)
    return Cutout(label.name, np.ascontiguousarray(crop[part]), opacity)


def collect_cutouts(pictures: Sequence[Picture], wanted: Mapping[str, str], rng: Rng, at_most: int) -> list[Cutout]:
    """Cut objects out of pictures.

    Args:
        pictures: to take from.
        wanted: class by source; other sources give nothing.
        rng: which pictures come first.
        at_most: per source.
    """
    taken: dict[str, list[Cutout]] = {source: [] for source in wanted}
    for index in rng.permutation(len(pictures)):
        picture = pictures[int(index)]
        found = taken.get(picture.source)
        if found is None or len(found) >= at_most:
            continue
        labels = [label for label in picture.labels if label.name == wanted[picture.source]]
        if labels:
            cutout = cut_out(read_image(picture.path), labels[int(rng.integers(len(labels)))])
            if cutout is not None:
                found.append(cutout)
    return [cutout for found in taken.values() for cutout in found]


def pasted_picture(background: Image, cutouts: Sequence[Cutout], rng: Rng) -> tuple[Image, list[Label]]:
    """Paste one to four heaps on the lower part of a picture.

    Returns:
        The picture and the labels of what was pasted.
    """
    image = background.copy()
    labels: list[Label] = []
    occupied = np.zeros(image.shape[:2], bool)
    for _ in range(int(rng.integers(1, 5))):
        ground_y = float(rng.uniform(0.42, 0.98))
        side = float(rng.uniform(0.45, 1.5)) * 0.16 * (ground_y - 0.2) * image.shape[0]
        first = cutouts[int(rng.integers(len(cutouts)))]
        same = [cutout for cutout in cutouts if cutout.name == first.name]
        x = float(rng.uniform(0.03, 0.97)) * image.shape[1]
        for member in range(int(rng.choice([1, 1, 1, 2, 3]))):
            cutout = first if member == 0 else same[int(rng.integers(len(same)))]
            place = (x + member * side * float(rng.uniform(0.6, 1.0)), ground_y * image.shape[0])
            label = _paste(image, occupied, cutout, place, side, rng)
            if label is not None:
                labels.append(label)
    return image, labels


def _paste(
    image: Image, occupied: NDArray[np.bool_], cutout: Cutout, foot_xy_px: tuple[float, float], side: float, rng: Rng
) -> Label | None:
    """Paste one cut-out with its foot at a point; None where it would leave the picture or cover another."""
    scale = max(9.0, side) / max(cutout.image.shape[:2])
    width, height = max(4, int(cutout.image.shape[1] * scale)), max(4, int(cutout.image.shape[0] * scale))
    left, top = int(foot_xy_px[0] - width / 2), int(foot_xy_px[1] - height)
    if left < 0 or top < 0 or left + width > image.shape[1] or top + height > image.shape[0]:
        return None
    area = (slice(top, top + height), slice(left, left + width))
    if occupied[area].mean() > 0.25:
        return None
    flip = rng.random() < 0.5
    picture = cv2.resize(cutout.image[:, ::-1] if flip else cutout.image, (width, height), interpolation=cv2.INTER_AREA)
    opacity = cv2.resize(
        cutout.opacity[:, ::-1] if flip else cutout.opacity, (width, height), interpolation=cv2.INTER_AREA
    )
    _shade(image, left, top, width, height, float(rng.uniform(0.25, 0.55)))
    ground = image[area].astype(np.float32)
    light = float(np.clip(ground.mean() / max(float(picture.mean()), 1.0), 0.5, 1.6)) ** float(rng.uniform(0.2, 0.7))
    lit = picture.astype(np.float32) * light
    alpha = np.asarray(opacity, np.float32)[..., None]
    image[area] = (lit * alpha + ground * (1 - alpha)).clip(0, 255).astype(np.uint8)
    occupied[area] |= alpha[..., 0] > 0.5
    solid = np.argwhere(alpha[..., 0] > 0.4)
    if len(solid) == 0:
        return None
    corner = np.array([top, left])
    (y0, x0), (y1, x1) = solid.min(0) + corner, solid.max(0) + corner + 1
    full_h, full_w = image.shape[:2]
    centre = ((x0 + x1) / 2 / full_w, (y0 + y1) / 2 / full_h)
    return Label(cutout.name, (float(centre[0]), float(centre[1]), float(x1 - x0) / full_w, float(y1 - y0) / full_h))


def _shade(image: Image, left: int, top: int, width: int, height: int, depth: float) -> None:
    """Darken the ground under an object, softly."""
    shade = np.zeros(image.shape[:2], np.float32)
    centre = (left + width // 2, top + height - max(1, height // 12))
    cv2.ellipse(shade, centre, (max(2, int(width * 0.55)), max(2, height // 6)), 0, 0, 360, depth, -1)
    shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), max(1.0, width / 14)), np.float32)
    image[:] = (image * (1 - shade[..., None])).astype(np.uint8)


def write_pasted(
    folder: Path,
    pictures: Sequence[Picture],
    wanted: Mapping[str, str],
    backgrounds: Sequence[str],
    count: int,
    seed: int,
) -> list[Picture]:
    """Write pictures with pasted objects and return them with all their labels.

    Args:
        folder: where to write.
        pictures: training pictures, to cut out from and to paste on.
        wanted: class to cut out, by source.
        backgrounds: sources to paste on.
        count: how many pictures.
        seed: of the choice.
    """
    rng = np.random.default_rng(seed)
    cutouts = collect_cutouts(pictures, wanted, rng, at_most=120)
    grounds = [picture for picture in pictures if picture.source in backgrounds]
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Picture] = []
    for number in range(count if cutouts and grounds else 0):
        ground = grounds[int(rng.integers(len(grounds)))]
        image, labels = pasted_picture(read_image(ground.path), cutouts, rng)
        path = folder / f"pasted{number:05d}.jpg"
        cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 92])
        written.append(Picture(path, ground.source, (*ground.labels, *labels)))
    return written
