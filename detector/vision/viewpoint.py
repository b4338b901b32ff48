"""Where a camera looks: its picture reduced to structure that light and traffic leave alone, compared with a reference.

Working pictures are grey, `WORK_WIDTH_PX` wide, float32. They are cut into tiles; a tile with structure in the
reference either matches (its normalised cross-correlation with the reference is high), has lost its structure, or shows
something else. Correlation ignores brightness and contrast; tiles ignore what covers only a part.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image

Plane = NDArray[np.float32]
"""Grey picture or a value per tile, float32."""

WORK_WIDTH_PX = 320
TILE_COLUMNS = 10
TILE_ROWS = 6
MIN_STRUCTURE = 1.2
"""Mean gradient (grey levels a working pixel) below which a tile is plain road or sky and tells nothing."""

MIN_COMMON = 0.5
"""Correlation of the coarser detail from which a tile's sharpness can be told."""

SAMPLED_ROWS = 48
"""One row of macroblocks in three is looked at for damage."""

LONE_STEP = 8.0
"""Grey levels between two macroblocks from which their border counts as a step."""

ORB_FEATURES = 900
MIN_INLIERS = 14
MIN_WARPED_GAIN = 0.2
MIN_WARPED_MATCH = 0.4
"""A displacement is believed when undoing it makes this share of tiles match, and this much more than before."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One picture reduced to what view health compares.

    Attributes:
        grey: working picture, shape (rows, WORK_WIDTH_PX), lightly smoothed, grey levels.
        sample: every n-th source pixel of the green channel, unsmoothed uint8: tells repeated pictures.
        broken: share of the codec's grid that is visibly broken, 0..1.
    """

    grey: Plane
    sample: NDArray[np.uint8]
    broken: float


def reduce(image: Image) -> Look:
    """Reduce a BGR picture of any size to a `Look`."""
    height, width = image.shape[:2]
    green = np.asarray(cv2.extractChannel(image, 1), dtype=np.uint8)
    work_wh = (WORK_WIDTH_PX, max(TILE_ROWS * 4, round(WORK_WIDTH_PX * height / width)))
    work = cv2.resize(green, work_wh, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
    step = max(1, width // 480)
    return Look(
        grey=cv2.GaussianBlur(work, (0, 0), 0.8).astype(np.float32, copy=False),
        sample=green[step // 2 :: step, step // 2 :: step].copy(),
        broken=broken_share(green),
    )


def tile_structure(grey: Plane) -> Plane:
    """Mean gradient per tile of a working picture, grey levels a working pixel, shape (TILE_ROWS, TILE_COLUMNS)."""
    return _per_tile(_gradient(grey))


def tile_match(reference: Plane, grey: Plane) -> Plane:
    """Normalised cross-correlation of each tile of two working pictures, -1..1, shape (TILE_ROWS, TILE_COLUMNS).

    Both are freed of slow light gradients first (minus a wide blur), so that shadows' soft edges and exposure cancel.
    """
    a, b = _without_light(reference), _without_light(grey)
    cross = _per_tile(a * b)
    power = np.sqrt(np.maximum(_per_tile(a * a) * _per_tile(b * b), 1e-6))
    return np.asarray(cross / np.maximum(power, 0.25), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Displacement:
    """How a view lies relative to the reference.

    Attributes:
        matrix: 2x3 similarity, working pixels of the reference to working pixels of the view.
        shift_share: median distance that the picture's points moved, as a share of its width.
        rotation_deg: turn about the optical axis, degrees.
        scale: zoom factor.
        matched: share of structured tiles that match once the displacement is undone.
    """

    matrix: NDArray[np.float64]
    shift_share: float
    rotation_deg: float
    scale: float
    matched: float


def find_displacement(reference: Plane, structured: NDArray[np.bool_], grey: Plane) -> Displacement | None:
    """Find the similarity that takes the reference view to the present one; None when none explains the picture.

    Candidates come from ORB features (any shift, turn or zoom) and from phase correlation (shift, poor texture); each
    is believed only when undoing it makes the tiles match, so moving traffic cannot vote for a moved camera.
    """
    before = share(tile_match(reference, grey) > 0.5, structured)
    best: Displacement | None = None
    for matrix in (_by_features(reference, grey), _by_phase(reference, grey)):
        if matrix is None:
            continue
        found = _judge(matrix, reference, structured, grey)
        if found.matched >= max(MIN_WARPED_MATCH, before + MIN_WARPED_GAIN) and (
            best is None or found.matched > best.matched
        ):
            best = found
    return best


def _judge(matrix: NDArray[np.float64], reference: Plane, structured: NDArray[np.bool_], grey: Plane) -> Displacement:
    height, width = reference.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    undone = cv2.warpAffine(grey, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    seen = cv2.warpAffine(np.ones_like(grey), matrix, (width, height), flags=flags, borderValue=0)
    inside = (_per_tile(seen.astype(np.float32)) > 0.95) & structured
    matched = share(tile_match(reference, undone.astype(np.float32)) > 0.5, inside) if inside.sum() >= 6 else 0.0
    xs, ys = np.meshgrid(np.linspace(0, width, 9), np.linspace(0, height, 7))
    points = np.stack([xs.ravel(), ys.ravel(), np.ones(xs.size)])
    moved_px = np.linalg.norm(matrix @ points - points[:2], axis=0)
    return Displacement(
        matrix=matrix,
        shift_share=float(np.median(moved_px)) / width,
        rotation_deg=float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))),
        scale=float(np.hypot(matrix[0, 0], matrix[1, 0])),
        matched=matched,
    )


def _by_features(reference: Plane, grey: Plane) -> NDArray[np.float64] | None:
    orb = cv2.ORB.create(nfeatures=ORB_FEATURES, fastThreshold=7, edgeThreshold=12, patchSize=25)
    (keys_a, marks_a), (keys_b, marks_b) = (orb.detectAndCompute(_equalised(p), None) for p in (reference, grey))
    # With fewer than the needed points OpenCV gives no descriptors at all.
    if min(len(keys_a), len(keys_b)) < MIN_INLIERS:
        return None
    matches = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(marks_a, marks_b)
    if len(matches) < MIN_INLIERS:
        return None
    a = np.array([keys_a[m.queryIdx].pt for m in matches], np.float32)
    b = np.array([keys_b[m.trainIdx].pt for m in matches], np.float32)
    matrix, inliers = cv2.estimateAffinePartial2D(a, b, ransacReprojThreshold=2.5, maxIters=4000, confidence=0.995)
    # OpenCV's annotations leave out that no transformation may be found.
    if matrix is None or int(inliers.sum()) < MIN_INLIERS:  # type: ignore[redundant-expr]
        return None
    return np.asarray(matrix, np.float64)


def _by_phase(reference: Plane, grey: Plane) -> NDArray[np.float64] | None:
    height, width = reference.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    a, b = _gradient(reference), _gradient(grey)
    (dx, dy), _ = cv2.phaseCorrelate(np.minimum(a, 40.0), np.minimum(b, 40.0), window)
    if max(abs(dx) / width, abs(dy) / height) > 0.4:
        return None
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])


def _equalised(grey: Plane) -> Image:
    return cv2.createCLAHE(2.0, (4, 4)).apply(np.clip(grey, 0, 255).astype(np.uint8)).astype(np.uint8)


def _without_light(grey: Plane) -> Plane:
    return (grey - cv2.blur(grey, (17, 17))).astype(np.float32, copy=False)


def _gradient(grey: Plane) -> Plane:
    dx = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    dy = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return cv2.magnitude(dx, dy).astype(np.float32, copy=False)


def sharpness(reference: Plane, grey: Plane) -> Plane:
    """How much of the reference's fine detail each tile still has, over how much of its coarser detail.

    About 1 in a sound look, falling towards 0 out of focus. Detail is what the look has in common with the reference
    (a projection), so that noise, rain and traffic add nothing. NaN where a tile has too little in common to be told.
    """
    (fine_a, coarse_a), (fine_b, coarse_b) = _bands(reference), _bands(grey)
    common, coarse_power = _per_tile(coarse_a * coarse_b), _per_tile(coarse_a * coarse_a)
    kept_fine = _per_tile(fine_a * fine_b) / np.maximum(_per_tile(fine_a * fine_a), 0.05)
    kept_coarse = common / np.maximum(coarse_power, 0.05)
    power = np.sqrt(np.maximum(coarse_power * _per_tile(coarse_b * coarse_b), 1e-6))
    told = (common / power > MIN_COMMON) & (kept_coarse > 0.1)
    return np.where(told, kept_fine / np.maximum(kept_coarse, 0.1), np.nan).astype(np.float32)


def _bands(grey: Plane) -> tuple[Plane, Plane]:
    """Detail of about 2-4 working pixels, and of about 4-8 (at half the size)."""
    rows, columns = grey.shape
    half = cv2.resize(grey, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
    quarter = cv2.resize(half, (columns // 4, rows // 4), interpolation=cv2.INTER_AREA)
    fine = grey - cv2.resize(half, (columns, rows), interpolation=cv2.INTER_LINEAR)
    coarse = half - cv2.resize(quarter, (columns // 2, rows // 2), interpolation=cv2.INTER_LINEAR)
    return fine.astype(np.float32, copy=False), coarse.astype(np.float32, copy=False)


def without_sway(reference: Plane, grey: Plane) -> Plane:
    """Undo the small shift of a mast in the wind: up to 1 % of the width; else the picture as it is."""
    matrix = _by_phase(reference, grey)
    height, width = grey.shape
    if matrix is None or float(np.abs(matrix[:, 2]).max()) > 0.01 * width:
        return grey
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(grey, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT).astype(np.float32)


def broken_share(green: NDArray[np.uint8]) -> float:
    """Share of the 16 px segments of the codec's grid that are lone, straight steps, beyond what other grids show.

    Lost packets leave macroblocks that show what belongs elsewhere, with edges on the grid of 16 source pixels. Streets
    have as many such steps on a grid displaced by 8 px (measured: difference up to 0.007); broken pictures do not
    (from 0.1 with a third of the blocks broken).
    """
    if min(green.shape) < SAMPLED_ROWS:
        return 0.0
    across, down = _jumps(green), _jumps(np.asarray(cv2.transpose(green), dtype=np.uint8))
    on_grid, beside = (_lone_steps(across, phase) + _lone_steps(down, phase) for phase in (0, 8))
    return max(0.0, on_grid - 2.0 * beside) / 2.0


def _jumps(plane: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Jump from each column to the next, summed over 16 rows, of one row of macroblocks in three: (strips, columns)."""
    rows, columns = plane.shape
    strips = plane[: rows // SAMPLED_ROWS * SAMPLED_ROWS].reshape(-1, SAMPLED_ROWS, columns)[:, :16]
    sampled = strips.reshape(-1, columns)
    jumps = cv2.absdiff(sampled[:, 1:], sampled[:, :-1]).reshape(-1, 16, columns - 1)
    return np.asarray(jumps.sum(axis=1, dtype=np.uint32))


def _lone_steps(jumps: NDArray[np.uint32], phase: int) -> float:
    """Share of 16 px segments at lines 16 k + phase across which the level jumps, but not beside them."""
    step = jumps[:, 15 + phase : -2 : 16]
    before, after = (jumps[:, 15 + phase + aside :: 16][:, : step.shape[1]] for aside in (-1, 1))
    lone = (step > 16 * LONE_STEP) & (step > 2.5 * np.maximum(before, after))
    return float(lone.mean()) if lone.size else 0.0


def _per_tile(plane: Plane) -> Plane:
    return cv2.resize(plane, (TILE_COLUMNS, TILE_ROWS), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def share(mask: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    """Share of the tiles `among` that are in `mask`, 0..1; 0 where there are none."""
    count = int(among.sum())
    return float((mask & among).sum()) / count if count else 0.0
