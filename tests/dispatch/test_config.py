"""A matter's dispatch share: what is taken and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dispatch.config import HandlingMode, MatterRules

HANDLING = {"department": "sanitation", "mode": "self", "limit": {"value": 4, "clock": "work_hour"}}


def test_little_has_to_be_said() -> None:
    rules = MatterRules.model_validate({"handling": {"department": "sanitation"}})
    assert rules.handling.mode is HandlingMode.dispatched
    assert (rules.dedup.radius_m, rules.filing.review_below, rules.recheck.tries) == (10, 0.5, 3)


def test_codes_are_found_by_scheme() -> None:
    codes = [{"scheme": "gbt30428", "value": "0110"}, {"scheme": "cjt214", "value": "0102"}]
    rules = MatterRules.model_validate({"handling": HANDLING, "codes": codes})
    assert rules.codes_by_scheme() == {"gbt30428": "0110", "cjt214": "0102"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"handling": {}}, "department"),
        ({"handling": {**HANDLING, "mode": "somebody"}}, "joint"),
        ({"handling": {**HANDLING, "limit": {"value": 4, "clock": "tea_hour"}}}, "work_hour"),
        ({"filing": {"min_confidence": 0.6, "review_below": 0.5}}, "must not be less than min_confidence"),
        ({"codes": [{"scheme": "cjt214", "value": "0102"}, {"scheme": "cjt214", "value": "0103"}]}, "more than one"),
        ({"codes": [{"scheme": "cjt214", "value": "102"}]}, "pattern"),
        ({"dedup": {"radius_m": -1}}, "radius_m"),
        ({"dedup": {"radius": 10}}, "Extra inputs"),
        ({"recheck": {"tries": 0}}, "tries"),
    ],
)
def test_a_mistake_is_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MatterRules.model_validate({"handling": HANDLING, **change})


def test_every_value_is_described() -> None:
    schema = MatterRules.model_json_schema()
    for name, model in schema["$defs"].items():
        assert model["description"], name
        for field, value in model.get("properties", {}).items():
            assert value.get("description") or "$ref" in value, (name, field)
