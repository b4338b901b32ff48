"""Scores of cameras, worked by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.indicators.cameras import Incident, camera_scores, missed_rates
from dispatch.indicators.facts import CaseFacts, CheckRecord, Facts, ReportFacts, SeenRecord
from dispatch.indicators.formulas import Ratio
from tests.dispatch.builders import at
from tests.dispatch.indicators.test_formulas import CASES

FILED, DECLINED, DROPPED, VOID = CASES[0], CASES[5], CASES[6], CASES[7]


def seen(camera_id: str, case: CaseFacts, first_s: float = 0) -> ReportFacts:
    record = SeenRecord(
        case.case_id, camera_id, "litter_exposed", at(first_s), at(first_s + 120), at(first_s + 121), None
    )
    return ReportFacts(record, case)


FACTS = Facts(
    cases=CASES,
    reports=(
        seen("gate", FILED),
        seen("gate", FILED, 600),
        seen("gate", DECLINED),
        seen("gate", DROPPED),
        seen("corner", VOID, 0),
    ),
    checks=(
        CheckRecord("a", "gate", at(0), at(100), at(90), 3),
        CheckRecord("a", "gate", at(0), at(100), at(110), 3),
        CheckRecord("a", "gate", at(0), at(100), at(100), 0),
        CheckRecord("a", "gate", at(0), at(100), None, 0),
        CheckRecord("a", "gate", at(0), at(9000), None, 0),
    ),
)


def test_scores_by_hand() -> None:
    total, corner, gate, quiet = camera_scores(FACTS, ["gate", "quiet"], days=2, as_of=at(1000))
    assert [score.camera_id for score in (total, corner, gate, quiet)] == ["", "corner", "gate", "quiet"]
    assert (gate.reports, gate.valid, gate.false_alarms_a_day) == (4, Ratio(2, 3), 0.5)
    assert gate.on_time_verification == Ratio(1, 4), "one in time, one late, one never answered, one overdue"
    assert gate.detection_s == 121
    assert (corner.valid, corner.false_alarms_a_day) == (Ratio(0, 1), 0.5)
    assert (quiet.reports, quiet.valid.value, quiet.detection_s) == (0, None, None)
    assert (total.reports, total.valid) == (5, Ratio(2, 4))
    assert total.false_alarms_a_day == pytest.approx(2 / 6), "two in three cameras and two days"


def test_the_missed_rate_needs_truth() -> None:
    day = timedelta(days=1)
    truth = [
        Incident("gate", "litter_exposed", at(-60), at(300)),
        Incident("gate", "litter_exposed", at(5000), at(6000)),
        Incident("gate", "street_stall", at(0), at(300)),
        Incident("quiet", "litter_exposed", at(0), at(0) + day),
    ]
    assert missed_rates(truth, [report.seen for report in FACTS.reports]) == {
        "": Ratio(3, 4),
        "gate": Ratio(2, 3),  # the second came after the camera's last sight, the third is another matter
        "quiet": Ratio(1, 1),
    }


def test_part_of_the_facts() -> None:
    part = FACTS.where(lambda case: case.case_id == "a")
    assert ([case.case_id for case in part.cases], len(part.reports), len(part.checks)) == (["a"], 2, 5)
    assert FACTS.where(lambda case: False) == Facts((), (), ())
