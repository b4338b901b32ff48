"""The AsyncAPI 3 description of the streams, made from the contract's models so that it cannot disagree with them."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from dispatch.contract import (
    CASES_STREAM,
    REPORTS_STREAM,
    REQUESTS_STREAM,
    SUPERVISION_STREAM,
    TYPE_OF,
    CameraHealth,
    CaseChanged,
    CloudEvent,
    EventReport,
    HotSpotChanged,
    IncidentCleared,
    LookAnswer,
    LookRequest,
    Message,
    OrderChanged,
    VerificationRequest,
    VerificationResult,
)

VERSION = "1.1.0"
"""Version of the streams as described; grows with the contract."""

CHANNELS: tuple[tuple[str, str, tuple[type[Message], ...]], ...] = (
    (
        REPORTS_STREAM,
        "Camera side to dispatch side: reports, clearances, verification results, answers to looks, camera health.",
        (EventReport, IncidentCleared, VerificationResult, LookAnswer, CameraHealth),
    ),
    (REQUESTS_STREAM, "Dispatch side to camera side: look again, look now.", (VerificationRequest, LookRequest)),
    (CASES_STREAM, "Dispatch side to the city's dispatch system: every change of every case.", (CaseChanged,)),
    (
        SUPERVISION_STREAM,
        "Dispatch side to any consumer: orders to departments, recurring hot spots.",
        (OrderChanged, HotSpotChanged),
    ),
)
_REFERENCE = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """Return the description as JSON values."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "GridPatrol streams",
            "version": VERSION,
            "description": (
                "Streams of Redis or Valkey (XADD). Each entry has one field, `event`: a CloudEvent 1.0 in structured "
                "JSON mode. Delivery is at least once: `source` + `id` is the idempotency key. The changes of one case "
                "arrive in order; their `sequence` starts at 1 and has no gaps."
            ),
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            _key(stream): {
                "address": stream,
                "description": description,
                "messages": {cls.__name__: {"$ref": f"#/components/messages/{cls.__name__}"} for cls in messages},
            }
            for stream, description, messages in CHANNELS
        },
        "operations": {_operation(stream): _operation_of(stream) for stream, _, _ in CHANNELS},
        "components": {"messages": {cls.__name__: _message(cls) for cls in TYPE_OF}, "schemas": _schemas()},
    }


def _key(stream: str) -> str:
    return stream.rpartition(".")[2]


def _operation(stream: str) -> str:
    # Seen from the dispatch side, as AsyncAPI has it: it receives reports, and sends requests and cases.
    return ("receive" if stream == REPORTS_STREAM else "send") + _key(stream).capitalize()


def _operation_of(stream: str) -> dict[str, Any]:
    action = "receive" if stream == REPORTS_STREAM else "send"
    return {"action": action, "channel": {"$ref": f"#/channels/{_key(stream)}"}}


def _message(cls: type[Message]) -> dict[str, Any]:
    envelope = CloudEvent[cls].model_json_schema(ref_template=_REFERENCE, mode="serialization")  # type: ignore[valid-type]
    envelope.pop("$defs", None)
    envelope["properties"]["type"] = {"const": TYPE_OF[cls]}
    return {
        "name": TYPE_OF[cls],
        "title": cls.__name__,
        "summary": (cls.__doc__ or "").splitlines()[0],
        "contentType": "application/cloudevents+json",
        "payload": _draft_07(envelope),
    }


def _schemas() -> dict[str, Any]:
    _, schema = models_json_schema([(cls, "serialization") for cls in TYPE_OF], ref_template=_REFERENCE)
    definitions: dict[str, Any] = _draft_07(schema["$defs"])
    return definitions


def _draft_07(schema: Any) -> Any:
    """Return a JSON schema of draft 2020-12 as the draft 07 that AsyncAPI builds on: they write tuples differently."""
    if isinstance(schema, list):
        return [_draft_07(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {("items" if key == "prefixItems" else key): _draft_07(value) for key, value in schema.items()}
