"""The live log in the terminal: what goes over the streams, one readable line each, coloured where a person looks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from pydantic import ValidationError
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from detector.config import Names
from dispatch.consumer import follow
from dispatch.contract import (
    CASES_STREAM,
    REPORTS_STREAM,
    REQUESTS_STREAM,
    SUPERVISION_STREAM,
    CameraHealth,
    CameraState,
    CaseChanged,
    CaseState,
    CloudEvent,
    EventReport,
    HotSpotChanged,
    IncidentCleared,
    OrderChanged,
    UnknownMessageType,
    Verdict,
    VerificationRequest,
    VerificationResult,
    parse,
)
from dispatch.stream import EVENT_FIELD
from gridpatrol.wording import (
    CAMERA_STATES,
    FAULTS,
    ORDER_ACTIONS,
    RESOLUTIONS,
    SPOT_ACTIONS,
    STATES,
    VERDICTS,
    Language,
    pick,
    word,
)

REMEMBERED = 10_000
"""Events whose repetition is not shown again."""
LABEL_CELLS = 9


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, its kind (a key of `wording.WORDS`), a rich style, and what happened."""

    at: datetime
    kind: str
    style: str
    text: str


class LiveLog:
    """Prints lines. On a terminal in colour, in a file as plain text; never wrapped, so that a line stays a line.

    Args:
        matters: names by matter code.
        cameras: names by camera id.
    """

    def __init__(
        self,
        console: Console,
        *,
        language: Language,
        matters: Mapping[str, Names] | None = None,
        cameras: Mapping[str, Names] | None = None,
    ) -> None:
        self._console = console
        self._language = language
        self._matters = {} if matters is None else matters
        self._cameras = {} if cameras is None else cameras
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def follow(self, client: redis.Redis, stop: threading.Event) -> None:
        """Print what goes over the streams until `stop`."""
        for _, _, fields in follow(client, (REPORTS_STREAM, REQUESTS_STREAM, CASES_STREAM, SUPERVISION_STREAM), stop):
            try:
                event = parse(fields.get(EVENT_FIELD, ""))
            except (UnknownMessageType, ValidationError) as error:
                self.say("part", "red", f"{type(error).__name__}: {error}")
                continue
            self.show(event)

    def show(self, event: CloudEvent[Any]) -> None:
        """Print an event, once."""
        key = (event.source, event.id)
        with self._lock:
            if key in self._seen:
                return
            self._seen[key] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        line = self.describe(event)
        if line is not None:
            self.print(line)

    def say(self, kind: str, style: str, text: str, at: datetime | None = None) -> None:
        """Print a line of the node's own."""
        self.print(Line(at or datetime.now(UTC), kind, style, text))

    def print(self, line: Line) -> None:
        """Print one line."""
        label = word(line.kind, self._language)
        text = Text(no_wrap=True, overflow="ignore")
        text.append(f"{line.at.astimezone():%H:%M:%S}  ", style="dim")
        text.append(label + " " * max(1, LABEL_CELLS - cell_len(label)), style=line.style)
        text.append(line.text, style="" if line.style in ("dim", "cyan") else line.style)
        with self._lock:
            self._console.print(text, soft_wrap=True, highlight=False)

    def describe(self, event: CloudEvent[Any]) -> Line | None:
        """Return the line of an event; None for what only repeats another line."""
        line: Line | None = None
        match event.data:
            case EventReport() as report:
                line = Line(event.time, "event", "bold yellow", self._report(report))
            case IncidentCleared() as cleared:
                text = f"{self._place(cleared.camera_id)} · {self._matter(cleared.matter)} · "
                line = Line(event.time, "cleared", "green", f"{text}{word('left_by_itself', self._language)}")
            case VerificationRequest() as request:
                text = f"{self._place(request.camera_id)} · {self._matter(request.matter)} · "
                text += f"{word('look_again', self._language)} · {short_id(request.case_id)}"
                line = Line(event.time, "ask", "cyan", text)
            case VerificationResult() as result:
                line = self._verdict(event.time, result)
            case CameraHealth() as health:
                line = self._health(event.time, health)
            case CaseChanged() as changed:
                line = self._case(event.time, changed)
            case OrderChanged() as order:
                line = self._order(event.time, order)
            case HotSpotChanged() as spot:
                line = self._hot_spot(event.time, spot)
        return line

    def _report(self, report: EventReport) -> str:
        language = self._language
        parts = [
            self._place(report.camera_id),
            self._matter(report.matter),
            *([report.class_name] if report.class_name else []),
            f"{word('zone', language)} {report.zone}",
            f"{word('since', language)} {report.first_seen_at.astimezone():%H:%M:%S}",
            f"{word('confidence', language)} {report.confidence:.2f}",
        ]
        return " · ".join(parts)

    def _verdict(self, at: datetime, result: VerificationResult) -> Line:
        style = {Verdict.absent: "bold green", Verdict.present: "bold red"}.get(result.verdict, "magenta")
        language = self._language
        parts = [
            self._place(result.camera_id),
            self._matter(result.matter),
            pick(VERDICTS[result.verdict], language),
            f"{result.looks} {word('looks', language)}",
            result.reason,
        ]
        return Line(at, "answer", style, " · ".join(part for part in parts if part))

    def _health(self, at: datetime, health: CameraHealth) -> Line:
        parts = [self._place(health.camera_id), pick(CAMERA_STATES[health.state], self._language)]
        fault = None if health.fault is None else FAULTS[health.fault]
        if fault is not None:
            parts.append(f"{pick(fault, self._language)} ({health.since.astimezone():%H:%M:%S})")
        if health.detail and not (fault and health.detail.startswith(fault[0])):
            parts.append(health.detail)
        style = "dim" if health.state is CameraState.watching else "bold red"
        return Line(at, "camera", style, " · ".join(parts))

    def _case(self, at: datetime, changed: CaseChanged) -> Line | None:
        if changed.state_from in (changed.state, None) or changed.state is CaseState.verifying:
            return None  # the event, the request or the verdict has its own line
        language = self._language
        parts = [short_id(changed.case_id), self._matter(changed.matter), pick(STATES[changed.state], language)]
        if changed.resolution is not None:
            parts.append(pick(RESOLUTIONS[changed.resolution], language))
        if changed.state is CaseState.dispatched and changed.department:
            parts.append(changed.department)
        if changed.state is CaseState.handled:
            parts += [changed.actor, changed.reason]
        if changed.state is CaseState.filed and changed.grid:
            parts.append(", ".join(f"{cell.code}{'?' if cell.ambiguous else ''}" for cell in changed.grid[:2]))
        style = {CaseState.closed: "bold green", CaseState.rework: "bold red", CaseState.human_check: "magenta"}
        return Line(at, "case", style.get(changed.state, "blue"), " · ".join(part for part in parts if part))

    def _order(self, at: datetime, order: OrderChanged) -> Line:
        said = pick(ORDER_ACTIONS[order.action], self._language)
        told = f"{word('told', self._language)} {order.told}" if order.told else ""
        parts = (order.department, said, order.text, order.checked_in_by, told)
        style = "bold red" if order.action == "overdue" else "blue"
        return Line(at, "order", style, " · ".join(part for part in parts if part))

    def _hot_spot(self, at: datetime, spot: HotSpotChanged) -> Line:
        cells = ", ".join(cell.code for cell in spot.grid[:2])
        parts = (self._matter(spot.matter), pick(SPOT_ACTIONS[spot.action], self._language), cells, spot.reason)
        return Line(at, "hot_spot", "bold yellow", " · ".join(part for part in parts if part))

    def _matter(self, code: str) -> str:
        names = self._matters.get(code)
        return pick((names.en, names.zh), self._language) if names else code

    def _place(self, camera_id: str) -> str:
        names = self._cameras.get(camera_id)
        return pick((names.en, names.zh), self._language) if names else camera_id


def short_id(case_id: str) -> str:
    """Return what people call a case: its id, or the first characters of a long one."""
    return case_id if len(case_id) <= 24 else case_id[:8]
