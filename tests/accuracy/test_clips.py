"""The clips beside the repository: every incident once, in its window, closed as the truth says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.registry import MANIFEST
from tests.accuracy.scoring import remarks, replay_all, score, worse
from tests.shared import SHARED, needs_shared

DATA = SHARED / "data"
BASELINE = Path(__file__).with_name("baseline.json")


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(1800)
@needs_shared
@pytest.mark.skipif(not MANIFEST.is_file(), reason="no model is registered in models/manifest.toml")
def test_the_clips_are_never_scored_worse_than_before(tmp_path: Path) -> None:
    truth_file = DATA / "ground_truth.json"
    replay_all(DATA / "cameras", json.loads(truth_file.read_text(encoding="utf-8")), tmp_path)
    scored = score(DATA / "score.py", tmp_path, truth_file)
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))["clips"]
    fallen = worse(scored["total"], baseline)
    assert not fallen, "\n".join([*fallen, *remarks(scored["cameras"])])
