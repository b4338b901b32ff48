"""A field mapping is seen at work before it is saved, on a case that there is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from dispatch.contract import CaseChanged
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.builders import T0, outgoing, report, sent

URL = "/api/v1/configuration/mapping-preview"
MAPPING = {
    "language": "zh",
    "times": {"format": "%Y-%m-%d %H:%M:%S", "zone": "Asia/Shanghai"},
    "fields": {
        "taskNum": {"from": "data.case_id"},
        "statusName": {"from": "data.state", "words": "state"},
        "place": {"fields": {"x": {"from": "data.location.lon"}}},
        "occurTime": {"from": "data.at", "time": True},
    },
}


def previewed(client: TestClient, mapping: dict[str, Any], **more: str) -> Any:
    return client.post(URL, json={"mapping": mapping, **more})


def test_the_newest_case_is_written_as_a_receiver_would_get_it(client: TestClient, desk: Desk, store: SqlStore) -> None:
    assert previewed(client, MAPPING).status_code == 404
    case_id = desk.receive(sent(report("e1")), T0).case_id or ""
    answer = previewed(client, MAPPING)
    assert answer.status_code == 200, answer.text
    told = outgoing(store, CaseChanged)[-1]
    assert answer.json()["event"]["data"] == json.loads(told.model_dump_json())
    body = answer.json()["body"]
    assert (body["taskNum"], body["statusName"], body["place"]) == (case_id, "派遣", {"x": told.location.lon})
    assert previewed(client, MAPPING, case_id=case_id).json()["body"] == body
    assert previewed(client, MAPPING, case_id="nobody").status_code == 404


@pytest.mark.parametrize(
    ("fields", "says", "in_chinese"),
    [
        ({"a": {"from": "data.nothing"}}, "a has no value from data.nothing", "没有取到值"),
        ({"a": {"from": "data.case_id", "words": "state"}}, "a is no state", "不是案件状态"),
        ({"a": {"from": "data.case_id", "time": True}}, "a is no time", "不是时间"),
        ({"a": {"from": "data.case_id", "value": 1}}, "exactly one of", "须恰好给出"),
        ({"a": {"from": "not a path"}}, "is not a path", "不是路径"),
    ],
)
def test_what_cannot_be_written_is_said(
    client: TestClient, desk: Desk, fields: dict[str, Any], says: str, in_chinese: str
) -> None:
    desk.receive(sent(report("e1")), T0)
    refused = previewed(client, {"fields": fields})
    assert refused.status_code == 422
    assert says in refused.json()["what"]
    assert in_chinese in refused.json()["what_zh"]
