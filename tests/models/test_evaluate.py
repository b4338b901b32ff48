from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.frame import Image
from detector.inference.scripted import ScriptedDetector, ScriptedObject, picture_key
from models.dataset.labels import read_image
from models.dataset.yolo_data import YoloData, load_yolo_data
from models.errors import DatasetError, PromotionError
from models.evaluate import ClassFigures, Evaluation, at_least, evaluate, judge
from models.events import Incident, Reported, score_clip, total
from models.promote import DECISIONS, Tolerance, decide, decisions, record
from models.report import confusion, plot_training, precision_recall, write_report
from tests.models.test_dataset import scene, write_source

NAMES = ("person", "garbage_bag", "bin")
BOX = (64.0, 48.0, 96.0, 72.0)
"""The box of the label `0.5 0.5 0.2 0.2` on a picture of 160 x 120 pixels."""
OFF = (10.0, 10.0, 30.0, 30.0)
AT = datetime(2026, 11, 21, tzinfo=UTC)


def seen(name: str, box: tuple[float, float, float, float] = BOX, confidence: float = 0.9) -> ScriptedObject:
    return ScriptedObject(name, box, confidence)


def data_of(folder: Path, labels: Mapping[str, str]) -> YoloData:
    source = write_source(folder / "s", {name: scene(i) for i, name in enumerate(labels)}, dict(labels))
    return load_yolo_data(source / "data.yaml")


def measure(data: YoloData, answers: Mapping[str, Sequence[ScriptedObject]]) -> Evaluation:
    keys: dict[str, Sequence[ScriptedObject]] = {}
    for path in data.pictures:
        image: Image = read_image(path)
        keys[picture_key(image)] = answers.get(path.stem, ())
    detector = ScriptedDetector.by_picture(NAMES, keys)
    return evaluate(judge(detector, data), detector, data, model="m@1", data_path="d")


def test_a_perfect_answer_and_a_wrong_one(tmp_path: Path) -> None:
    data = data_of(tmp_path, {"a": "1 0.5 0.5 0.2 0.2", "b": "1 0.5 0.5 0.2 0.2", "c": ""})
    perfect = measure(data, {"a": [seen("garbage_bag")], "b": [seen("garbage_bag")]})
    assert perfect.to_json()["classes"] == {"garbage_bag": {"ap50": 1.0, "ap50_95": 1.0, "images": 2, "instances": 2}}
    half = measure(data, {"a": [seen("garbage_bag")], "b": [seen("garbage_bag", OFF)]})
    assert half.classes["garbage_bag"].ap50 == pytest.approx(0.505, abs=0.01)
    assert half.worst[0] == ("b.png", 2)


def test_classes_without_labels_or_unknown_to_the_model_are_left_out(tmp_path: Path) -> None:
    data = data_of(tmp_path, {"a": "0 0.5 0.5 0.2 0.2"})
    result = measure(data, {"a": [seen("person"), seen("bin"), seen("garbage_bag", OFF)]})
    assert list(result.classes) == ["person"]
    assert result.classes["person"].ap50 == 1.0
    other = replace(data, names={0: "cow", 1: "garbage_bag"})
    with pytest.raises(DatasetError, match="labels nothing that the model knows"):
        measure(other, {})


def test_what_a_source_does_not_label_is_not_held_against_the_model(tmp_path: Path) -> None:
    data = data_of(tmp_path, {"one__a": "1 0.5 0.5 0.2 0.2", "two__b": "0 0.5 0.5 0.2 0.2"})
    answers = {"one__a": [seen("garbage_bag"), seen("person", OFF, 0.99)], "two__b": [seen("person")]}
    assert measure(data, answers).classes["person"].ap50 < 0.6
    careful = replace(data, labelled={"one": frozenset({"garbage_bag"}), "two": frozenset({"person"})})
    result = measure(careful, answers)
    assert result.classes["person"].ap50 == 1.0
    assert list(result.sources) == ["one", "two"]


SMALL = (28.0, 21.0, 36.0, 27.0)
"""The box of the label `0.2 0.2 0.05 0.05`: 6 pixels high, 24 on an input of 640."""


@pytest.mark.parametrize(
    ("answer", "ap50"),
    [
        ([seen("garbage_bag")], 1.0),
        ([seen("garbage_bag"), seen("garbage_bag", SMALL, 0.99)], 1.0),
        ([seen("garbage_bag"), seen("garbage_bag", (100, 100, 108, 106), 0.99)], 1.0),
        ([seen("garbage_bag"), seen("garbage_bag", OFF, 0.99)], 0.5),
        ([seen("garbage_bag", SMALL, 0.99)], 0.0),
    ],
)
def test_what_is_too_small_is_neither_found_nor_missed_nor_false(
    answer: list[ScriptedObject], ap50: float, tmp_path: Path
) -> None:
    data = data_of(tmp_path, {"a": "1 0.5 0.5 0.2 0.2\n1 0.2 0.2 0.05 0.05"})
    detector = ScriptedDetector.by_picture(NAMES, {picture_key(read_image(data.pictures[0])): answer})
    judged = at_least(judge(detector, data), 40, 640)
    figures = evaluate(judged, detector, data, model="m@1", data_path="d").classes["garbage_bag"]
    assert figures.instances == 1
    assert figures.ap50 == pytest.approx(ap50, abs=0.01)


def test_cocos_dining_table_is_our_table(tmp_path: Path) -> None:
    data = replace(data_of(tmp_path, {"a": "0 0.5 0.5 0.2 0.2"}), names={0: "dining table", 1: "x"})
    key = picture_key(read_image(data.pictures[0]))
    detector = ScriptedDetector.by_picture(("table",), {key: [seen("table")]})
    result = evaluate(judge(detector, data), detector, data, model="m", data_path="d")
    assert result.classes["dining table"].ap50 == 1.0


def test_report_shows_figures_and_worst_pictures(tmp_path: Path) -> None:
    data = data_of(tmp_path, {"a": "1 0.5 0.5 0.2 0.2", "b": "0 0.5 0.5 0.2 0.2"})
    keys = {picture_key(read_image(path)): [seen("person")] for path in data.pictures}
    detector = ScriptedDetector.by_picture(NAMES, keys)
    judged = judge(detector, data)
    result = evaluate(judged, detector, data, model="m@1", data_path="d")
    page = write_report(tmp_path / "r", result, judged, dict(data.names)).read_text()
    assert "a.png" in page
    assert {p.name for p in (tmp_path / "r").iterdir()} >= {"precision_recall.png", "confusion.png", "worst00.jpg"}
    assert confusion(judged, [0, 1]).tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0]]
    recall, precision = precision_recall(judged, 0)
    assert recall[-1] == 1.0
    assert precision[-1] == 0.5


def evaluation(**ap: float) -> Evaluation:
    classes = {name: ClassFigures(value, value, 1, 1) for name, value in ap.items()}
    return Evaluation("m@1", "d", "val", classes, {}, {}, (), 1, ())


@pytest.mark.parametrize(
    ("before", "after", "aim", "accepted", "reason"),
    [
        ({"person": 0.5, "garbage": 0.3}, {"person": 0.5, "garbage": 0.4}, "rubbish", True, ""),
        ({"person": 0.5, "garbage": 0.3}, {"person": 0.497, "garbage": 0.4}, "rubbish", True, ""),
        (
            {"person": 0.5, "garbage": 0.3},
            {"person": 0.48, "garbage": 0.4},
            "rubbish",
            False,
            "people_and_vehicles on d",
        ),
        ({"person": 0.5, "garbage": 0.3}, {"person": 0.6, "garbage": 0.3}, "rubbish", False, "the aim, rubbish"),
        ({"person": 0.5, "garbage": 0.3}, {"person": 0.5}, "people_and_vehicles", False, "rubbish on d"),
    ],
)
def test_the_gate(before: dict[str, float], after: dict[str, float], aim: str, accepted: bool, reason: str) -> None:
    decision = decide([evaluation(**before)], [evaluation(**after)], aim=aim, at=AT)
    assert decision.accepted is accepted
    assert reason in "; ".join(decision.reasons)


def test_the_gate_refuses_a_challenger_that_lost_a_class(tmp_path: Path) -> None:
    old, new = evaluation(garbage=0.2, litter_item=0.6, sofa=0.1), evaluation(litter_item=0.7)
    decision = decide([old], [new], aim="rubbish", at=AT)
    assert decision.gained, "the mean of what is left is better"
    assert not decision.accepted
    assert decision.lost == ("garbage on d", "sofa on d")
    assert decision.reasons == ("garbage on d: it has lost this class", "sofa on d: it has lost this class")
    record(tmp_path / DECISIONS, decision)
    assert decisions(tmp_path / "manifest.toml") == [decision]
    assert decide([new], [replace(old, classes={**old.classes, **new.classes})], aim="rubbish", at=AT).lost == ()


def test_a_decision_from_before_classes_could_be_lost_is_read(tmp_path: Path) -> None:
    decision = decide([evaluation(person=0.5)], [evaluation(person=0.6)], aim="people_and_vehicles", at=AT)
    record(tmp_path / DECISIONS, decision)
    row = json.loads((tmp_path / DECISIONS).read_text())
    del row["lost"]
    (tmp_path / DECISIONS).write_text(json.dumps(row))
    assert decisions(tmp_path / "manifest.toml") == [decision]


def test_a_class_that_is_never_found_is_bad_and_one_that_the_model_lacks_is_lost(tmp_path: Path) -> None:
    data = data_of(tmp_path, {"a": "0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2"})
    image: Image = read_image(data.pictures[0])

    def measured(names: tuple[str, ...]) -> Evaluation:
        detector = ScriptedDetector.by_picture(names, {picture_key(image): [seen("person")]})
        return evaluate(judge(detector, data), detector, data, model="m@1", data_path="d")

    blind, without = measured(NAMES), measured(("person",))
    assert blind.classes["garbage_bag"].ap50_95 == 0
    assert without.not_in_model == ("garbage_bag",)
    assert decide([blind], [blind], aim="rubbish", at=AT).lost == ()
    assert decide([blind], [without], aim="people_and_vehicles", at=AT).lost == ("garbage_bag on d",)
    assert decide([without], [blind], aim="people_and_vehicles", at=AT).lost == ()


def test_the_gate_weighs_speed_and_events() -> None:
    same = [evaluation(person=0.5)]
    assert decide(same, same, aim="speed", at=AT, speed_ms=(20, 12)).accepted
    assert not decide(same, same, aim="speed", at=AT, speed_ms=(20, 21)).accepted
    assert not decide(same, same, aim="speed", at=AT, speed_ms=(20, 12), events=(1.0, 0.9)).accepted
    slow = decide(same, [evaluation(person=0.6)], aim="people_and_vehicles", at=AT, speed_ms=(20, 30))
    assert [line.family for line in slow.lines if not line.passed] == ["speed"]
    assert decide(
        same,
        [evaluation(person=0.6)],
        aim="people_and_vehicles",
        at=AT,
        speed_ms=(20, 30),
        tolerance=Tolerance(speed=0.6),
    ).accepted


def test_the_gate_refuses_what_cannot_be_compared() -> None:
    one = evaluation(person=0.5)
    with pytest.raises(PromotionError, match="same data"):
        decide([one], [replace(one, data="other")], aim="rubbish", at=AT)
    with pytest.raises(PromotionError, match="unknown aim"):
        decide([one], [one], aim="beauty", at=AT)
    with pytest.raises(PromotionError, match="was not measured"):
        decide([one], [one], aim="rubbish", at=AT)


INCIDENT = Incident(("litter_exposed",), ((0, 0, 10, 10), (0, 0, 20, 20)), earliest_s=30)


@pytest.mark.parametrize(
    ("events", "found", "missed", "false"),
    [
        ([Reported("litter_exposed", (0, 0, 10, 11), 33)], 1, 0, 0),
        ([Reported("litter_exposed", (0, 0, 20, 20), 33)], 1, 0, 0),
        ([Reported("illegal_parking", (0, 0, 10, 10), 33)], 0, 1, 1),
        ([Reported("litter_exposed", (0, 0, 10, 10), 33), Reported("litter_exposed", (0, 0, 10, 10), 60)], 1, 0, 1),
        ([], 0, 1, 0),
    ],
)
def test_events_are_matched_one_to_one(events: list[Reported], found: int, missed: int, false: int) -> None:
    figures = score_clip([INCIDENT], events)
    assert (figures.found, figures.missed, figures.false) == (found, missed, false)
    if found:
        assert figures.delay_s == 3


def test_events_over_clips() -> None:
    quiet = score_clip([], [Reported("litter_exposed", (0, 0, 9, 9), 3)])
    assert quiet.score == -1
    both = total([quiet, score_clip([INCIDENT], [Reported("litter_exposed", (0, 0, 10, 10), 34)])])
    assert (both.found, both.false, both.delay_s, both.score) == (1, 1, 4, 0)
    assert np.isnan(quiet.delay_s)


def test_a_training_is_drawn_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "results.csv"
    log.write_text(
        "epoch,train/box_loss,train/cls_loss,train/dfl_loss,lr/pg0\n1,1.5,1.2,1.3,0.001\n2,1.4,1.1,1.2,0.0005\n"
    )
    plot_training(log, tmp_path / "training.png")
    drawn = cv2.imread(str(tmp_path / "training.png"))
    assert drawn is not None and drawn.std() > 5
