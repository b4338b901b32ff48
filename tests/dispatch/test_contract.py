"""Messages as others read them: golden JSON, CloudEvents by their own package, AsyncAPI against what is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as ReferenceCloudEvent
from jsonschema import Draft7Validator

from dispatch.asyncapi import CHANNELS, document
from dispatch.contract import MESSAGE_OF, TYPE_OF, UnknownMessageType, parse
from dispatch.service import Desk
from dispatch.store import SqlStore
from tests.dispatch.builders import T0, answer, at, report, requests, sent

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
FIRST = sorted((Path(__file__).parent / "golden" / "first").glob("*.json"))


def by_cloudevents(payload: str) -> ReferenceCloudEvent:
    event = JSONFormat().read(None, payload)
    assert isinstance(event, ReferenceCloudEvent)
    return event


def validator_of(type_: str) -> Draft7Validator:
    """Return the validator of a message type, from the AsyncAPI document as served."""
    payload = f"#/components/messages/{MESSAGE_OF[type_].__name__}/payload"
    return Draft7Validator({**document(), "allOf": [{"$ref": payload}]})


def test_the_description_of_the_streams_is_asyncapi_by_its_own_schema() -> None:
    schema = json.loads((Path(__file__).parent / "standards/asyncapi-3.0.0.json").read_text(encoding="utf-8"))
    validator = Draft7Validator(schema)
    assert [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document())] == []
    broken = document() | {"channels": {"cases": {"address": 7}}}
    assert list(validator.iter_errors(broken))


def test_there_is_a_golden_message_of_every_type() -> None:
    assert {f"gridpatrol.{path.stem}" for path in GOLDEN} == set(MESSAGE_OF)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_messages_stay_readable_and_come_out_as_they_went_in(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    event = parse(text)
    assert TYPE_OF[type(event.data)] == event.type
    assert json.loads(event.model_dump_json()) == json.loads(text)


@pytest.mark.parametrize("path", FIRST, ids=lambda path: path.stem)
def test_messages_of_the_first_version_stay_readable(path: Path) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    told = json.loads(parse(raw).model_dump_json())
    assert {key: told["data"][key] for key in raw["data"]} == raw["data"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_fields_of_a_newer_producer_are_ignored(path: Path) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["data"]["mood"] = "cheerful"
    raw["traceparent"] = "00-1-2-01"
    assert parse(raw).data == parse(path.read_text(encoding="utf-8")).data


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_messages_are_cloudevents_and_as_described(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    event = by_cloudevents(text)
    assert event.get_type() == f"gridpatrol.{path.stem}"
    validator_of(event.get_type()).validate(json.loads(text))


def test_what_the_desk_sends_are_cloudevents_and_as_described(desk: Desk, store: SqlStore) -> None:
    case_id = desk.receive(sent(report()), T0).case_id or ""
    desk.handle(case_id, actor="crew 7", now=at(100))
    desk.receive(sent(answer(requests(store)[0])), at(160))
    rows = store.outbox.after(0)
    assert len({row.message_id for row in rows}) == len(rows) == 7
    for row in rows:
        event = by_cloudevents(row.payload)
        assert (event.get_id(), event.get_source()) == (row.message_id, "gridpatrol/dispatch")
        validator_of(event.get_type()).validate(json.loads(row.payload))


def test_the_description_refuses_what_is_not_a_message() -> None:
    raw: dict[str, Any] = json.loads(GOLDEN[0].read_text(encoding="utf-8"))
    validator = validator_of(raw["type"])
    assert validator.is_valid(raw)
    for wrong in ({**raw, "type": "other"}, {**raw, "specversion": "0.3"}, {**raw, "data": {}}):
        assert not validator.is_valid(wrong)


def test_every_reference_of_the_description_leads_somewhere() -> None:
    described = document()
    Draft7Validator.check_schema(described["components"]["schemas"])

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for part in value.values() for ref in references(part)]
        return [ref for part in value for ref in references(part)] if isinstance(value, list) else []

    for reference in references(described):
        target: Any = described
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]
        assert target
    assert {channel["address"] for channel in described["channels"].values()} == {name for name, _, _ in CHANNELS}


def test_an_unknown_type_is_told_from_a_broken_message() -> None:
    raw = json.loads(GOLDEN[0].read_text(encoding="utf-8"))
    with pytest.raises(UnknownMessageType):
        parse({**raw, "type": "gridpatrol.case.changed.v9"})
    with pytest.raises(ValueError, match="validation error"):
        parse({**raw, "data": {}})
