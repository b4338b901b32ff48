"""What the end of a case says about the look that opened it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridpatrol.errors import UserError
from gridpatrol.reviewing import collect_from, judgement_of
from models.dataset.review import Verdict

EVENT = {"event_id": "e", "matter": "litter_exposed"}


@pytest.mark.parametrize(
    ("state", "resolution", "history", "matter", "verdict"),
    [
        ("dispatched", None, [("file", "machine")], "litter_exposed", Verdict.unreviewed),
        ("closed", "verified_by_camera", [("file", "machine")], "litter_exposed", Verdict.confirmed),
        ("closed", "verified_by_person", [("file", "machine")], "litter_exposed", Verdict.confirmed),
        ("closed", "self_cleared", [("file", "machine")], "litter_exposed", Verdict.confirmed),
        ("closed", "forced", [("force_close", "dispatcher")], "litter_exposed", Verdict.unreviewed),
        ("voided", "void", [("void", "dispatcher")], "litter_exposed", Verdict.rejected),
        ("not_filed", None, [("decline", "operations")], "litter_exposed", Verdict.rejected),
        ("not_filed", None, [("decline", "machine")], "litter_exposed", Verdict.unreviewed),
        ("dispatched", None, [("correct", "operations")], "goods_occupation", Verdict.rejected),
        ("closed", "verified_by_camera", [("correct", "operations")], "goods_occupation", Verdict.rejected),
        ("voided", "void", [("correct", "operations"), ("void", "dispatcher")], "goods_occupation", Verdict.rejected),
        (
            "not_filed",
            None,
            [("correct", "operations"), ("decline", "operations")],
            "goods_occupation",
            Verdict.rejected,
        ),
        ("dispatched", None, [("correct", "operations")], "litter_exposed", Verdict.unreviewed),
    ],
)
def test_judgements(
    state: str, resolution: str | None, history: list[tuple[str, str]], matter: str, verdict: Verdict
) -> None:
    case = {
        "case_id": "c",
        "state": state,
        "resolution": resolution,
        "matter": matter,
        "history": [{"action": action, "role": role} for action, role in history],
    }
    judgement = judgement_of(EVENT, case)
    assert judgement.verdict is verdict
    is_nothing = state in ("voided", "not_filed")
    assert judgement.correct_matter == (matter if matter != EVENT["matter"] and not is_nothing else "")
    assert judgement.proven is (resolution in ("verified_by_camera", "verified_by_person", "self_cleared"))


def test_without_a_node_or_without_looks_one_clear_message(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no node runs on this data directory"):
        list(collect_from(tmp_path, tmp_path / "out"))
    with pytest.raises(UserError, match="no look was kept yet"):
        list(collect_from(tmp_path, tmp_path / "out", url="http://127.0.0.1:9"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x").touch()
    with pytest.raises(UserError, match="this folder is in use"):
        list(collect_from(tmp_path, tmp_path / "out", url="http://127.0.0.1:9"))
