from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from dispatch.consumer import DEAD_STREAM, Consumer
from dispatch.contract import CASES_STREAM, REPORTS_STREAM, CloudEvent
from dispatch.stream import EVENT_FIELD, Rejected, connect
from gridpatrol.cli import ENTRIES, main
from gridpatrol.lock import DataDirectory
from gridpatrol.valkey import EmbeddedValkey
from tests.dispatch.builders import report, sent


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path / "valkey")
    server.start()
    yield server
    server.stop()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["gridpatrol", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_tail_prints_each_event_as_a_line_of_json(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = connect(valkey.url)
    client.xadd(REPORTS_STREAM, {EVENT_FIELD: '{"id": "1"}'})
    client.xadd(CASES_STREAM, {EVENT_FIELD: '{"id": "2"}'})
    assert run(monkeypatch, "queue", "tail", "--url", valkey.url, "--from-start", "--count", "2") == 0
    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == ["1", "2"]


def test_tail_of_the_dead_letters_says_why(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(valkey.url).xadd(DEAD_STREAM, {EVENT_FIELD: "{}", "reason": "Rejected: 不在目录"})
    options = ("--stream", "dead", "--from-start", "--count", "1")
    assert run(monkeypatch, "queue", "tail", "--url", valkey.url, *options) == 0
    assert json.loads(capsys.readouterr().out)["reason"] == "Rejected: 不在目录"


def test_dead_letters_are_replayed_once_the_cause_is_mended(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = connect(valkey.url)
    mended = False
    handled: list[str] = []

    def handle(events: Sequence[CloudEvent[Any]]) -> None:
        if not mended:
            raise Rejected("not in the catalogue")
        handled.extend(event.id for event in events)

    consumer = Consumer(client, REPORTS_STREAM, group="g", name="n", handler=handle, block_s=0.01)
    client.xgroup_create(REPORTS_STREAM, "g", id="0", mkstream=True)
    for number in range(3):
        client.xadd(REPORTS_STREAM, {EVENT_FIELD: sent(report(f"e{number}"), id=f"m{number}").model_dump_json()})

    def consume() -> None:
        for _ in range(3):
            consumer.step(threading.Event())

    consume()
    first = str(cast(list[Any], client.xrange(DEAD_STREAM))[0][0])
    client.xadd(DEAD_STREAM, {EVENT_FIELD: "{}", "reason": "of unknown origin"})
    mended = True
    assert run(monkeypatch, "queue", "replay", "--url", valkey.url, "--entry", first) == 0
    consume()
    assert handled == ["m0"]
    assert run(monkeypatch, "queue", "replay", "--url", valkey.url) == 0
    consume()
    assert handled == ["m0", "m1", "m2"]
    assert client.xlen(DEAD_STREAM) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["1", "2"]
    assert run(monkeypatch, "queue", "replay", "--url", "redis://127.0.0.1:1") == 2
    assert "127.0.0.1:1" in capsys.readouterr().err


def test_tail_finds_the_node_of_a_data_directory(
    valkey: EmbeddedValkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(valkey.url).xadd(CASES_STREAM, {EVENT_FIELD: "{}"})
    options = ("--data", str(tmp_path), "--stream", "cases", "--from-start", "--count", "1")
    assert run(monkeypatch, "queue", "tail", *options) == 2
    assert "no node is running" in capsys.readouterr().err
    with DataDirectory(tmp_path) as data:
        data.announce("http://127.0.0.1:1", valkey.url)
        assert run(monkeypatch, "queue", "tail", *options) == 0


def test_an_address_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "queue", "tail", "--url", "http://x") == 2
    assert "--url" in capsys.readouterr().err


@pytest.mark.parametrize("name", [entry.name for entry in ENTRIES])
def test_every_command_of_the_help_can_be_loaded(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, name, "--help") == 0
    assert f"gridpatrol {name}" in capsys.readouterr().out


def test_help_names_every_command_without_loading_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    assert all(entry.name in shown for entry in ENTRIES)
