"""YOLO on OpenVINO: one engine shared by all cameras, as many requests in flight as the machine has streams.

A picture is scaled to the network's size on its longer side only and padded to the next of a few shapes, so a 16:9
picture costs 60 % of a square one; one compiled network is kept for each shape that has come.
"""

from __future__ import annotations

import math
import queue
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import openvino as ov
import supervision as sv
from numpy.typing import NDArray

from detector.errors import ModelError
from detector.frame import Image
from models.registry import ModelEntry, RegistryError, verify

STRIDE_PX = 32
PADDING_GREY = 114
SHARES = (0.6, 0.7, 0.75, 0.8, 1.0)
"""The shapes: shorter side as a share of the longer one. 16:9 and wider, 3:2, 4:3, 5:4, square.

Fixed, so that what a picture gives does not hang on which others have come before it.
"""

ONE_NAME = frozenset(
    (
        "chair",
        "bench",
        "table",
        "backpack",
        "handbag",
        "suitcase",
        "garbage",
        "garbage_bag",
        "litter_item",
        "goods",
        "bin",
    )
)
"""Things of which one place holds one: the surest name wins, as a bin is not also a suitcase."""

NO_EDGE = frozenset(("garbage", "litter_item", "goods", "stall"))
"""Things without an edge, or so small that a box is easily a pixel off: boxes that overlap by less are one thing."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture was placed on the network's input.

    Attributes:
        scale: network pixels per picture pixel.
        offset_xy_px: where the picture's corner lies, network pixels.
        input_wh: size of the network input, pixels.
    """

    scale: float
    offset_xy_px: tuple[int, int]
    input_wh: tuple[int, int]


def fit(resolution_wh: tuple[int, int], input_size: int, square: bool) -> Letterbox:
    """Return where a picture goes on the network's input.

    Args:
        resolution_wh: size of the picture, pixels.
        input_size: longer side of the input, pixels.
        square: pad to a square, otherwise to the next of `SHARES`.

    Examples:
        >>> fit((1280, 720), 640, square=False).input_wh
        (640, 384)
    """
    width, height = resolution_wh
    scale = input_size / max(width, height)
    placed_wh = (round(width * scale), round(height * scale))
    input_wh = (input_size, input_size)
    if not square:
        shorter = next(side for side in _sides(input_size) if side >= min(placed_wh))
        input_wh = (input_size, shorter) if width >= height else (shorter, input_size)
    return Letterbox(scale, ((input_wh[0] - placed_wh[0]) // 2, (input_wh[1] - placed_wh[1]) // 2), input_wh)


def _sides(input_size: int) -> tuple[int, ...]:
    """The shorter sides that an input may have, multiples of the network's stride, pixels, ascending."""
    return tuple(STRIDE_PX * math.ceil(round(share * input_size / STRIDE_PX, 6)) for share in SHARES)


def place(image: Image, letterbox: Letterbox) -> NDArray[np.uint8]:
    """Return the network input, (1, height, width, 3) uint8 BGR, the rest grey."""
    height, width = image.shape[:2]
    placed_wh = (max(1, round(width * letterbox.scale)), max(1, round(height * letterbox.scale)))
    shrinks = letterbox.scale < 0.5
    small = cv2.resize(image, placed_wh, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    canvas = np.full((1, letterbox.input_wh[1], letterbox.input_wh[0], 3), PADDING_GREY, np.uint8)
    x, y = letterbox.offset_xy_px
    canvas[0, y : y + placed_wh[1], x : x + placed_wh[0]] = small
    return canvas


@dataclass(frozen=True, slots=True)
class Limits:
    """What of the network's answer becomes a detection.

    Attributes:
        min_confidence: lower scores are dropped.
        nms_iou: of two boxes of one class that overlap more, the weaker is dropped (0.7 as in Ultralytics).
        no_edge_iou: the same for `NO_EDGE` things.
        max_detections: the strongest are kept.
        several_names: a box may carry several classes, as COCO evaluation wants; in service the best one counts, and of
            two `ONE_NAME` things that overlap the surer one.
    """

    min_confidence: float = 0.25
    nms_iou: float = 0.7
    no_edge_iou: float = 0.55
    max_detections: int = 300
    several_names: bool = False


def decode(
    raw: Floats, letterbox: Letterbox, resolution_wh: tuple[int, int], class_names: Sequence[str], limits: Limits
) -> sv.Detections:
    """Turn the raw answer of a YOLO head into detections.

    Args:
        raw: (4 + classes, anchors): centre, size in network pixels, then class scores in 0..1.
        letterbox: how the picture was placed.
        resolution_wh: size of the picture; boxes are clipped to it.
        class_names: by output row.
        limits: thresholds.
    """
    scores = raw[4:]
    if limits.several_names:
        class_id, anchor = np.nonzero(scores > limits.min_confidence)
    else:
        anchor = np.nonzero(scores.max(axis=0) > limits.min_confidence)[0]
        class_id = scores[:, anchor].argmax(axis=0)
    confidence = scores[class_id, anchor]
    order = np.argsort(-confidence)[: limits.max_detections * 20]
    anchor, class_id, confidence = anchor[order], class_id[order], confidence[order]
    cx, cy, width, height = raw[:4, anchor].astype(np.float32)
    left_top_wh = np.stack([cx - width / 2, cy - height / 2, width, height], axis=1)
    one_name = frozenset[str]() if limits.several_names else ONE_NAME
    group = np.array([-1 if name in one_name else row for row, name in enumerate(class_names)])
    index = _strongest(left_top_wh, confidence, group[class_id], limits.nms_iou)
    no_edge = np.isin(np.array(class_names)[class_id[index]], list(NO_EDGE))
    loose, tight = index[no_edge], index[~no_edge]
    loose = loose[_strongest(left_top_wh[loose], confidence[loose], class_id[loose], limits.no_edge_iou)]
    index = np.concatenate([tight, loose])
    index = index[np.argsort(-confidence[index], kind="stable")][: limits.max_detections]
    boxes = left_top_wh[index]
    boxes[:, 2:] += boxes[:, :2]
    boxes = (boxes - np.tile(np.array(letterbox.offset_xy_px, np.float32), 2)) / letterbox.scale
    boxes = boxes.clip(0, np.tile(np.array(resolution_wh, np.float32), 2)).astype(np.float32)
    names = np.array([class_names[i] for i in class_id[index]], dtype=np.str_)
    return sv.Detections(
        xyxy=boxes,
        confidence=confidence[index].astype(np.float32),
        class_id=class_id[index].astype(np.int_),
        data={"class_name": names},
    )


def _strongest(left_top_wh: Floats, confidence: Floats, group: NDArray[np.int_], max_iou: float) -> NDArray[np.intp]:
    """Return the indices of boxes that no stronger box of their group overlaps by more than `max_iou`."""
    if not len(group):
        return np.zeros(0, np.intp)
    # Groups from 0: OpenCV keeps them apart by moving boxes.
    kept: Any = cv2.dnn.NMSBoxesBatched(
        left_top_wh.tolist(), confidence.tolist(), (group - group.min()).tolist(), 0.0, max_iou
    )
    return np.asarray(kept, dtype=np.intp).reshape(-1)


class OpenVinoDetector:
    """Runs a registered model; one instance serves every camera and any number of threads.

    Args:
        entry: the model; its files must have the hashes of the manifest.
        threads: CPU threads for inference; None lets OpenVINO take all cores.
        min_confidence: lower scores are dropped.
        limits: all thresholds at once, in place of `min_confidence`.

    Raises:
        ModelError: wrong hash, unreadable file, or a network of another shape than the manifest says.
    """

    def __init__(
        self,
        entry: ModelEntry,
        *,
        threads: int | None = None,
        min_confidence: float = 0.25,
        limits: Limits | None = None,
    ):
        try:
            verify(entry)
        except RegistryError as error:
            raise ModelError(str(error)) from error
        self._entry = entry
        self._limits = limits or Limits(min_confidence=min_confidence)
        self._core = ov.Core()
        # Read once, into memory: what is compiled later for other shapes is what has been verified.
        self._core.set_property({"ENABLE_MMAP": False})
        self._options: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT"}
        if threads is not None:
            self._options["INFERENCE_NUM_THREADS"] = threads
        self._model = self._read()
        self._square = _is_static(self._model)
        self._networks: dict[tuple[int, int], _Network] = {}
        self._lock = threading.Lock()
        self._check_rows()

    @property
    def name(self) -> str:
        """Model name and version, as in its manifest."""
        return self._entry.id

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names by class id."""
        return self._entry.classes

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        """Detect objects, one `sv.Detections` a picture in the same order; see `detector.inference.Detector`."""
        found: list[sv.Detections] = []
        running: deque[_Running] = deque()
        try:
            for image in images:
                resolution_wh = (image.shape[1], image.shape[0])
                letterbox = fit(resolution_wh, self._entry.input_size, self._square)
                network = self._network(letterbox.input_wh)
                request = network.take(wait=not running)
                while request is None:
                    found.append(self._finish(running.popleft()))
                    request = network.take(wait=not running)
                running.append(_Running(network, request, letterbox, resolution_wh))
                request.start_async({0: place(image, letterbox)}, share_inputs=False)
            while running:
                found.append(self._finish(running.popleft()))
        finally:
            for job in running:
                job.request.cancel()
                job.network.give_back(job.request)
        return found

    def _finish(self, job: _Running) -> sv.Detections:
        try:
            job.request.wait()
            raw = np.array(job.request.get_output_tensor(0).data[0], dtype=np.float32)
        finally:
            job.network.give_back(job.request)
        return decode(raw, job.letterbox, job.resolution_wh, self.class_names, self._limits)

    def _network(self, input_wh: tuple[int, int]) -> _Network:
        with self._lock:
            if input_wh not in self._networks:
                self._networks[input_wh] = _Network(self._compile(input_wh))
            return self._networks[input_wh]

    def _compile(self, input_wh: tuple[int, int]) -> ov.CompiledModel:
        model = self._model.clone()
        width, height = input_wh
        if not self._square:
            model.reshape([1, 3, height, width])
        steps = ov.preprocess.PrePostProcessor(model)
        steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(
            ov.preprocess.ColorFormat.BGR
        )
        steps.input().model().set_layout(ov.Layout("NCHW"))
        steps.input().preprocess().convert_element_type(ov.Type.f32).convert_color(ov.preprocess.ColorFormat.RGB).scale(
            255.0
        )
        return self._core.compile_model(steps.build(), "CPU", self._options)

    def _read(self) -> ov.Model:
        try:
            return self._core.read_model(self._entry.path)
        except RuntimeError as error:
            raise ModelError(f"{self.name}: OpenVINO cannot read {self._entry.path}: {_first_line(error)}") from error

    def _check_rows(self) -> None:
        size, model = self._entry.input_size, self._model
        if self._square and list(model.input(0).shape)[2:] != [size, size]:
            raise ModelError(
                f"{self.name}: the manifest says input_size {size}, the network takes {list(model.input(0).shape)[2:]}"
            )
        rows = model.output(0).partial_shape[1].get_length()
        if rows != 4 + len(self.class_names):
            raise ModelError(
                f"{self.name}: the manifest lists {len(self.class_names)} classes, the network gives {rows - 4}"
            )


@dataclass(frozen=True, slots=True)
class _Running:
    """A picture in flight."""

    network: _Network
    request: ov.InferRequest
    letterbox: Letterbox
    resolution_wh: tuple[int, int]


class _Network:
    """A compiled network with its requests; whoever holds none may wait for one, so nobody waits for himself."""

    def __init__(self, compiled: ov.CompiledModel):
        count = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        self._free: queue.Queue[ov.InferRequest] = queue.Queue(maxsize=count)
        for _ in range(count):
            self._free.put(compiled.create_infer_request())

    def take(self, wait: bool) -> ov.InferRequest | None:
        """Return a free request; None when there is none and the caller must not wait."""
        try:
            return self._free.get(block=wait)
        except queue.Empty:
            return None

    def give_back(self, request: ov.InferRequest) -> None:
        """Let others use the request."""
        self._free.put(request)


def _is_static(model: ov.Model) -> bool:
    return not model.input(0).partial_shape.is_dynamic


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__
