"""Checks of the stream as a consumer group of its own: order, redelivery, acknowledgement."""

from __future__ import annotations

import json
import time
from typing import Any, cast
from uuid import uuid4

import redis
from redis.exceptions import RedisError

from dispatch.contract import CASES_STREAM
from dispatch.stream import EVENT_FIELD, connect
from gridpatrol.conform.kit import TIMEOUT_S, Descriptions, Kit, Trial

AREA = "Stream"
MEMBER = "kit"


class Group:
    """A consumer group that begins with what is new. A context manager: leaving it removes the group."""

    def __init__(self, url: str) -> None:
        self._client = connect(url)
        self._name = f"conform-{uuid4()}"

    def __enter__(self) -> Group:
        self._client.xgroup_create(CASES_STREAM, self._name, id="$", mkstream=True)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._client.xgroup_destroy(CASES_STREAM, self._name)
        finally:
            self._client.close()

    def check(self, kit: Kit, trial: Trial, known: Descriptions, sequence: int) -> None:
        """Judge what the stream has brought of the trial's case up to a change."""
        try:
            self._check(kit, trial, known, sequence)
        except RedisError as error:
            kit.judge(AREA, "the stream server answers", False, f"{type(error).__name__}: {error}")

    def _check(self, kit: Kit, trial: Trial, known: Descriptions, sequence: int) -> None:
        entries: list[tuple[str, dict[str, Any]]] = []
        deadline_s = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline_s and sequence not in _sequences(entries, trial):
            entries += self._read(">", block_ms=500)
        found = _sequences(entries, trial)
        kit.judge("Order", "the stream brings the changes of a case in order, without gaps", _is_whole(found), found)
        fault = next((f for _, event in entries if (f := known.fault_of_message(event))), "")
        kit.judge("AsyncAPI", "messages of the stream are as described", not fault, fault)
        again = self._read("0")
        promise = "what was not acknowledged is delivered again"
        kit.judge("Redelivery", promise, [e for e, _ in again] == [e for e, _ in entries], len(again))
        ids = [entry_id for entry_id, _ in entries]
        if ids:
            self._client.xack(CASES_STREAM, self._name, *ids)
        kit.judge(AREA, "what was acknowledged is not delivered again", self._read("0") == [], ids)

    def _read(self, start: str, block_ms: int | None = None) -> list[tuple[str, dict[str, Any]]]:
        reply = self._client.xreadgroup(self._name, MEMBER, {CASES_STREAM: start}, count=10_000, block=block_ms)
        found = [entry for _, entries in cast(list[Any], reply or []) for entry in entries]
        return [(entry_id, json.loads(fields[EVENT_FIELD])) for entry_id, fields in found if fields]


def _sequences(entries: list[tuple[str, dict[str, Any]]], trial: Trial) -> list[int]:
    """Return the changes of the trial's case in their order, a repeat counted once."""
    of_trial = [event["data"]["sequence"] for _, event in entries if event["data"].get("case_id") == trial.case_id]
    return list(dict.fromkeys(of_trial))


def _is_whole(sequences: list[int]) -> bool:
    return bool(sequences) and sequences == list(range(1, len(sequences) + 1))


def reachable(url: str) -> str:
    """Return why a stream server cannot be used, empty when it can."""
    try:
        client: redis.Redis = connect(url)
        client.ping()
        client.close()
    except (RedisError, ValueError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return ""
