"""The circle from wrong verdicts to a better model, shown once on simulated streets.

    python -m benchmarks.review_circle --checkpoint RUN/weights/final.pt --out FOLDER

The model in service looks at simulated streets; what it says wrongly most often (a bin taken for a suitcase, say) is
rejected by a person, whom the simulator's truth plays. Verdicts become a review set, the set a source, the source a
short training, the training a challenger, and the gate decides. Counted before and after, on streets that neither the
training nor the review saw: looks on which the confusion would raise a false alarm, and every family of classes.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import supervision as sv
import yaml

from detector.inference.openvino import Limits, OpenVinoDetector
from models.dataset.build import build_dataset
from models.dataset.formats import write_form
from models.dataset.labels import read_image
from models.dataset.review import ReviewedBox, ReviewedPicture, Verdict, read_review, write_review
from models.dataset.simulated import write_simulated
from models.dataset.yolo_data import YoloData, load_yolo_data
from models.evaluate import Evaluation, Judged, evaluate, ids, judge
from models.promote import FAMILIES, decide, promote, record
from models.recipe import load_recipe
from models.register import register
from models.registry import MANIFEST, ModelEntry, load_manifest
from models.training.trainer import train
from models.workshop import export_and_register

ALARM_CONFIDENCE = 0.35
SAME_PLACE_IOU = 0.5
BEGAN = datetime(2026, 11, 21, tzinfo=UTC)
SIZE_WH = (800, 450)
AIMS = ("rubbish", "trade", "things")


def family_of(name: str) -> str:
    """Return the family of a class, "" for a class without one."""
    return next((family for family, names in FAMILIES.items() if name in names), "")


@dataclass(frozen=True)
class Confusion:
    """An object of one class that the model calls another."""

    truth: str
    said: str


def wrong_boxes(item: Judged, names: dict[int, str]) -> list[tuple[int, str]]:
    """Return index and true name of each confident detection that lies on an object of another class."""
    found: list[tuple[int, str]] = []
    if not len(item.truth) or not len(item.seen):
        return found
    overlap = sv.box_iou_batch(item.truth.xyxy, item.seen.xyxy)
    confidence = np.asarray(item.seen.confidence)
    for column in np.flatnonzero(confidence >= ALARM_CONFIDENCE):
        rows = np.flatnonzero(overlap[:, column] >= SAME_PLACE_IOU)
        true_names = {names[int(ids(item.truth)[row])] for row in rows}
        said = names[int(ids(item.seen)[column])]
        if true_names and said not in true_names:
            found.append((int(column), names[int(ids(item.truth)[overlap[:, column].argmax()])]))
    return found


def count_confusions(judged: Sequence[Judged], names: dict[int, str]) -> Counter[Confusion]:
    """Count pictures on which each confusion happens."""
    counts: Counter[Confusion] = Counter()
    for item in judged:
        counts.update({Confusion(true, names[int(ids(item.seen)[i])]) for i, true in wrong_boxes(item, names)})
    return counts


def review(judged: Sequence[Judged], names: dict[int, str], confusion: Confusion, folder: Path) -> int:
    """Write the verdicts of a person on every look with the confusion; returns how many boxes were rejected."""
    rows = []
    rejected = 0
    for number, item in enumerate(judged):
        wrong = dict(wrong_boxes(item, names))
        said = [names[int(i)] for i in ids(item.seen)]
        if not any(said[i] == confusion.said and true == confusion.truth for i, true in wrong.items()):
            continue
        boxes = []
        for i, name in enumerate(said):
            confidence = float(np.asarray(item.seen.confidence)[i])
            is_confusion = i in wrong and Confusion(wrong[i], name) == confusion
            rejected += is_confusion
            boxes.append(
                ReviewedBox(
                    class_name=name,
                    box_xyxy_px=tuple(item.seen.xyxy[i].tolist()),
                    confidence=confidence,
                    verdict=Verdict.rejected if is_confusion else Verdict.unreviewed,
                    correct_name=confusion.truth if is_confusion else "",
                )
            )
        at = BEGAN + timedelta(minutes=number)
        row = ReviewedPicture(picture=f"images/{item.picture.stem}.png", camera_id="sim", at=at, boxes=tuple(boxes))
        rows.append((row, read_image(item.picture)))
    write_review(folder, rows)
    return rejected


def measured(entry: ModelEntry, data: YoloData, path: str) -> Evaluation:
    """Return the figures of a model at COCO's thresholds."""
    detector = OpenVinoDetector(entry, limits=Limits(min_confidence=0.001, several_names=True))
    return evaluate(judge(detector, data), detector, data, model=entry.id, data_path=path)


def retrained(arguments: argparse.Namespace, old: ModelEntry, manifest: Path) -> ModelEntry:
    """Train the review recipe on the review set in `out` and return the registered challenger."""
    out: Path = arguments.out
    write_form(read_review(out / "review", old.classes).pictures, old.classes, out / "reviewed", "yolo")
    values = yaml.safe_load(arguments.recipe.read_text(encoding="utf-8"))
    values["start_from"] = str(arguments.checkpoint)
    values["data"]["sources"][0]["path"] = str(out / "reviewed")
    recipe_path = out / "recipe.yaml"
    recipe_path.write_text(yaml.safe_dump(values), encoding="utf-8")
    recipe = load_recipe(recipe_path)
    dataset = build_dataset(recipe.data, out / "dataset", print)
    checkpoint = train(recipe, dataset, out / "run", progress=print)
    version = f"{old.version}.review"
    return export_and_register(
        recipe_path, checkpoint, name=old.name, version=version, manifest_path=manifest, data=dataset.folder
    )


def main() -> None:
    """Run the circle and write `circle.json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--recipe", type=Path, default=Path("configs/training/review.yaml"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--streets", type=int, default=24)
    parser.add_argument("--per-scene", type=int, default=4)
    arguments = parser.parse_args()
    out: Path = arguments.out
    old = load_manifest(MANIFEST).in_service
    manifest = _scratch_registry(out, old)

    count, per_scene = arguments.streets, arguments.per_scene
    seen_path = write_simulated(out / "seen", range(5000, 5000 + count), per_scene=per_scene, resolution_wh=SIZE_WH)
    held_path = write_simulated(out / "held", range(6000, 6000 + count), per_scene=per_scene, resolution_wh=SIZE_WH)
    seen_data, held_data = load_yolo_data(seen_path), load_yolo_data(held_path)
    names = dict(seen_data.names)
    judged = judge(OpenVinoDetector(old), seen_data)
    counts = count_confusions(judged, names)
    print({f"{c.truth} taken for {c.said}": n for c, n in counts.most_common(8)})
    # Cars taken for trucks raise no false alarm; a thing taken for another thing does.
    confusion, times = next((c, n) for c, n in counts.most_common() if family_of(c.truth) in AIMS)
    rejected = review(judged, names, confusion, out / "review")
    print(f"{confusion.truth} taken for {confusion.said} on {times} looks; {rejected} boxes rejected")

    new = retrained(arguments, old, manifest)
    before = count_confusions(judge(OpenVinoDetector(old), held_data), names)
    after = count_confusions(judge(OpenVinoDetector(new), held_data), names)
    figures = [measured(entry, held_data, str(held_path)) for entry in (old, new)]
    decision = decide(figures[:1], figures[1:], aim=family_of(confusion.truth), at=datetime.now(UTC))
    if decision.accepted:
        promote(manifest, decision)
    else:
        record(out / "refused.jsonl", decision)
    result = {
        "confusion": f"{confusion.truth} taken for {confusion.said}",
        "rejected_boxes": rejected,
        "false_looks_before": before[confusion],
        "false_looks_after": after[confusion],
        "all_confusions_before": sum(before.values()),
        "all_confusions_after": sum(after.values()),
        "looks": len(held_data.pictures),
        "accepted": decision.accepted,
        "reasons": list(decision.reasons),
        "families": {line.family: [line.champion, line.challenger] for line in decision.lines},
    }
    (out / "circle.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def _scratch_registry(out: Path, entry: ModelEntry) -> Path:
    """Copy the model in service into a registry of its own, so that the shipped one stays as it is."""
    import shutil
    from dataclasses import replace

    weights = out / "registry" / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    for file in entry.files:
        shutil.copyfile(file, weights / file.name)
    manifest = out / "registry" / "manifest.toml"
    manifest.unlink(missing_ok=True)
    register(manifest, replace(entry, path=weights / entry.path.name))
    return manifest


if __name__ == "__main__":
    main()
