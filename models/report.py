"""Plots and a page about how good a model is: precision and recall, confusion, worst pictures."""

from __future__ import annotations

import csv
import html
from collections.abc import Sequence
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from models.dataset.labels import read_image
from models.evaluate import Evaluation, Judged, chosen
from models.evaluate import ids as ids_of

mpl.use("Agg")
CONFUSION_CONFIDENCE = 0.35
CONFUSION_IOU = 0.5
PLOT_DPI = 70


def write_report(folder: Path, evaluation: Evaluation, judged: Sequence[Judged], names: dict[int, str]) -> Path:
    """Write `index.html` with the figures, `precision_recall.png`, `confusion.png` and the worst pictures.

    Args:
        folder: where to write.
        evaluation: the figures.
        judged: the pictures they were measured on.
        names: class name by the data's class id.
    """
    folder.mkdir(parents=True, exist_ok=True)
    measured = {i: name for i, name in names.items() if name in evaluation.classes}
    _plot_precision_recall(folder / "precision_recall.png", judged, measured, evaluation)
    _plot_confusion(folder / "confusion.png", judged, measured)
    worst = _draw_worst(folder, evaluation, judged, names)
    rows = "".join(
        f"<tr><td>{html.escape(name)}<td>{f.ap50:.3f}<td>{f.ap50_95:.3f}<td>{f.images}<td>{f.instances}"
        for name, f in evaluation.classes.items()
    )
    sources = "".join(
        f"<tr><td>{html.escape(source)}<td>{html.escape(name)}<td>{f.ap50:.3f}<td>{f.ap50_95:.3f}<td>{f.instances}"
        for source, figures in evaluation.sources.items()
        for name, f in figures.items()
    )
    sizes = ", ".join(f"{size} {value:.3f}" for size, value in evaluation.sizes.items())
    page = f"""<!doctype html><meta charset=utf-8><title>{html.escape(evaluation.model)}</title>
<h1>{html.escape(evaluation.model)} on {html.escape(evaluation.data)} ({evaluation.split})</h1>
<p>{evaluation.pictures} pictures. Mean AP50-95 by box size: {sizes}.</p>
<table border=1 cellpadding=4><tr><th>class<th>AP50<th>AP50-95<th>pictures<th>objects{rows}</table>
<h2>By source</h2><table border=1 cellpadding=4><tr><th>source<th>class<th>AP50<th>AP50-95<th>objects{sources}</table>
<h2>Precision and recall</h2><img src=precision_recall.png><h2>Confusion</h2><img src=confusion.png>
<h2>Worst pictures</h2><p>Green: labelled. Red: seen by the model.</p>{worst}"""
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def precision_recall(judged: Sequence[Judged], class_id: int, iou: float = 0.5) -> tuple[NDArray[np.float64], ...]:
    """Return recall and precision of one class as the threshold falls; both empty where nothing was seen."""
    scored: list[tuple[float, bool]] = []
    total = 0
    for item in judged:
        truth = chosen(item.truth, ids_of(item.truth) == class_id)
        seen = chosen(item.seen, ids_of(item.seen) == class_id)
        total += len(truth)
        free = np.ones(len(truth), bool)
        overlap = (
            sv.box_iou_batch(truth.xyxy, seen.xyxy) if len(truth) and len(seen) else np.zeros((len(truth), len(seen)))
        )
        confidence = np.asarray(seen.confidence)
        for column in np.argsort(-confidence):
            candidates = np.where(free, overlap[:, column], 0.0)
            best = int(candidates.argmax()) if len(candidates) else -1
            hit = best >= 0 and candidates[best] >= iou
            if hit:
                free[best] = False
            scored.append((float(confidence[column]), bool(hit)))
    hits = np.array([hit for _, hit in sorted(scored, key=lambda pair: -pair[0])], dtype=np.float64)
    right = hits.cumsum()
    return right / max(total, 1), right / np.arange(1, len(hits) + 1)


def plot_training(log: Path, picture: Path) -> None:
    """Draw a training's losses and learning rate by epoch.

    Args:
        log: `results.csv` as Ultralytics writes it.
        picture: the PNG to write.
    """
    from matplotlib import pyplot as plt

    with log.open(encoding="utf-8", newline="") as file:
        rows = [{name.strip(): float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    shown = {
        "box loss": "train/box_loss",
        "class loss": "train/cls_loss",
        "edge loss (DFL)": "train/dfl_loss",
        "learning rate": "lr/pg0",
    }
    figure, panels = plt.subplots(1, len(shown), figsize=(12, 3))
    for axes, (title, column) in zip(panels, shown.items(), strict=True):
        axes.plot([row["epoch"] for row in rows], [row[column] for row in rows], marker="o", markersize=3)
        axes.set(title=title, xlabel="epoch")
    figure.tight_layout()
    figure.savefig(picture, dpi=PLOT_DPI)
    plt.close(figure)


def _plot_precision_recall(path: Path, judged: Sequence[Judged], names: dict[int, str], evaluation: Evaluation) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(10, 6))
    axes.set_prop_cycle(color=[mpl.colormaps["tab20"](number) for number in range(20)])
    for class_id, name in sorted(names.items(), key=lambda item: -evaluation.classes[item[1]].ap50):
        recall, precision = precision_recall(judged, class_id)
        axes.plot(recall, precision, label=f"{evaluation.classes[name].ap50:.2f} {name}", linewidth=1.2)
    axes.set(xlabel="recall", ylabel="precision (IoU 0.5)", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(fontsize=8, title="AP50", loc="upper left", bbox_to_anchor=(1.01, 1))
    figure.tight_layout()
    figure.savefig(path, dpi=PLOT_DPI)
    plt.close(figure)


def _plot_confusion(path: Path, judged: Sequence[Judged], names: dict[int, str]) -> None:
    from matplotlib import pyplot as plt

    matrix = confusion(judged, list(names))
    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    labels = [*names.values(), "nothing"]
    figure, axes = plt.subplots(figsize=(8, 7))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=7)
    axes.set_yticks(range(len(labels)), labels, fontsize=7)
    axes.set(xlabel="seen as", ylabel="labelled", title=f"At a score of {CONFUSION_CONFIDENCE} and IoU {CONFUSION_IOU}")
    for row, column in np.argwhere(matrix > 0):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(int(matrix[row, column])), ha="center", va="center", fontsize=7, color=colour)
    figure.tight_layout()
    figure.savefig(path, dpi=PLOT_DPI)
    plt.close(figure)


def confusion(judged: Sequence[Judged], class_ids: Sequence[int]) -> NDArray[np.int_]:
    """Return counts, (classes + 1, classes + 1): labelled by row, seen by column, the last of both is nothing."""
    index = {class_id: place for place, class_id in enumerate(class_ids)}
    nothing = len(class_ids)
    matrix = np.zeros((nothing + 1, nothing + 1), np.int_)
    for item in judged:
        sure = chosen(item.seen, np.asarray(item.seen.confidence) >= CONFUSION_CONFIDENCE)
        truth_ids, seen_ids = ids_of(item.truth), ids_of(sure)
        overlap = (
            sv.box_iou_batch(item.truth.xyxy, sure.xyxy)
            if len(item.truth) and len(sure)
            else np.zeros((len(item.truth), len(sure)))
        )
        taken: set[int] = set()
        for row in range(len(item.truth)):
            place = index.get(int(truth_ids[row]))
            if place is None:
                continue
            # The right name first, then the best overlap, so that two names on one object are no confusion.
            order = sorted(
                (c for c in range(len(sure)) if c not in taken and overlap[row, c] >= CONFUSION_IOU),
                key=lambda c: (seen_ids[c] != truth_ids[row], -overlap[row, c]),
            )
            column = index.get(int(seen_ids[order[0]]), nothing) if order else nothing
            taken.update(order[:1])
            matrix[place, column] += 1
        for column in set(range(len(sure))) - taken:
            place = index.get(int(seen_ids[column]))
            if place is not None:
                matrix[nothing, place] += 1
    return matrix


def _draw_worst(folder: Path, evaluation: Evaluation, judged: Sequence[Judged], names: dict[int, str]) -> str:
    by_name = {item.picture.name: item for item in judged}
    parts = []
    for number, (name, mistakes) in enumerate(evaluation.worst[:12]):
        item = by_name[name]
        image = read_image(item.picture).copy()
        sure = chosen(item.seen, np.asarray(item.seen.confidence) >= CONFUSION_CONFIDENCE)
        for detections, colour in ((item.truth, (0, 200, 0)), (sure, (0, 0, 230))):
            for box, class_id in zip(detections.xyxy.astype(int).tolist(), ids_of(detections).tolist(), strict=True):
                cv2.rectangle(image, (box[0], box[1]), (box[2], box[3]), colour, 2)
                cv2.putText(
                    image, names[class_id], (box[0], max(10, box[1])), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1
                )
        file = folder / f"worst{number:02d}.jpg"
        cv2.imwrite(str(file), image, [cv2.IMWRITE_JPEG_QUALITY, 80])
        parts.append(f"<p>{html.escape(name)}: {mistakes} mistakes<br><img src={file.name} style='max-width:640px'>")
    return "".join(parts)
