"""What all checks of the conformance kit share: asking the node, judging, and the schemas that it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT7, DRAFT202012

TIMEOUT_S = 20.0
_DETAIL = 300


@dataclass(frozen=True)
class Finding:
    """One promise, and whether it holds: None when it could not be tried, and `detail` says why."""

    area: str
    promise: str
    holds: bool | None
    detail: str = ""


@dataclass(frozen=True)
class Trial:
    """The case that the kit has opened."""

    case_id: str


@dataclass
class Kit:
    """A node under test and what was found.

    Attributes:
        url: of the node, without a slash at the end.
        token: sent with every request when given.
    """

    url: str
    token: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def client(self) -> httpx2.Client:
        """Return a client for the node."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=TIMEOUT_S, trust_env=False)

    def judge(self, area: str, promise: str, holds: bool, detail: object = "") -> bool:
        """Note whether a promise holds; the detail is kept when it does not."""
        self.findings.append(Finding(area, promise, holds, "" if holds else str(detail)[:_DETAIL]))
        return holds

    def skip(self, area: str, promise: str, why: str) -> None:
        """Note a promise that could not be tried."""
        self.findings.append(Finding(area, promise, None, why[:_DETAIL]))


class Descriptions:
    """The schemas that a node publishes: OpenAPI of its interface, AsyncAPI of its messages."""

    def __init__(self, openapi: Mapping[str, Any], asyncapi: Mapping[str, Any]) -> None:
        self.openapi = openapi
        self.asyncapi = asyncapi
        self._registry: Registry[Any] = Registry().with_resources(
            [
                ("openapi:", DRAFT202012.create_resource(dict(openapi))),
                ("asyncapi:", DRAFT7.create_resource(dict(asyncapi))),
            ]
        )

    def fault_of_answer(self, method: str, path: str, response: httpx2.Response) -> str:
        """Return what is wrong with an answer by the OpenAPI description, empty when nothing is."""
        operation = self.openapi["paths"].get(path, {}).get(method.lower())
        if operation is None:
            return f"{method} {path} is not described"
        described = operation["responses"].get(str(response.status_code))
        if described is None:
            return f"{method} {path} answers {response.status_code}, which is not described"
        kind = response.headers.get("content-type", "").partition(";")[0]
        schema = described.get("content", {}).get(kind, {}).get("schema")
        if schema is None:
            return f"{method} {path} answers {kind}, which is not described"
        return _fault(Draft202012Validator(_absolute(schema, "openapi:"), registry=self._registry), response.json())

    def fault_of_message(self, event: Mapping[str, Any]) -> str:
        """Return what is wrong with a CloudEvent by the AsyncAPI description, empty when nothing is."""
        messages = self.asyncapi["components"]["messages"]
        message = next((m for m in messages.values() if m["name"] == event.get("type")), None)
        if message is None:
            return f"type {event.get('type')!r} is not described"
        return _fault(Draft7Validator(_absolute(message["payload"], "asyncapi:"), registry=self._registry), event)


def _fault(validator: Draft7Validator | Draft202012Validator, value: Any) -> str:
    error: ValidationError | None = next(iter(validator.iter_errors(value)), None)
    return "" if error is None else f"{error.json_path}: {error.message}"


def _absolute(schema: Any, base: str) -> Any:
    """Return a part of a document with its local references made to point into the whole one."""
    if isinstance(schema, list):
        return [_absolute(part, base) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"{base}{value}" if key == "$ref" and isinstance(value, str) else _absolute(value, base)
        for key, value in schema.items()
    }
