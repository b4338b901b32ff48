"""The circle from wrong events to a better model, from end to end on simulated streets.

    python -m benchmarks.review_circle --data DATA.yaml --out FOLDER

The model in service watches streets on which cabinets stand beside bins, through the whole pipeline with the matter
"bin left on the pavement". A person, whom the simulator's truth plays, rejects the events on cabinets and confirms
those on bins. Kept looks and verdicts become a review set, the set a source, the source a short training, the training
a challenger. It watches the reviewed days again: what was rejected should be gone. The gate decides by the data files,
which must not get worse, and by events that nobody reviewed: of the same cameras on a later day, with the same cabinets
in other light and other bins, and of other streets.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import yaml

from benchmarks.review_streets import Watching, watch
from detector.inference.openvino import Limits, OpenVinoDetector
from detector.looks import LookStore
from models.dataset.build import build_dataset
from models.dataset.collect import collect
from models.dataset.formats import write_form
from models.dataset.review import ReviewSet, read_review, write_review
from models.dataset.yolo_data import load_yolo_data
from models.evaluate import Evaluation, evaluate, judge
from models.promote import EVENTS, decide, promote, record
from models.recipe import load_recipe
from models.register import register
from models.registry import MANIFEST, ModelEntry, load_manifest, published
from models.training.trainer import train
from models.workshop import export_and_register

SEEN_FROM, HELD_FROM = 7000, 8000
REVIEWED_DAYS, LATER = 2, 9
"""How many days somebody reviews, and the day on which the same cameras are watched again."""


def reviewed(out: Path, watching: Watching, classes: tuple[str, ...]) -> ReviewSet:
    """Make the review set and bring it into the form of a source."""
    found = collect(LookStore(out / "looks").looks(), watching.judgements, {})
    write_review(out / "review", found.rows)
    review = read_review(out / "review", classes)
    write_form(review.pictures, classes, out / "reviewed", "yolo", by_source=True)
    return review


def retrained(arguments: argparse.Namespace, review: ReviewSet, old: ModelEntry, manifest: Path) -> ModelEntry:
    """Train the review recipe on the review set in `out` and return the registered challenger."""
    out: Path = arguments.out
    values = yaml.safe_load(arguments.recipe.read_text(encoding="utf-8"))
    values["start_from"] = str(arguments.checkpoint)
    # What nobody judged teaches nothing.
    for source in values["data"]["sources"][:2]:
        source |= {"path": str(out / "reviewed"), "labelled": list(review.judged)}
    recipe_path = out / "recipe.yaml"
    recipe_path.write_text(yaml.safe_dump(values), encoding="utf-8")
    recipe = load_recipe(recipe_path)
    dataset = build_dataset(recipe.data, out / "dataset", print)
    checkpoint = train(recipe, dataset, out / "run", resume=(out / "run/weights/last.pt").exists(), progress=print)
    version = f"{old.version}.review"
    return export_and_register(
        recipe_path, checkpoint, name=old.name, version=version, manifest_path=manifest, data=dataset.folder
    )


def measured(entry: ModelEntry, paths: list[Path]) -> list[Evaluation]:
    """Return the figures of a model at COCO's thresholds on each data file."""
    detector = OpenVinoDetector(entry, limits=Limits(min_confidence=0.001, several_names=True))
    figures = []
    for path in paths:
        data = load_yolo_data(path)
        figures.append(evaluate(judge(detector, data), detector, data, model=entry.id, data_path=str(path)))
    return figures


def main() -> None:
    """Run the circle and write `circle.json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="of the model in service; its published weights by default")
    parser.add_argument("--recipe", type=Path, default=Path("configs/training/review.yaml"))
    parser.add_argument("--data", type=Path, action="append", required=True, help="what must not get worse; repeatable")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--streets", type=int, default=64)
    arguments = parser.parse_args()
    out: Path = arguments.out
    old = load_manifest(MANIFEST).in_service
    arguments.checkpoint = arguments.checkpoint or published(old)
    manifest = _scratch_registry(out, old)

    shutil.rmtree(out / "looks", ignore_errors=True)
    shutil.rmtree(out / "reviewed", ignore_errors=True)
    streets = range(SEEN_FROM, SEEN_FROM + arguments.streets)
    seen = _reviewed_days(streets, old, LookStore(out / "looks"))
    review = reviewed(out, seen, old.classes)
    print(f"reviewed: {seen.false} false events, {seen.found} bins; verdicts {review.verdicts}")

    new = retrained(arguments, review, old, manifest)
    same_days = _reviewed_days(streets, new, LookStore(out / "again"))
    others = range(HELD_FROM, HELD_FROM + arguments.streets)
    later = [watch(streets, OpenVinoDetector(entry), LookStore(out / "later"), day=LATER) for entry in (old, new)]
    elsewhere = [watch(others, OpenVinoDetector(entry), LookStore(out / "others")) for entry in (old, new)]
    before, after = (mine + other for mine, other in zip(later, elsewhere, strict=True))
    decision = decide(
        measured(old, arguments.data),
        measured(new, arguments.data),
        aim=EVENTS,
        at=datetime.now(UTC),
        events=(before.score, after.score),
    )
    if decision.accepted:
        promote(manifest, decision)
    else:
        record(out / "refused.jsonl", decision)
    result = {
        "model": old.id,
        "streets": arguments.streets,
        "verdicts": review.verdicts,
        "reviewed days": {"before": _counts(seen), "after": _counts(same_days)},
        "same cameras later": {"before": _counts(later[0]), "after": _counts(later[1])},
        "other streets": {"before": _counts(elsewhere[0]), "after": _counts(elsewhere[1])},
        "accepted": decision.accepted,
        "reasons": list(decision.reasons),
        "families": [asdict(line) for line in decision.lines],
    }
    (out / "circle.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def _reviewed_days(streets: range, entry: ModelEntry, looks: LookStore) -> Watching:
    detector = OpenVinoDetector(entry)
    return reduce(add, (watch(streets, detector, looks, day=day) for day in range(REVIEWED_DAYS)))


def _counts(watching: Watching) -> dict[str, Any]:
    return {"false": watching.false, "found": watching.found, "missed": watching.missed}


def _scratch_registry(out: Path, entry: ModelEntry) -> Path:
    """Copy the model in service into a registry of its own, so that the shipped one stays as it is."""
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
