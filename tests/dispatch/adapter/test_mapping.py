"""Messages in a receiver's own words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from dispatch.adapter import FieldMapping, write
from dispatch.adapter.mapping import steps_of
from dispatch.config import Names
from dispatch.contract import CaseState
from dispatch.errors import Invalid
from dispatch.wording import NameBook

REPOSITORY = Path(__file__).parents[3]
EVENT: dict[str, Any] = json.loads((REPOSITORY / "tests/dispatch/golden/case.changed.v1.json").read_text())
NAMES = NameBook(
    {"litter_exposed": Names(en="Litter", zh="暴露生活垃圾")}, {"sanitation": Names(en="Cleaners", zh="环卫所")}
)


def mapping(**fields: Any) -> FieldMapping:
    return FieldMapping.model_validate({"fields": fields})


def one(rule: dict[str, Any], **options: Any) -> Any:
    """Return what a single rule makes of the sample."""
    return write(FieldMapping.model_validate({"fields": {"x": rule}, **options}), EVENT, NAMES)["x"]


def test_the_worked_example_writes_what_its_platform_wants() -> None:
    example = yaml.safe_load((REPOSITORY / "docs/examples/city-mapping.yaml").read_text(encoding="utf-8"))
    assert write(FieldMapping.model_validate(example), EVENT, NAMES) == {
        "taskNum": "20261121-be3368a101cb",
        "seq": 6,
        "sourceId": 7,
        "eventType": {"majorCode": "01", "minorCode": "02", "name": "暴露生活垃圾"},
        "statusName": "结案",
        "statusId": "90",
        "result": "探头核实",
        "occurTime": "2026-11-21 16:02:40",
        "coordinateX": 114.1305,
        "coordinateY": 22.5478,
        "gridCode": "440303001002003",
        "districtCode": "",
        "deptName": "环卫所",
        "remark": "网格巡查：gate: absent over 3 looks",
        "mediaList": [
            {
                "url": "http://desk.example/api/v1/evidence/2026/11/21/gate/wide.jpg",
                "hash": "a" * 64,
                "usage": "上报",
                "takenAt": "2026-11-21 16:00:00",
            }
        ],
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"value": None}, None),
        ({"value": {"a": [1]}}, {"a": [1]}),
        ({"from": "type"}, "gridpatrol.case.changed.v1"),
        ({"from": "data.location.error_m"}, 2.0),
        ({"from": "data.camera_ids[0]"}, "gate"),
        ({"from": "data.camera_ids[-1]"}, "gate"),
        ({"from": "data.camera_ids[1]", "default": None}, None),
        ({"from": "data.grid[layer=unit].name"}, "Cell 3"),
        ({"from": "data.nothing.at.all", "default": "-"}, "-"),
        ({"from": "data.grid[layer=unit].ambiguous"}, False),
        ({"from": "data.team", "default": "none"}, "none"),
        ({"code": {"scheme": "gbt30428"}}, "0110"),
        ({"code": {"scheme": "gbt30428", "part": "major"}, "translate": {"01": "A"}}, "A"),
        ({"code": {"scheme": "elsewhere"}, "default": "9999"}, "9999"),
        ({"from": "data.state", "translate": {"closed": 9}}, 9),
        ({"from": "data.state", "translate": {"open": 1}, "default": 0}, 0),
        ({"from": "data.state", "words": "state"}, "结案"),
        ({"from": "data.department", "words": "department", "template": "({})"}, "(环卫所)"),
        ({"from": "data.at", "time": True}, "2026-11-21T08:02:40+00:00"),
        ({"each": "data.event_ids", "item": {"from": "data.case_id"}}, ["20261121-be3368a101cb"]),
        ({"each": "data.deadlines", "item": {"from": ".stage"}}, ["accept", "handle", "verify"]),
        ({"each": "data.nothing", "item": {"value": 1}}, []),
    ],
)
def test_a_field_comes_from(rule: dict[str, Any], expected: Any) -> None:
    assert one(rule) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"format": "epoch_s"}, 1795248160),
        ({"format": "epoch_ms"}, 1795248160000),
        ({"format": "%Y%m%d%H%M%S", "zone": "Asia/Shanghai"}, "20261121160240"),
        ({"zone": "Asia/Shanghai"}, "2026-11-21T16:02:40+08:00"),
    ],
)
def test_times_are_written_in_the_receivers_form(form: dict[str, str], expected: Any) -> None:
    assert one({"from": "data.at", "time": True}, times=form) == expected


def test_words_are_in_the_receivers_language() -> None:
    rule = {"from": "data.matter", "words": "matter"}
    assert (one(rule), one(rule, language="en")) == ("暴露生活垃圾", "Litter")
    unnamed = write(mapping(x=rule), EVENT)
    assert unnamed == {"x": "litter_exposed"}


def test_there_is_a_word_for_every_state() -> None:
    rule = mapping(x={"from": "data.state", "words": "state"})
    for state in CaseState:
        event = {**EVENT, "data": {**EVENT["data"], "state": state.value}}
        assert write(rule, event)["x"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"from": "data.nothing"}, "x has no value from data.nothing"),
        ({"fields": {"y": {"from": "data.nothing"}}}, "x.y has no value"),
        ({"each": "data.evidence", "item": {"fields": {"y": {"from": ".nothing"}}}}, r"x\[0\].y has no value"),
        ({"from": "data.state", "translate": {"open": 1}}, "x has no value"),
        ({"from": "data.state", "time": True}, "x is no time: 'closed'"),
    ],
)
def test_what_cannot_be_written_is_named(rule: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        one(rule)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"fields": {}}, "at least 1"),
        ({"fields": {"x": {}}}, "exactly one"),
        ({"fields": {"x": {"value": 1, "from": "id"}}}, "found from, value"),
        ({"fields": {"x": {"path": "id"}}}, "Extra inputs"),
        ({"fields": {"x": {"from": "data..state"}}}, "is not a path"),
        ({"fields": {"x": {"from": "data.grid[layer]"}}}, "is not a path"),
        ({"fields": {"x": {"each": "data.evidence"}}}, "belong together"),
        ({"fields": {"x": {"from": "id", "template": "no place"}}}, "exactly once"),
        ({"fields": {"x": {"from": "id", "words": "colour"}}}, "words"),
        ({"fields": {"x": {"value": 1}}, "times": {"zone": "Mars/Base"}}, "no time zone"),
        ({"fields": {"x": {"value": 1}}, "colour": "red"}, "colour"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_on_reading(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FieldMapping.model_validate(given)


def test_paths_have_steps() -> None:
    assert steps_of("data.grid[layer=unit].code") == ("data", "grid", ("layer", "unit"), "code")
    assert steps_of(".evidence[0][-1]") == ("evidence", 0, -1)
