from __future__ import annotations

import numpy as np
import pytest

from detector.inference.scripted import ScriptedDetector, ScriptedObject, picture_key

CAR = ScriptedObject("car", (10, 20, 110, 80), 0.7)
NAMES = ("person", "car")


def picture(grey: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((90, 160, 3), grey, np.uint8)


def test_answers_in_order_then_sees_nothing() -> None:
    detector = ScriptedDetector.in_order(NAMES, [[CAR], [], [CAR, CAR]])
    counts = [len(d) for d in detector.detect([picture(0)] * 4)]
    assert counts == [1, 0, 2, 0]


def test_answers_by_picture() -> None:
    detector = ScriptedDetector.by_picture(NAMES, {picture_key(picture(7)): [CAR]})
    seen, unseen = detector.detect([picture(7), picture(8)])
    assert seen.class_id is not None
    assert seen.confidence is not None
    assert seen.xyxy.tolist() == [[10, 20, 110, 80]]
    assert seen.class_id.tolist() == [1]
    assert seen.confidence.tolist() == pytest.approx([0.7])
    assert list(seen.data["class_name"]) == ["car"]
    assert len(unseen) == 0


def test_a_class_that_it_does_not_have() -> None:
    detector = ScriptedDetector(("person",), lambda image: [CAR])
    with pytest.raises(ValueError, match="the script sees car, the detector has person"):
        detector.detect([picture(0)])
